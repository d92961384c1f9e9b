// Cross-origin rules of a bucket.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketCors.html
//
// Differs from AWS: PutBucketCors and DeleteBucketCors are not built yet, so no bucket has rules.

import type { OperationOutput } from "../../s3/operation-types.ts";
import type { Handler } from "../handlers.ts";
import { requireSetting } from "./settings.ts";

export const getBucketCors: Handler<"GetBucketCors"> = (context) =>
  requireSetting<OperationOutput<"GetBucketCors">>(context, "cors", "NoSuchCORSConfiguration");
