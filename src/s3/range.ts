// Byte ranges. GET's `Range` is forgiving: what is not one well-formed range is ignored and the
// whole object is sent. `x-amz-copy-source-range` is strict. Sizes and offsets are bytes.

import { S3Error } from "./errors.ts";

/** What a client asked for, before the size is known. `last` is inclusive; absent: to the end. */
export type ByteRange =
  | { readonly kind: "from-to"; readonly first: number; readonly last?: number }
  | { readonly kind: "suffix"; readonly length: number };

export interface ByteWindow {
  readonly offset: number;
  readonly length: number;
}

const rangeShape = /^bytes=(\d*)-(\d*)$/i;
const copyRangeShape = /^bytes=(\d+)-(\d+)$/;

/** A single `bytes` range; `undefined` for several, another unit, or first after last (B071). */
export function parseRange(text: string): ByteRange | undefined {
  const [, first, last] = rangeShape.exec(text.trim()) ?? [];
  if (first === undefined || last === undefined) return undefined;
  if (first === "") return last === "" ? undefined : { kind: "suffix", length: whole(last) };
  if (last === "") return { kind: "from-to", first: whole(first) };
  return whole(first) > whole(last)
    ? undefined
    : { kind: "from-to", first: whole(first), last: whole(last) };
}

/**
 * The bytes of an object of `sizeBytes` that a range means; `unsatisfiable` is 416 InvalidRange.
 */
export function resolveRange(range: ByteRange, sizeBytes: number): ByteWindow | "unsatisfiable" {
  if (range.kind === "suffix") {
    const length = Math.min(range.length, sizeBytes);
    return length === 0 ? "unsatisfiable" : { offset: sizeBytes - length, length };
  }
  if (range.first >= sizeBytes) return "unsatisfiable";
  const end = Math.min(range.last ?? Number.MAX_SAFE_INTEGER, sizeBytes - 1);
  return { offset: range.first, length: end - range.first + 1 };
}

/** The refusal of a range that the object does not reach. */
export function invalidRange(requested: string, sizeBytes: number): S3Error {
  const detail = { RangeRequested: requested, ActualObjectSize: String(sizeBytes) };
  return new S3Error("InvalidRange", undefined, { detail });
}

/** `x-amz-copy-source-range`: `bytes=first-last` and nothing else, or InvalidArgument. */
export function parseCopySourceRange(text: string): ByteRange & { readonly kind: "from-to" } {
  const [, first, last] = copyRangeShape.exec(text.trim()) ?? [];
  if (first === undefined || last === undefined || whole(first) > whole(last)) {
    throw invalidCopyRange(
      "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy",
      text,
    );
  }
  return { kind: "from-to", first: whole(first), last: whole(last) };
}

/**
 * The bytes a copy range means. Throws InvalidRequest when it begins after the source's end and
 * InvalidArgument when it ends there, as S3 does (LocalStack's recordings of AWS).
 */
export function resolveCopySourceRange(
  range: ByteRange & { readonly kind: "from-to" },
  sizeBytes: number,
): ByteWindow {
  const last = range.last ?? sizeBytes - 1;
  if (range.first >= sizeBytes) {
    throw new S3Error(
      "InvalidRequest",
      "The specified copy range is invalid for the source object size",
    );
  }
  if (last >= sizeBytes) {
    throw invalidCopyRange(
      `Range specified is not valid for source object of size: ${sizeBytes}`,
      `bytes=${range.first}-${last}`,
    );
  }
  return { offset: range.first, length: last - range.first + 1 };
}

function invalidCopyRange(message: string, value: string): S3Error {
  const detail = { ArgumentName: "x-amz-copy-source-range", ArgumentValue: value };
  return new S3Error("InvalidArgument", message, { detail });
}

/** Longer than any object is as good as infinite. */
function whole(digits: string): number {
  return Math.min(Number(digits), Number.MAX_SAFE_INTEGER);
}
