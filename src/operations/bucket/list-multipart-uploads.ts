// ListMultipartUploads: uploads begun and neither completed nor aborted, by key and time.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html
//
// Differs from AWS: an upload id marker of an upload that is gone continues behind where it was;
// AWS answers InvalidArgument.

import type { ListUploadsOutcome, Upload } from "../../bucket/types.ts";
import { isUploadId } from "../../s3/ids.ts";
import { type BucketContext, callFacts } from "../context.ts";
import type { Handler } from "../handlers.ts";
import { settle } from "../outcomes.ts";
import { ownersOf, type ShownOwner } from "../owner.ts";
import { invalidArgument, readEncodingType, readPageLimit } from "./listing.ts";

type Page = Extract<ListUploadsOutcome, { kind: "page" }>;

export const listMultipartUploads: Handler<"ListMultipartUploads"> = async (context, input) => {
  const names = { parameter: "max-uploads", argument: "max-uploads" };
  const limit = readPageLimit(input.MaxUploads, names);
  const encoding = readEncodingType(input.EncodingType);
  const delimiter = input.Delimiter ?? "";
  const keyMarker = input.KeyMarker ?? "";
  // Without a key marker S3 ignores the upload id marker, and shows it as empty.
  const uploadIdMarker = keyMarker === "" ? "" : (input.UploadIdMarker ?? "");
  if (uploadIdMarker !== "" && !isUploadId(uploadIdMarker)) {
    throw invalidArgument("Invalid uploadId marker", "upload-id-marker", uploadIdMarker);
  }
  const page = await listUploadsPage(context, {
    prefix: input.Prefix ?? "",
    delimiter,
    limit,
    ...(keyMarker !== "" && { keyMarker }),
    ...(uploadIdMarker !== "" && { uploadIdMarker }),
  });
  const last = page.uploads.at(-1);
  return {
    Bucket: context.bucket.name,
    KeyMarker: keyMarker,
    UploadIdMarker: uploadIdMarker,
    // S3 always shows both, even when nothing follows: the last upload, or nothing.
    NextKeyMarker: page.isTruncated ? (page.nextKeyMarker ?? "") : (last?.key ?? ""),
    NextUploadIdMarker: page.isTruncated ? (page.nextUploadIdMarker ?? "") : (last?.uploadId ?? ""),
    ...(input.Prefix !== undefined && { Prefix: input.Prefix }),
    ...(delimiter !== "" && { Delimiter: delimiter }),
    MaxUploads: limit,
    IsTruncated: page.isTruncated,
    ...encoding,
    ...(await listedUploads(context, page)),
  };
};

async function listUploadsPage(
  context: BucketContext,
  wish: {
    prefix: string;
    delimiter: string;
    limit: number;
    keyMarker?: string;
    uploadIdMarker?: string;
  },
): Promise<Page> {
  const outcome = await context.index.listUploads({ ...callFacts(context), ...wish });
  const page = settle(outcome, ["page"], { bucket: context.bucket.name });
  return wish.limit === 0 ? { ...page, isTruncated: false } : page;
}

async function listedUploads(context: BucketContext, page: Page) {
  const showOwner = await ownersOf(
    context,
    page.uploads.map(({ ownerId }) => ownerId),
  );
  const uploads = page.uploads.map((upload) => listedUpload(upload, showOwner(upload.ownerId)));
  const commonPrefixes = page.commonPrefixes.map((prefix) => ({ Prefix: prefix }));
  return {
    ...(uploads.length > 0 && { Uploads: uploads }),
    ...(commonPrefixes.length > 0 && { CommonPrefixes: commonPrefixes }),
  };
}

function listedUpload(upload: Upload, owner: ShownOwner) {
  return {
    Key: upload.key,
    UploadId: upload.uploadId,
    Initiator: { ID: upload.initiator.id, DisplayName: upload.initiator.displayName },
    Owner: owner,
    StorageClass: upload.storageClass,
    Initiated: new Date(upload.initiatedAtMs),
    ...(upload.checksum !== undefined && {
      ChecksumAlgorithm: upload.checksum.algorithm,
      ChecksumType: upload.checksum.type,
    }),
  };
}
