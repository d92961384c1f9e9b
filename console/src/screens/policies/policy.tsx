// One managed policy: its versions, their documents, and what it is attached to.

import {
  CreatePolicyVersionCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DetachGroupPolicyCommand,
  DetachRolePolicyCommand,
  DetachUserPolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  ListEntitiesForPolicyCommand,
  ListPolicyVersionsCommand,
  SetDefaultPolicyVersionCommand,
} from "@aws-sdk/client-iam";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Deed } from "../../clients/deeds.ts";
import { sendIam } from "../../clients/identity.ts";
import { Button } from "../../components/button.tsx";
import { CodeEditor } from "../../components/code-editor.tsx";
import { DeedButton } from "../../components/deed-button.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { formatDateTime } from "../../components/format.ts";
import { Go, useParameter } from "../../components/go.tsx";
import { Badge, Card, Loading } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { iam as text } from "../../messages/en/iam.ts";
import { IdentityPage } from "../iam/identity-page.tsx";
import { readDocument } from "../iam/owners.ts";
import { PolicyDialog } from "../iam/policy-dialog.tsx";

const maximumVersions = 5;

export default function PolicyScreen() {
  const arn = useParameter("arn");
  const key = ["iam", "policy", arn];
  const { data, error } = useQuery({
    queryKey: key,
    queryFn: () => sendIam(new GetPolicyCommand({ PolicyArn: arn })),
  });
  const policy = data?.Policy;
  const isOwn = !arn.startsWith("arn:aws:iam::aws:");
  return (
    <IdentityPage
      list="policies"
      name={policy?.PolicyName ?? arn.slice(arn.lastIndexOf("/") + 1)}
      error={error}
      arn={policy?.Arn}
      facts={[
        [
          text("description"),
          policy?.Description && <SafeText key="words">{policy.Description}</SafeText>,
        ],
        [text("created"), formatDateTime(policy?.CreateDate)],
      ]}
      deletion={
        isOwn ? { lead: text("deletePolicyLead"), plan: () => planDeletion(arn) } : undefined
      }
    >
      {policy && (
        <>
          <Versions arn={arn} isOwn={isOwn} />
          <UsedBy arn={arn} />
        </>
      )}
    </IdentityPage>
  );
}

/** IAM deletes only a policy that nothing has, with one version left. */
async function planDeletion(PolicyArn: string): Promise<readonly Deed[]> {
  const used = await sendIam(new ListEntitiesForPolicyCommand({ PolicyArn }));
  const { Versions: versions = [] } = await sendIam(new ListPolicyVersionsCommand({ PolicyArn }));
  const { PolicyUsers = [], PolicyGroups = [], PolicyRoles = [] } = used;
  return [
    ...PolicyUsers.map(({ UserName }) => new DetachUserPolicyCommand({ PolicyArn, UserName })),
    ...PolicyGroups.map(({ GroupName }) => new DetachGroupPolicyCommand({ PolicyArn, GroupName })),
    ...PolicyRoles.map(({ RoleName }) => new DetachRolePolicyCommand({ PolicyArn, RoleName })),
    ...versions
      .filter(({ IsDefaultVersion }) => !IsDefaultVersion)
      .map(({ VersionId }) => new DeletePolicyVersionCommand({ PolicyArn, VersionId })),
    new DeletePolicyCommand({ PolicyArn }),
  ];
}

