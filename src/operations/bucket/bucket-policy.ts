// The bucket policy and whether it makes the bucket public.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicy.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketPolicyStatus.html
//
// Differs from AWS: PutBucketPolicy and DeleteBucketPolicy are not built yet, so no bucket has one.

import type { Handler } from "../handlers.ts";
import { notConfigured } from "./settings.ts";

export const getBucketPolicy: Handler<"GetBucketPolicy"> = async (context) => {
  throw notConfigured(context, "NoSuchBucketPolicy");
};

export const getBucketPolicyStatus: Handler<"GetBucketPolicyStatus"> = async (context) => {
  throw notConfigured(context, "NoSuchBucketPolicy");
};
