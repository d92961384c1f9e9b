// ListObjectVersions: every version and delete marker, newest first within a key.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
//
// Differs from AWS: nothing known.

import type { ListVersionsOutcome, Version } from "../../bucket/types.ts";
import { S3Error } from "../../s3/errors.ts";
import { type BucketContext, callFacts } from "../context.ts";
import type { Handler } from "../handlers.ts";
import { restoreStatuses } from "../object/archived.ts";
import { checkVersionId } from "../object/read.ts";
import { settle } from "../outcomes.ts";
import { ownersOf } from "../owner.ts";
import {
  checkOptionalAttributes,
  invalidArgument,
  listedChecksum,
  readEncodingType,
  readPageLimit,
} from "./listing.ts";

type Page = Extract<ListVersionsOutcome, { kind: "page" }>;

export const listObjectVersions: Handler<"ListObjectVersions"> = async (context, input) => {
  checkOptionalAttributes(input.OptionalObjectAttributes);
  const limit = readPageLimit(input.MaxKeys, { parameter: "max-keys", argument: "maxKeys" });
  const encoding = readEncodingType(input.EncodingType);
  const delimiter = input.Delimiter ?? "";
  const markers = readMarkers(input.KeyMarker ?? "", input.VersionIdMarker);
  const page = await listVersionsPage(context, {
    prefix: input.Prefix ?? "",
    delimiter,
    limit,
    ...markers,
  });
  const restoreOf = await restoreStatuses(context, input.OptionalObjectAttributes, page.versions);
  return {
    Name: context.bucket.name,
    Prefix: input.Prefix ?? "",
    KeyMarker: input.KeyMarker ?? "",
    VersionIdMarker: input.VersionIdMarker ?? "",
    ...(page.isTruncated && nextMarkers(page)),
    MaxKeys: limit,
    ...(delimiter !== "" && { Delimiter: delimiter }),
    IsTruncated: page.isTruncated,
    ...encoding,
    ...(await listedVersions(context, page, restoreOf)),
  };
};

/** A version id marker continues within a key, so it needs one. */
function readMarkers(keyMarker: string, versionIdMarker: string | undefined) {
  if (versionIdMarker === undefined) return keyMarker === "" ? {} : { keyMarker };
  if (keyMarker === "" && versionIdMarker === "") return {};
  if (keyMarker === "") {
    throw invalidArgument(
      "A version-id marker cannot be specified without a key marker.",
      "version-id-marker",
      versionIdMarker,
    );
  }
  if (versionIdMarker === "") {
    throw invalidArgument(
      "A version-id marker cannot be empty.",
      "version-id-marker",
      versionIdMarker,
    );
  }
  checkVersionId(versionIdMarker);
  return { keyMarker, versionIdMarker };
}

async function listVersionsPage(
  context: BucketContext,
  wish: {
    prefix: string;
    delimiter: string;
    limit: number;
    keyMarker?: string;
    versionIdMarker?: string;
  },
): Promise<Page> {
  const outcome = await context.index.listVersions({ ...callFacts(context), ...wish });
  const page = settle(outcome, ["page", "no-such-version-marker"], {
    bucket: context.bucket.name,
  });
  if (page.kind === "no-such-version-marker") {
    throw new S3Error("InvalidArgument", "Invalid version id specified", {
      detail: { ArgumentName: "version-id-marker", ArgumentValue: wish.versionIdMarker ?? "" },
    });
  }
  return wish.limit === 0 ? { ...page, isTruncated: false } : page;
}

function nextMarkers(page: Page) {
  return {
    ...(page.nextKeyMarker !== undefined && {
      NextKeyMarker: page.nextKeyMarker,
    }),
    // Absent when the page ended with a common prefix.
    ...(page.nextVersionIdMarker !== undefined && {
      NextVersionIdMarker: page.nextVersionIdMarker,
    }),
  };
}

async function listedVersions(
  context: BucketContext,
  page: Page,
  restoreOf: Awaited<ReturnType<typeof restoreStatuses>>,
) {
  const ownerIds = page.versions.map(({ detail }) => detail.ownerId);
  const showOwner = await ownersOf(context, ownerIds);
  const versions = [];
  const markers = [];
  const order: ("Version" | "DeleteMarker")[] = [];
  for (const [at, version] of page.versions.entries()) {
    const entry = { ...listedEntry(version), Owner: showOwner(version.detail.ownerId) };
    if (version.isDeleteMarker) markers.push(entry);
    else versions.push({ ...entry, ...listedContent(version), ...restoreOf(at) });
    order.push(version.isDeleteMarker ? "DeleteMarker" : "Version");
  }
  const commonPrefixes = page.commonPrefixes.map((prefix) => ({ Prefix: prefix }));
  return {
    ...(versions.length > 0 && { Versions: versions }),
    ...(markers.length > 0 && { DeleteMarkers: markers }),
    EntryOrder: order,
    ...(commonPrefixes.length > 0 && { CommonPrefixes: commonPrefixes }),
  };
}

/** What versions and delete markers have in common. */
function listedEntry(version: Version) {
  return {
    Key: version.key,
    VersionId: version.versionId,
    IsLatest: version.isLatest,
    LastModified: new Date(version.modifiedAtMs),
  };
}

function listedContent(version: Version) {
  return {
    ETag: `"${version.etag}"`,
    ...listedChecksum(version.detail.checksum),
    Size: version.sizeBytes,
    // The SDK's enumeration knows only STANDARD here; S3 shows the class the version has.
    StorageClass: version.storageClass as "STANDARD",
  };
}
