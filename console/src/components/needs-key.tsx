// A refusal of the admin API, with the way on: what a session may not do, the key behind it may.

import { KeyRound, LogIn } from "lucide-react";
import { isDenied } from "../errors.ts";
import { operate as text } from "../messages/en/operate.ts";
import { askForKey, end, longTermKey } from "../session/store.ts";
import { useSession } from "../session/use-session.ts";
import { Button } from "./button.tsx";
import { ErrorPanel } from "./error-panel.tsx";

/** Whether the session in force stands for a key that this page does not have any more. */
export function useMissesKey(): boolean {
  const { key, own } = useSession();
  return key.sessionToken !== undefined && own === undefined && longTermKey() === undefined;
}

/** Asks for the key, then runs `onGiven`. */
export function GiveKey({ onGiven }: { onGiven(): unknown }) {
  return (
    <Button
      icon={<KeyRound />}
      onClick={() => askForKey("key-needed").then(onGiven, () => undefined)}
    >
      {text("giveKey")}
    </Button>
  );
}

interface NeedsKeyProps {
  readonly error: unknown;
  /** Whom the screen is for. */
  readonly words: string;
  onRetry(): unknown;
}

export function NeedsKey({ error, words, onRetry }: NeedsKeyProps) {
  const isRefused = isDenied(error);
  const mayHelp = useMissesKey() && isRefused;
  return (
    <ErrorPanel error={error} onRetry={mayHelp ? undefined : () => onRetry()}>
      {isRefused && <p className="muted">{words}</p>}
      {mayHelp && (
        <div>
          <GiveKey onGiven={onRetry} />
        </div>
      )}
      {isRefused && !mayHelp && (
        <div>
          <Button icon={<LogIn />} onClick={end}>
            {text("otherKey")}
          </Button>
        </div>
      )}
    </ErrorPanel>
  );
}
