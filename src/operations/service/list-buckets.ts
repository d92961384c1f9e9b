// ListBuckets: the caller's account's buckets by name, straight from the catalog.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html
//
// Differs from AWS: entries always carry the region and the ARN; AWS leaves the region out when the
// request has no parameter.

import { listBuckets as listOwned } from "../../catalog/buckets.ts";
import type { OperationOutput } from "../../s3/operation-types.ts";
import { bucketArn } from "../bucket/head-bucket.ts";
import { invalidArgument, parseToken, renderToken } from "../bucket/listing.ts";
import { isRegion } from "../bucket/regions.ts";
import type { ServiceContext } from "../context.ts";
import type { Handler } from "../handlers.ts";

type Bucket = NonNullable<OperationOutput<"ListBuckets">["Buckets"]>[number];

/** The largest page, and the page of a request that has any parameter but no size: 10,000. */
const maximumPage = 10_000;

export const listBuckets: Handler<"ListBuckets"> = async (context, input) => {
  checkPageSize(input.MaxBuckets);
  checkRegion(context, input.BucketRegion);
  const token = input.ContinuationToken;
  const isPaged = [input.MaxBuckets, input.Prefix, input.BucketRegion, token].some(
    (parameter) => parameter !== undefined,
  );
  let page = await listOwned(context, context.principal.accountId, {
    prefix: input.Prefix,
    region: input.BucketRegion,
    // An empty token starts from the beginning, as AWS does.
    after: token === undefined || token === "" ? undefined : parseToken("bucket", token),
    limit: input.MaxBuckets ?? maximumPage,
  });
  const buckets = page.buckets.map(shownBucket);
  // Old clients know no pages: without parameters all buckets come back.
  while (!isPaged && page.next !== undefined) {
    page = await listOwned(context, context.principal.accountId, {
      after: page.next,
      limit: maximumPage,
    });
    buckets.push(...page.buckets.map(shownBucket));
  }
  return {
    Buckets: buckets,
    Owner: { ID: context.principal.canonicalId, DisplayName: context.principal.displayName },
    ...(page.next !== undefined && { ContinuationToken: renderToken("bucket", page.next) }),
    ...(input.Prefix !== undefined && { Prefix: input.Prefix }),
  };
};

function checkPageSize(size: number | undefined): void {
  if (size === undefined || (Number.isInteger(size) && size >= 1 && size <= maximumPage)) return;
  throw invalidArgument(
    `Argument max-buckets must be an integer between 1 and ${maximumPage}.`,
    "max-buckets",
    String(size),
  );
}

function checkRegion(context: ServiceContext, region: string | undefined): void {
  if (region === undefined || isRegion(region, context.region)) return;
  throw invalidArgument(
    `Argument value ${region} is not a valid AWS Region`,
    "bucket-region",
    region,
  );
}

function shownBucket(bucket: { name: string; region: string; createdAtMs: number }): Bucket {
  return {
    Name: bucket.name,
    CreationDate: new Date(bucket.createdAtMs),
    BucketRegion: bucket.region,
    BucketArn: bucketArn(bucket.name),
  };
}
