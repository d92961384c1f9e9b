// Buckets whose requester pays: others must say that they know it, and nobody anonymous may ask. Nothing
// is billed here; clients written for such buckets are answered as AWS answers them. Pure.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/RequesterPaysBuckets.html

import { S3Error } from "../s3/errors.ts";
import type { Ask } from "./ask.ts";
import { accessOf, type BucketFacts } from "./bucket-access.ts";
import type { CallFacts } from "./condition-context.ts";

const payerHeader = "x-amz-request-payer";

const listings: ReadonlySet<string> = new Set([
  "s3:ListBucket",
  "s3:ListBucketMultipartUploads",
  "s3:ListBucketVersions",
]);

/**
 * Throws AccessDenied (403) unless somebody has agreed to pay, where the requester does: for
 * objects and listings, not for what configures a bucket.
 */
export function checkPayer(call: CallFacts, bucket: BucketFacts, asks: readonly Ask[]): void {
  if (!paysForRequest(call, bucket)) return;
  const costs = asks.some(
    ({ key, action, isGlance }) => key !== undefined || isGlance === true || listings.has(action),
  );
  if (!costs) return;
  const hasAgreed = call.headers.get(payerHeader)?.toLowerCase() === "requester";
  if (!hasAgreed || call.principal.type === "Anonymous") throw new S3Error("AccessDenied");
}

/** Whether the answer must say that its request, which was allowed, was the requester's to pay. */
export function isCharged(call: CallFacts, bucket: BucketFacts): boolean {
  return paysForRequest(call, bucket) && call.headers.has(payerHeader);
}

/** The bucket's own account pays anyway, and services act for it. */
function paysForRequest({ principal }: CallFacts, bucket: BucketFacts): boolean {
  if (!accessOf(bucket).isRequesterPays) return false;
  return principal.accountId !== bucket.accountId && principal.type !== "Service";
}