function Versions({ arn, isOwn }: { readonly arn: string; readonly isOwn: boolean }) {
  const key = ["iam", "policy", arn, "versions"];
  const { data, error } = useQuery({
    queryKey: key,
    queryFn: () => sendIam(new ListPolicyVersionsCommand({ PolicyArn: arn })),
  });
  const versions = data?.Versions ?? [];
  const inForce = versions.find(({ IsDefaultVersion }) => IsDefaultVersion)?.VersionId;
  const [picked, setPicked] = useState<string>();
  const [isOpen, setOpen] = useState(false);
  const shown = picked ?? inForce;
  const document = useQuery({
    queryKey: ["iam", "policy", arn, "document", shown],
    queryFn: () => sendIam(new GetPolicyVersionCommand({ PolicyArn: arn, VersionId: shown ?? "" })),
    enabled: shown !== undefined,
  });
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: ["iam", "policy", arn] });
  const putInForce = (VersionId: string) =>
    new SetDefaultPolicyVersionCommand({ PolicyArn: arn, VersionId });
  const reason = versions.length >= maximumVersions ? text("fiveVersions") : undefined;
  const source = readDocument(document.data?.PolicyVersion?.Document);
  return (
    <Card
      title={text("versions")}
      actions={
        isOwn && (
          <Button onClick={() => setOpen(true)} disabledReason={reason}>
            {text("newVersion")}
          </Button>
        )
      }
    >
      {error && <ErrorPanel error={error} />}
      <ul className="iam-list">
        {versions.map(({ VersionId = "", CreateDate, IsDefaultVersion }) => (
          <li key={VersionId} className="row spread">
            <span className="row">
              <Button
                kind="quiet"
                aria-pressed={VersionId === shown}
                onClick={() => setPicked(VersionId)}
              >
                {VersionId}
              </Button>
              {IsDefaultVersion && <Badge tone="good">{text("isDefault")}</Badge>}
              <span className="muted small">{formatDateTime(CreateDate)}</span>
            </span>
            {!IsDefaultVersion && isOwn && (
              <span className="row">
                <DeedButton
                  kind="quiet"
                  deeds={[putInForce(VersionId)]}
                  undo={[putInForce(inForce ?? VersionId)]}
                  said={text("inForceToast", { version: VersionId })}
                  onDone={refresh}
                >
                  {text("makeDefault")}
                </DeedButton>
                <DeedButton
                  kind="quiet"
                  deeds={[new DeletePolicyVersionCommand({ PolicyArn: arn, VersionId })]}
                  onDone={refresh}
                >
                  {text("delete")}
                </DeedButton>
              </span>
            )}
          </li>
        ))}
      </ul>
      <div className="iam-document">
        {document.data ? (
          <CodeEditor label={text("document")} language="json" value={source} />
        ) : (
          <Loading />
        )}
      </div>
      <PolicyDialog
        title={text("newVersion")}
        isOpen={isOpen}
        document={source}
        name=""
        deedOf={(_name, PolicyDocument) =>
          new CreatePolicyVersionCommand({ PolicyArn: arn, PolicyDocument, SetAsDefault: true })
        }
        onDone={() => {
          setPicked(undefined);
          return refresh();
        }}
        onClose={() => setOpen(false)}
      />
    </Card>
  );
}

function UsedBy({ arn }: { readonly arn: string }) {
  const { data, error } = useQuery({
    queryKey: ["iam", "policy", arn, "entities"],
    queryFn: () => sendIam(new ListEntitiesForPolicyCommand({ PolicyArn: arn })),
  });
  const links = [
    ...(data?.PolicyUsers ?? []).map(({ UserName = "" }) => ["users", UserName] as const),
    ...(data?.PolicyGroups ?? []).map(({ GroupName = "" }) => ["groups", GroupName] as const),
    ...(data?.PolicyRoles ?? []).map(({ RoleName = "" }) => ["roles", RoleName] as const),
  ];
  return (
    <Card title={text("usedBy")}>
      {error && <ErrorPanel error={error} />}
      {data && links.length === 0 && <p className="muted">{text("notUsed")}</p>}
      <ul className="iam-list">
        {links.map(([kind, name]) => (
          <li key={`${kind}/${name}`} className="row">
            <Badge>{text(kind)}</Badge>
            <Go to={`/${kind}/${encodeURIComponent(name)}`}>
              <SafeText>{name}</SafeText>
            </Go>
          </li>
        ))}
      </ul>
    </Card>
  );
}
