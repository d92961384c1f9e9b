// Replication as CloudWatch tells of it, for `GET /-/metrics`: what waits, for how long, and what failed, by
// bucket, destination and rule. Asked of the indexes themselves, a bounded number of them.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-metrics.html

import { openBucket } from "../bucket/client.ts";
import type { ReplicationStatus } from "../bucket/types.ts";
import type { CatalogCall } from "../catalog/database.ts";
import { replicatingBuckets } from "../catalog/every-bucket.ts";
import { family, type Sample } from "./exposition.ts";

/** Buckets shown, by name; a scrape asks the index of each. */
const maximumBuckets = 200;
const askedAtOnce = 6;

interface Shown {
  readonly bucket: string;
  readonly status: ReplicationStatus;
}

/** The families, ready to be sent. A bucket whose index does not answer is left out. */
export async function replicationFamilies(call: CatalogCall): Promise<string[]> {
  const buckets = await replicatingBuckets(call, maximumBuckets);
  const shown: Shown[] = [];
  for (let start = 0; start < buckets.length; start += askedAtOnce) {
    const batch = buckets.slice(start, start + askedAtOnce);
    const answers = await Promise.all(
      batch.map(async ({ name, bucketId }) => {
        const status = openBucket(call.env, bucketId).replicationStatus();
        return { bucket: name, status: await status.catch(() => undefined) };
      }),
    );
    for (const { bucket, status } of answers) if (status) shown.push({ bucket, status });
  }
  return render(shown, call.nowMs);
}

function render(shown: readonly Shown[], nowMs: number): string[] {
  const each = <Row extends { readonly target: string; readonly rule: string }>(
    rowsOf: (status: ReplicationStatus) => readonly Row[],
    pick: (row: Row) => number,
  ) =>
    shown.flatMap(({ bucket, status }) =>
      rowsOf(status).map((row): Sample => {
        const { target: destination, rule } = row;
        return [{ bucket, destination, rule }, pick(row)];
      }),
    );
  const pending = (pick: (row: ReplicationStatus["pending"][number]) => number) =>
    each((status) => withIdle(status), pick);
  const counted = (pick: (row: ReplicationStatus["counters"][number]) => number) =>
    each((status) => status.counters, pick);
  const prefix = "cairn_replication";
  return [
    family(`${prefix}_pending_operations`, "gauge", "OperationsPendingReplication.", [
      ...pending(({ operations }) => operations),
    ]),
    family(`${prefix}_pending_bytes`, "gauge", "BytesPendingReplication.", [
      ...pending(({ sizeBytes }) => sizeBytes),
    ]),
    family(`${prefix}_latency_seconds`, "gauge", "ReplicationLatency: how long the oldest waits.", [
      ...pending(({ oldestAtMs }) =>
        Math.max(0, Math.round((nowMs - (oldestAtMs || nowMs)) / 1000)),
      ),
    ]),
    family(`${prefix}_failed_operations_total`, "counter", "OperationsFailedReplication.", [
      ...counted(({ failed }) => failed),
    ]),
    family(`${prefix}_completed_operations_total`, "counter", "Operations replicated.", [
      ...counted(({ completed }) => completed),
    ]),
    family(`${prefix}_completed_bytes_total`, "counter", "Bytes replicated.", [
      ...counted(({ completedBytes }) => completedBytes),
    ]),
    family(`${prefix}_failures`, "gauge", "Failed deliveries that wait to be asked for again.", [
      ...shown.map(({ bucket, status }): Sample => [{ bucket }, status.failureCount]),
    ]),
  ];
}

/** A rule that delivered everything waits for nothing, and a graph of it goes to zero. */
function withIdle({ pending, counters }: ReplicationStatus): ReplicationStatus["pending"] {
  const busy = new Set(pending.map(({ target, rule }) => JSON.stringify([target, rule])));
  const idle = counters.filter(({ target, rule }) => !busy.has(JSON.stringify([target, rule])));
  const nothing = { operations: 0, sizeBytes: 0, oldestAtMs: 0 };
  return [...pending, ...idle.map(({ target, rule }) => ({ target, rule, ...nothing }))];
}
