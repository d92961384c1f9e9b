// DeleteObjects: up to 1,000 keys in one index call, each with its own outcome. The index does all
// of them in one transaction, so the answer lists exactly what happened (faults: D46).
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
//
// Differs from AWS: nothing known.

import { type Ask, sentenceOfDenial } from "../../auth/authorize.ts";
import type { Deletion, DeletionResult, WriteConditions } from "../../bucket/types.ts";
import { errorTable, S3Error, type S3ErrorCode } from "../../s3/errors.ts";
import { parseEntityTag } from "../../s3/etag.ts";
import { isVersionId, newVersionId } from "../../s3/ids.ts";
import type { OperationInput, OperationOutput } from "../../s3/operation-types.ts";
import { maximumKeyBytes, utf8Length } from "../../s3/target.ts";
import { ownerIdOf } from "../acl.ts";
import { type BucketContext, type OpenedBucket, versioningOf } from "../context.ts";
import { emitting } from "../emission.ts";
import type { Handler } from "../handlers.ts";
import type { MemberNote } from "../notes.ts";
import { followingSettings } from "../object/commit.ts";
import { readBypass, refuseMfa, requireDigest } from "../object/lock.ts";
import { noteDeletions, notedDeletion } from "../object/note.ts";
import { refuse } from "../outcomes.ts";

/** The most keys of one call. */
const maximumDeletions = 1000;

type Given = NonNullable<NonNullable<OperationInput<"DeleteObjects">["Delete"]>["Objects"]>[number];
type Output = OperationOutput<"DeleteObjects">;
type Deleted = NonNullable<Output["Deleted"]>[number];
type Failure = NonNullable<Output["Errors"]>[number];

export const deleteObjects: Handler<"DeleteObjects"> = async (context, input) => {
  requireDigest(context.headers);
  refuseMfa(context.headers);
  const bypassGovernance = await readBypass(context, input.BypassGovernanceRetention);
  const given = input.Delete?.Objects ?? [];
  if (given.length === 0 || given.length > maximumDeletions) throw new S3Error("MalformedXML");
  const failures = given.map(refusalOf);
  const accepted = given.filter((_, position) => failures[position] === undefined);
  const results = await deleteAll(context, accepted, bypassGovernance);

  if (context.notes !== undefined) {
    context.notes.members = () => membersOf(given, failures, results);
  }
  const deleted: Deleted[] = [];
  const errors: Failure[] = [];
  let next = 0;
  given.forEach((object, position) => {
    const result = failures[position] ?? results[next++];
    if (result === undefined) throw new S3Error("InternalError");
    if (typeof result === "string") errors.push(failure(object, result));
    else if (result.kind === "deleted") deleted.push(success(object, result));
    else errors.push(failure(object, codeOf(result), textOf(result)));
  });
  return {
    ...(input.Delete?.Quiet !== true && deleted.length > 0 && { Deleted: deleted }),
    ...(errors.length > 0 && { Errors: errors }),
  };
};

/** Each key as a request of its own, for the records. */
function membersOf(
  given: readonly Given[],
  failures: readonly (S3ErrorCode | undefined)[],
  results: readonly KeyResult[],
): readonly MemberNote[] {
  let next = 0;
  return given.map((object, position) => {
    const result = failures[position] ?? results[next++] ?? "InternalError";
    const { Key: key = "", VersionId: named } = object;
    if (typeof result !== "string" && result.kind === "deleted") {
      const { markerVersionId, sizeBytes } = result;
      return { key, versionId: named ?? markerVersionId, status: 204, sizeBytes };
    }
    const errorCode = typeof result === "string" ? result : codeOf(result);
    return { key, versionId: named, status: errorTable[errorCode][0], errorCode };
  });
}

/** The error of a key that need not go to the index; a key that is missing spoils the document. */
function refusalOf(object: Given): S3ErrorCode | undefined {
  if (object.Key === undefined || object.Key === "") throw new S3Error("MalformedXML");
  if (utf8Length(object.Key) > maximumKeyBytes) return "KeyTooLongError";
  const versionId = object.VersionId;
  const isPossible = versionId === undefined || versionId === "null" || isVersionId(versionId);
  return isPossible ? undefined : "NoSuchVersion";
}

/** What became of one key: what the index says, or that the caller may not. */
type KeyResult =
  | DeletionResult
  | {
      readonly kind: "not-allowed";
      /** Why, for those who may know. */
      readonly sentence?: string;
    };

