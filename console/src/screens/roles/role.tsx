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
import type { Deed } from "../../clients/deeds.ts";
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
  const refresh = () => queries.invalidateQueries({ queryKey: key });
  return (
    <IdentityPage
      list="roles"
      name={name}
      error={error}
      arn={role?.Arn}
      isPrincipal
      facts={[
        [
          text("description"),
          role?.Description && <SafeText key="words">{role.Description}</SafeText>,
        ],
        [text("created"), formatDateTime(role?.CreateDate)],
        [text("lastUsed"), formatDateTime(role?.RoleLastUsed?.LastUsedDate)],
        [text("sessionHours"), text("hours", { count: (role?.MaxSessionDuration ?? 3600) / 3600 })],
      ]}
      deletion={{
        lead: text("deleteRoleLead"),
        isTyped: true,
        plan: async () => [
          ...(await stripPolicies({ kind: "role", name })),
          new DeleteRoleCommand({ RoleName: name }),
        ],
      }}
    >
      {role && (
        <>
          <Trust
            document={readDocument(role.AssumeRolePolicyDocument)}
            deedOf={(PolicyDocument) =>
              new UpdateAssumeRolePolicyCommand({ RoleName: name, PolicyDocument })
            }
            onDone={refresh}
          />
          <Powers owner={{ kind: "role", name }} />
          <Boundary
            arn={role.PermissionsBoundary?.PermissionsBoundaryArn}
            change={(PermissionsBoundary) =>
              PermissionsBoundary === undefined
                ? new DeleteRolePermissionsBoundaryCommand({ RoleName: name })
                : new PutRolePermissionsBoundaryCommand({ RoleName: name, PermissionsBoundary })
            }
            onDone={refresh}
          />
          <Tags
            tags={(role.Tags ?? []).map(({ Key, Value }) => ({ Key, Value }))}
            add={(tag) => new TagRoleCommand({ RoleName: name, Tags: [tag] })}
            remove={(tag) => new UntagRoleCommand({ RoleName: name, TagKeys: [tag] })}
            onDone={refresh}
          />
        </>
      )}
    </IdentityPage>
  );
}

interface TrustProps {
  readonly document: string;
  deedOf(document: string): Deed;
  onDone(): Promise<unknown>;
}

function Trust({ document, deedOf, onDone }: TrustProps) {
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
        deedOf={(_name, edited) => deedOf(edited)}
        onDone={onDone}
        onClose={() => setOpen(false)}
      />
    </Card>
  );
}
