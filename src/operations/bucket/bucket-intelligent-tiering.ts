// Intelligent-Tiering archive tiers: configurations by id. What they say is done by the daily upkeep
// of tiers; without any, objects still move between the three tiers that are read at once.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketIntelligentTieringConfiguration.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketIntelligentTieringConfiguration.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBucketIntelligentTieringConfigurations.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketIntelligentTieringConfiguration.html
//
// Differs from AWS: nothing known.

import { S3Error } from "../../s3/errors.ts";
import type { OperationInput, OperationOutput } from "../../s3/operation-types.ts";
import { invalidArgument } from "../../s3/parameters.ts";
import type { Handler } from "../handlers.ts";
import {
  dropConfiguration,
  listConfigurations,
  requireConfiguration,
  saveConfiguration,
} from "./listed-configurations.ts";

type Configuration = NonNullable<
  OperationOutput<"GetBucketIntelligentTieringConfiguration">["IntelligentTieringConfiguration"]
>;
type Given = NonNullable<
  OperationInput<"PutBucketIntelligentTieringConfiguration">["IntelligentTieringConfiguration"]
>;

export const putBucketIntelligentTieringConfiguration: Handler<
  "PutBucketIntelligentTieringConfiguration"
> = async (context, input) => {
  const document = input.IntelligentTieringConfiguration;
  if (document === undefined) throw new S3Error("MalformedXML");
  checkConfiguration(document);
  await saveConfiguration(context, "intelligent-tiering", { id: input.Id, document });
  return {};
};

export const getBucketIntelligentTieringConfiguration: Handler<
  "GetBucketIntelligentTieringConfiguration"
> = async (context, input) => ({
  IntelligentTieringConfiguration: await requireConfiguration<Configuration>(
    context,
    "intelligent-tiering",
    input.Id,
  ),
});

export const listBucketIntelligentTieringConfigurations: Handler<
  "ListBucketIntelligentTieringConfigurations"
> = async (context, input) => {
  const token = input.ContinuationToken;
  const { documents, page } = await listConfigurations<Configuration>(
    context,
    "intelligent-tiering",
    token,
  );
  return {
    ...page,
    ...(documents.length > 0 && { IntelligentTieringConfigurationList: documents }),
  };
};

export const deleteBucketIntelligentTieringConfiguration: Handler<
  "DeleteBucketIntelligentTieringConfiguration"
> = async (context, input) => {
  await dropConfiguration(context, "intelligent-tiering", input.Id);
  return {};
};

/**
 * Least days without use.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_Tiering.html
 */
const leastDays = { ARCHIVE_ACCESS: 90, DEEP_ARCHIVE_ACCESS: 180 } as const;
const mostDays = 730;

/** Throws MalformedXML for what the schema does not allow, InvalidArgument for what makes no sense. */
function checkConfiguration({ Status, Tierings = [], Filter }: Given): void {
  if (Status !== "Enabled" && Status !== "Disabled") throw new S3Error("MalformedXML");
  if (Tierings.length === 0) throw new S3Error("MalformedXML");
  const days = new Map<string, number>();
  for (const { AccessTier: tier, Days } of Tierings) {
    if (tier !== "ARCHIVE_ACCESS" && tier !== "DEEP_ARCHIVE_ACCESS") {
      throw new S3Error("MalformedXML");
    }
    if (Days === undefined || !Number.isInteger(Days)) throw new S3Error("MalformedXML");
    if (days.has(tier)) throw invalidArgument("Duplicate access tier", "AccessTier", tier);
    if (Days < leastDays[tier] || Days > mostDays) {
      const message = `Days for ${tier} must be between ${leastDays[tier]} and ${mostDays}`;
      throw invalidArgument(message, "Days", String(Days));
    }
    days.set(tier, Days);
  }
  const [archive, deep] = [days.get("ARCHIVE_ACCESS"), days.get("DEEP_ARCHIVE_ACCESS")];
  if (archive !== undefined && deep !== undefined && archive >= deep) {
    const message = "Days for DEEP_ARCHIVE_ACCESS must be more than for ARCHIVE_ACCESS";
    throw invalidArgument(message, "Days", String(deep));
  }
  checkFilter(Filter);
}

/** One of a prefix, a tag, or several of them under And. */
function checkFilter(filter: Given["Filter"]): void {
  if (filter === undefined) return;
  const { Prefix, Tag, And } = filter;
  const given = [Prefix, Tag, And].filter((member) => member !== undefined);
  if (given.length > 1) throw new S3Error("MalformedXML");
  const tags = And?.Tags ?? [];
  const predicates = tags.length + (And?.Prefix === undefined ? 0 : 1);
  if (And !== undefined && predicates < 2) throw new S3Error("MalformedXML");
  const names = tags.map(({ Key }) => Key);
  if (new Set(names).size < names.length) {
    throw invalidArgument("Duplicate tag keys are not allowed", "Tag", String(names[0]));
  }
}
