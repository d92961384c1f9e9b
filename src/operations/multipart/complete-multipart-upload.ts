// CompleteMultipartUpload: one index transaction turns the listed parts into a version. No byte
// moves; asking again with the same list gives the same answer.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
//
// Differs from AWS: nothing known.

import type { CompleteUploadOutcome, CompleteUploadRequest } from "../../bucket/types.ts";
import { readExpectedChecksum } from "../../checksums/multipart.ts";
import { readWriteConditions } from "../../s3/conditions.ts";
import { S3Error } from "../../s3/errors.ts";
import { parseEntityTag } from "../../s3/etag.ts";
import { newVersionId } from "../../s3/ids.ts";
import { type ObjectContext, versioningOf } from "../context.ts";
import { emitting } from "../emission.ts";
import type { Handler } from "../handlers.ts";
import { followingSettings } from "../object/commit.ts";
import { expirationMember } from "../object/lifecycle-members.ts";
import { defaultLockOf } from "../object/lock.ts";
import { checksumMembers, encryptionMembers, readChecksumMember } from "../object/members.ts";
import { leaveNote } from "../object/note.ts";
import { refuse } from "../outcomes.ts";
import { noSuchUpload } from "./upload.ts";

type Input = Parameters<typeof completeMultipartUpload>[1];

export const completeMultipartUpload: Handler<"CompleteMultipartUpload"> = async (
  context,
  input,
) => {
  const uploadId = input.UploadId ?? "";
  const conditions = readWriteConditions(context.headers);
  const expectedChecksum = readExpectedChecksum(context.headers);
  const request = {
    key: context.key,
    uploadId,
    versionId: newVersionId(context.nowMs, context.seams.randomBytes),
    parts: readParts(input),
    ...(expectedChecksum !== undefined && { expectedChecksum }),
    ...(input.MpuObjectSize !== undefined && { expectedSizeBytes: input.MpuObjectSize }),
    ...(conditions !== undefined && { conditions }),
  };
  const outcome = await followingSettings(context, (opened) =>
    opened.index.completeUpload({
      ...request,
      epoch: opened.bucket.epoch,
      nowMs: context.nowMs,
      versioning: versioningOf(opened.bucket),
      ...defaultLockOf(opened.bucket),
      ...emitting(context, opened),
    }),
  );
  if (outcome.kind !== "committed") return refuseCompletion(context, uploadId, outcome);
  leaveNote(context, { versionId: outcome.versionId, writtenAs: request.versionId });
  return {
    Location: locationOf(context),
    Bucket: context.bucket.name,
    Key: context.key,
    ETag: `"${outcome.etag}"`,
    ...expirationMember(context, outcome),
    ...checksumMembers(outcome.checksum),
    ...(outcome.versionId !== undefined && { VersionId: outcome.versionId }),
    ...encryptionMembers(outcome.detail),
  };
};

/** The listed parts. An empty list and a part without number or ETag are MalformedXML (B145). */
function readParts(input: Input): CompleteUploadRequest["parts"] {
  const listed = input.MultipartUpload?.Parts ?? [];
  if (listed.length === 0 || listed.length > 10_000) throw new S3Error("MalformedXML");
  return listed.map((part) => {
    if (part.PartNumber === undefined || part.ETag === undefined) throw new S3Error("MalformedXML");
    const checksum = readChecksumMember(part);
    return {
      partNumber: part.PartNumber,
      etag: parseEntityTag(part.ETag),
      ...(checksum !== undefined && { checksum }),
    };
  });
}

function refuseCompletion(
  context: ObjectContext,
  uploadId: string,
  outcome: Exclude<CompleteUploadOutcome, { kind: "committed" | "stale" }>,
): never {
  switch (outcome.kind) {
    case "no-such-upload":
      throw noSuchUpload(uploadId);
    case "invalid-part":
      throw new S3Error("InvalidPart", undefined, {
        detail: {
          UploadId: uploadId,
          PartNumber: String(outcome.partNumber),
          ETag: outcome.etag,
        },
      });
    case "invalid-part-order":
      throw new S3Error("InvalidPartOrder", undefined, { detail: { UploadId: uploadId } });
    case "part-too-small":
      throw new S3Error("EntityTooSmall", undefined, {
        detail: {
          ProposedSize: String(outcome.sizeBytes),
          MinSizeAllowed: String(5 * 1024 * 1024),
          PartNumber: String(outcome.partNumber),
          ETag: outcome.etag,
        },
      });
    case "wrong-size":
      throw new S3Error(
        "InvalidRequest",
        "The provided 'x-amz-mp-object-size' header value does not match what was computed.",
      );
    case "bad-checksum":
      throw new S3Error(
        "BadDigest",
        `The ${outcome.algorithm.toLowerCase()} you specified did not match the calculated checksum.`,
      );
    case "checksum-mismatch":
      throw new S3Error("InvalidRequest", outcome.message);
    case "locked":
      throw new S3Error("AccessDenied");
    default:
      return refuse(outcome, { bucket: context.bucket.name, key: context.key });
  }
}

/** The object's URL, in the style the request came in. */
function locationOf(context: ObjectContext): string {
  const { host, isVirtualHosted } = context.target;
  const path = context.key.split("/").map(encodeURIComponent).join("/");
  const base = context.isSecure ? `https://${host}` : `http://${host}`;
  return isVirtualHosted ? `${base}/${path}` : `${base}/${context.bucket.name}/${path}`;
}
