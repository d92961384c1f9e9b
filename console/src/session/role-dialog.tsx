// Switching to a role (AssumeRole).

import { useState } from "react";
import { Field } from "../components/field.tsx";
import { SaveDialog } from "../components/save-dialog.tsx";
import { ShowAs } from "../components/show-as.tsx";
import { signIn as text } from "../messages/en/frame.ts";
import { assumeRole } from "./sign-in.ts";
import { useSession } from "./use-session.ts";

const roleShape = /^arn:aws:iam::\d{12}:role\/.+$/;

export default function RoleDialog({ onClose }: { readonly onClose: () => void }) {
  const session = useSession();
  const [roleArn, setRoleArn] = useState("");
  const [sessionName, setSessionName] = useState("console");
  const [externalId, setExternalId] = useState("");
  const isWrong = roleArn !== "" && !roleShape.test(roleArn);
  const go = async () => {
    const extra = externalId === "" ? {} : { externalId };
    await assumeRole(session.own ?? session, { roleArn, sessionName, ...extra }).catch(
      // The refusal itself names the missing permission.
      (thrown: Error) => Promise.reject(thrown.cause ?? thrown),
    );
  };
  const input = {
    RoleArn: roleArn,
    RoleSessionName: sessionName,
    ExternalId: externalId || undefined,
  };
  const reason = roleShape.test(roleArn) ? undefined : text("roleWrong");
  return (
    <SaveDialog
      title={text("roleTitle")}
      lead={text("roleLead")}
      isOpen
      save={text("roleSubmit")}
      disabledReason={reason}
      showAs={<ShowAs calls={[{ service: "sts", operation: "AssumeRole", input }]} />}
      onSave={go}
      onClose={onClose}
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
    </SaveDialog>
  );
}
