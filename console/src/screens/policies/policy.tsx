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
import { sendIam } from "../../clients/identity.ts";
import { Button } from "../../components/button.tsx";
import { CodeEditor } from "../../components/code-editor.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { formatDateTime } from "../../components/format.ts";
import { Go, useParameter } from "../../components/go.tsx";
import { Badge, Card, Loading } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { toast, toastError } from "../../components/toasts.tsx";
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
      name={policy?.PolicyName ?? ""}
      error={error}
      arn={policy?.Arn}
      facts={[
        [text("description"), <SafeText key="words">{policy?.Description ?? ""}</SafeText>],
        [text("created"), formatDateTime(policy?.CreateDate)],
      ]}
      deletion={
        isOwn ? { lead: text("deletePolicyLead"), run: () => deletePolicy(arn) } : undefined
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
async function deletePolicy(PolicyArn: string): Promise<void> {
  const used = await sendIam(new ListEntitiesForPolicyCommand({ PolicyArn }));
  for (const { UserName } of used.PolicyUsers ?? []) {
    await sendIam(new DetachUserPolicyCommand({ PolicyArn, UserName }));
  }
  for (const { GroupName } of used.PolicyGroups ?? []) {
    await sendIam(new DetachGroupPolicyCommand({ PolicyArn, GroupName }));
  }
  for (const { RoleName } of used.PolicyRoles ?? []) {
    await sendIam(new DetachRolePolicyCommand({ PolicyArn, RoleName }));
  }
  const { Versions: versions = [] } = await sendIam(new ListPolicyVersionsCommand({ PolicyArn }));
  for (const { VersionId, IsDefaultVersion } of versions) {
    if (!IsDefaultVersion) await sendIam(new DeletePolicyVersionCommand({ PolicyArn, VersionId }));
  }
  await sendIam(new DeletePolicyCommand({ PolicyArn }));
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
  const run = async (call: Promise<unknown>) => {
    await call;
    await queries.invalidateQueries({ queryKey: ["iam", "policy", arn] });
  };
  const putInForce = (VersionId: string) =>
    run(sendIam(new SetDefaultPolicyVersionCommand({ PolicyArn: arn, VersionId })));
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
                <Button
                  kind="quiet"
                  onClick={() =>
                    putInForce(VersionId)
                      .then(() =>
                        toast(text("saved"), { undo: () => putInForce(inForce ?? VersionId) }),
                      )
                      .catch(toastError)
                  }
                >
                  {text("makeDefault")}
                </Button>
                <Button
                  kind="quiet"
                  onClick={() =>
                    run(
                      sendIam(new DeletePolicyVersionCommand({ PolicyArn: arn, VersionId })),
                    ).catch(toastError)
                  }
                >
                  {text("delete")}
                </Button>
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
        onSave={(_name, PolicyDocument) => {
          const given = { PolicyArn: arn, PolicyDocument, SetAsDefault: true };
          setPicked(undefined);
          return run(sendIam(new CreatePolicyVersionCommand(given)));
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
