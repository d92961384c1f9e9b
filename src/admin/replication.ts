// Replication of a bucket for its owner and the operator: what waits, what a rule has done, what
// failed and why; and the job that replicates what was there before the rules, or what failed.

import { openBucket } from "../bucket/client.ts";
import { type BucketRecord, loadBucket } from "../catalog/buckets.ts";
import { getJob, startJob } from "../catalog/jobs.ts";
import { type AdminCall, mayManage } from "./access.ts";
import { AdminError, answer } from "./answer.ts";
import type { ReplicationStatus } from "./answers.ts";
import { readFields } from "./fields.ts";

/** `GET /replication/{bucket}`: `{bucket, rules, failures, failed}`. */
export async function answerReplication(call: AdminCall, name: string): Promise<Response> {
  const bucket = await find(call, name);
  const status = await openBucket(call.env, bucket.bucketId).replicationStatus();
  const keys = new Set(
    [...status.pending, ...status.counters].map(({ target, rule }) =>
      JSON.stringify([target, rule]),
    ),
  );
  const rules = [...keys].sort().map((text) => {
    const [target, rule] = JSON.parse(text) as [string, string];
    const isIts = (row: { target: string; rule: string }) =>
      row.target === target && row.rule === rule;
    const pending = status.pending.find(isIts);
    const counters = status.counters.find(isIts);
    const completed = counters?.completed ?? 0;
    return {
      rule,
      destination: target,
      pendingOperations: pending?.operations ?? 0,
      pendingBytes: pending?.sizeBytes ?? 0,
      ...(pending !== undefined && { oldestAt: timeText(pending.oldestAtMs) }),
      completedOperations: completed,
      completedBytes: counters?.completedBytes ?? 0,
      failedOperations: counters?.failed ?? 0,
      averageLatencyMs:
        completed === 0 ? null : Math.round((counters?.latencySumMs ?? 0) / completed),
      longestLatencyMs: completed === 0 ? null : (counters?.latencyMaxMs ?? 0),
      ...(counters !== undefined && { lastAt: timeText(counters.lastAtMs) }),
    };
  });
  const failures = status.failures.map(({ target, failedAtMs, ...failure }) => ({
    ...failure,
    destination: target,
    failedAt: timeText(failedAtMs),
  }));
  return answer<ReplicationStatus>({
    bucket: bucket.name,
    rules,
    failures,
    failed: status.failureCount,
  });
}

/**
 * `POST /replication/{bucket} {what}`: 201 with the job, `existing` or `failed`, after working on it
 * for a moment. Asked again while it runs, it is the same job, and goes on.
 */
export async function answerReplicate(call: AdminCall, name: string): Promise<Response> {
  const bucket = await find(call, name);
  const { what } = await readFields(call.openBody(), { what: whatField });
  const { bucketId } = bucket;
  if (what === "existing" && !bucket.settings.has("replication")) {
    throw new AdminError("InvalidRequest", "The bucket has no replication rules.");
  }
  const options = { bucket: bucket.name, bucketId, configuration: what };
  const target = `${bucketId}/${what}`;
  const { jobId } = await startJob(call, { kind: "replicate", target, options });
  await call.advanceJob(jobId);
  const { finishedAtMs, counts = {}, error } = (await getJob(call, jobId)) ?? {};
  const state = finishedAtMs === undefined ? "running" : error === undefined ? "done" : "failed";
  const told = { jobId, bucket: bucket.name, what, state, counts };
  return answer({ ...told, ...(error !== undefined && { error }) }, 201);
}

/** Whose bucket it is decides; a stranger does not learn whether there is one. */
async function find(call: AdminCall, name: string): Promise<BucketRecord> {
  const bucket = await loadBucket(call, name);
  if (!mayManage(call, bucket?.accountId ?? "")) throw new AdminError("AccessDenied");
  if (bucket === undefined) throw new AdminError("NoSuchBucket");
  return bucket;
}

function whatField(value: unknown, field: string): "existing" | "failed" {
  if (value === "existing" || value === "failed") return value;
  throw new AdminError("InvalidRequest", `${field} must be "existing" or "failed".`);
}

function timeText(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
