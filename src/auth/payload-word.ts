// `x-amz-content-sha256`: either the hash of the body or one of S3's words for how the body proves
// itself. This file knows the words; what they bind is in `payload.ts` and `chunked.ts`.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html

import { S3Error } from "../s3/errors.ts";
import type { PayloadBinding } from "./types.ts";

export const unsignedPayload = "UNSIGNED-PAYLOAD";

/** A payload binding before the signature that seeds the chunks is known. */
export type PayloadWord =
  | Exclude<PayloadBinding, { kind: "chunked-signed" }>
  | { readonly kind: "chunked-signed"; readonly hasTrailer: boolean };

const words: ReadonlyMap<string, PayloadWord> = new Map<string, PayloadWord>([
  [unsignedPayload, { kind: "unsigned" }],
  ["STREAMING-UNSIGNED-PAYLOAD-TRAILER", { kind: "chunked-unsigned", hasTrailer: true }],
  ["STREAMING-AWS4-HMAC-SHA256-PAYLOAD", { kind: "chunked-signed", hasTrailer: false }],
  ["STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", { kind: "chunked-signed", hasTrailer: true }],
]);

// S3 reads these with SigV4A, which Cairn declines as a whole.
const asymmetricWords: ReadonlySet<string> = new Set([
  "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
  "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER",
]);

const sha256Pattern = /^[0-9a-fA-F]{64}$/;

/** Throws InvalidArgument for anything but S3's words and a hash, NotImplemented for SigV4A's. */
export function parsePayloadWord(value: string): PayloadWord {
  const word = words.get(value);
  if (word !== undefined) return word;
  if (sha256Pattern.test(value)) return { kind: "hash", sha256Hex: value.toLowerCase() };
  if (asymmetricWords.has(value)) {
    throw new S3Error("NotImplemented", undefined, { detail: { Header: "x-amz-content-sha256" } });
  }
  const allowed = [...words.keys(), ...asymmetricWords].join(", ");
  throw new S3Error(
    "InvalidArgument",
    `x-amz-content-sha256 must be ${allowed} or a valid sha256 value.`,
    { detail: { ArgumentName: "x-amz-content-sha256", ArgumentValue: value } },
  );
}
