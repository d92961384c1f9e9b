// What the wizard's answers mean: whether a name will do, and the calls that make the bucket.

import type { ObjectOwnership } from "@aws-sdk/client-s3";
import type { Pair } from "../../components/pairs.tsx";
import type { buckets as text } from "../../messages/en/buckets.ts";

export interface BucketWish {
  readonly name: string;
  readonly isVersioned: boolean;
  readonly hasLock: boolean;
  readonly retention: "none" | "GOVERNANCE" | "COMPLIANCE";
  readonly retentionDays: number;
  readonly ownership: ObjectOwnership;
  readonly isPublicBlocked: boolean;
  readonly encryption: "AES256" | "aws:kms" | "aws:kms:dsse";
  readonly kmsKeyId: string;
  readonly tags: readonly Pair[];
}

export const emptyWish: BucketWish = {
  name: "",
  isVersioned: false,
  hasLock: false,
  retention: "none",
  retentionDays: 30,
  ownership: "BucketOwnerEnforced",
  isPublicBlocked: true,
  encryption: "AES256",
  kmsKeyId: "",
  tags: [],
};

type Reason = Parameters<typeof text>[0];

/**
 * What is wrong with a name, as a key of the catalogue.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 */
export function judgeName(name: string): Reason | undefined {
  if (name.length < 3 || name.length > 63) return "nameLength";
  if (!/^[a-z0-9.-]+$/.test(name)) return "nameCharacters";
  if (!/^[a-z0-9].*[a-z0-9]$/.test(name)) return "nameEnds";
  if (name.includes("..")) return "nameDots";
  if (/^\d+\.\d+\.\d+\.\d+$/.test(name)) return "nameAddress";
  if (/^(xn--|sthree-|amzn-s3-demo-)/.test(name)) return "nameReserved";
  if (/(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3|-an)$/.test(name)) return "nameReserved";
  return undefined;
}

export interface PlannedCall {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** The calls in their order; the first makes the bucket, each other one a setting. */
export function planCalls(wish: BucketWish): readonly PlannedCall[] {
  const Bucket = wish.name;
  const calls: PlannedCall[] = [
    {
      operation: "CreateBucket",
      input: {
        Bucket,
        ObjectOwnership: wish.ownership,
        ...(wish.hasLock && { ObjectLockEnabledForBucket: true }),
      },
    },
  ];
  if (!wish.isPublicBlocked) {
    calls.push({ operation: "DeletePublicAccessBlock", input: { Bucket } });
  }
  if (wish.isVersioned && !wish.hasLock) {
    const VersioningConfiguration = { Status: "Enabled" };
    calls.push({ operation: "PutBucketVersioning", input: { Bucket, VersioningConfiguration } });
  }
  if (wish.hasLock && wish.retention !== "none") {
    const DefaultRetention = { Mode: wish.retention, Days: wish.retentionDays };
    const ObjectLockConfiguration = { ObjectLockEnabled: "Enabled", Rule: { DefaultRetention } };
    calls.push({
      operation: "PutObjectLockConfiguration",
      input: { Bucket, ObjectLockConfiguration },
    });
  }
  if (wish.encryption !== "AES256") {
    const rule = {
      ApplyServerSideEncryptionByDefault: {
        SSEAlgorithm: wish.encryption,
        ...(wish.kmsKeyId !== "" && { KMSMasterKeyID: wish.kmsKeyId }),
      },
      ...(wish.encryption === "aws:kms" && { BucketKeyEnabled: true }),
    };
    const ServerSideEncryptionConfiguration = { Rules: [rule] };
    calls.push({
      operation: "PutBucketEncryption",
      input: { Bucket, ServerSideEncryptionConfiguration },
    });
  }
  const TagSet = wish.tags
    .filter(({ name }) => name !== "")
    .map(({ name, value }) => ({ Key: name, Value: value }));
  if (TagSet.length > 0) {
    calls.push({ operation: "PutBucketTagging", input: { Bucket, Tagging: { TagSet } } });
  }
  return calls;
}
