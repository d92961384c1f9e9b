// What can go wrong below: R2's failures become typed ones here and nowhere else. The binding
// throws plain errors whose message ends in a code, "(10043)", so this is the one place that reads
// messages. Codes: https://developers.cloudflare.com/r2/api/error-codes/

import { S3Error } from "../s3/errors.ts";

/** ServiceUnavailable and TooManyRequests: the client should come back later. */
const overloads: ReadonlySet<string> = new Set(["10043", "10058"]);

/**
 * The failure as callers know it: SlowDown when the store asks for patience, InternalError for the
 * rest, with the store's own error as the cause. S3Error and MissingBlobError pass unchanged: they
 * came from the source of the bytes or from this room.
 */
export function translateStoreError(error: unknown): S3Error | MissingBlobError {
  if (error instanceof S3Error || error instanceof MissingBlobError) return error;
  const code = overloads.has(errorNumber(error)) ? "SlowDown" : "InternalError";
  return new S3Error(code, undefined, { cause: error });
}

/** Whether the store refused a range because it begins after the end of what it has. */
export function isBeyondEnd(error: unknown): boolean {
  return errorNumber(error) === "10039";
}

function errorNumber(error: unknown): string {
  const message = error instanceof Error ? error.message : "";
  return /\((\d+)\)\s*$/.exec(message)?.[1] ?? "";
}

/**
 * The index names a blob that its store does not have, or not as long as it must be. Never a 404:
 * the caller asks the index again (a mover may have swapped it), then answers 500 and records an
 * integrity event (faults.md P-READ).
 */
export class MissingBlobError extends Error {
  readonly blob: string;

  constructor(blob: string, message = `the blob ${blob} is not in its store`) {
    super(message);
    this.name = "MissingBlobError";
    this.blob = blob;
  }
}

/**
 * The store has other bytes than were written: an authentication tag did not hold. To callers it is
 * as bad as a missing blob, and answered likewise.
 */
export class DamagedBlobError extends MissingBlobError {
  constructor(blob: string, cause: unknown) {
    super(blob, `the blob ${blob} is not what was stored`);
    this.name = "DamagedBlobError";
    this.cause = cause;
  }
}

/** Some blobs may still stand: their store failed. Asking again is safe. */
export class BlobsRemainError extends Error {
  /** The blobs whose removal no store confirmed. */
  readonly remaining: readonly string[];

  constructor(remaining: readonly string[], cause: unknown) {
    super(`${remaining.length} blobs were not removed`, { cause });
    this.name = "BlobsRemainError";
    this.remaining = remaining;
  }
}
