// Asks for the key while a screen stays as it is: the session ended, or a call needs the key itself.

import { Button } from "../components/button.tsx";
import { Dialog } from "../components/dialog.tsx";
import { frame, signIn as text } from "../messages/en/frame.ts";
import { KeyForm } from "./key-form.tsx";
import { type Ask, dismissAsk, end } from "./store.ts";
import { useSession } from "./use-session.ts";

export default function AskForKey({ ask }: { readonly ask: Ask }) {
  const session = useSession();
  const person = session.own ?? session;
  return (
    <Dialog
      title={text(ask === "expired" ? "again" : "keyNeeded")}
      lead={text(ask === "expired" ? "againText" : "keyNeededText")}
      isOpen
      size="small"
      onClose={dismissAsk}
      actions={<Button onClick={end}>{frame("signOut")}</Button>}
    >
      <KeyForm same={person.identity} isRemembered={person.isRemembered} />
    </Dialog>
  );
}
