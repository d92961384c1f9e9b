// The managed policies: the account's own, and those of AWS's names.

import { CreatePolicyCommand, type Policy } from "@aws-sdk/client-iam";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { FileText, Plus } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/button.tsx";
import { type Column, DataTable, times } from "../../components/data-table.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Go, useGo, useSearch } from "../../components/go.tsx";
import { Empty, Loading, Page } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { Tabs } from "../../components/tabs.tsx";
import { iam as text } from "../../messages/en/iam.ts";
import { policiesQuery } from "../../queries/identities.ts";
import { PolicyDialog } from "../iam/policy-dialog.tsx";
import { templates } from "../iam/templates.ts";

const columns: readonly Column<Policy>[] = [
  {
    id: "name",
    head: text("name"),
    value: ({ PolicyName = "" }) => PolicyName,
    cell: ({ PolicyName = "", Arn = "" }) => (
      <Go to={`/policies/${encodeURIComponent(Arn)}`}>
        <SafeText>{PolicyName}</SafeText>
      </Go>
    ),
  },
  {
    id: "attachments",
    head: text("attachments"),
    value: ({ AttachmentCount = 0 }) => AttachmentCount,
    cell: ({ AttachmentCount = 0 }) => AttachmentCount,
    align: "end",
  },
  times("created", text("created"), ({ CreateDate }) => CreateDate, true),
];

export default function PoliciesScreen() {
  const search = useSearch();
  const [isOpen, setOpen] = useState(false);
  const queries = useQueryClient();
  const go = useGo();
  const scope = search["scope"] === "AWS" ? "AWS" : "Local";
  const button = (
    <Button kind="primary" icon={<Plus />} onClick={() => setOpen(true)}>
      {text("createPolicy")}
    </Button>
  );
  return (
    <Page title={text("policies")} lead={text("policiesLead")} actions={button}>
      <Tabs
        label={text("policies")}
        chosen={scope}
        tabs={[
          { id: "Local", label: text("scopeOwn"), render: () => <List scope="Local" /> },
          { id: "AWS", label: text("scopeAws"), render: () => <List scope="AWS" /> },
        ]}
        onChoose={(id) => go("/policies", { scope: id }, true)}
      />
      <PolicyDialog
        title={text("createPolicy")}
        isOpen={isOpen}
        document={templates[0]?.render("BUCKET") ?? ""}
        deedOf={(PolicyName, PolicyDocument) =>
          new CreatePolicyCommand({ PolicyName, PolicyDocument })
        }
        onDone={async (name) => {
          await queries.invalidateQueries({ queryKey: ["iam", "policies"] });
          const policies = await queries.fetchQuery(policiesQuery("Local"));
          const made = policies.find(({ PolicyName }) => PolicyName === name);
          go(`/policies/${encodeURIComponent(made?.Arn ?? "")}`);
        }}
        onClose={() => setOpen(false)}
      />
    </Page>
  );
}

function List({ scope }: { readonly scope: "AWS" | "Local" }) {
  const { data, error, refetch } = useQuery(policiesQuery(scope));
  if (error) return <ErrorPanel error={error} onRetry={() => refetch()} />;
  if (!data) return <Loading />;
  if (data.length === 0) {
    return (
      <Empty icon={<FileText />} title={text("noPolicies")}>
        {text("noPoliciesLead")}
      </Empty>
    );
  }
  return (
    <DataTable
      label={text("policies")}
      rows={data}
      columns={columns}
      rowKey={({ Arn = "" }) => Arn}
      sortedBy={{ id: "name", desc: false }}
    />
  );
}
