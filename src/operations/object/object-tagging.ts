// Tags of an object, version by version. The `x-amz-tagging` header of writes is in write-intent.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectTagging.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjectTagging.html
//
// Differs from AWS: nothing known.

import type { Version } from "../../bucket/types.ts";
import { S3Error } from "../../s3/errors.ts";
import { checkTags } from "../../s3/tagging.ts";
import { type ObjectContext, versioningOf } from "../context.ts";
import type { Handler } from "../handlers.ts";
import { amendVersion } from "./amend.ts";
import { resolveVersion } from "./read.ts";

export const getObjectTagging: Handler<"GetObjectTagging"> = async (context, input) => {
  const { version } = await resolveVersion(context, {
    ...(input.VersionId !== undefined && { versionId: input.VersionId }),
    wantSegments: false,
  });
  const tags = version.detail.tags ?? [];
  return {
    TagSet: tags.map(([key, value]) => ({ Key: key, Value: value })),
    ...versionMember(context, version),
  };
};

export const putObjectTagging: Handler<"PutObjectTagging"> = async (context, input) => {
  const given = input.Tagging?.TagSet;
  if (given === undefined) throw new S3Error("MalformedXML");
  const tags = given.map(({ Key: key, Value: value }): readonly [string, string] => {
    if (key === undefined || value === undefined) throw new S3Error("MalformedXML");
    return [key, value];
  });
  checkTags(tags, "object");
  const change = { kind: "tags", tags } as const;
  const version = await amendVersion(context, change, input.VersionId, "ObjectTagging:Put");
  return versionMember(context, version);
};

export const deleteObjectTagging: Handler<"DeleteObjectTagging"> = async (context, input) => {
  const change = { kind: "tags", tags: [] } as const;
  const version = await amendVersion(context, change, input.VersionId, "ObjectTagging:Delete");
  return versionMember(context, version);
};

/** The version answered for; none in a bucket that was never versioned. */
function versionMember(context: ObjectContext, version: Version): { VersionId?: string } {
  return versioningOf(context.bucket) === "Unversioned" ? {} : { VersionId: version.versionId };
}
