// ListObjects, the first version: still what many clients send. ListObjectsV2 is the same question
// with other words around the answer.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html
//
// Differs from AWS: nothing known.

import type { ListedObject, ListOutcome } from "../../bucket/types.ts";
import { type BucketContext, callFacts } from "../context.ts";
import type { Handler } from "../handlers.ts";
import { restoreStatuses } from "../object/archived.ts";
import { settle } from "../outcomes.ts";
import { ownersOf } from "../owner.ts";
import {
  checkOptionalAttributes,
  listedChecksum,
  readEncodingType,
  readPageLimit,
} from "./listing.ts";

export const listObjects: Handler<"ListObjects"> = async (context, input) => {
  checkOptionalAttributes(input.OptionalObjectAttributes);
  const limit = readPageLimit(input.MaxKeys, { parameter: "max-keys", argument: "maxKeys" });
  const encoding = readEncodingType(input.EncodingType);
  const delimiter = input.Delimiter ?? "";
  const page = await listPage(context, {
    prefix: input.Prefix ?? "",
    delimiter,
    after: input.Marker,
    limit,
  });
  const restoreOf = await restoreStatuses(context, input.OptionalObjectAttributes, page.objects);
  const showsNext = page.isTruncated && delimiter !== "" && page.next !== undefined;
  return {
    Name: context.bucket.name,
    Prefix: input.Prefix ?? "",
    Marker: input.Marker ?? "",
    ...(showsNext && { NextMarker: page.next ?? "" }),
    MaxKeys: limit,
    ...(delimiter !== "" && { Delimiter: delimiter }),
    IsTruncated: page.isTruncated,
    ...encoding,
    ...(await listedEntries(context, page, { showsOwner: true, restoreOf })),
  };
};

export type ListPage = Extract<ListOutcome, { kind: "page" }>;

/** One page of current objects. A page of no entries is never truncated, as S3 has it. */
export async function listPage(
  context: BucketContext,
  wish: { prefix: string; delimiter: string; after: string | undefined; limit: number },
): Promise<ListPage> {
  const outcome = await context.index.list({
    ...callFacts(context),
    prefix: wish.prefix,
    delimiter: wish.delimiter,
    limit: wish.limit,
    // An empty marker is as good as none.
    ...(wish.after !== undefined && wish.after !== "" && { after: wish.after }),
  });
  const page = settle(outcome, ["page"], { bucket: context.bucket.name });
  return wish.limit === 0 ? { ...page, isTruncated: false } : page;
}

/** `Contents` and `CommonPrefixes` of a page; empty ones are left out. */
export async function listedEntries(
  context: BucketContext,
  page: ListPage,
  shape: {
    readonly showsOwner: boolean;
    readonly restoreOf: Awaited<ReturnType<typeof restoreStatuses>>;
  },
) {
  const ownerIds = shape.showsOwner ? page.objects.map(({ ownerId }) => ownerId) : [];
  const showOwner = await ownersOf(context, ownerIds);
  const contents = page.objects.map((object, at) => ({
    ...listedObject(object),
    ...shape.restoreOf(at),
    ...(shape.showsOwner && { Owner: showOwner(object.ownerId) }),
  }));
  const commonPrefixes = page.commonPrefixes.map((prefix) => ({ Prefix: prefix }));
  return {
    ...(contents.length > 0 && { Contents: contents }),
    ...(commonPrefixes.length > 0 && { CommonPrefixes: commonPrefixes }),
  };
}

function listedObject(object: ListedObject) {
  return {
    Key: object.key,
    LastModified: new Date(object.modifiedAtMs),
    ETag: `"${object.etag}"`,
    ...listedChecksum(object.checksum),
    Size: object.sizeBytes,
    StorageClass: object.storageClass,
  };
}
