// Lifecycle rules of a bucket: checked when they are put, kept as they were given, in both forms (a
// Filter, or the deprecated Prefix). What they do is `lifecycle/` and `jobs/lifecycle/`.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLifecycleConfiguration.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketLifecycle.html
//
// Differs from AWS:
// - An empty Prefix beside one other part of a Filter is taken: it excludes nothing.
// - A version whose successor was deleted is noncurrent since the next newer one that is left.

import { touchLifecycle } from "../../catalog/lifecycle-buckets.ts";
import type { LifecycleDocument } from "../../lifecycle/document.ts";
import { parseLifecycle } from "../../lifecycle/document.ts";
import { checkRules, readMinimumSize } from "../../lifecycle/validate.ts";
import { S3Error } from "../../s3/errors.ts";
import type { OperationOutput } from "../../s3/operation-types.ts";
import type { Handler } from "../handlers.ts";
import { requireDigest } from "../object/lock.ts";
import { dropSetting, freshBucket, notConfigured, saveSetting } from "./settings.ts";

export const getBucketLifecycleConfiguration: Handler<"GetBucketLifecycleConfiguration"> = async (
  context,
) => {
  const text = (await freshBucket(context)).settings.get("lifecycle");
  if (text === undefined) throw notConfigured(context, "NoSuchLifecycleConfiguration");
  return parseLifecycle(text) as OperationOutput<"GetBucketLifecycleConfiguration">;
};

export const putBucketLifecycleConfiguration: Handler<"PutBucketLifecycleConfiguration"> = async (
  context,
  input,
) => {
  requireDigest(context.headers);
  const minimumSize = readMinimumSize(input.TransitionDefaultMinimumObjectSize);
  const rules = input.LifecycleConfiguration?.Rules;
  if (rules === undefined) throw new S3Error("MalformedXML");
  checkRules(rules);
  const document: LifecycleDocument = {
    // Rules without an id are given one, as S3 does.
    Rules: rules.map((rule) => ({ ...rule, ID: rule.ID || newRuleId(context.seams.randomBytes) })),
    TransitionDefaultMinimumObjectSize: minimumSize,
  };
  await saveSetting(context, "lifecycle", document);
  await touchLifecycle(context, context.bucket.bucketId);
  return { TransitionDefaultMinimumObjectSize: minimumSize };
};

export const deleteBucketLifecycle: Handler<"DeleteBucketLifecycle"> = async (context) => {
  await dropSetting(context, "lifecycle");
  await touchLifecycle(context, context.bucket.bucketId);
  return {};
};

/** 48 hexadecimal digits: as long as S3's own. */
function newRuleId(randomBytes: (length: number) => Uint8Array): string {
  return [...randomBytes(24)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
