// Switching to a role (AssumeRole).

import { useState } from "react";
import { Button } from "../components/button.tsx";
import { Dialog } from "../components/dialog.tsx";
import { ErrorPanel } from "../components/error-panel.tsx";
import { Field } from "../components/field.tsx";
import { ShowAs } from "../components/show-as.tsx";
import { frame, signIn as text } from "../messages/en/frame.ts";
import { assumeRole } from "./sign-in.ts";
import { useSession } from "./use-session.ts";

const roleShape = /^arn:aws:iam::\d{12}:role\/.+$/;

export default function RoleDialog({ onClose }: { readonly onClose: () => void }) {
  const session = useSession();
  const [roleArn, setRoleArn] = useState("");
  const [sessionName, setSessionName] = useState("console");
  const [externalId, setExternalId] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const isWrong = roleArn !== "" && !roleShape.test(roleArn);
  const go = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const extra = externalId === "" ? {} : { externalId };
      await assumeRole(session.own ?? session, { roleArn, sessionName, ...extra });
      onClose();
    } catch (thrown) {
      setError((thrown as Error).cause ?? thrown);
      setBusy(false);
    }
  };
  const input = {
    RoleArn: roleArn,
    RoleSessionName: sessionName,
    ExternalId: externalId || undefined,
  };
  const reason = roleShape.test(roleArn) ? undefined : text("roleWrong");
  const actions = (
    <>
      <ShowAs calls={[{ service: "sts", operation: "AssumeRole", input }]} />
      <Button onClick={onClose}>{frame("cancel")}</Button>
      <Button kind="primary" isBusy={isBusy} disabledReason={reason} onClick={go}>
        {text("roleSubmit")}
      </Button>
    </>
  );
  return (
    <Dialog
      title={text("roleTitle")}
      lead={text("roleLead")}
      isOpen
      onClose={onClose}
      actions={actions}
    >
      <Field label={text("roleArn")} error={isWrong ? text("roleWrong") : undefined}>
        <input value={roleArn} onChange={(event) => setRoleArn(event.target.value.trim())} />
      </Field>
      <Field label={text("roleName")}>
        <input value={sessionName} onChange={(event) => setSessionName(event.target.value)} />
      </Field>
      <Field label={text("roleExternal")} isOptional>
        <input value={externalId} onChange={(event) => setExternalId(event.target.value)} />
      </Field>
      {error !== undefined && <ErrorPanel error={error} />}
    </Dialog>
  );
}
