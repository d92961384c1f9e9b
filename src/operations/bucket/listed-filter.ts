// The filter that metrics and analytics configurations share: a prefix, a tag, an access point, or
// several of them joined by And. Pure.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_MetricsFilter.html

import { S3Error } from "../../s3/errors.ts";

interface Tag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

interface GivenAnd {
  readonly Prefix?: string | undefined;
  readonly Tags?: readonly Tag[] | undefined;
  readonly AccessPointArn?: string | undefined;
}

/** The SDK's union of the filter's members; the document may hold one of them. */
export interface GivenFilter {
  readonly Prefix?: string | undefined;
  readonly Tag?: Tag | undefined;
  readonly AccessPointArn?: string | undefined;
  readonly And?: GivenAnd | undefined;
}

export interface ListedFilter {
  readonly prefix: string;
  readonly tags: readonly (readonly [key: string, value: string])[];
  readonly accessPoint?: string;
}

const accessPointShape = /^arn:[^:]+:s3:[^:]*:\d{12}:accesspoint\/.+$/;

/** Throws MalformedXML for a filter that is empty, or has several members without And. */
export function readListedFilter(given: object | undefined): ListedFilter {
  if (given === undefined) return { prefix: "", tags: [] };
  const { Prefix, Tag, AccessPointArn, And } = given as GivenFilter;
  const members = [Prefix, Tag, AccessPointArn, And].filter((member) => member !== undefined);
  if (members.length !== 1) throw new S3Error("MalformedXML");
  if (And === undefined) {
    return readMembers({
      Prefix,
      AccessPointArn,
      ...(Tag !== undefined && { Tags: [Tag] }),
    });
  }
  const joined = [And.Prefix, And.AccessPointArn, ...(And.Tags ?? [])];
  // S3 wants And for two predicates or more.
  if (joined.filter((member) => member !== undefined).length < 2) throw new S3Error("MalformedXML");
  return readMembers(And);
}

function readMembers({ Prefix = "", Tags = [], AccessPointArn }: GivenAnd): ListedFilter {
  const tags = Tags.map(({ Key, Value }) => {
    if (Key === undefined || Key === "" || Value === undefined) throw new S3Error("MalformedXML");
    return [Key, Value] as const;
  });
  if (new Set(tags.map(([key]) => key)).size < tags.length) {
    throw new S3Error("InvalidTag", "Cannot provide multiple Tags with the same key");
  }
  if (AccessPointArn !== undefined && !accessPointShape.test(AccessPointArn)) {
    throw new S3Error("InvalidArgument", "The access point ARN is not valid");
  }
  return {
    prefix: Prefix,
    tags,
    ...(AccessPointArn !== undefined && { accessPoint: AccessPointArn }),
  };
}
