// UpdateObjectEncryption: puts an SSE-KMS object under another KMS key without touching its bytes. The
// data key is opened and wrapped anew; date, ETag and checksum stay.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_UpdateObjectEncryption.html
//
// Differs from AWS:
// - SSE-S3 objects answer NotImplemented: their bytes are encrypted by R2 and have no data key to wrap.
//   CopyObject onto itself with SSE-KMS headers does it.
// - The metadata that blobs carry for a rebuild of the index keeps the data key as it was wrapped
//   first: keep the old KMS key as long as such a rebuild should work.

import { retainedUntilMs } from "../../bucket/locks.ts";
import type { Version } from "../../bucket/types.ts";
import { parseKeyReference } from "../../catalog/kms-aliases.ts";
import { S3Error } from "../../s3/errors.ts";
import type { ObjectContext } from "../context.ts";
import type { Handler } from "../handlers.ts";
import { amendVersion } from "./amend.ts";
import { contextOf, type Encryption, openDataKey } from "./encryption.ts";
import { findKey, wrapDataKey } from "./key-service.ts";
import { resolveVersion } from "./read.ts";

export const updateObjectEncryption: Handler<"UpdateObjectEncryption"> = async (context, input) => {
  const wish = input.ObjectEncryption?.SSEKMS;
  if (wish === undefined) {
    throw invalid(
      "Requests that modify an object encryption configuration require a valid new encryption type. Valid values are SSEKMS. Modify the request to specify SSE-KMS for the updated encryption type, and then try again.",
    );
  }
  const keyArn = checkKeyArn(context, wish.KMSKeyArn);
  const { version } = await resolveVersion(context, {
    ...(input.VersionId !== undefined && { versionId: input.VersionId }),
    wantSegments: false,
  });
  const encryption = checkSource(context, version);
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

/** The SSE-KMS encryption of a version that may be changed. */
function checkSource(context: ObjectContext, version: Version): Encryption {
  const { encryption, lock } = version.detail;
  if (encryption === undefined) {
    throw new S3Error(
      "NotImplemented",
      "UpdateObjectEncryption of an object with SSE-S3 is not implemented. Copy the object onto itself with SSE-KMS headers.",
    );
  }
  if (encryption.algorithm !== "aws:kms") {
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
