// Replication of a bucket as it goes: by rule what waits, what was done and what failed; and the jobs
// that replicate what was there before, or what failed.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { ReplicationStatus as Status } from "../../../../src/admin/answers.ts";
import { admin } from "../../clients/admin.ts";
import { Button } from "../../components/button.tsx";
import { type Column, DataTable, times } from "../../components/data-table.tsx";
import { ConfirmDialog } from "../../components/dialog.tsx";
import { formatBytes, formatNumber } from "../../components/format.ts";
import { Go } from "../../components/go.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { ShowCommand } from "../../components/show-command.tsx";
import { toast } from "../../components/toasts.tsx";
import { waiting as text } from "../../messages/en/waiting.ts";
import { adminQuery } from "../../queries/admin.ts";

const refreshMs = 10_000;

type Rule = Status["rules"][number];
type Failure = Status["failures"][number];

const seconds = (ms: number | null): string => formatNumber(Math.round((ms ?? 0) / 100) / 10);

const ruleColumns: readonly Column<Rule>[] = [
  { id: "rule", head: text("rule"), cell: ({ rule }) => <SafeText>{rule}</SafeText> },
  {
    id: "destination",
    head: text("destination"),
    cell: ({ destination }) => (
      <span className="break">
        <SafeText>{destination}</SafeText>
      </span>
    ),
    isMinor: true,
  },
  {
    id: "pending",
    head: text("pending"),
    cell: ({ pendingOperations: count, pendingBytes }) =>
      text("pendingOf", { count, bytes: formatBytes(pendingBytes) }),
  },
  {
    id: "done",
    head: text("done"),
    cell: ({ completedOperations: count, completedBytes }) =>
      text("pendingOf", { count, bytes: formatBytes(completedBytes) }),
  },
  {
    id: "failed",
    head: text("failed"),
    align: "end",
    cell: ({ failedOperations }) => formatNumber(failedOperations),
  },
  {
    id: "latency",
    head: text("latency"),
    cell: ({ averageLatencyMs, longestLatencyMs }) =>
      averageLatencyMs === null
        ? "–"
        : text("latencyOf", {
            average: seconds(averageLatencyMs),
            longest: seconds(longestLatencyMs),
          }),
    isMinor: true,
  },
];

const failureColumns: readonly Column<Failure>[] = [
  {
    id: "key",
    head: text("key"),
    cell: ({ key }) => (
      <span className="break">
        <SafeText>{key}</SafeText>
      </span>
    ),
  },
  { id: "reason", head: text("reason"), cell: ({ reason }) => <SafeText>{reason}</SafeText> },
  times("at", text("at"), ({ failedAt }) => new Date(failedAt)),
];

/** Nothing for whom it is not told. */
export function ReplicationStatus({ bucket }: { readonly bucket: string }) {
  const path = `/replication/${bucket}`;
  const { data } = useQuery({ ...adminQuery<Status>(path), refetchInterval: refreshMs });
  const [what, setWhat] = useState<"existing" | "failed">();
  const queries = useQueryClient();
  if (data === undefined) return null;
  const { rules, failures, failed } = data;
  const lead =
    what === "existing" ? text("existingLead") : text("retryFailedLead", { count: failed });
  return (
    <section aria-label={text("replication")} className="setting-status">
      {rules.length === 0 ? (
        <p className="muted">{text("noReplicas")}</p>
      ) : (
        <DataTable
          label={text("replication")}
          rows={rules}
          columns={ruleColumns}
          rowKey={({ rule, destination }) => `${rule} ${destination}`}
        />
      )}
      {failures.length > 0 && (
        <details>
          <summary>{text("failures")}</summary>
          <DataTable
            label={text("failures")}
            rows={failures}
            columns={failureColumns}
            rowKey={({ key, versionId, destination }) => `${key} ${versionId} ${destination}`}
          />
        </details>
      )}
      <div className="row">
        <Button onClick={() => setWhat("existing")}>{text("existing")}</Button>
        {failed > 0 && <Button onClick={() => setWhat("failed")}>{text("retryFailed")}</Button>}
        <Go to="/remotes">{text("remotes")}</Go>
        <ShowCommand words={["replication", "status", bucket]} />
      </div>
      <ConfirmDialog
        title={text(what === "failed" ? "retryFailed" : "existing")}
        lead={lead}
        confirm={text(what === "failed" ? "retryFailed" : "existing")}
        isOpen={what !== undefined}
        isHarmless
        showAs={<ShowCommand words={["replicate", bucket, `--${what ?? "existing"}`]} />}
        onConfirm={async () => {
          await admin("POST", path, { what });
          await queries.invalidateQueries({ queryKey: ["admin"] });
          toast(text("started"));
        }}
        onClose={() => setWhat(undefined)}
      />
    </section>
  );
}
