// Remotes of replication: buckets behind other S3 endpoints. For the operator.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus, Server } from "lucide-react";
import { useState } from "react";
import type { Remote, Remotes } from "../../../../src/admin/answers.ts";
import { admin } from "../../clients/admin.ts";
import { Button } from "../../components/button.tsx";
import { Copyable } from "../../components/copy-button.tsx";
import { DataTable } from "../../components/data-table.tsx";
import { ConfirmDialog } from "../../components/dialog.tsx";
import { NeedsKey } from "../../components/needs-key.tsx";
import { Empty, Loading, Page } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { ShowCommand } from "../../components/show-command.tsx";
import { toast } from "../../components/toasts.tsx";
import { waiting as text } from "../../messages/en/waiting.ts";
import { adminQuery } from "../../queries/admin.ts";
import { RemoteDialog } from "./remote-dialog.tsx";

export default function RemotesScreen() {
  const query = adminQuery<Remotes>("/remotes");
  const { data, error, refetch } = useQuery(query);
  const [isOpen, setOpen] = useState(false);
  const [doomed, setDoomed] = useState<string>();
  const queries = useQueryClient();
  const actions = data && (
    <>
      <ShowCommand words={["remote", "list"]} />
      <Button kind="primary" icon={<Plus />} onClick={() => setOpen(true)}>
        {text("add")}
      </Button>
    </>
  );
  return (
    <Page title={text("remotes")} lead={text("remotesLead")} actions={actions} isWide>
      {error && <NeedsKey error={error} words={text("remotesWho")} onRetry={() => refetch()} />}
      {!data && !error && <Loading />}
      {data?.remotes.length === 0 && (
        <Empty icon={<Server />} title={text("noRemotes")}>
          {text("noRemotesLead")}
        </Empty>
      )}
      {data && data.remotes.length > 0 && (
        <RemoteTable remotes={data.remotes} onDelete={setDoomed} />
      )}
      {isOpen && (
        <RemoteDialog
          onAdded={() => queries.invalidateQueries(query)}
          onClose={() => setOpen(false)}
        />
      )}
      <ConfirmDialog
        title={text("deleteTitle", { name: doomed ?? "" })}
        lead={text("deleteLead")}
        confirm={text("delete")}
        isOpen={doomed !== undefined}
        showAs={<ShowCommand words={["remote", "delete", doomed ?? ""]} />}
        onConfirm={async () => {
          await admin("DELETE", `/remotes/${doomed}`);
          await queries.invalidateQueries(query);
          toast(text("deleted"));
        }}
        onClose={() => setDoomed(undefined)}
      />
    </Page>
  );
}

interface TableProps {
  readonly remotes: readonly Remote[];
  onDelete(name: string): void;
}

function RemoteTable({ remotes, onDelete }: TableProps) {
  return (
    <DataTable
      label={text("remotes")}
      rows={remotes}
      rowKey={({ name }) => name}
      columns={[
        {
          id: "name",
          head: text("name"),
          value: ({ name }) => name,
          cell: ({ name }) => <SafeText>{name}</SafeText>,
        },
        {
          id: "arn",
          head: text("arn"),
          cell: ({ arn }) => <Copyable value={arn} />,
          isMinor: true,
        },
        {
          id: "kind",
          head: text("kind"),
          cell: ({ kind }) => text(kind === "cairn" ? "kindCairn" : "kindS3"),
          isMinor: true,
        },
        {
          id: "place",
          head: text("bucket"),
          cell: ({ endpoint, bucket }) => <SafeText>{`${endpoint}/${bucket}`}</SafeText>,
        },
        {
          id: "account",
          head: text("account"),
          cell: ({ account }) => <SafeText>{account}</SafeText>,
          isMinor: true,
        },
        {
          id: "do",
          head: "",
          align: "end",
          cell: ({ name }) => (
            <Button kind="quiet" onClick={() => onDelete(name)}>
              {text("delete")}
            </Button>
          ),
        },
      ]}
    />
  );
}
