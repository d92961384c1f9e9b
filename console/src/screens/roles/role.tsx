// One role: whom it trusts, what it may, its boundary and tags.

import {
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  GetRoleCommand,
  PutRolePermissionsBoundaryCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { sendIam } from "../../clients/identity.ts";
import { Button } from "../../components/button.tsx";
import { CodeEditor } from "../../components/code-editor.tsx";
import { formatDateTime } from "../../components/format.ts";
import { useParameter } from "../../components/go.tsx";
import { Card } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { iam as text } from "../../messages/en/iam.ts";
import { Boundary } from "../iam/boundary.tsx";
import { IdentityPage } from "../iam/identity-page.tsx";
import { readDocument, stripPolicies } from "../iam/owners.ts";
import { PolicyDialog } from "../iam/policy-dialog.tsx";
import { Powers } from "../iam/powers.tsx";
import { Tags } from "../iam/tags.tsx";

export default function RoleScreen() {
  const name = useParameter("name");
  const key = ["iam", "role", name];
  const { data, error } = useQuery({
    queryKey: key,
    queryFn: () => sendIam(new GetRoleCommand({ RoleName: name })),
  });
  const queries = useQueryClient();
  const role = data?.Role;
  const run = async (call: Promise<unknown>) => {
    await call;
    await queries.invalidateQueries({ queryKey: key });
  };
  const setBoundary = (PermissionsBoundary: string | undefined) =>
    run(
      PermissionsBoundary === undefined
        ? sendIam(new DeleteRolePermissionsBoundaryCommand({ RoleName: name }))
        : sendIam(new PutRolePermissionsBoundaryCommand({ RoleName: name, PermissionsBoundary })),
    );
  return (
    <IdentityPage
      list="roles"
      name={name}
      error={error}
      arn={role?.Arn}
      isPrincipal
      facts={[
        [text("description"), <SafeText key="words">{role?.Description ?? ""}</SafeText>],
        [text("created"), formatDateTime(role?.CreateDate)],
        [text("lastUsed"), formatDateTime(role?.RoleLastUsed?.LastUsedDate)],
        [text("sessionHours"), text("hours", { count: (role?.MaxSessionDuration ?? 3600) / 3600 })],
      ]}
      deletion={{
        lead: text("deleteRoleLead"),
        isTyped: true,
        run: async () => {
          await stripPolicies({ kind: "role", name });
          await sendIam(new DeleteRoleCommand({ RoleName: name }));
        },
      }}
    >
      {role && (
        <>
          <Trust
            document={readDocument(role.AssumeRolePolicyDocument)}
            onSave={(PolicyDocument) =>
              run(sendIam(new UpdateAssumeRolePolicyCommand({ RoleName: name, PolicyDocument })))
            }
          />
          <Powers owner={{ kind: "role", name }} />
          <Boundary arn={role.PermissionsBoundary?.PermissionsBoundaryArn} onChange={setBoundary} />
          <Tags
            tags={(role.Tags ?? []).map(({ Key, Value }) => ({ Key, Value }))}
            onAdd={(tag) => run(sendIam(new TagRoleCommand({ RoleName: name, Tags: [tag] })))}
            onRemove={(tag) =>
              run(sendIam(new UntagRoleCommand({ RoleName: name, TagKeys: [tag] })))
            }
          />
        </>
      )}
    </IdentityPage>
  );
}

interface TrustProps {
  readonly document: string;
  onSave(document: string): Promise<unknown>;
}

function Trust({ document, onSave }: TrustProps) {
  const [isOpen, setOpen] = useState(false);
  const button = <Button onClick={() => setOpen(true)}>{text("edit")}</Button>;
  return (
    <Card title={text("trust")} actions={button}>
      <p className="muted">{text("trustLead")}</p>
      <CodeEditor label={text("trust")} language="json" value={document} />
      <PolicyDialog
        title={text("trust")}
        isOpen={isOpen}
        document={document}
        name={null}
        onSave={(_name, edited) => onSave(edited)}
        onClose={() => setOpen(false)}
      />
    </Card>
  );
}
