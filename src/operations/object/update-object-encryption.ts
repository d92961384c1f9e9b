// UpdateObjectEncryption: puts an SSE-KMS object under another KMS key without touching its bytes (the
// data key is opened and wrapped anew), and encrypts the bytes of an SSE-S3 object, which have no data
// key, into a fresh blob that takes the place of the old one. Date, ETag and checksum stay.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_UpdateObjectEncryption.html
//
// Differs from AWS:
// - SSE-S3 objects that were uploaded in parts answer NotImplemented. CopyObject onto itself with
//   SSE-KMS headers does it.
// - Archived objects answer InvalidObjectState unless they are restored; of one with SSE-S3 the restored
//   copy is gone then, and may be asked for again.
// - The metadata that blobs carry for a rebuild of the index keeps the data key as it was wrapped
//   first: keep the old KMS key as long as such a rebuild should work.

import { retainedUntilMs } from "../../bucket/locks.ts";
import type { Version } from "../../bucket/types.ts";
import { parseKeyReference } from "../../catalog/kms-aliases.ts";
import { decodeChecksum, defaultChecksumAlgorithm } from "../../checksums/algorithms.ts";
import { S3Error } from "../../s3/errors.ts";
import { isBlobId, nullVersionId } from "../../s3/ids.ts";
import { writeBlob } from "../../storage/blobs.ts";
import { segmentsSource } from "../../storage/sources.ts";
import type { ObjectContext } from "../context.ts";
import type { Handler } from "../handlers.ts";
import { amendVersion } from "./amend.ts";
import { withBlobs } from "./commit.ts";
import { contextOf, type Encryption, openDataKey, resolveEncryption } from "./encryption.ts";
import { findKey, wrapDataKey } from "./key-service.ts";
import { type Found, resolveVersion } from "./read.ts";

export const updateObjectEncryption: Handler<"UpdateObjectEncryption"> = async (context, input) => {
  const wish = input.ObjectEncryption?.SSEKMS;
  if (wish === undefined) {
    throw invalid(
      "Requests that modify an object encryption configuration require a valid new encryption type. Valid values are SSEKMS. Modify the request to specify SSE-KMS for the updated encryption type, and then try again.",
    );
  }
  const keyArn = checkKeyArn(context, wish.KMSKeyArn);
  const found = await resolveVersion(context, {
    ...(input.VersionId !== undefined && { versionId: input.VersionId }),
    wantSegments: true,
  });
  const { version } = found;
  const encryption = checkSource(context, version);
  if (encryption === undefined) {
    await encryptBytes(context, found, { keyArn, isBucketKey: wish.BucketKeyEnabled === true });
    return {};
  }
  const usable = await findKey(context, keyArn);
  const plaintext = await openDataKey(context, context, encryption);
  const { context: header } = encryption;
  const bound = typeof header === "string" ? header : undefined;
  const wrappedKey = await wrapDataKey(context, usable, {
    plaintext,
    context: contextOf(context, bound),
  });
  const updated: Encryption = {
    algorithm: "aws:kms",
    keyArn: usable.arn,
    wrappedKey,
    ...(bound !== undefined && { context: bound }),
    ...(wish.BucketKeyEnabled === true && { bucketKeyEnabled: true }),
  };
  const change = { kind: "encryption", expectedSeq: version.seq, encryption: updated } as const;
  await amendVersion(context, change, version.versionId);
  return {};
};

/** Bytes first, index second, as every write; the version keeps its id, date, ETag and checksum. */
async function encryptBytes(
  context: ObjectContext,
  { version, segments }: Found,
  wish: { keyArn: string; isBucketKey: boolean },
): Promise<void> {
  const { checksum } = version.detail;
  const { detail, keys } = await resolveEncryption(context, {
    ServerSideEncryption: "aws:kms",
    SSEKMSKeyId: wish.keyArn,
    BucketKeyEnabled: wish.isBucketKey,
  });
  const expected =
    checksum?.type === "FULL_OBJECT"
      ? decodeChecksum(checksum.algorithm, checksum.value)
      : undefined;
  const stored = await writeBlob(context.env, segmentsSource(context.env, segments), {
    storageClass: version.storageClass,
    seams: context.seams,
    plan: {
      algorithm: checksum?.algorithm ?? defaultChecksumAlgorithm,
      ...(expected !== undefined && { expected }),
    },
    origin: {
      bucketId: context.bucket.bucketId,
      key: context.key,
      versionId: version.versionId,
      isNull: version.versionId === nullVersionId,
      detail: { ...version.detail, ...detail },
    },
    ...(keys !== undefined && { keys }),
  });
  const change = {
    kind: "encryption",
    expectedSeq: version.seq,
    encryption: detail.encryption,
    content: stored.blob,
  } as const;
  await withBlobs(context, [stored.blob], () => amendVersion(context, change, version.versionId));
}

/** A whole ARN, of the bucket owner's account. */
function checkKeyArn(context: ObjectContext, arn: string | undefined): string {
  if (arn === undefined || arn === "") {
    throw invalid(
      "Requests that modify an object's encryption type to SSE-KMS require an AWS KMS key Amazon Resource Name (ARN). Modify the request to specify a KMS key ARN, and then try again.",
    );
  }
  const parsed = parseKeyReference(arn, context.region);
  if (parsed.kind !== "elsewhere" && (parsed.kind !== "id" || parsed.accountId === undefined)) {
    throw invalid(
      "Requests that modify an object's encryption type to SSE-KMS require a valid AWS KMS key Amazon Resource Name (ARN). Confirm that you have a correctly formatted KMS key ARN in your request, and then try again.",
    );
  }
  if (parsed.kind === "id" && parsed.accountId !== context.bucket.accountId) {
    throw new S3Error(
      "AccessDenied",
      "The AWS KMS key in the request must be owned by the same account as the bucket. Modify the request to specify a KMS key from the same account, and then try again.",
    );
  }
  return arn;
}

/** The SSE-KMS encryption of a version that may be changed; `undefined` for SSE-S3. */
function checkSource(context: ObjectContext, version: Version): Encryption | undefined {
  const { encryption, lock } = version.detail;
  if (encryption === undefined && !isBlobId(version.content ?? "")) {
    throw new S3Error(
      "NotImplemented",
      "UpdateObjectEncryption of an SSE-S3 object that was uploaded in parts is not implemented. Copy the object onto itself with SSE-KMS headers.",
    );
  }
  if (encryption !== undefined && encryption.algorithm !== "aws:kms") {
    throw invalid(
      "The UpdateObjectEncryption operation doesn't support source objects with the encryption type DSSE-KMS or SSE-C. Only source objects encrypted with SSE-S3 or SSE-KMS are supported.",
    );
  }
  const isRetained =
    lock !== undefined && (retainedUntilMs(lock, context.nowMs) ?? 0) > context.nowMs;
  if (isRetained || lock?.legalHold === true) {
    throw new S3Error(
      "AccessDenied",
      "The encryption type for the specified object can't be updated because that object is protected by S3 Object Lock.",
    );
  }
  return encryption;
}

function invalid(message: string): S3Error {
  return new S3Error("InvalidRequest", message);
}
