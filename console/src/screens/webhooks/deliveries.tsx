// What a webhook was sent, the latest first: by outcome, page by page; each can be looked at and sent
// again, and all that failed at once.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Deliveries, Delivery } from "../../../../src/admin/answers.ts";
import { admin } from "../../clients/admin.ts";
import { Button } from "../../components/button.tsx";
import { CodeEditor } from "../../components/code-editor.tsx";
import { type Column, DataTable, times } from "../../components/data-table.tsx";
import { ConfirmDialog, Dialog } from "../../components/dialog.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { NarrowSelect } from "../../components/field.tsx";
import { formatDateTime } from "../../components/format.ts";
import { Card, Facts, Loading } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { ShowCommand } from "../../components/show-command.tsx";
import { toast, toastError } from "../../components/toasts.tsx";
import { operate } from "../../messages/en/operate.ts";
import { webhooks as text } from "../../messages/en/webhooks.ts";
import { adminQuery, withQuery } from "../../queries/admin.ts";
import { OutcomeBadge } from "./state.tsx";
import { pathOf } from "./types.ts";

const outcomes = ["delivered", "pending", "failed", "skipped"] as const;
const choices = [
  { value: "", label: text("all") },
  ...outcomes.map((value) => ({ value: value as string, label: text(value) })),
];
const pageSize = 50;

export function DeliveryList({ name }: { readonly name: string }) {
  const [outcome, setOutcome] = useState("");
  const [before, setBefore] = useState<string>();
  const [shown, setShown] = useState<Delivery>();
  const [isReplaying, setReplaying] = useState(false);
  const queries = useQueryClient();
  const path = withQuery(`${pathOf(name)}/deliveries`, { outcome, before, limit: pageSize });
  const { data, error, refetch } = useQuery(adminQuery<Deliveries>(path));
  const refresh = () => queries.invalidateQueries({ queryKey: ["admin"] });
  const replay = async (id: string) => {
    const sent = await replayOnce(name, { id });
    toast(text("replayed", { count: sent.deliveries.length }));
    await refresh();
  };
  const actions = (
    <div className="row">
      <NarrowSelect
        label={text("outcome")}
        value={outcome}
        options={choices}
        onChange={(value) => {
          setOutcome(value);
          setBefore(undefined);
        }}
      />
      <Button onClick={() => setReplaying(true)}>{text("replayFailed")}</Button>
    </div>
  );
  return (
    <Card title={text("deliveries")} actions={actions}>
      {error && <ErrorPanel error={error} onRetry={() => refetch()} />}
      {!data && !error && <Loading />}
      {data?.deliveries.length === 0 && <p className="muted">{text("noDeliveries")}</p>}
      {data && data.deliveries.length > 0 && (
        <DataTable
          label={text("deliveries")}
          rows={data.deliveries}
          columns={columnsFor(name, setShown, (id) => replay(id).catch(toastError))}
          rowKey={({ id }) => id}
        />
      )}
      <div className="row">
        {before && <Button onClick={() => setBefore(undefined)}>{operate("newest")}</Button>}
        {data?.next && <Button onClick={() => setBefore(data.next)}>{operate("older")}</Button>}
      </div>
      <ConfirmDialog
        title={text("replayFailed")}
        lead={text("replayFailedLead")}
        confirm={text("replay")}
        isOpen={isReplaying}
        isHarmless
        showAs={<ShowCommand words={["webhook", "replay", name, "--outcome", "failed"]} />}
        onConfirm={async () => {
          toast(text("replayed", { count: await replayAllFailed(name) }));
          await refresh();
        }}
        onClose={() => setReplaying(false)}
      />
      {shown && <DeliveryDialog name={name} id={shown.id} onClose={() => setShown(undefined)} />}
    </Card>
  );
}

const replayOnce = (name: string, wish: Readonly<Record<string, string>>) =>
  admin<Deliveries>("POST", `${pathOf(name)}/replay`, wish);

/** Goes on until the server has no more; gives how many were sent. */
async function replayAllFailed(name: string): Promise<number> {
  let count = 0;
  let wish: Record<string, string> = { outcome: "failed" };
  for (;;) {
    const { deliveries, next, to } = await replayOnce(name, wish);
    count += deliveries.length;
    if (next === undefined) return count;
    wish = { outcome: "failed", after: next, ...(to !== undefined && { to }) };
  }
}

function columnsFor(
  name: string,
  onShow: (delivery: Delivery) => void,
  onReplay: (id: string) => void,
): readonly Column<Delivery>[] {
  return [
    times("at", text("at"), ({ at }) => new Date(at)),
    {
      id: "outcome",
      head: text("outcome"),
      cell: ({ outcome }) => <OutcomeBadge outcome={outcome} />,
    },
    { id: "event", head: text("event"), cell: ({ event }) => <SafeText>{event}</SafeText> },
    {
      id: "key",
      head: text("key"),
      cell: ({ bucket, key }) => <SafeText>{`${bucket}/${key}`}</SafeText>,
      isMinor: true,
    },
    {
      id: "status",
      head: text("status"),
      // The error of an answer repeats its status.
      cell: ({ status, error }) => status ?? <SafeText>{error ?? operate("none")}</SafeText>,
      isMinor: true,
    },
    { id: "attempts", head: text("attempts"), cell: ({ attempts }) => attempts, isMinor: true },
    {
      id: "do",
      head: "",
      cell: (delivery) => (
        <div className="row whole">
          <Button kind="quiet" onClick={() => onShow(delivery)}>
            {text("show")}
          </Button>
          <ShowCommand words={["webhook", "replay", name, delivery.id]} isSmall />
          <Button kind="quiet" onClick={() => onReplay(delivery.id)}>
            {text("replay")}
          </Button>
        </div>
      ),
    },
  ];
}

interface DeliveryDialogProps {
  readonly name: string;
  readonly id: string;
  onClose(): void;
}

function DeliveryDialog({ name, id, onClose }: DeliveryDialogProps) {
  const path = `${pathOf(name)}/deliveries/${id}`;
  const { data, error } = useQuery(adminQuery<Delivery & { body: string }>(path));
  return (
    <Dialog title={text("delivery")} isOpen size="large" onClose={onClose}>
      {error && <ErrorPanel error={error} />}
      {!data && !error && <Loading />}
      {data && (
        <>
          <Facts
            items={[
              [text("at"), formatDateTime(new Date(data.at))],
              [text("outcome"), <OutcomeBadge key="outcome" outcome={data.outcome} />],
              [text("status"), data.status],
              [text("took"), text("milliseconds", { ms: data.durationMs })],
              [text("error"), data.error && <SafeText>{data.error}</SafeText>],
              [text("key"), <SafeText key="key">{`${data.bucket}/${data.key}`}</SafeText>],
            ]}
          />
          <CodeEditor label={text("body")} language="json" value={indented(data.body)} />
        </>
      )}
    </Dialog>
  );
}

function indented(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
