// Default encryption of a bucket, and the kinds it refuses. Every bucket has SSE-S3, as on AWS since
// 2023, and refuses SSE-C unless told otherwise, as new buckets on AWS do since April 2026.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketEncryption.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketEncryption.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketEncryption.html
//
// Differs from AWS: nothing known.

import { S3Error } from "../../s3/errors.ts";
import type { OperationInput } from "../../s3/operation-types.ts";
import type { Handler } from "../handlers.ts";
import { describeEncryption } from "./encryption-default.ts";
import { dropSetting, freshBucket, saveSetting } from "./settings.ts";

type Configuration = OperationInput<"PutBucketEncryption">["ServerSideEncryptionConfiguration"];
type Rule = NonNullable<NonNullable<Configuration>["Rules"]>[number];

export const getBucketEncryption: Handler<"GetBucketEncryption"> = async (context) =>
  describeEncryption(context.env, await freshBucket(context));

export const putBucketEncryption: Handler<"PutBucketEncryption"> = async (context, input) => {
  const [rule, ...others] = input.ServerSideEncryptionConfiguration?.Rules ?? [];
  if (rule === undefined || others.length > 0) throw new S3Error("MalformedXML");
  checkRule(rule);
  await saveSetting(context, "encryption", {
    ServerSideEncryptionConfiguration: { Rules: [rule] },
  });
  return {};
};

export const deleteBucketEncryption: Handler<"DeleteBucketEncryption"> = async (context) => {
  await dropSetting(context, "encryption");
  return {};
};

const algorithms: readonly string[] = ["AES256", "aws:kms", "aws:kms:dsse"];
const blockable: readonly string[] = ["NONE", "SSE-C"];

/** Throws MalformedXML for words outside the schema, InvalidArgument for a key that is no use. */
function checkRule(rule: Rule): void {
  const byDefault = rule.ApplyServerSideEncryptionByDefault;
  const algorithm = byDefault?.SSEAlgorithm;
  if (byDefault !== undefined && (algorithm === undefined || !algorithms.includes(algorithm))) {
    throw new S3Error("MalformedXML");
  }
  if (algorithm === "AES256" && byDefault?.KMSMasterKeyID !== undefined) {
    throw new S3Error(
      "InvalidArgument",
      "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse",
      { detail: { ArgumentName: "ApplyServerSideEncryptionByDefault" } },
    );
  }
  const blocked = rule.BlockedEncryptionTypes?.EncryptionType;
  if (blocked === undefined) return;
  const isNonsense = blocked.includes("NONE") && blocked.length > 1;
  if (blocked.length === 0 || isNonsense || blocked.some((name) => !blockable.includes(name))) {
    throw new S3Error("MalformedXML");
  }
}
