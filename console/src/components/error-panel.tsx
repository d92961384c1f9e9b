// What went wrong, in the place where it went wrong. A denial names the missing permission.

import { CircleAlert, Lock } from "lucide-react";
import type { ReactNode } from "react";
import { describeError } from "../errors.ts";
import { frame as text } from "../messages/en/frame.ts";
import { askForKey, KeyWithheld } from "../session/store.ts";
import { Button } from "./button.tsx";
import { CopyButton } from "./copy-button.tsx";
import { Go } from "./go.tsx";
import { SafeText } from "./safe-text.tsx";

interface ErrorPanelProps {
  readonly error: unknown;
  readonly onRetry?: (() => void) | undefined;
  readonly children?: ReactNode;
}

export function ErrorPanel({ error, onRetry, children }: ErrorPanelProps) {
  const { code, message, requestId, denial } = describeError(error);
  const isBlocked = denial?.reason?.includes("Block Public Access") ?? false;
  return (
    <div className="error-panel" role="alert">
      {denial ? <Lock aria-hidden="true" /> : <CircleAlert aria-hidden="true" />}
      <div className="error-words">
        <strong>{denial ? text("deniedTitle") : code}</strong>
        <p>
          <SafeText>{message}</SafeText>
        </p>
        {denial && (
          <dl className="facts">
            <Fact name={text("deniedPermission")} value={denial.action} />
            <Fact name={text("deniedResource")} value={denial.resource} />
            <Fact name={text("deniedWho")} value={denial.who} />
            <Fact name={text("deniedReason")} value={denial.reason} />
          </dl>
        )}
        {denial?.encodedMessage && (
          <p>
            {text("deniedMessage")} <CopyButton value={denial.encodedMessage} />{" "}
            <Go to="/explain" search={{ message: denial.encodedMessage }}>
              {text("deniedExplain")}
            </Go>
          </p>
        )}
        {/* Where no permission is named, no policy would help. */}
        {denial?.action && (
          <p className="muted">{text(isBlocked ? "deniedByBlock" : "deniedHint")}</p>
        )}
        {error instanceof KeyWithheld && (
          <div>
            <Button kind="primary" onClick={() => askForKey(error.ask).catch(() => undefined)}>
              {text(error.ask === "expired" ? "signInAgain" : "enterKey")}
            </Button>
          </div>
        )}
        {requestId && <p className="muted small">{text("requestId", { id: requestId })}</p>}
        {children}
      </div>
      {onRetry && !(error instanceof KeyWithheld) && (
        <Button onClick={onRetry}>{text("retry")}</Button>
      )}
    </div>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string | undefined }) {
  if (value === undefined) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>
        <code>
          <SafeText>{value}</SafeText>
        </code>
      </dd>
    </>
  );
}
