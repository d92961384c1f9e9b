// Intelligent-Tiering archive tiers: configurations by id.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketIntelligentTieringConfiguration.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBucketIntelligentTieringConfigurations.html
//
// Differs from AWS: PutBucketIntelligentTieringConfiguration is not built yet, so no bucket has any.

import type { Handler } from "../handlers.ts";
import { noConfigurations, noSuchConfiguration } from "./listed-configurations.ts";

export const getBucketIntelligentTieringConfiguration: Handler<
  "GetBucketIntelligentTieringConfiguration"
> = async (context) => {
  throw noSuchConfiguration(context);
};

export const listBucketIntelligentTieringConfigurations: Handler<
  "ListBucketIntelligentTieringConfigurations"
> = async (_context, input) => noConfigurations(input.ContinuationToken);
