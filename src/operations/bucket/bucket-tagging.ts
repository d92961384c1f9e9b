// Tags of a bucket.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketTagging.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketTagging.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketTagging.html
//
// Differs from AWS: nothing known.

import { S3Error } from "../../s3/errors.ts";
import type { OperationOutput } from "../../s3/operation-types.ts";
import { checkTags } from "../../s3/tagging.ts";
import type { Handler } from "../handlers.ts";
import { dropSetting, requireSetting, saveSetting } from "./settings.ts";

type Answer = OperationOutput<"GetBucketTagging">;

/** A tag as the wire gives it. */
export interface GivenTag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

/**
 * The document for these tags, in the order given; `undefined` for none, which is no tag set at
 * all. Throws MalformedXML, InvalidTag and BadRequest (B109, B111).
 */
export function taggingDocument(given: readonly GivenTag[]): Answer | undefined {
  const tags = given.map(({ Key: key, Value: value }): readonly [string, string] => {
    if (key === undefined || value === undefined) throw new S3Error("MalformedXML");
    return [key, value];
  });
  checkTags(tags, "bucket");
  if (tags.length === 0) return undefined;
  return { TagSet: tags.map(([key, value]) => ({ Key: key, Value: value })) };
}

export const getBucketTagging: Handler<"GetBucketTagging"> = (context) =>
  requireSetting<Answer>(context, "tagging", "NoSuchTagSet");

export const putBucketTagging: Handler<"PutBucketTagging"> = async (context, input) => {
  const given = input.Tagging?.TagSet;
  if (given === undefined) throw new S3Error("MalformedXML");
  const document = taggingDocument(given);
  if (document === undefined) await dropSetting(context, "tagging");
  else await saveSetting(context, "tagging", document);
  return {};
};

export const deleteBucketTagging: Handler<"DeleteBucketTagging"> = async (context) => {
  await dropSetting(context, "tagging");
  return {};
};
