// Replication rules of a bucket.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketReplication.html
//
// Differs from AWS: PutBucketReplication and DeleteBucketReplication are not built yet, so no bucket
// has rules.

import type { OperationOutput } from "../../s3/operation-types.ts";
import type { Handler } from "../handlers.ts";
import { requireSetting } from "./settings.ts";

export const getBucketReplication: Handler<"GetBucketReplication"> = (context) =>
  requireSetting<OperationOutput<"GetBucketReplication">>(
    context,
    "replication",
    "ReplicationConfigurationNotFoundError",
  );
