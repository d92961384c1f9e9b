// Object Lock of a bucket.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectLockConfiguration.html
//
// Differs from AWS: PutObjectLockConfiguration and buckets created with Object Lock are not built
// yet, so no bucket has it.

import type { OperationOutput } from "../../s3/operation-types.ts";
import type { Handler } from "../handlers.ts";
import { requireSetting } from "./settings.ts";

export const getObjectLockConfiguration: Handler<"GetObjectLockConfiguration"> = (context) =>
  requireSetting<OperationOutput<"GetObjectLockConfiguration">>(
    context,
    "objectLock",
    "ObjectLockConfigurationNotFoundError",
  );
