// UploadPartCopy: a part that refers to bytes already stored. Inside a bucket it moves no byte;
// from elsewhere the range is streamed into a blob of its own.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html
//
// Differs from AWS: the ETag of a part copied by reference is not the MD5 of its bytes, unless it is
// a whole object that was uploaded in one piece.

import { createHash } from "node:crypto";
import { isOutOfReach } from "../../bucket/restores.ts";
import type { Upload } from "../../bucket/types.ts";
import { encodeChecksum } from "../../checksums/algorithms.ts";
import { createHasher } from "../../checksums/hashers.ts";
import type { Checksum, ChecksumAlgorithm, Segment } from "../../s3/content.ts";
import { parseCopySourceRange, resolveCopySourceRange } from "../../s3/range.ts";
import { type ContentKeys, writeBlob } from "../../storage/blobs.ts";
import { sharesStore } from "../../storage/classes.ts";
import { segmentsSource } from "../../storage/sources.ts";
import { type ObjectContext, versioningOf } from "../context.ts";
import type { Handler } from "../handlers.ts";
import { withBlobs } from "../object/commit.ts";
import { type CopySource, openCopySource } from "../object/copy-source.ts";
import { sourceKeyHeaders } from "../object/customer-key.ts";
import { openUploadEncryption } from "../object/encryption.ts";
import { checkUploadSize } from "../object/limits.ts";
import { encryptionMembers, partChecksumMember } from "../object/members.ts";
import { checkPartNumber, findUpload, recordPart } from "./upload.ts";

/** A part ready to be recorded: where its bytes are and what they sum to. */
interface CopiedPart {
  readonly sizeBytes: number;
  readonly etag: string;
  readonly checksum?: Checksum;
  readonly segments: readonly Segment[];
}

export const uploadPartCopy: Handler<"UploadPartCopy"> = async (context, input) => {
  const partNumber = checkPartNumber(input.PartNumber);
  const uploadId = input.UploadId ?? "";
  const upload = await findUpload(context, uploadId);
  const range = context.headers.get("x-amz-copy-source-range");
  const wish = range === null ? undefined : parseCopySourceRange(range);
  const source = await openCopySource(context, {
    ...(wish && { range: wish }),
    customerKey: sourceKeyHeaders(input),
  });
  const whole = source.version.sizeBytes;
  const sizeBytes = wish === undefined ? whole : resolveCopySourceRange(wish, whole).length;
  checkUploadSize(sizeBytes);

  const keys = await openUploadEncryption(context, upload.detail.encryption, input);
  // Sealed bytes are under the data key of their own version, which no upload has.
  const isPlain = source.keys === undefined && keys === undefined;
  const isShared =
    isPlain &&
    source.bucket.bucketId === context.bucket.bucketId &&
    // What was restored for a while, or lies in another tier, is copied out.
    !isOutOfReach(source.version) &&
    source.version.detail.tier === undefined &&
    sharesStore(source.version.storageClass, upload.storageClass);
  const part = isShared
    ? await sharedPart(context, { source, upload, sizeBytes })
    : await copiedPart(context, { source, upload, keys, uploadId, partNumber });
  const { segments, ...facts } = part;
  const ownBlobs = isShared ? [] : segments.map((segment) => segment.blob);
  const modifiedAtMs = await withBlobs(context, ownBlobs, () =>
    recordPart(context, {
      key: context.key,
      uploadId,
      part: { partNumber, ...facts },
      segments,
      ...(isShared && { sharedFrom: { key: source.key, seq: source.version.seq } }),
    }),
  );
  return {
    CopyPartResult: {
      ETag: `"${part.etag}"`,
      LastModified: new Date(modifiedAtMs),
      ...partChecksumMember(part.checksum),
    },
    ...(versioningOf(source.bucket) !== "Unversioned" && {
      CopySourceVersionId: source.version.versionId,
    }),
    ...encryptionMembers(upload.detail),
  };
};

async function sharedPart(
  context: ObjectContext,
  facts: { source: CopySource; upload: Upload; sizeBytes: number },
): Promise<CopiedPart> {
  const { source, upload, sizeBytes } = facts;
  const { version, segments } = source;
  const isWhole = sizeBytes === version.sizeBytes;
  const etag =
    isWhole && version.detail.partsCount === undefined ? version.etag : nameRange(segments);
  const checksum = await sharedChecksum(context, {
    source,
    algorithm: upload.checksum?.algorithm,
    known: isWhole ? version.detail.checksum : undefined,
  });
  return { sizeBytes, etag, segments, ...(checksum !== undefined && { checksum }) };
}

/** A stable name for bytes that were not read: their blobs and where in them they lie. */
function nameRange(segments: readonly Segment[]): string {
  return createHash("md5").update(JSON.stringify(segments)).digest("hex");
}

/** Reads the bytes only when the upload asked for a checksum that is not known already. */
async function sharedChecksum(
  context: ObjectContext,
  facts: {
    source: CopySource;
    algorithm: ChecksumAlgorithm | undefined;
    known: Checksum | undefined;
  },
): Promise<Checksum | undefined> {
  const { algorithm, known, source } = facts;
  const isUsable = known !== undefined && known.type === "FULL_OBJECT";
  const wanted = algorithm ?? "CRC64NVME";
  if (isUsable && known.algorithm === wanted) return known;
  if (algorithm === undefined) return undefined;
  const hasher = createHasher(algorithm);
  const bytes = segmentsSource(context.env, source.segments, source.keys);
  for (let chunk = await bytes.read(); chunk !== null; chunk = await bytes.read()) {
    hasher.update(chunk);
  }
  return { algorithm, type: "FULL_OBJECT", value: encodeChecksum(hasher.digest()) };
}

async function copiedPart(
  context: ObjectContext,
  facts: {
    source: CopySource;
    upload: Upload;
    keys: ContentKeys | undefined;
    uploadId: string;
    partNumber: number;
  },
): Promise<CopiedPart> {
  const { source, upload, keys, uploadId, partNumber } = facts;
  const { encryption } = upload.detail;
  const bytes = segmentsSource(context.env, source.segments, source.keys);
  const stored = await writeBlob(context.env, bytes, {
    storageClass: upload.storageClass,
    seams: context.seams,
    plan: { algorithm: upload.checksum?.algorithm ?? "CRC64NVME" },
    origin: {
      bucketId: context.bucket.bucketId,
      key: context.key,
      uploadId,
      partNumber,
      ...(encryption !== undefined && { detail: { encryption } }),
    },
    ...(keys !== undefined && { keys }),
  });
  return {
    sizeBytes: stored.sizeBytes,
    etag: stored.md5Hex,
    checksum: {
      algorithm: stored.checksum.algorithm,
      type: "FULL_OBJECT",
      value: stored.checksum.valueBase64,
    },
    segments: [{ blob: stored.blob, offset: 0, length: stored.sizeBytes }],
  };
}
