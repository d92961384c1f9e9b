// The outbox of a bucket for its owner and the operator: what waits to be told, since when, and what
// keeps it.

import { openBucket } from "../bucket/client.ts";
import { loadBucket } from "../catalog/buckets.ts";
import { type AdminCall, mayManage } from "./access.ts";
import { AdminError, answer } from "./answer.ts";
import type { EventStatus } from "./answers.ts";

/** `GET /events/{bucket}`: `{bucket, backlog, oldestAt?, nextAt?, targets}`. */
export async function answerEvents(call: AdminCall, name: string): Promise<Response> {
  const bucket = await loadBucket(call, name);
  // Whose bucket it is decides; a stranger does not learn whether there is one.
  if (!mayManage(call, bucket?.accountId ?? "")) throw new AdminError("AccessDenied");
  if (bucket === undefined) throw new AdminError("NoSuchBucket");
  const status = await openBucket(call.env, bucket.bucketId).outboxStatus();
  const time = (ms: number | undefined) =>
    ms === undefined ? undefined : new Date(ms).toISOString();
  return answer<EventStatus>({
    bucket: bucket.name,
    backlog: status.backlog,
    oldestAt: time(status.oldestAtMs),
    nextAt: time(status.nextAtMs === undefined ? undefined : Math.max(status.nextAtMs, call.nowMs)),
    targets: status.targets.map((target) => ({
      kind: target.kind,
      target: target.target,
      backlog: target.backlog,
      oldestAt: time(target.oldestAtMs),
      failures: target.failures,
      waitingKeys: target.waitingKeys,
      retryAt: time(target.retryAtMs),
      lastError: target.lastError,
      lastErrorAt: time(target.lastErrorAtMs),
    })),
  });
}
