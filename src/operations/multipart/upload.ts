// What the operations on an open upload share: finding it, numbering parts, recording a part.

import type { PutPartRequest, Upload } from "../../bucket/types.ts";
import { S3Error } from "../../s3/errors.ts";
import { callFacts, type ObjectContext } from "../context.ts";
import { followingSettings } from "../object/commit.ts";
import { refuse, settle } from "../outcomes.ts";

/** Part numbers run from 1 to 10,000. Throws InvalidArgument (B143). */
export function checkPartNumber(partNumber: number | undefined): number {
  if (partNumber !== undefined && Number.isInteger(partNumber)) {
    if (partNumber >= 1 && partNumber <= 10_000) return partNumber;
  }
  throw new S3Error(
    "InvalidArgument",
    "Part number must be an integer between 1 and 10000, inclusive",
    {
      detail: { ArgumentName: "partNumber", ArgumentValue: String(partNumber ?? "") },
    },
  );
}

/** NoSuchUpload, naming the id. */
export function noSuchUpload(uploadId: string): S3Error {
  return new S3Error("NoSuchUpload", undefined, { detail: { UploadId: uploadId } });
}

/** The upload, or NoSuchUpload; also for an id that belongs to another key (threats.md 105). */
export async function findUpload(context: ObjectContext, uploadId: string): Promise<Upload> {
  const answer = await context.index.getUpload({
    ...callFacts(context),
    key: context.key,
    uploadId,
  });
  const outcome = settle(answer, ["found", "no-such-upload"], { bucket: context.bucket.name });
  if (outcome.kind === "no-such-upload") throw noSuchUpload(uploadId);
  return outcome.upload;
}

/** Records a stored part; its time of storing, milliseconds. Throws NoSuchUpload when it has ended. */
export async function recordPart(
  context: ObjectContext,
  request: Omit<PutPartRequest, "epoch" | "nowMs">,
): Promise<number> {
  const outcome = await followingSettings(context, (opened) =>
    opened.index.putPart({ ...request, epoch: opened.bucket.epoch, nowMs: context.nowMs }),
  );
  switch (outcome.kind) {
    case "stored":
      return outcome.modifiedAtMs;
    case "no-such-upload":
      throw noSuchUpload(request.uploadId);
    case "expired-blob":
      throw new S3Error("RequestTimeout");
    case "source-gone":
      throw new S3Error("NoSuchKey", undefined, { detail: { Key: request.sharedFrom?.key ?? "" } });
    default:
      return refuse(outcome, { bucket: context.bucket.name, key: context.key });
  }
}
