// PutObject with a write offset: the body becomes one part more of an object that is there, which
// keeps everything else. On any bucket without versions, where AWS wants a directory bucket.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/directory-buckets-objects-append.html
//
// Differs from AWS:
// - A bucket with versions, enabled or suspended, refuses (400 InvalidRequest): a version is whole.
// - Headers that say what an object is (Content-Type and the like) are ignored when it is there.

import { isOutOfReach } from "../../bucket/restores.ts";
import type { AppendOutcome, Version } from "../../bucket/types.ts";
import { defaultChecksumAlgorithm } from "../../checksums/algorithms.ts";
import { type ChecksumPlan, planChecksums } from "../../checksums/plan.ts";
import { readWriteConditions } from "../../s3/conditions.ts";
import { S3Error } from "../../s3/errors.ts";
import { newUploadId } from "../../s3/ids.ts";
import type { OperationInput, OperationOutput } from "../../s3/operation-types.ts";
import { writeBlob } from "../../storage/blobs.ts";
import { callFacts, type ObjectContext, versioningOf } from "../context.ts";
import { emitting } from "../emission.ts";
import { refuse, settle } from "../outcomes.ts";
import { invalidState } from "./archived.ts";
import { followingSettings, refuseDoomed, withBlobs } from "./commit.ts";
import { openUploadEncryption } from "./encryption.ts";
import { checkUploadSize } from "./limits.ts";
import { checksumMembers, contextMember, encryptionMembers } from "./members.ts";
import { leaveNote } from "./note.ts";

type Input = OperationInput<"PutObject">;

/**
 * The object that the write offset is about; `undefined` when there is none and the offset is 0:
 * then it is made as any other. Throws InvalidWriteOffset, InvalidRequest.
 */
export async function findAppended(
  context: ObjectContext,
  offset: number,
): Promise<Version | undefined> {
  if (versioningOf(context.bucket) !== "Unversioned") throw versioned();
  const answer = await context.index.resolve({
    ...callFacts(context),
    key: context.key,
    wantSegments: false,
  });
  const outcome = settle(answer, ["found", "no-such-key"], { bucket: context.bucket.name });
  const version = outcome.kind === "found" ? outcome.version : undefined;
  if (version !== undefined && isOutOfReach(version)) throw invalidState(version);
  if (offset !== (version?.sizeBytes ?? 0)) throw wrongOffset();
  return version;
}

/** Appends the body to `version`. Throws what PutObject throws, InvalidWriteOffset, TooManyParts. */
export async function appendObject(
  context: ObjectContext,
  input: Input,
  version: Version,
): Promise<OperationOutput<"PutObject">> {
  refuseUnfit(input, version);
  const { encryption } = version.detail;
  const conditions = readWriteConditions(context.headers);
  await refuseDoomed(context, conditions);
  const plan = planPart(context.headers, version);
  const keys = await openUploadEncryption(context, encryption, input);
  const source = context.openBody();
  checkUploadSize(source.length);
  checkAppendedSize(source.length);
  const manifestId = newUploadId(context.nowMs, context.seams.randomBytes);
  const stored = await writeBlob(context.env, source, {
    storageClass: version.storageClass,
    seams: context.seams,
    plan,
    origin: {
      bucketId: context.bucket.bucketId,
      key: context.key,
      uploadId: version.detail.partsCount === undefined ? manifestId : (version.content ?? ""),
      partNumber: (version.detail.partsCount ?? 1) + 1,
      ...(encryption !== undefined && { detail: { encryption } }),
    },
    ...(keys !== undefined && { keys }),
  });
  const checksum = {
    algorithm: stored.checksum.algorithm,
    type: "FULL_OBJECT" as const,
    value: stored.checksum.valueBase64,
  };
  const appended = await withBlobs(context, [stored.blob], async () =>
    settleAppend(
      context,
      await followingSettings(context, (opened) => {
        if (versioningOf(opened.bucket) !== "Unversioned") throw versioned();
        return opened.index.append({
          epoch: opened.bucket.epoch,
          nowMs: context.nowMs,
          key: context.key,
          expectedSeq: version.seq,
          offset: version.sizeBytes,
          blob: stored.blob,
          sizeBytes: stored.sizeBytes,
          etag: stored.md5Hex,
          checksum,
          manifestId,
          ...emitting(context, opened),
          ...(conditions && { conditions }),
        });
      }),
    ),
  );
  return {
    ETag: `"${appended.etag}"`,
    Size: appended.sizeBytes,
    ...checksumMembers(appended.checksum ?? checksum),
    ...encryptionMembers(version.detail),
    ...contextMember(version.detail),
  };
}

/** What belongs to an object is said when it is made. */
function refuseUnfit(input: Input, { storageClass, detail }: Version): void {
  if (input.Metadata !== undefined || input.Tagging !== undefined) {
    throw new S3Error(
      "InvalidRequest",
      "Cannot specify both a write offset value and user-defined object metadata for existing objects.",
    );
  }
  if (input.StorageClass !== undefined && input.StorageClass !== storageClass) {
    throw new S3Error("InvalidRequest", "The storage class is not the one of the existing object.");
  }
  const algorithm = detail.encryption?.algorithm ?? "AES256";
  const asked = input.ServerSideEncryption ?? algorithm;
  if (algorithm !== "SSE-C" && asked !== algorithm) throw new S3Error("EncryptionTypeMismatch");
}

/** The object's own algorithm, so that the checksum of the whole can be told afterwards. */
function planPart(headers: Headers, version: Version): ChecksumPlan {
  const known = version.detail.checksum;
  const plan = planChecksums(headers, {
    defaultAlgorithm: known?.algorithm ?? defaultChecksumAlgorithm,
  });
  if (known === undefined || plan.algorithm === known.algorithm) return plan;
  throw new S3Error(
    "InvalidRequest",
    `Checksum Type mismatch occurred, expected checksum Type: ${known.algorithm.toLowerCase()}, actual checksum Type: ${plan.algorithm.toLowerCase()}`,
  );
}

function settleAppend(
  context: ObjectContext,
  outcome: Exclude<AppendOutcome, { kind: "stale" }>,
): Extract<AppendOutcome, { kind: "appended" }> {
  switch (outcome.kind) {
    case "appended":
      leaveNote(context, {});
      return outcome;
    case "wrong-offset":
      throw wrongOffset();
    case "changed":
      throw new S3Error("ConditionalRequestConflict");
    case "too-many-parts":
      throw new S3Error("TooManyParts");
    case "versioned":
      throw versioned();
    case "locked":
      throw new S3Error("AccessDenied");
    case "expired-blob":
      throw new S3Error("RequestTimeout");
    default:
      return refuse(outcome, { bucket: context.bucket.name, key: context.key });
  }
}

/** An append of nothing says nothing. Throws InvalidRequest. */
export function checkAppendedSize(sizeBytes: number): void {
  if (sizeBytes > 0) return;
  throw new S3Error(
    "InvalidRequest",
    "Request body cannot be empty when 'write offset' is specified.",
  );
}

/** Two appends at 0 to a key without an object: the later one finds the offset taken. */
export function refuseLateCreation({ headers }: ObjectContext, error: unknown): never {
  const isTaken = error instanceof S3Error && error.code === "PreconditionFailed";
  throw isTaken && !headers.has("if-none-match") ? wrongOffset() : error;
}

function wrongOffset(): S3Error {
  return new S3Error("InvalidWriteOffset");
}

function versioned(): S3Error {
  return new S3Error("InvalidRequest", "Objects in a bucket with versions cannot be appended to.");
}
