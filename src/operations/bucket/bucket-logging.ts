// Server access logging of a bucket. Without a target the answer is an empty document.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLogging.html
//
// Differs from AWS: PutBucketLogging is not built yet, so no bucket is logged.

import type { OperationOutput } from "../../s3/operation-types.ts";
import type { Handler } from "../handlers.ts";
import { loadSetting } from "./settings.ts";

export const getBucketLogging: Handler<"GetBucketLogging"> = async (context) =>
  (await loadSetting<OperationOutput<"GetBucketLogging">>(context, "logging")) ?? {};
