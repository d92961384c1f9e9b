// Request metrics: configurations by id.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketMetricsConfiguration.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBucketMetricsConfigurations.html
//
// Differs from AWS: PutBucketMetricsConfiguration is not built yet, so no bucket has any.

import type { OperationOutput } from "../../s3/operation-types.ts";
import type { Handler } from "../handlers.ts";
import { listConfigurations, requireConfiguration } from "./listed-configurations.ts";

type Configuration = NonNullable<
  OperationOutput<"GetBucketMetricsConfiguration">["MetricsConfiguration"]
>;

export const getBucketMetricsConfiguration: Handler<"GetBucketMetricsConfiguration"> = async (
  context,
  input,
) => ({
  MetricsConfiguration: await requireConfiguration<Configuration>(context, "metrics", input.Id),
});

export const listBucketMetricsConfigurations: Handler<"ListBucketMetricsConfigurations"> = async (
  context,
  input,
) => {
  const token = input.ContinuationToken;
  const { documents, page } = await listConfigurations<Configuration>(context, "metrics", token);
  return { ...page, ...(documents.length > 0 && { MetricsConfigurationList: documents }) };
};
