// ListParts: the parts of an open upload, by number.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html
//
// Differs from AWS: nothing known.

import { callFacts } from "../context.ts";
import type { Handler } from "../handlers.ts";
import { abortMembers } from "../object/lifecycle-members.ts";
import { partChecksumMember } from "../object/members.ts";
import { settle } from "../outcomes.ts";
import { ownersOf } from "../owner.ts";
import { noSuchUpload } from "./upload.ts";

const maximumPageSize = 1000;

export const listParts: Handler<"ListParts"> = async (context, input) => {
  const uploadId = input.UploadId ?? "";
  const limit = Math.min(input.MaxParts ?? maximumPageSize, maximumPageSize);
  const marker = Number(input.PartNumberMarker ?? "0");
  const answer = await context.index.listParts({
    ...callFacts(context),
    key: context.key,
    uploadId,
    afterPartNumber: marker,
    limit,
  });
  const outcome = settle(answer, ["page", "no-such-upload"], { bucket: context.bucket.name });
  if (outcome.kind === "no-such-upload") throw noSuchUpload(uploadId);
  const { upload, parts, isTruncated } = outcome;
  const { bucket } = context;
  const showOwner = await ownersOf(context, [upload.ownerId]);
  return {
    Bucket: bucket.name,
    Key: context.key,
    UploadId: uploadId,
    ...abortMembers(bucket, upload),
    PartNumberMarker: String(marker),
    NextPartNumberMarker: String(parts.at(-1)?.partNumber ?? 0),
    MaxParts: limit,
    IsTruncated: isTruncated,
    Parts: parts.map((part) => ({
      PartNumber: part.partNumber,
      LastModified: new Date(part.modifiedAtMs),
      ETag: `"${part.etag}"`,
      Size: part.sizeBytes,
      ...partChecksumMember(part.checksum),
    })),
    Initiator: { ID: upload.initiator.id, DisplayName: upload.initiator.displayName },
    Owner: showOwner(upload.ownerId),
    StorageClass: upload.storageClass,
    ...(upload.checksum !== undefined && {
      ChecksumAlgorithm: upload.checksum.algorithm,
      ChecksumType: upload.checksum.type,
    }),
  };
};
