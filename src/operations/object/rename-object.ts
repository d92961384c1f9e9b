// RenameObject on ordinary buckets: one index transaction, no byte moves, whatever the size. Metadata,
// tags, annotations, checksum, encryption and Last-Modified stay as they are.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_RenameObject.html
//
// Differs from AWS:
// - AWS renames in directory buckets only. Where there are versions, the new key gets a new version
//   and the old key a delete marker; nothing in the history of either moves.
// - A source whose version is locked is refused with AccessDenied, also where a marker would do.
// - `x-amz-rename-source` may be `/bucket/key`, `bucket/key` or the key alone; text that begins with
//   the bucket's own name and a slash is read as the former.
// - Keys that end with a slash can be renamed: here they are objects like any other.

import { S3Error } from "../../s3/errors.ts";
import { newVersionId } from "../../s3/ids.ts";
import { invalidArgument } from "../../s3/parameters.ts";
import { keyTooLong, maximumKeyBytes, utf8Length } from "../../s3/target.ts";
import { type ObjectContext, versioningOf } from "../context.ts";
import { emitting } from "../emission.ts";
import type { Handler } from "../handlers.ts";
import { refuse } from "../outcomes.ts";
import { followingSettings } from "./commit.ts";
import { defaultLockOf } from "./lock.ts";
import { leaveNote } from "./note.ts";

const sourceHeader = "x-amz-rename-source";
const tokenHeader = "x-amz-client-token";

export const renameObject: Handler<"RenameObject"> = async (context, input) => {
  const sourceKey = parseSource(context, input.RenameSource ?? "");
  if (sourceKey === context.key) {
    throw invalidArgument("The source and the new key are the same", sourceHeader, sourceKey);
  }
  // The old key is read and goes; the row's own permission is about the new one.
  await context.openOther(
    context.bucket.name,
    ["s3:GetObject", "s3:DeleteObject"].map((action) => ({ action, key: sourceKey })),
  );
  const newId = () => newVersionId(context.nowMs, context.seams.randomBytes);
  const request = {
    key: context.key,
    sourceKey,
    versionId: newId(),
    markerVersionId: newId(),
    conditions: readConditions(context.headers),
    // Without one of its own the call still is made at most once, should its answer be lost.
    token: readToken(input.ClientToken) ?? newId(),
  };
  const outcome = await followingSettings(context, (opened) =>
    opened.index.rename({
      ...request,
      epoch: opened.bucket.epoch,
      nowMs: context.nowMs,
      versioning: versioningOf(opened.bucket),
      ...defaultLockOf(opened.bucket),
      ...emitting(context, opened),
    }),
  );
  switch (outcome.kind) {
    case "renamed": {
      const isNull = versioningOf(context.bucket) !== "Enabled";
      leaveNote(context, { ...(!isNull && request), writtenAs: request.versionId });
      return {};
    }
    case "token-mismatch":
      throw new S3Error("IdempotencyParameterMismatch");
    case "locked":
      throw new S3Error("AccessDenied");
    case "apart":
      throw new S3Error("NotImplemented", "The two keys are kept in different partitions.");
    default:
      return refuse(outcome, { bucket: context.bucket.name, key: sourceKey });
  }
};

/** The old key. The bucket cannot be another: an index knows its own keys only. */
function parseSource({ bucket }: ObjectContext, text: string): string {
  const decoded = decode(text);
  const path = decoded.startsWith("/") ? decoded.slice(1) : decoded;
  const key = path.startsWith(`${bucket.name}/`) ? path.slice(bucket.name.length + 1) : path;
  if (key === "" || key.includes("\0")) {
    throw invalidArgument("Invalid rename source object key", sourceHeader, text);
  }
  if (utf8Length(key) > maximumKeyBytes) throw keyTooLong(key);
  return key;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalidArgument("Invalid rename source encoding", sourceHeader, text);
  }
}

/** The eight conditions, as the index judges them. */
function readConditions(headers: Headers): [name: string, value: string][] {
  return ["", `${sourceHeader}-`]
    .flatMap((prefix) =>
      ["match", "none-match", "modified-since", "unmodified-since"].map(
        (name) => `${prefix}if-${name}`,
      ),
    )
    .flatMap((name): [string, string][] => {
      const value = headers.get(name);
      return value === null ? [] : [[name, value]];
    });
}

/** Whatever a client makes of it, UUIDs as a rule; kept for a day, so it is bounded. */
function readToken(token: string | undefined): string | undefined {
  if (token === undefined || /^[\x21-\x7e]{1,64}$/.test(token)) return token;
  throw invalidArgument("The client token is not valid", tokenHeader, token);
}
