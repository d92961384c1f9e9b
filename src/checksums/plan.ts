// What a request with a payload says about the payload's checksums, and whether it was right. Reads
// headers and trailers, computes only in `verifyBody`. The messages and the order of the checks are
// Amazon's, as two S3-compatible servers (scality/cloudserver, openstack/swift) pinned them
// against the real service.

import { Buffer } from "node:buffer";
import type { ChecksumAlgorithm } from "../s3/content.ts";
import { S3Error } from "../s3/errors.ts";
import {
  algorithmOfHeader,
  checksumHeader,
  decodeChecksum,
  defaultChecksumAlgorithm,
  encodeChecksum,
  equalBytes,
  parseChecksumAlgorithm,
} from "./algorithms.ts";
import { hashBytes } from "./hasher.ts";

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

export interface ComputedChecksums {
  /** Of the plan's algorithm. */
  readonly checksum: Uint8Array;
  /** MD5 of the payload; needed when the plan has a `contentMd5`. */
  readonly md5?: Uint8Array;
}

/** Headers that begin like a checksum value but are none. */
const notValues: ReadonlySet<string> = new Set([
  "x-amz-checksum-algorithm",
  "x-amz-checksum-mode",
  "x-amz-checksum-type",
]);

const single = "Expecting a single x-amz-checksum- header";

/**
 * Reads the checksum headers of a request. With none sent, `defaultAlgorithm` (CRC64NVME unless
 * given) is to be computed. Throws InvalidDigest for a malformed Content-MD5, InvalidRequest for
 * the rest.
 */
export function planChecksums(
  headers: Headers,
  options: { readonly defaultAlgorithm?: ChecksumAlgorithm } = {},
): ChecksumPlan {
  const contentMd5 = readContentMd5(headers);
  const md5 = contentMd5 === undefined ? {} : { contentMd5 };
  const name = findChecksumHeader(headers);
  const trailer = headers.get("x-amz-trailer");
  if (trailer !== null) {
    if (name !== undefined) throw new S3Error("InvalidRequest", single);
    const expectedInTrailer = parseTrailerNames(trailer);
    const algorithm = requireAlgorithm(expectedInTrailer, trailerUnsupported);
    checkNamedAlgorithm(headers, algorithm);
    return { ...md5, algorithm, expectedInTrailer };
  }
  if (name === undefined) {
    if (headers.has("x-amz-sdk-checksum-algorithm")) {
      throw new S3Error(
        "InvalidRequest",
        "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.",
      );
    }
    return { ...md5, algorithm: options.defaultAlgorithm ?? defaultChecksumAlgorithm };
  }
  const algorithm = requireAlgorithm(
    name,
    "The algorithm type you specified in x-amz-checksum- header is invalid.",
  );
  const expected = decodeChecksum(algorithm, headers.get(name) ?? "");
  if (expected === undefined) {
    throw new S3Error("InvalidRequest", `Value for ${name} header is invalid.`);
  }
  checkNamedAlgorithm(headers, algorithm);
  return { ...md5, algorithm, expected };
}

/** Tells whether the client itself sent a checksum (Content-MD5 apart), in a header or a trailer. */
export function hasClientChecksum(plan: ChecksumPlan): boolean {
  return plan.expected !== undefined || plan.expectedInTrailer !== undefined;
}

/**
 * Holds what was computed against what the client promised; `trailers` are those of the payload,
 * names in lower case. Throws BadDigest when they differ, MalformedTrailerError for a checksum
 * trailer that was announced and is missing or came unannounced, InvalidRequest for a trailer
 * whose value is not a digest.
 */
export function verifyChecksum(
  plan: ChecksumPlan,
  computed: ComputedChecksums,
  trailers: ReadonlyMap<string, string>,
): void {
  if (plan.contentMd5 !== undefined) verifyContentMd5(plan.contentMd5, computed.md5);
  const expected = plan.expected ?? readTrailer(plan, trailers);
  if (expected !== undefined && !equalBytes(expected, computed.checksum)) {
    throw new S3Error(
      "BadDigest",
      `The ${plan.algorithm} you specified did not match the calculated checksum.`,
    );
  }
}

/** The same for a body that is all there (XML documents): computes only what was promised. */
export function verifyBody(
  plan: ChecksumPlan,
  body: Uint8Array,
  trailers: ReadonlyMap<string, string>,
): void {
  const md5 = plan.contentMd5 === undefined ? {} : { md5: hashBytes("MD5", body) };
  const checksum = hasClientChecksum(plan) ? hashBytes(plan.algorithm, body) : new Uint8Array(0);
  verifyChecksum(plan, { ...md5, checksum }, trailers);
}

const trailerUnsupported = "The value specified in the x-amz-trailer header is not supported";

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

/** The one header that carries (or seems to carry) a checksum value. */
function findChecksumHeader(headers: Headers): string | undefined {
  let found: string | undefined;
  for (const name of headers.keys()) {
    if (!name.startsWith("x-amz-checksum-") || notValues.has(name)) continue;
    if (found !== undefined) {
      throw new S3Error("InvalidRequest", `${single}. Multiple checksum Types are not allowed.`);
    }
    found = name;
  }
  return found;
}

function parseTrailerNames(text: string): string {
  const [name = "", ...others] = text.split(",").map((part) => part.trim().toLowerCase());
  if (others.some((other) => algorithmOfHeader(other) === undefined)) {
    throw new S3Error("InvalidRequest", trailerUnsupported);
  }
  if (others.length > 0) throw new S3Error("InvalidRequest", single);
  return name;
}

function requireAlgorithm(headerName: string, message: string): ChecksumAlgorithm {
  const algorithm = algorithmOfHeader(headerName);
  if (algorithm === undefined) throw new S3Error("InvalidRequest", message);
  return algorithm;
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

function verifyContentMd5(expected: Uint8Array, computed: Uint8Array | undefined): void {
  if (computed === undefined) throw new Error("the plan has a Content-MD5, no MD5 was computed");
  if (equalBytes(expected, computed)) return;
  throw new S3Error("BadDigest", "The Content-MD5 you specified did not match what we received.", {
    // Amazon shows the one in hexadecimal and the other in base64.
    detail: {
      ExpectedDigest: Buffer.from(expected).toString("hex"),
      CalculatedDigest: encodeChecksum(computed),
    },
  });
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
      `Value for ${checksumHeader(plan.algorithm)} trailing header is invalid.`,
    );
  }
  return value;
}
