// Trailing headers of an aws-chunked body: which may be announced, and the block behind the last
// chunk. It promises that a trailer counts only if it was announced, once, and well-formed. Whether
// the checksum in it is right is for whoever computes checksums.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html

import { S3Error } from "../s3/errors.ts";

const supported =
  /^x-amz-checksum-(?:crc32c?|crc64nvme|sha1|sha256|sha512|md5|xxhash64|xxhash3|xxhash128)$/;

const signatureName = "x-amz-trailer-signature";

/** Longest block of trailers that is read, in bytes; a checksum and a signature need under 300. */
export const trailerLimitBytes = 4096;

/**
 * The names in `x-amz-trailer`, lower case. Throws InvalidRequest for a name that is no checksum:
 * S3 takes nothing else behind a body.
 */
export function announcedTrailers(headers: Headers): ReadonlySet<string> {
  const value = headers.get("x-amz-trailer");
  if (value === null) return new Set();
  const names = value.split(",").map((name) => name.trim().toLowerCase());
  if (!names.every((name) => supported.test(name))) {
    throw new S3Error(
      "InvalidRequest",
      "The value specified in the x-amz-trailer header is not supported",
    );
  }
  return new Set(names);
}

export interface Trailers {
  readonly values: ReadonlyMap<string, string>;
  /** `x-amz-trailer-signature`, absent in unsigned bodies. */
  readonly signature: string | undefined;
  /** What that signature covers: `name:value\n` for each, sorted. */
  readonly canonical: string;
}

/**
 * Parses everything behind the last chunk. Lines end in CRLF; a bare LF is taken too, since public
 * clients send `name:value\n\r\n`. Throws MalformedTrailerError for a line that is no announced
 * trailer, for one that is repeated or missing; IncompleteBody when the block breaks off.
 */
export function parseTrailers(block: string, announced: ReadonlySet<string>): Trailers {
  if (!block.endsWith("\n")) throw bodyBrokeOff();
  const values = new Map<string, string>();
  let signature: string | undefined;
  for (const rawLine of block.split("\n")) {
    const line = rawLine.endsWith("\r") ? rawLine.slice(0, -1) : rawLine;
    if (line === "") continue;
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(colon, 0)).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (value === "" || value.includes("\r")) throw new S3Error("MalformedTrailerError");
    if (name === signatureName && signature === undefined) {
      signature = value;
    } else if (announced.has(name) && !values.has(name) && signature === undefined) {
      values.set(name, value);
    } else {
      throw new S3Error("MalformedTrailerError");
    }
  }
  if (values.size !== announced.size) throw new S3Error("MalformedTrailerError");
  const sorted = [...values].sort(([a], [b]) => (a < b ? -1 : 1));
  const canonical = sorted.map(([name, value]) => `${name}:${value}\n`).join("");
  return { values, signature, canonical };
}

/** The framing of the body is broken: 400 IncompleteBody, in S3's words for it. */
export function bodyBrokeOff(): S3Error {
  return new S3Error("IncompleteBody", "The request body terminated unexpectedly");
}
