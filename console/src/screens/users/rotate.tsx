// Changing an access key for a new one, step by step: made, moved to, the old one switched off, then
// deleted. The steps are read from the keys there are, so that one may stop and go on another day.

import {
  type AccessKeyMetadata,
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  UpdateAccessKeyCommand,
} from "@aws-sdk/client-iam";
import { type ReactNode, useState } from "react";
import { Button } from "../../components/button.tsx";
import { DeedButton, ShowDeeds } from "../../components/deed-button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { Badge, Facts } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { toastError } from "../../components/toasts.tsx";
import { iam as text } from "../../messages/en/iam.ts";
import { LastUsed } from "./last-used.tsx";
import { KeyFacts, type NewKey } from "./new-key.tsx";

interface RotateProps {
  readonly user: string;
  readonly keys: readonly AccessKeyMetadata[];
  /** The id of the key that goes. */
  readonly old: string;
  create(): Promise<NewKey>;
  refresh(): Promise<unknown>;
  onClose(): void;
}

export function RotateDialog({ user, keys, old, create, refresh, onClose }: RotateProps) {
  const [made, setMade] = useState<NewKey>();
  const [isBusy, setBusy] = useState(false);
  const place = { UserName: user, AccessKeyId: old };
  const before = keys.find(({ AccessKeyId }) => AccessKeyId === old);
  const next = keys.find(({ AccessKeyId }) => AccessKeyId !== old);
  const isOff = before?.Status === "Inactive";
  const start = () => {
    setBusy(true);
    const done = create().then(setMade);
    return done.catch(toastError).finally(() => setBusy(false));
  };
  const needsNew = next === undefined ? text("rotateNewFirst") : undefined;
  const turn = (Status: "Active" | "Inactive") => [
    new UpdateAccessKeyCommand({ ...place, Status }),
  ];
  const creation = [new CreateAccessKeyCommand({ UserName: user })];
  return (
    <Dialog
      title={text("rotateTitle")}
      lead={<SafeText>{text("rotateLead", { key: old })}</SafeText>}
      isOpen
      onClose={onClose}
      actions={<Button onClick={onClose}>{text(before ? "rotateLater" : "close")}</Button>}
    >
      <ol className="rotate-steps">
        <Step title={text("rotateMake")} isDone={next !== undefined}>
          {next === undefined && (
            <span className="row">
              <ShowDeeds deeds={creation} isSmall />
              <Button kind="primary" isBusy={isBusy} onClick={start}>
                {text("createKey")}
              </Button>
            </span>
          )}
          {made && <KeyFacts made={made} />}
        </Step>
        <Step title={text("rotateMove")} isDone={isOff || before === undefined}>
          <Facts
            items={[
              [text("rotateOldUsed"), before && <LastUsed accessKeyId={old} isLive />],
              [
                text("rotateNewUsed"),
                next && <LastUsed accessKeyId={next.AccessKeyId ?? ""} isLive />,
              ],
            ]}
          />
        </Step>
        <Step title={text("rotateOff")} isDone={isOff || before === undefined}>
          {before && (
            <DeedButton
              deeds={turn(isOff ? "Active" : "Inactive")}
              onDone={refresh}
              disabledReason={needsNew}
            >
              {text(isOff ? "switchOn" : "switchOff")}
            </DeedButton>
          )}
        </Step>
        <Step title={text("rotateDelete")} isDone={before === undefined}>
          {before && (
            <DeedButton
              kind="danger"
              deeds={[new DeleteAccessKeyCommand(place)]}
              onDone={refresh}
              disabledReason={needsNew ?? (isOff ? undefined : text("rotateOffFirst"))}
            >
              {text("delete")}
            </DeedButton>
          )}
        </Step>
      </ol>
    </Dialog>
  );
}

interface StepProps {
  readonly title: string;
  readonly isDone: boolean;
  readonly children: ReactNode;
}

function Step({ title, isDone, children }: StepProps) {
  return (
    <li>
      <div className="row">
        <strong>{title}</strong>
        {isDone && <Badge tone="good">{text("rotateDone")}</Badge>}
      </div>
      {children}
    </li>
  );
}
