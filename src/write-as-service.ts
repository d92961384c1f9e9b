// S3's own deliveries: objects that the service itself puts into a bucket (access logs, inventory
// reports), by the ordinary write path: the bucket's policy is judged for the service's name, with
// aws:SourceArn and aws:SourceAccount, and versioning, encryption and locks are the bucket's.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/configure-inventory.html#configure-inventory-destination-bucket-policy

import { loadBucket } from "./catalog/buckets.ts";
import { serve } from "./dispatch.ts";
import type { Arrival } from "./identify.ts";
import type { Delivery, DeliveryOutcome } from "./jobs/delivery.ts";
import { openBucketFor } from "./open-bucket.ts";
import type { ServiceContext } from "./operations/context.ts";
import { asS3Error } from "./s3/error-response.ts";
import { newHostId, newRequestId } from "./s3/ids.ts";
import { operations } from "./s3/operations.ts";
import type { Principal } from "./s3/principal.ts";
import { parseQuery } from "./s3/target.ts";
import { bytesSource } from "./storage/sources.ts";

/**
 * Puts the object, where the bucket's policy allows the service to (logs: or its ACL the group for log
 * delivery); in a bucket of the source's own account too, as on S3. Never throws; what failed for our own fault is `InternalError`.
 */
export async function writeAsService(
  arrival: Arrival,
  delivery: Delivery,
): Promise<DeliveryOutcome> {
  const { env, seams } = arrival;
  const ids = { requestId: newRequestId(seams.randomBytes), hostId: newHostId(seams.randomBytes) };
  try {
    const call = { env, seams, nowMs: seams.now() };
    const bucket = await loadBucket(call, delivery.bucket);
    if (bucket === undefined) return { kind: "refused", code: "NoSuchBucket" };
    const { expectedOwner = bucket.accountId } = delivery;
    if (expectedOwner !== bucket.accountId) return { kind: "refused", code: "AccessDenied" };
    const context = await contextOf(arrival, delivery, ids);
    const answer = await serve(context, operations.PutObject, { ids, hasRead: () => false });
    const versionId = answer.headers.get("x-amz-version-id");
    return {
      kind: "written",
      etag: answer.headers.get("etag") ?? "",
      ...(versionId !== null && { versionId }),
    };
  } catch (error) {
    const refusal = asS3Error(error);
    if (refusal.code === "InternalError") {
      console.error(JSON.stringify({ event: "delivery-failed", ...ids }), error);
    }
    return { kind: "refused", code: refusal.code };
  }
}

async function contextOf(
  { env, seams, waitUntil }: Arrival,
  delivery: Delivery,
  ids: { readonly requestId: string; readonly hostId: string },
): Promise<ServiceContext> {
  const { body, bucket, key, service, sourceArn, sourceAccountId } = delivery;
  const principal: Principal = {
    type: "Service",
    accountId: "",
    canonicalId: "",
    displayName: service,
    arn: service,
    isOperator: false,
  };
  // Buckets with Object Lock want a digest.
  const md5 = Buffer.from(await crypto.subtle.digest("MD5", body)).toString("base64");
  const context: ServiceContext = {
    env,
    seams,
    waitUntil,
    ...ids,
    nowMs: seams.now(),
    region: env.REGION ?? "us-east-1",
    principal,
    authenticated: { principal, payload: { kind: "unsigned" }, service: "s3", method: "header" },
    method: "PUT",
    isSecure: true,
    headers: new Headers({
      ...delivery.headers,
      "content-length": String(body.length),
      "content-md5": md5,
    }),
    edge: {},
    target: {
      kind: "object",
      bucket,
      key,
      rawPath: `/${bucket}/${encodeURIComponent(key)}`,
      rawQuery: "",
      query: parseQuery(""),
      host: "localhost",
      isVirtualHosted: false,
    },
    onBehalfOf: { sourceArn, sourceAccountId },
    errand: "delivery",
    openBody: () => bytesSource(body),
    openOther: (name, asks) => openBucketFor(context, { name, asks }),
  };
  return context;
}
