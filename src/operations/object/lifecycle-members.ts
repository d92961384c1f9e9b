// What answers tell of a bucket's lifecycle rules: when the current object expires, when an upload is
// aborted. From the settings in hand, without a call; dates are real ones whatever a lifecycle day is.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html (x-amz-expiration)
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html (x-amz-abort-date)

import type { VersionDetail } from "../../bucket/types.ts";
import type { BucketRecord } from "../../catalog/buckets.ts";
import { parseLifecycle } from "../../lifecycle/document.ts";
import { renderExpiration } from "../../lifecycle/expiration.ts";
import { realDayMs } from "../../lifecycle/moments.ts";
import { compileRules, type LifecycleRules } from "../../lifecycle/rules.ts";
import { abortOf } from "../../lifecycle/uploads.ts";

/** By record, which is read anew with every change of a setting. */
const compiled = new WeakMap<BucketRecord, LifecycleRules>();

function rulesOf(bucket: BucketRecord): LifecycleRules | undefined {
  const text = bucket.settings.get("lifecycle");
  if (text === undefined) return undefined;
  let rules = compiled.get(bucket);
  if (rules === undefined) {
    rules = compileRules(parseLifecycle(text));
    compiled.set(bucket, rules);
  }
  return rules;
}

interface WrittenObject {
  readonly modifiedAtMs: number;
  readonly sizeBytes: number;
  readonly detail: VersionDetail;
}

/** `x-amz-expiration` of a current object; nothing when no rule expires it. */
export function expirationMember(
  { bucket, key }: { readonly bucket: BucketRecord; readonly key: string },
  { modifiedAtMs: createdAtMs, sizeBytes, detail }: WrittenObject,
): { Expiration?: string } {
  const rules = rulesOf(bucket);
  if (rules === undefined) return {};
  const tags = detail.tags ?? [];
  const text = renderExpiration(rules, { key, createdAtMs, sizeBytes, tags });
  return text === undefined ? {} : { Expiration: text };
}

/** `x-amz-abort-date` and `x-amz-abort-rule-id` of an open upload. */
export function abortMembers(
  bucket: BucketRecord,
  upload: { readonly key: string; readonly initiatedAtMs: number },
): { AbortDate?: Date; AbortRuleId?: string } {
  const rules = rulesOf(bucket);
  const abort = rules === undefined ? undefined : abortOf(rules, upload, realDayMs);
  if (abort === undefined) return {};
  return { AbortDate: new Date(abort.dueMs), AbortRuleId: encodeURIComponent(abort.rule) };
}
