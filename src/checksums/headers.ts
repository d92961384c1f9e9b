// The one `x-amz-checksum-*` header of a request that carries a value: found, and its algorithm
// named.

import type { ChecksumAlgorithm } from "../s3/content.ts";
import { S3Error } from "../s3/errors.ts";
import { algorithmOfHeader } from "./algorithms.ts";

/** Headers that begin like a checksum value but are none. */
const notValues: ReadonlySet<string> = new Set([
  "x-amz-checksum-algorithm",
  "x-amz-checksum-mode",
  "x-amz-checksum-type",
]);

export interface ChecksumHeader {
  /** In lower case. */
  readonly name: string;
  /** Undefined for `x-amz-checksum-` and a word that is no algorithm. */
  readonly algorithm: ChecksumAlgorithm | undefined;
  /** As sent. */
  readonly text: string;
}

/** Finds the header; undefined when there is none. Throws InvalidRequest when there are several. */
export function findChecksumHeader(headers: Headers): ChecksumHeader | undefined {
  let found: ChecksumHeader | undefined;
  for (const name of headers.keys()) {
    if (!name.startsWith("x-amz-checksum-") || notValues.has(name)) continue;
    if (found !== undefined) {
      throw new S3Error(
        "InvalidRequest",
        "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
      );
    }
    const text = headers.get(name) ?? "";
    found = { name, algorithm: algorithmOfHeader(name), text };
  }
  return found;
}

/** Names the header's algorithm. Throws InvalidRequest when it is none of S3's. */
export function requireAlgorithm(header: ChecksumHeader): ChecksumAlgorithm {
  if (header.algorithm !== undefined) return header.algorithm;
  throw new S3Error(
    "InvalidRequest",
    "The algorithm type you specified in x-amz-checksum- header is invalid.",
  );
}

/** The refusal of a header whose value is no digest of its algorithm. */
export function invalidValue(header: ChecksumHeader): S3Error {
  return new S3Error("InvalidRequest", `Value for ${header.name} header is invalid.`);
}
