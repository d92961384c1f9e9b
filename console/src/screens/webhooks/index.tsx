// The account's webhooks: how each does, and a way to make one.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus, Webhook as WebhookIcon } from "lucide-react";
import { useState } from "react";
import type { Webhook } from "../../../../src/admin/answers.ts";
import { Button } from "../../components/button.tsx";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { formatRelative } from "../../components/format.ts";
import { Go } from "../../components/go.tsx";
import { NeedsKey } from "../../components/needs-key.tsx";
import { Empty, Loading, Page } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { webhooks as text } from "../../messages/en/webhooks.ts";
import { adminQuery } from "../../queries/admin.ts";
import { CreateDialog } from "./create-dialog.tsx";
import { SecretDialog } from "./secret-dialog.tsx";
import { State } from "./state.tsx";
import { webhooksPath } from "./types.ts";

const columns: readonly Column<Webhook>[] = [
  {
    id: "name",
    head: text("name"),
    value: ({ name }) => name,
    cell: ({ name }) => <Go to={`/webhooks/${name}`}>{name}</Go>,
  },
  { id: "state", head: text("state"), cell: (webhook) => <State webhook={webhook} /> },
  {
    id: "url",
    head: text("url"),
    cell: ({ url }) => (
      <span className="break">
        <SafeText>{url}</SafeText>
      </span>
    ),
    isMinor: true,
  },
  {
    id: "delivered",
    head: text("lastDelivered"),
    value: ({ lastDeliveredAt = "" }) => lastDeliveredAt,
    cell: ({ lastDeliveredAt }) =>
      lastDeliveredAt ? formatRelative(new Date(lastDeliveredAt)) : text("never"),
  },
  {
    id: "error",
    head: text("lastError"),
    cell: ({ lastError = "" }) => <SafeText>{lastError}</SafeText>,
    isMinor: true,
  },
];

export default function WebhooksScreen() {
  const query = adminQuery<{ webhooks: readonly Webhook[] }>(webhooksPath);
  const { data, error, refetch } = useQuery(query);
  const queries = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const [secret, setSecret] = useState<string>();
  const button = (
    <Button kind="primary" icon={<Plus />} onClick={() => setOpen(true)}>
      {text("create")}
    </Button>
  );
  return (
    <Page title={text("title")} lead={text("lead")} actions={data && button} isWide>
      {error && <NeedsKey error={error} words={text("rootOnly")} onRetry={() => refetch()} />}
      {!data && !error && <Loading />}
      {data?.webhooks.length === 0 && (
        <Empty icon={<WebhookIcon />} title={text("noWebhooks")}>
          {text("noWebhooksLead")}
        </Empty>
      )}
      {data && data.webhooks.length > 0 && (
        <DataTable
          label={text("title")}
          rows={data.webhooks}
          columns={columns}
          rowKey={({ name }) => name}
        />
      )}
      <CreateDialog
        isOpen={isOpen}
        onCreated={async (made) => {
          setSecret(made);
          await queries.invalidateQueries(query);
        }}
        onClose={() => setOpen(false)}
      />
      <SecretDialog secret={secret} onClose={() => setSecret(undefined)} />
    </Page>
  );
}
