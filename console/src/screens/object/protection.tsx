// Object lock: until when the version must stay, and whether a legal hold keeps it beyond that.

import {
  type ObjectLockRetentionMode,
  PutObjectLegalHoldCommand,
  PutObjectRetentionCommand,
} from "@aws-sdk/client-s3";
import { useQuery } from "@tanstack/react-query";
import { LockKeyhole } from "lucide-react";
import { useState } from "react";
import { send } from "../../clients/s3.ts";
import { Button } from "../../components/button.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Check, Field } from "../../components/field.tsx";
import { formatDateTime } from "../../components/format.ts";
import { Go } from "../../components/go.tsx";
import { Card, Empty, Facts } from "../../components/parts.tsx";
import { ShowAs } from "../../components/show-as.tsx";
import { toast } from "../../components/toasts.tsx";
import { object as text } from "../../messages/en/object.ts";
import { bucketFactsQuery } from "../../queries/bucket-facts.ts";
import { type Head, inputOf, type ObjectPlace } from "./place.ts";

interface ProtectionProps {
  readonly place: ObjectPlace;
  readonly head: Head;
  onChanged(): void;
}

export function Protection(props: ProtectionProps) {
  const { data: facts } = useQuery(bucketFactsQuery(props.place.bucket));
  if (facts && !facts.hasLock) {
    return (
      <Empty
        icon={<LockKeyhole />}
        title={text("noLock")}
        action={
          <Go to={`/buckets/${props.place.bucket}/settings`} className="button">
            {text("toLock")}
          </Go>
        }
      >
        {text("noLockText")}
      </Empty>
    );
  }
  return (
    <>
      <Retention {...props} />
      <Hold {...props} />
    </>
  );
}

/** `2026-11-27T21:48` in local time, as the input takes it. */
function localText(date: Date): string {
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

function Retention({ place, head, onChanged }: ProtectionProps) {
  const until = head.ObjectLockRetainUntilDate;
  const inAMonth = new Date(Date.now() + 30 * 86_400_000);
  const [mode, setMode] = useState<ObjectLockRetentionMode>(head.ObjectLockMode ?? "GOVERNANCE");
  const [date, setDate] = useState(localText(until ?? inAMonth));
  const [isBypassing, setBypassing] = useState(false);
  const [error, setError] = useState<unknown>();
  const RetainUntilDate = new Date(date);
  const isDate = !Number.isNaN(RetainUntilDate.getTime());
  const input = {
    ...inputOf(place),
    Retention: { Mode: mode, ...(isDate && { RetainUntilDate }) },
    ...(isBypassing && { BypassGovernanceRetention: true }),
  };
  const save = async () => {
    setError(undefined);
    try {
      await send(new PutObjectRetentionCommand(input));
      toast(text("retentionSaved"));
      onChanged();
    } catch (thrown) {
      setError(thrown);
    }
  };
  return (
    <Card
      title={text("retention")}
      actions={<ShowAs calls={[{ service: "s3", operation: "PutObjectRetention", input }]} />}
    >
      <div className="stack">
        <Facts
          items={[
            [text("mode"), head.ObjectLockMode ?? text("none")],
            [text("until"), formatDateTime(until)],
          ]}
        />
        <Field label={text("mode")}>
          <select
            value={mode}
            onChange={(event) => setMode(event.target.value as ObjectLockRetentionMode)}
          >
            <option>GOVERNANCE</option>
            <option>COMPLIANCE</option>
          </select>
        </Field>
        <Field
          label={text("until")}
          hint={mode === "COMPLIANCE" ? text("complianceWarning") : undefined}
        >
          <input
            type="datetime-local"
            value={date}
            onChange={(event) => setDate(event.target.value)}
          />
        </Field>
        {head.ObjectLockMode === "GOVERNANCE" && (
          <Check label={text("bypass")} isChecked={isBypassing} onChange={setBypassing} />
        )}
        <div>
          <Button
            kind="primary"
            disabledReason={isDate ? undefined : text("needDate")}
            onClick={save}
          >
            {text("saveRetention")}
          </Button>
        </div>
        {error !== undefined && <ErrorPanel error={error} />}
      </div>
    </Card>
  );
}

function Hold({ place, head, onChanged }: ProtectionProps) {
  const isHeld = head.ObjectLockLegalHoldStatus === "ON";
  const [error, setError] = useState<unknown>();
  const put = async (isOn: boolean) => {
    const LegalHold = { Status: isOn ? "ON" : "OFF" } as const;
    await send(new PutObjectLegalHoldCommand({ ...inputOf(place), LegalHold }));
    onChanged();
  };
  const toggle = async () => {
    setError(undefined);
    try {
      await put(!isHeld);
      toast(text(isHeld ? "holdRemoved" : "holdSet"), { undo: () => put(isHeld) });
    } catch (thrown) {
      setError(thrown);
    }
  };
  const input = { ...inputOf(place), LegalHold: { Status: isHeld ? "OFF" : "ON" } };
  return (
    <Card
      title={text("legalHold")}
      actions={<ShowAs calls={[{ service: "s3", operation: "PutObjectLegalHold", input }]} />}
    >
      <div className="stack">
        <p>{text(isHeld ? "held" : "notHeld")}</p>
        <div>
          <Button onClick={toggle}>{text(isHeld ? "removeHold" : "setHold")}</Button>
        </div>
        {error !== undefined && <ErrorPanel error={error} />}
      </div>
    </Card>
  );
}
