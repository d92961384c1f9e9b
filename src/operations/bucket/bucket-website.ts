// Static website settings of a bucket.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketWebsite.html
//
// Differs from AWS: PutBucketWebsite and DeleteBucketWebsite are not built yet, so no bucket is a
// website.

import type { OperationOutput } from "../../s3/operation-types.ts";
import type { Handler } from "../handlers.ts";
import { requireSetting } from "./settings.ts";

export const getBucketWebsite: Handler<"GetBucketWebsite"> = (context) =>
  requireSetting<OperationOutput<"GetBucketWebsite">>(
    context,
    "website",
    "NoSuchWebsiteConfiguration",
  );
