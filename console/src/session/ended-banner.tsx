// A line that stays while an ended session is not renewed: the question was closed, and is opened here.

import { Button } from "../components/button.tsx";
import { signIn, frame as text } from "../messages/en/frame.ts";
import { askAgain } from "./store.ts";
import { useSessionState } from "./use-session.ts";

export function EndedBanner() {
  const { isWithheld } = useSessionState();
  if (!isWithheld) return null;
  return (
    <div className="banner" role="status">
      <span>{signIn("again")}</span>
      <Button kind="quiet" onClick={() => askAgain().catch(() => undefined)}>
        {text("signInAgain")}
      </Button>
    </div>
  );
}
