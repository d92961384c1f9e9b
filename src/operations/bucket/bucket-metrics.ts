// Request metrics: configurations by id.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketMetricsConfiguration.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBucketMetricsConfigurations.html
//
// Differs from AWS: PutBucketMetricsConfiguration is not built yet, so no bucket has any.

import type { Handler } from "../handlers.ts";
import { noConfigurations, noSuchConfiguration } from "./listed-configurations.ts";

export const getBucketMetricsConfiguration: Handler<"GetBucketMetricsConfiguration"> = async (
  context,
) => {
  throw noSuchConfiguration(context);
};

export const listBucketMetricsConfigurations: Handler<"ListBucketMetricsConfigurations"> = async (
  _context,
  input,
) => noConfigurations(input.ContinuationToken);
