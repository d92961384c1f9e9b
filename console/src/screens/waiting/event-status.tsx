// What waits in a bucket's outbox for webhooks and queues: how much, since when, and what keeps it.

import { useQuery } from "@tanstack/react-query";
import type { EventStatus as Status } from "../../../../src/admin/answers.ts";
import { DataTable } from "../../components/data-table.tsx";
import { formatNumber, formatRelative } from "../../components/format.ts";
import { Go } from "../../components/go.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { waiting as text } from "../../messages/en/waiting.ts";
import { adminQuery } from "../../queries/admin.ts";

const refreshMs = 10_000;

const ago = (time: string | undefined): string => (time ? formatRelative(new Date(time)) : "–");

/** Nothing for whom it is not told. */
export function EventStatus({ bucket }: { readonly bucket: string }) {
  const { data } = useQuery({
    ...adminQuery<Status>(`/events/${bucket}`),
    refetchInterval: refreshMs,
  });
  if (data === undefined) return null;
  const targets = data.targets.filter(({ kind }) => kind === "notification");
  return (
    <section aria-label={text("events")} className="setting-status">
      <div className="row spread waiting-head">
        <p className="muted">
          {targets.length === 0
            ? text("nothing")
            : text("backlog", { count: data.backlog, since: ago(data.oldestAt) })}
        </p>
        <Go to="/webhooks">{text("webhooks")}</Go>
      </div>
      {targets.length > 0 && (
        <DataTable
          label={text("events")}
          rows={targets}
          rowKey={({ target }) => target}
          columns={[
            {
              id: "target",
              head: text("target"),
              cell: ({ target }) => (
                <span className="break">
                  <SafeText>{target}</SafeText>
                </span>
              ),
            },
            {
              id: "backlog",
              head: text("waits"),
              align: "end",
              cell: ({ backlog }) => formatNumber(backlog),
            },
            { id: "oldest", head: text("oldest"), cell: ({ oldestAt }) => ago(oldestAt) },
            { id: "retry", head: text("retry"), cell: ({ retryAt }) => ago(retryAt) },
            {
              id: "error",
              head: text("error"),
              cell: ({ lastError = "" }) => <SafeText>{lastError}</SafeText>,
            },
          ]}
        />
      )}
    </section>
  );
}
