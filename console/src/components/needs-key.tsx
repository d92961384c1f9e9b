// A refusal of the admin API, with the way on: what a session may not do, the key behind it may.

import { KeyRound } from "lucide-react";
import { describeError } from "../errors.ts";
import { operate as text } from "../messages/en/operate.ts";
import { askForKey, longTermKey } from "../session/store.ts";
import { useSession } from "../session/use-session.ts";
import { Button } from "./button.tsx";
import { ErrorPanel } from "./error-panel.tsx";

interface NeedsKeyProps {
  readonly error: unknown;
  /** Whom the screen is for. */
  readonly words: string;
  onRetry(): unknown;
}

export function NeedsKey({ error, words, onRetry }: NeedsKeyProps) {
  const { key, own } = useSession();
  const isDenied = describeError(error).status === 403;
  const isSession = key.sessionToken !== undefined && own === undefined;
  const mayHelp = isDenied && isSession && longTermKey() === undefined;
  return (
    <ErrorPanel error={error} onRetry={mayHelp ? undefined : () => onRetry()}>
      {isDenied && <p className="muted">{words}</p>}
      {mayHelp && (
        <Button icon={<KeyRound />} onClick={() => askForKey("key-needed").then(onRetry)}>
          {text("giveKey")}
        </Button>
      )}
    </ErrorPanel>
  );
}
