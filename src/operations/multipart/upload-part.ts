// UploadPart: each part is a blob of its own, of any size; sending a number again replaces the part
// and condemns the blob it had.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html
//
// Differs from AWS: nothing known.

import type { Upload } from "../../bucket/types.ts";
import { defaultChecksumAlgorithm } from "../../checksums/algorithms.ts";
import { type ChecksumPlan, planChecksums } from "../../checksums/plan.ts";
import { S3Error } from "../../s3/errors.ts";
import { writeBlob } from "../../storage/blobs.ts";
import type { Handler } from "../handlers.ts";
import { withBlobs } from "../object/commit.ts";
import { openUploadEncryption } from "../object/encryption.ts";
import { checkUploadSize } from "../object/limits.ts";
import { requireLockDigest } from "../object/lock.ts";
import { encryptionMembers, partChecksumMember } from "../object/members.ts";
import { checkPartNumber, findUpload, recordPart } from "./upload.ts";

export const uploadPart: Handler<"UploadPart"> = async (context, input) => {
  const partNumber = checkPartNumber(input.PartNumber);
  const uploadId = input.UploadId ?? "";
  const upload = await findUpload(context, uploadId);
  const plan = planPart(context.headers, upload);
  requireLockDigest(context, "Part", upload.detail.lock);

  const { encryption } = upload.detail;
  const keys = await openUploadEncryption(context, encryption, input);

  const source = context.openBody();
  checkUploadSize(source.length);
  const stored = await writeBlob(context.env, source, {
    storageClass: upload.storageClass,
    seams: context.seams,
    plan,
    origin: {
      bucketId: context.bucket.bucketId,
      key: context.key,
      uploadId,
      partNumber,
      ...(encryption !== undefined && { detail: { encryption } }),
    },
    ...(keys !== undefined && { keys }),
  });
  const checksum = {
    algorithm: stored.checksum.algorithm,
    type: "FULL_OBJECT" as const,
    value: stored.checksum.valueBase64,
  };
  await withBlobs(context, [stored.blob], () =>
    recordPart(context, {
      key: context.key,
      uploadId,
      part: { partNumber, sizeBytes: stored.sizeBytes, etag: stored.md5Hex, checksum },
      segments: [{ blob: stored.blob, offset: 0, length: stored.sizeBytes }],
    }),
  );
  return {
    ETag: `"${stored.md5Hex}"`,
    ...partChecksumMember(checksum),
    ...encryptionMembers(upload.detail),
  };
};

/**
 * The part's checksum: of the upload's algorithm when one was asked for at the start, CRC64NVME when
 * none was. A composite upload wants one from the client for every part.
 */
function planPart(headers: Headers, upload: Upload): ChecksumPlan {
  const asked = upload.checksum;
  const plan = planChecksums(headers, {
    defaultAlgorithm: asked?.algorithm ?? defaultChecksumAlgorithm,
  });
  if (asked === undefined) return plan;
  const isFromClient = plan.expected !== undefined || plan.expectedInTrailer !== undefined;
  const isMissing = asked.type === "COMPOSITE" && !isFromClient;
  if (plan.algorithm === asked.algorithm && !isMissing) return plan;
  const actual = isMissing ? "null" : plan.algorithm.toLowerCase();
  throw new S3Error(
    "InvalidRequest",
    `Checksum Type mismatch occurred, expected checksum Type: ${asked.algorithm.toLowerCase()}, actual checksum Type: ${actual}`,
  );
}
