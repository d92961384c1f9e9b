// Request metrics: configurations by id, each a filter whose requests are counted.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketMetricsConfiguration.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketMetricsConfiguration.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBucketMetricsConfigurations.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketMetricsConfiguration.html
//
// Differs from AWS:
// - There are no access points: a filter that names one is kept and counts nothing.
// - A filter by tags sees the tags of what is read or written whole; deletions have none.

import type { BucketRecord } from "../../catalog/buckets.ts";
import { S3Error } from "../../s3/errors.ts";
import type { OperationInput, OperationOutput } from "../../s3/operation-types.ts";
import type { Handler } from "../handlers.ts";
import {
  configurationsOf,
  dropConfiguration,
  listConfigurations,
  requireConfiguration,
  saveConfiguration,
} from "./listed-configurations.ts";
import { readListedFilter } from "./listed-filter.ts";

type Configuration = NonNullable<
  OperationOutput<"GetBucketMetricsConfiguration">["MetricsConfiguration"]
>;
type Given = NonNullable<OperationInput<"PutBucketMetricsConfiguration">["MetricsConfiguration"]>;

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

export const putBucketMetricsConfiguration: Handler<"PutBucketMetricsConfiguration"> = async (
  context,
  input,
) => {
  const document: Given | undefined = input.MetricsConfiguration;
  if (document === undefined) throw new S3Error("MalformedXML");
  readListedFilter(document.Filter);
  await saveConfiguration(context, "metrics", { id: input.Id, document });
  return {};
};

export const deleteBucketMetricsConfiguration: Handler<"DeleteBucketMetricsConfiguration"> = async (
  context,
  input,
) => {
  await dropConfiguration(context, "metrics", input.Id);
  return {};
};

/** Which requests one configuration counts. */
export interface MetricsFilter {
  readonly id: string;
  readonly prefix: string;
  readonly tags: readonly (readonly [key: string, value: string])[];
}

/** The configurations of a bucket that can count something. */
export function metricsFiltersOf(bucket: BucketRecord): readonly MetricsFilter[] {
  return configurationsOf(bucket, "metrics").flatMap(([id, text]) => {
    const filter = readListedFilter((JSON.parse(text) as Configuration).Filter);
    return filter.accessPoint === undefined
      ? [{ id, prefix: filter.prefix, tags: filter.tags }]
      : [];
  });
}
