// What a bucket does to new objects that ask for no encryption, and which kinds it refuses: the
// setting if there is one, Amazon's default otherwise. Pure.

import type { BucketRecord } from "../../catalog/buckets.ts";
import type { Env } from "../../env.ts";
import type { OperationOutput } from "../../s3/operation-types.ts";

type Document = OperationOutput<"GetBucketEncryption">;

/** The bucket's rule, gaps filled in. */
export interface EncryptionDefault {
  readonly algorithm: "AES256" | "aws:kms" | "aws:kms:dsse";
  /** As PutBucketEncryption was given it: id, ARN or alias. Absent: `aws/s3`. */
  readonly kmsKey?: string;
  readonly isBucketKeyEnabled: boolean;
  readonly blocksCustomerKeys: boolean;
}

/**
 * SSE-C is refused unless the bucket allows it, as AWS does since April 2026; `ALLOW_SSE_C=true`
 * gives the earlier default back.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-s3-c-encryption-setting-faq.html
 */
export function encryptionDefault(env: Env, bucket: BucketRecord): EncryptionDefault {
  const [rule] = storedDocument(bucket)?.ServerSideEncryptionConfiguration?.Rules ?? [];
  const byDefault = rule?.ApplyServerSideEncryptionByDefault;
  const blocked = rule?.BlockedEncryptionTypes?.EncryptionType;
  const algorithm = byDefault?.SSEAlgorithm;
  return {
    algorithm: algorithm === "aws:kms" || algorithm === "aws:kms:dsse" ? algorithm : "AES256",
    ...(byDefault?.KMSMasterKeyID !== undefined && { kmsKey: byDefault.KMSMasterKeyID }),
    isBucketKeyEnabled: rule?.BucketKeyEnabled ?? false,
    blocksCustomerKeys:
      blocked === undefined ? env.ALLOW_SSE_C !== "true" : blocked.includes("SSE-C"),
  };
}

/** The setting as GetBucketEncryption shows it. */
export function describeEncryption(env: Env, bucket: BucketRecord): Document {
  const stored = storedDocument(bucket)?.ServerSideEncryptionConfiguration?.Rules?.[0];
  const { blocksCustomerKeys } = encryptionDefault(env, bucket);
  const blocked = stored?.BlockedEncryptionTypes ?? {
    EncryptionType: [blocksCustomerKeys ? "SSE-C" : "NONE"] as ("SSE-C" | "NONE")[],
  };
  const rule = {
    ApplyServerSideEncryptionByDefault: stored?.ApplyServerSideEncryptionByDefault ?? {
      SSEAlgorithm: "AES256" as const,
    },
    BucketKeyEnabled: stored?.BucketKeyEnabled ?? false,
    BlockedEncryptionTypes: blocked,
  };
  return { ServerSideEncryptionConfiguration: { Rules: [rule] } };
}

/** `null` stands for a setting that was removed: the default again. */
function storedDocument(bucket: BucketRecord): Document | null | undefined {
  const text = bucket.settings.get("encryption");
  return text === undefined ? undefined : (JSON.parse(text) as Document | null);
}
