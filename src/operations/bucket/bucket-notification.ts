// Event notifications of a bucket. Without any the answer is an empty document.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketNotificationConfiguration.html
//
// Differs from AWS: PutBucketNotificationConfiguration is not built yet, so no bucket notifies.

import type { OperationOutput } from "../../s3/operation-types.ts";
import type { Handler } from "../handlers.ts";
import { loadSetting } from "./settings.ts";

type Answer = OperationOutput<"GetBucketNotificationConfiguration">;

export const getBucketNotificationConfiguration: Handler<
  "GetBucketNotificationConfiguration"
> = async (context) => (await loadSetting<Answer>(context, "notification")) ?? {};