/** Permission is asked key by key, of the settings that the index then deletes under (SEC-089). */
async function deleteAll(
  context: BucketContext,
  objects: readonly Given[],
  bypassGovernance: boolean,
): Promise<readonly KeyResult[]> {
  const deletions = objects.map((object) => ({
    ...readDeletion(context, object),
    ...(bypassGovernance && { bypassGovernance }),
  }));
  const ownerId = ownerIdOf(context);
  let isAllowed: readonly boolean[] = [];
  let judgedBy: OpenedBucket = context;
  const outcome = await followingSettings(context, async (opened) => {
    judgedBy = opened;
    isAllowed = deletions.map((deletion) => mayDelete(opened, deletion));
    const allowed = deletions.filter((_, position) => isAllowed[position]);
    if (allowed.length === 0) return { kind: "done" as const, results: [] };
    return opened.index.delete({
      epoch: opened.bucket.epoch,
      nowMs: context.nowMs,
      versioning: versioningOf(opened.bucket),
      deletions: allowed,
      ...emitting(context, opened),
      ...(ownerId !== undefined && { ownerId }),
    });
  });
  if (outcome.kind !== "done") return refuse(outcome, { bucket: context.bucket.name });
  const allowed = deletions.filter((_, position) => isAllowed[position]);
  const noted = allowed.flatMap((deletion, position) => {
    const result = outcome.results[position];
    return result?.kind === "deleted" ? [notedDeletion(deletion, result)] : [];
  });
  noteDeletions(context, noted);
  let next = 0;
  return isAllowed.map((may, position) => {
    const result = may
      ? outcome.results[next++]
      : notAllowed(context, judgedBy, deletions[position]);
    if (result === undefined) throw new S3Error("InternalError");
    return result;
  });
}

function notAllowed(
  context: BucketContext,
  opened: OpenedBucket,
  deletion: Deletion | undefined,
): KeyResult {
  const ask = asksOf(deletion).find((one) => !opened.allows(one));
  const sentence = ask && sentenceOfDenial(context, opened.bucket, ask);
  return { kind: "not-allowed", ...(sentence !== undefined && { sentence }) };
}

function mayDelete(opened: OpenedBucket, deletion: Deletion): boolean {
  return asksOf(deletion).every((ask) => opened.allows(ask));
}

/** As a DeleteObject of the same key would be asked. */
function asksOf(deletion: Deletion | undefined): readonly Ask[] {
  if (deletion === undefined) return [];
  const { key, versionId } = deletion;
  const actions = [
    versionId === undefined ? "s3:DeleteObject" : "s3:DeleteObjectVersion",
    ...(deletion.bypassGovernance === true ? ["s3:BypassGovernanceRetention"] : []),
    ...(deletion.conditions?.ifMatch !== undefined ? ["s3:GetObject"] : []),
  ];
  return actions.map((action) => ({ action, key, versionId }));
}

function readDeletion(context: BucketContext, object: Given): Deletion {
  const conditions: WriteConditions = {
    ...(object.ETag !== undefined && { ifMatch: parseEntityTag(object.ETag) }),
    ...(object.LastModifiedTime !== undefined && {
      ifModifiedAtMs: object.LastModifiedTime.getTime(),
    }),
    ...(object.Size !== undefined && { ifSizeBytes: object.Size }),
  };
  return {
    key: object.Key ?? "",
    markerVersionId: newVersionId(context.nowMs, context.seams.randomBytes),
    ...(object.VersionId !== undefined && { versionId: object.VersionId }),
    ...(Object.keys(conditions).length > 0 && { conditions }),
  };
}

function success(object: Given, result: Extract<DeletionResult, { kind: "deleted" }>): Deleted {
  const markerId = result.markerVersionId ?? result.versionId;
  return {
    Key: object.Key,
    ...(object.VersionId !== undefined && { VersionId: object.VersionId }),
    ...(result.isDeleteMarker && { DeleteMarker: true }),
    ...(result.isDeleteMarker && markerId !== undefined && { DeleteMarkerVersionId: markerId }),
  };
}

function codeOf(result: Exclude<KeyResult, { kind: "deleted" }>): S3ErrorCode {
  switch (result.kind) {
    case "precondition-failed":
      return "PreconditionFailed";
    case "no-such-key":
      return "NoSuchKey";
    case "locked":
    case "not-allowed":
      return "AccessDenied";
    case "moved":
      return "SlowDown";
  }
}

/** What is said beside the code, where it is more than the code's own words. */
function textOf(result: Exclude<KeyResult, { kind: "deleted" }>): string | undefined {
  if (result.kind === "locked") return "Access Denied because object protected by object lock.";
  return result.kind === "not-allowed" ? result.sentence : undefined;
}

function failure(object: Given, code: S3ErrorCode, text?: string): Failure {
  return {
    Key: object.Key,
    ...(object.VersionId !== undefined && { VersionId: object.VersionId }),
    Code: code,
    Message: text ?? errorTable[code][1],
  };
}
