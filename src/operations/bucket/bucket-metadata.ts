// S3 Metadata tables of a bucket, both generations of the configuration.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketMetadataConfiguration.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketMetadataTableConfiguration.html
//
// Differs from AWS: the operations that create, change and delete them are not built yet, so no
// bucket has any. The code of the older generation is recalled, to be confirmed on AWS.

import type { Handler } from "../handlers.ts";
import { notConfigured } from "./settings.ts";

export const getBucketMetadataConfiguration: Handler<"GetBucketMetadataConfiguration"> = async (
  context,
) => {
  throw notConfigured(context, "MetadataConfigurationNotFound");
};

export const getBucketMetadataTableConfiguration: Handler<
  "GetBucketMetadataTableConfiguration"
> = async (context) => {
  throw notConfigured(context, "MetadataTableConfigurationNotFound");
};
