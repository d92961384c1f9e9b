// Records of what the service does by itself, for access logs and the audit: S3 writes them with the
// requester `AmazonS3` and without a request.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-and-other-bucket-config.html

import { loadBucket } from "./catalog/buckets.ts";
import type { Arrival } from "./identify.ts";
import type { RecordActions, ServiceAction } from "./jobs/record-action.ts";
import { flushSoon } from "./record-buffer.ts";
import { wantsOf } from "./record-wants.ts";
import { keepRecord } from "./recorder.ts";
import { newHostId, newTimedRequestId } from "./s3/ids.ts";
import type { Requester } from "./s3/request-record.ts";

const service: Requester = { type: "Service", arn: "AmazonS3", accountId: "", canonicalId: "" };

/** How jobs have their actions recorded. */
export function recordActionsWith(arrival: Arrival): RecordActions {
  return async (bucket, actions) => {
    try {
      await recordActions(arrival, bucket, actions);
    } catch (error) {
      // What was done was done, recorded or not.
      console.error(JSON.stringify({ event: "record-failed", bucket }), error);
    }
  };
}

async function recordActions(
  arrival: Arrival,
  name: string,
  actions: readonly ServiceAction[],
): Promise<void> {
  const { env, seams } = arrival;
  const nowMs = seams.now();
  const bucket = await loadBucket({ env, seams, nowMs }, name);
  const wants = bucket && wantsOf(env, bucket);
  if (bucket === undefined || wants === undefined) return;
  for (const { operation, key, versionId, objectBytes } of actions) {
    const record = {
      timeMs: nowMs,
      requestId: newTimedRequestId(nowMs, seams.randomBytes),
      hostId: newHostId(seams.randomBytes),
      service: "s3",
      operation,
      logOperation: operation,
      requester: service,
      bucket: bucket.name,
      bucketId: bucket.bucketId,
      key,
      ...(versionId !== undefined && { versionId }),
      ...(objectBytes !== undefined && { objectBytes }),
    } as const;
    keepRecord(arrival, { record, bucket, wants });
  }
  flushSoon(arrival);
}
