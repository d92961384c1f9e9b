// Inventory reports: configurations by id.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketInventoryConfiguration.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBucketInventoryConfigurations.html
//
// Differs from AWS: PutBucketInventoryConfiguration is not built yet, so no bucket has any.

import type { Handler } from "../handlers.ts";
import { noConfigurations, noSuchConfiguration } from "./listed-configurations.ts";

export const getBucketInventoryConfiguration: Handler<"GetBucketInventoryConfiguration"> = async (
  context,
) => {
  throw noSuchConfiguration(context);
};

export const listBucketInventoryConfigurations: Handler<
  "ListBucketInventoryConfigurations"
> = async (_context, input) => noConfigurations(input.ContinuationToken);
