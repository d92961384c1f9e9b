// Storage class analysis: configurations by id, kept and given back.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAnalyticsConfiguration.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAnalyticsConfiguration.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBucketAnalyticsConfigurations.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketAnalyticsConfiguration.html
//
// Differs from AWS: no analysis is exported; what classes hold is in the usage figures.

import { S3Error } from "../../s3/errors.ts";
import type { OperationInput, OperationOutput } from "../../s3/operation-types.ts";
import type { Handler } from "../handlers.ts";
import {
  dropConfiguration,
  listConfigurations,
  requireConfiguration,
  saveConfiguration,
} from "./listed-configurations.ts";
import { readListedFilter } from "./listed-filter.ts";

type Configuration = NonNullable<
  OperationOutput<"GetBucketAnalyticsConfiguration">["AnalyticsConfiguration"]
>;
type Given = NonNullable<
  OperationInput<"PutBucketAnalyticsConfiguration">["AnalyticsConfiguration"]
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

export const putBucketAnalyticsConfiguration: Handler<"PutBucketAnalyticsConfiguration"> = async (
  context,
  input,
) => {
  const document = input.AnalyticsConfiguration;
  if (document === undefined) throw new S3Error("MalformedXML");
  checkAnalytics(document);
  await saveConfiguration(context, "analytics", { id: input.Id, document });
  return {};
};

export const deleteBucketAnalyticsConfiguration: Handler<
  "DeleteBucketAnalyticsConfiguration"
> = async (context, input) => {
  await dropConfiguration(context, "analytics", input.Id);
  return {};
};

/** Throws MalformedXML for what the schema has not, InvalidArgument for a bucket that is no ARN. */
function checkAnalytics({ Filter, StorageClassAnalysis }: Given): void {
  const filter = readListedFilter(Filter);
  if (filter.accessPoint !== undefined) throw new S3Error("MalformedXML");
  if (StorageClassAnalysis === undefined) throw new S3Error("MalformedXML");
  const { DataExport } = StorageClassAnalysis;
  if (DataExport === undefined) return;
  const destination = DataExport.Destination?.S3BucketDestination;
  if (DataExport.OutputSchemaVersion !== "V_1") throw new S3Error("MalformedXML");
  if (destination?.Format !== "CSV") throw new S3Error("MalformedXML");
  if (/^arn:[^:]+:s3:::[^/]+$/.test(destination.Bucket ?? "")) return;
  throw new S3Error("InvalidArgument", "Invalid bucket ARN");
}
