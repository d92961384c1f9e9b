// Lifecycle rules of a bucket.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLifecycleConfiguration.html
//
// Differs from AWS: PutBucketLifecycleConfiguration and DeleteBucketLifecycle are not built yet, so
// no bucket has rules.

import type { OperationOutput } from "../../s3/operation-types.ts";
import type { Handler } from "../handlers.ts";
import { requireSetting } from "./settings.ts";

export const getBucketLifecycleConfiguration: Handler<"GetBucketLifecycleConfiguration"> = (
  context,
) =>
  requireSetting<OperationOutput<"GetBucketLifecycleConfiguration">>(
    context,
    "lifecycle",
    "NoSuchLifecycleConfiguration",
  );
