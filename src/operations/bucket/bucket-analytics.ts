// Storage class analysis: configurations by id.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAnalyticsConfiguration.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBucketAnalyticsConfigurations.html
//
// Differs from AWS: PutBucketAnalyticsConfiguration is not built yet, so no bucket has any.

import type { Handler } from "../handlers.ts";
import { noConfigurations, noSuchConfiguration } from "./listed-configurations.ts";

export const getBucketAnalyticsConfiguration: Handler<"GetBucketAnalyticsConfiguration"> = async (
  context,
) => {
  throw noSuchConfiguration(context);
};

export const listBucketAnalyticsConfigurations: Handler<
  "ListBucketAnalyticsConfigurations"
> = async (_context, input) => noConfigurations(input.ContinuationToken);
