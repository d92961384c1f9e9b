// Storage class analysis: configurations by id.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAnalyticsConfiguration.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBucketAnalyticsConfigurations.html
//
// Differs from AWS: PutBucketAnalyticsConfiguration is not built yet, so no bucket has any.

import type { OperationOutput } from "../../s3/operation-types.ts";
import type { Handler } from "../handlers.ts";
import { listConfigurations, requireConfiguration } from "./listed-configurations.ts";

type Configuration = NonNullable<
  OperationOutput<"GetBucketAnalyticsConfiguration">["AnalyticsConfiguration"]
>;

export const getBucketAnalyticsConfiguration: Handler<"GetBucketAnalyticsConfiguration"> = async (
  context,
  input,
) => ({
  AnalyticsConfiguration: await requireConfiguration<Configuration>(context, "analytics", input.Id),
});

export const listBucketAnalyticsConfigurations: Handler<
  "ListBucketAnalyticsConfigurations"
> = async (context, input) => {
  const token = input.ContinuationToken;
  const { documents, page } = await listConfigurations<Configuration>(context, "analytics", token);
  return { ...page, ...(documents.length > 0 && { AnalyticsConfigurationList: documents }) };
};
