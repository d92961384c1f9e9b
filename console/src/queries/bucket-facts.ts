// What screens need to know of a bucket before they offer something: versions, lock, key, whether it
// is public. What may not be read counts as not there.

import {
  GetBucketEncryptionCommand,
  GetBucketPolicyStatusCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
} from "@aws-sdk/client-s3";
import { queryOptions } from "@tanstack/react-query";
import { describeError } from "../errors.ts";

export interface BucketFacts {
  readonly versioning: "Enabled" | "Suspended" | "Never" | "Unknown";
  /** The server knows of no such bucket. */
  readonly isMissing: boolean;
  readonly hasLock: boolean;
  readonly isPublic: boolean;
  /** Objects that say nothing of it are sealed by a key of KMS. */
  readonly hasKmsKey: boolean;
}

export const bucketFactsQuery = (bucket: string) =>
  queryOptions({
    queryKey: ["bucket-facts", bucket],
    staleTime: 30_000,
    queryFn: async (): Promise<BucketFacts> => {
      const { send } = await import("../clients/s3.ts");
      const place = { Bucket: bucket };
      const [versioning, lock, policy, encryption] = await Promise.allSettled([
        send(new GetBucketVersioningCommand(place)),
        send(new GetObjectLockConfigurationCommand(place)),
        send(new GetBucketPolicyStatusCommand(place)),
        send(new GetBucketEncryptionCommand(place)),
      ]);
      return {
        versioning:
          versioning.status === "rejected" ? "Unknown" : (versioning.value.Status ?? "Never"),
        isMissing:
          versioning.status === "rejected" &&
          describeError(versioning.reason).code === "NoSuchBucket",
        hasLock:
          lock.status === "fulfilled" &&
          lock.value.ObjectLockConfiguration?.ObjectLockEnabled === "Enabled",
        isPublic: policy.status === "fulfilled" && policy.value.PolicyStatus?.IsPublic === true,
        hasKmsKey:
          encryption.status === "fulfilled" &&
          encryption.value.ServerSideEncryptionConfiguration?.Rules?.[0]
            ?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm !== "AES256",
      };
    },
  });

/** A bucket's tags as `name=value`; none where it has none or they may not be read. */
export const bucketTagsQuery = (bucket: string) =>
  queryOptions({
    queryKey: ["bucket-tags", bucket],
    staleTime: 30_000,
    queryFn: async (): Promise<readonly string[]> => {
      const { send } = await import("../clients/s3.ts");
      const call = send(new GetBucketTaggingCommand({ Bucket: bucket }));
      const answer = await call.catch(() => undefined);
      return (answer?.TagSet ?? []).map(({ Key = "", Value = "" }) => `${Key}=${Value}`);
    },
  });
