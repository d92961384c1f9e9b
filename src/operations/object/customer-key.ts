// SSE-C: reads a customer's key from the request and tells whether it is the one that content was
// written with. The key lives as long as the request: it is in no log, no error and no row.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html

import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { S3Error } from "../../s3/errors.ts";
import type { ServiceContext } from "../context.ts";

/** The three headers, or those of a copy source. */
export interface CustomerKeyHeaders {
  readonly algorithm: string | undefined;
  readonly key: string | undefined;
  readonly md5: string | undefined;
}

export interface CustomerKey {
  readonly bytes: Uint8Array;
  /** Base64: shown to the client, and kept with the version. */
  readonly md5: string;
}

/** The headers that name a customer key on any request. */
export function customerKeyHeaders(input: {
  readonly SSECustomerAlgorithm?: string | undefined;
  readonly SSECustomerKey?: string | undefined;
  readonly SSECustomerKeyMD5?: string | undefined;
}): CustomerKeyHeaders {
  return {
    algorithm: input.SSECustomerAlgorithm,
    key: input.SSECustomerKey,
    md5: input.SSECustomerKeyMD5,
  };
}

/** The headers that name the customer key of a copy source. */
export function sourceKeyHeaders(input: {
  readonly CopySourceSSECustomerAlgorithm?: string | undefined;
  readonly CopySourceSSECustomerKey?: string | undefined;
  readonly CopySourceSSECustomerKeyMD5?: string | undefined;
}): CustomerKeyHeaders {
  return {
    algorithm: input.CopySourceSSECustomerAlgorithm,
    key: input.CopySourceSSECustomerKey,
    md5: input.CopySourceSSECustomerKeyMD5,
  };
}

/**
 * The customer's key, or `undefined` when the request has none. Throws InvalidRequest over plain HTTP,
 * InvalidArgument for a missing or wrong piece, InvalidEncryptionAlgorithmError for another
 * algorithm. Reads may leave out the MD5; writes may not (AWS answers 200 and 400; seen 2026-03).
 */
export function readCustomerKey(
  context: ServiceContext,
  headers: CustomerKeyHeaders,
  use: "read" | "write",
): CustomerKey | undefined {
  const { algorithm, key, md5 } = headers;
  if (algorithm === undefined && key === undefined && md5 === undefined) return undefined;
  if (!context.isSecure && context.env.ALLOW_SSE_C_OVER_HTTP !== "true") {
    throw new S3Error(
      "InvalidRequest",
      "Requests specifying Server Side Encryption with Customer provided keys must be made over a secure connection.",
    );
  }
  if (algorithm === undefined) throw missing("a valid encryption algorithm");
  if (algorithm !== "AES256") {
    throw new S3Error("InvalidEncryptionAlgorithmError", undefined, {
      detail: {
        ArgumentName: "x-amz-server-side-encryption-customer-algorithm",
        ArgumentValue: algorithm,
      },
    });
  }
  if (key === undefined) throw missing("an appropriate secret key");
  const bytes = decodeKey(key);
  if (md5 === undefined && use === "write") {
    throw missing("the client calculated MD5 of the secret key");
  }
  const ownMd5 = createHash("md5").update(bytes).digest("base64");
  if (md5 !== undefined && md5 !== ownMd5) {
    throw refused("The calculated MD5 hash of the key did not match the hash that was provided.");
  }
  return { bytes, md5: ownMd5 };
}

function missing(what: string): S3Error {
  return refused(
    `Requests specifying Server Side Encryption with Customer provided keys must provide ${what}.`,
  );
}

/** AWS names the header that would have asked for encryption, with no value; never the key. */
function refused(message: string): S3Error {
  return new S3Error("InvalidArgument", message, {
    detail: { ArgumentName: "x-amz-server-side-encryption", ArgumentValue: "null" },
  });
}

function decodeKey(text: string): Uint8Array {
  const bytes = Buffer.from(text, "base64");
  if (bytes.length !== 32 || bytes.toString("base64") !== text) {
    throw refused("The secret key was invalid for the specified algorithm.");
  }
  return new Uint8Array(bytes);
}

/** What is kept of a customer key: enough to tell it from another, nothing to find it by. */
export interface KeyVerifier {
  readonly customerKeyMd5: string;
  readonly salt: string;
  readonly verifier: string;
}

/** Makes the verifier of a key, under a fresh salt. */
export function makeVerifier(
  key: CustomerKey,
  randomBytes: (length: number) => Uint8Array,
): KeyVerifier {
  const salt = Buffer.from(randomBytes(16)).toString("base64");
  return { customerKeyMd5: key.md5, salt, verifier: verify(key, salt).toString("base64") };
}

/** Whether it is the key that the verifier was made of. */
export function isKeyOf(key: CustomerKey, verifier: Readonly<Record<string, unknown>>): boolean {
  const { salt, verifier: expected } = verifier;
  if (typeof salt !== "string" || typeof expected !== "string") return false;
  const known = Buffer.from(expected, "base64");
  const computed = verify(key, salt);
  return known.length === computed.length && timingSafeEqual(known, computed);
}

function verify(key: CustomerKey, salt: string): Buffer {
  return createHmac("sha256", key.bytes).update(`cairn sse-c 1 ${salt}`).digest();
}
