// What a request with a payload says about the payload's checksums, and whether it was right. Reads
// headers and trailers, computes only in `verifyBody`. The messages and the order of the checks are
// Amazon's, as two S3-compatible servers (scality/cloudserver, openstack/swift) pinned them
// against the real service.

import { Buffer } from "node:buffer";
import type { ChecksumAlgorithm } from "../s3/content.ts";
import { S3Error } from "../s3/errors.ts";
import {
  algorithmOfHeader,
  decodeChecksum,
  defaultChecksumAlgorithm,
  encodeChecksum,
  equalBytes,
  parseChecksumAlgorithm,
} from "./algorithms.ts";
import { hashBytes } from "./hashers.ts";
import { findChecksumHeader, invalidValue, requireAlgorithm } from "./headers.ts";

/** What to compute over a payload and what to hold it against. */
export interface ChecksumPlan {
  /** `Content-MD5`, decoded. */
  readonly contentMd5?: Uint8Array;
  /** The checksum to compute and keep. */
  readonly algorithm: ChecksumAlgorithm;
  /** Its value, when a header gave it. */
  readonly expected?: Uint8Array;
  /** Name (lower case) of the trailer that will give it. */
  readonly expectedInTrailer?: string;
}

/**
 * Reads the checksum headers of a request with a payload. With none sent, `defaultAlgorithm`
 * (CRC64NVME unless given) is to be computed. Throws InvalidDigest for a malformed Content-MD5,
 * InvalidRequest for the rest.
 */
export function planChecksums(
  headers: Headers,
  options: { readonly defaultAlgorithm?: ChecksumAlgorithm } = {},
): ChecksumPlan {
  const contentMd5 = readContentMd5(headers);
  const md5 = contentMd5 === undefined ? {} : { contentMd5 };
  const header = findChecksumHeader(headers);
  const trailer = headers.get("x-amz-trailer");
  if (trailer !== null) {
    if (header !== undefined) throw severalChecksums();
    return { ...md5, ...planTrailer(headers, trailer) };
  }
  if (header !== undefined) {
    const algorithm = requireAlgorithm(header);
    const expected = decodeChecksum(algorithm, header.text);
    if (expected === undefined) throw invalidValue(header);
    checkNamedAlgorithm(headers, algorithm);
    return { ...md5, algorithm, expected };
  }
  if (headers.has("x-amz-sdk-checksum-algorithm")) {
    throw new S3Error(
      "InvalidRequest",
      "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* " +
        "or x-amz-trailer headers were found.",
    );
  }
  return { ...md5, algorithm: options.defaultAlgorithm ?? defaultChecksumAlgorithm };
}

/**
 * Holds the computed digest of the plan's algorithm against what the client promised; `trailers`
 * are those of the payload, names in lower case. Throws BadDigest when they differ,
 * MalformedTrailerError for a checksum trailer that was announced and is missing or came
 * unannounced, InvalidRequest for a trailer whose value is not a digest.
 */
export function verifyChecksum(
  plan: ChecksumPlan,
  computed: Uint8Array,
  trailers: ReadonlyMap<string, string>,
): void {
  const inTrailer = readTrailer(plan, trailers);
  const expected = plan.expected ?? inTrailer;
  if (expected !== undefined && !equalBytes(expected, computed)) {
    throw new S3Error(
      "BadDigest",
      `The ${plan.algorithm} you specified did not match the calculated checksum.`,
    );
  }
}

/** Holds the payload's MD5 against `Content-MD5`, when there was one. Throws BadDigest. */
export function verifyContentMd5(plan: ChecksumPlan, computed: Uint8Array): void {
  const expected = plan.contentMd5;
  if (expected === undefined || equalBytes(expected, computed)) return;
  throw new S3Error("BadDigest", "The Content-MD5 you specified did not match what we received.", {
    // Amazon shows the one in hexadecimal and the other in base64 (swift tests against it).
    detail: {
      ExpectedDigest: Buffer.from(expected).toString("hex"),
      CalculatedDigest: encodeChecksum(computed),
    },
  });
}

/** Both, for a body that is all there (XML documents): computes only what was promised. */
export function verifyBody(
  plan: ChecksumPlan,
  body: Uint8Array,
  trailers: ReadonlyMap<string, string>,
): void {
  if (plan.contentMd5 !== undefined) verifyContentMd5(plan, hashBytes("MD5", body));
  const isExpected = plan.expected !== undefined || plan.expectedInTrailer !== undefined;
  verifyChecksum(plan, isExpected ? hashBytes(plan.algorithm, body) : new Uint8Array(0), trailers);
}

function readContentMd5(headers: Headers): Uint8Array | undefined {
  const text = headers.get("content-md5");
  if (text === null) return undefined;
  const value = decodeChecksum("MD5", text);
  if (value === undefined) {
    throw new S3Error("InvalidDigest", "The Content-MD5 you specified was invalid.", {
      detail: { "Content-MD5": text },
    });
  }
  return value;
}

/** `x-amz-trailer` may list several names; all must be checksums, and there must be one. */
function planTrailer(
  headers: Headers,
  text: string,
): { readonly algorithm: ChecksumAlgorithm; readonly expectedInTrailer: string } {
  const names = text.split(",").map((name) => name.trim().toLowerCase());
  const [expectedInTrailer = ""] = names;
  const algorithm = algorithmOfHeader(expectedInTrailer);
  if (algorithm === undefined || names.some((name) => algorithmOfHeader(name) === undefined)) {
    throw new S3Error(
      "InvalidRequest",
      "The value specified in the x-amz-trailer header is not supported",
    );
  }
  if (names.length > 1) throw severalChecksums();
  checkNamedAlgorithm(headers, algorithm);
  return { algorithm, expectedInTrailer };
}

/** Amazon's text is shorter where a trailer takes part. */
function severalChecksums(): S3Error {
  return new S3Error("InvalidRequest", "Expecting a single x-amz-checksum- header");
}

/** Amazon gives one answer for an unknown algorithm and for one that is not the value's. */
function checkNamedAlgorithm(headers: Headers, algorithm: ChecksumAlgorithm): void {
  const named = headers.get("x-amz-sdk-checksum-algorithm");
  if (named !== null && parseChecksumAlgorithm(named) !== algorithm) {
    throw new S3Error(
      "InvalidRequest",
      "Value for x-amz-sdk-checksum-algorithm header is invalid.",
    );
  }
}

function readTrailer(
  plan: ChecksumPlan,
  trailers: ReadonlyMap<string, string>,
): Uint8Array | undefined {
  for (const name of trailers.keys()) {
    if (name.startsWith("x-amz-checksum-") && name !== plan.expectedInTrailer) {
      throw new S3Error("MalformedTrailerError");
    }
  }
  if (plan.expectedInTrailer === undefined) return undefined;
  const text = trailers.get(plan.expectedInTrailer);
  if (text === undefined) throw new S3Error("MalformedTrailerError");
  const value = decodeChecksum(plan.algorithm, text);
  if (value === undefined) {
    throw new S3Error(
      "InvalidRequest",
      `Value for ${plan.expectedInTrailer} trailing header is invalid.`,
    );
  }
  return value;
}
