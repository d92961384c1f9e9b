// PutObject: one blob, then one commit. The exemplar of a write: bytes first, index second, and a
// refusal after the bytes were stored takes them away again.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
//
// Differs from AWS:
// - ACLs other than `private` and `bucket-owner-full-control` are refused, as on a bucket with
//   BucketOwnerEnforced (AWS's default for new buckets).
// - SSE-KMS, SSE-C, Object Lock headers and write offsets answer NotImplemented.

import { planChecksums } from "../../checksums/plan.ts";
import { readWriteConditions } from "../../s3/conditions.ts";
import { S3Error } from "../../s3/errors.ts";
import { newVersionId } from "../../s3/ids.ts";
import { type StoredBlob, writeBlob } from "../../storage/blobs.ts";
import type { Handler } from "../handlers.ts";
import { commitStored, refuseDoomed } from "./commit.ts";
import { checkUploadSize } from "./limits.ts";
import { checksumMembers, encryptionMembers } from "./members.ts";
import { readWriteIntent } from "./write-intent.ts";

export const putObject: Handler<"PutObject"> = async (context, input) => {
  if (input.WriteOffsetBytes !== undefined) {
    throw new S3Error("NotImplemented", undefined, {
      detail: { Header: "x-amz-write-offset-bytes" },
    });
  }
  const intent = readWriteIntent(context.headers, input);
  const plan = planChecksums(context.headers, { defaultAlgorithm: "CRC64NVME" });
  const conditions = readWriteConditions(context.headers);
  await refuseDoomed(context, conditions);

  const versionId = newVersionId(context.nowMs, context.seams.randomBytes);
  const source = context.openBody();
  checkUploadSize(source.length);
  const stored = await writeBlob(context.env, source, {
    storageClass: intent.storageClass,
    seams: context.seams,
    plan,
    origin: {
      bucketId: context.bucket.bucketId,
      key: context.key,
      versionId,
      detail: intent.detail,
    },
  });

  const committed = await commitStored(context, {
    versionId,
    storageClass: intent.storageClass,
    sizeBytes: stored.sizeBytes,
    etag: stored.md5Hex,
    content: stored.blob,
    detail: { ...intent.detail, checksum: wholeChecksum(stored) },
    ...(conditions && { conditions }),
  });
  return {
    ETag: `"${stored.md5Hex}"`,
    ...checksumMembers(wholeChecksum(stored)),
    ...encryptionMembers(intent.detail),
    ...(committed.versionId !== undefined && { VersionId: committed.versionId }),
  };
};

function wholeChecksum(stored: StoredBlob) {
  return {
    algorithm: stored.checksum.algorithm,
    type: "FULL_OBJECT" as const,
    value: stored.checksum.valueBase64,
  };
}
