// Default encryption of a bucket. Every bucket has SSE-S3, as on AWS since 2023, and refuses SSE-C
// unless told otherwise, as new buckets on AWS do since April 2026.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketEncryption.html
//
// Differs from AWS: PutBucketEncryption and DeleteBucketEncryption are not built yet.

import type { OperationOutput } from "../../s3/operation-types.ts";
import type { Handler } from "../handlers.ts";
import { loadSetting } from "./settings.ts";

type Answer = OperationOutput<"GetBucketEncryption">;

const defaultEncryption: Answer = {
  ServerSideEncryptionConfiguration: {
    Rules: [
      {
        ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" },
        BucketKeyEnabled: false,
        BlockedEncryptionTypes: { EncryptionType: ["SSE-C"] },
      },
    ],
  },
};

export const getBucketEncryption: Handler<"GetBucketEncryption"> = async (context) =>
  (await loadSetting<Answer>(context, "encryption")) ?? defaultEncryption;
