// GetBucketLocation: the region, in the oldest way of asking. Empty for us-east-1.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
//
// Differs from AWS: a bucket made with the constraint `EU` is shown as `eu-west-1`.

import type { Handler } from "../handlers.ts";
import { locationConstraintOf } from "./regions.ts";
import { freshBucket } from "./settings.ts";

export const getBucketLocation: Handler<"GetBucketLocation"> = async (context) =>
  locationConstraintOf((await freshBucket(context)).region);
