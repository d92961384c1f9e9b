// The chain of signatures through a signed aws-chunked body: each chunk signs its own hash and the
// signature before it, and the first one hangs on the request's own.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html

import { createHash } from "node:crypto";
import { S3Error } from "../s3/errors.ts";
import { emptySha256, isSameSignature, sha256Hex, signText } from "./signature.ts";
import type { PayloadBinding } from "./types.ts";

export type ChunkSeal = Extract<PayloadBinding, { kind: "chunked-signed" }>;

export class ChunkSignatures {
  readonly #seal: ChunkSeal;
  #previous: string;
  #hash = createHash("sha256");

  constructor(seal: ChunkSeal) {
    this.#seal = seal;
    this.#previous = seal.seedSignature;
  }

  /** Adds data to the current chunk. */
  update(data: Uint8Array): void {
    this.#hash.update(data);
  }

  /** Closes the current chunk. Throws SignatureDoesNotMatch (403) unless it was signed so. */
  verifyChunk(signature: string): void {
    const hash = this.#hash.digest("hex");
    this.#hash = createHash("sha256");
    this.#verify("AWS4-HMAC-SHA256-PAYLOAD", `${emptySha256}\n${hash}`, signature);
  }

  /** Verifies the trailers, whose canonical form is `name:value\n` for each. Throws likewise. */
  verifyTrailer(canonical: string, signature: string): void {
    this.#verify("AWS4-HMAC-SHA256-TRAILER", sha256Hex(canonical), signature);
  }

  #verify(kind: string, hashes: string, signature: string): void {
    const { amzDate, scope, signingKey } = this.#seal;
    const text = `${kind}\n${amzDate}\n${scope}\n${this.#previous}\n${hashes}`;
    const expected = signText(signingKey, text);
    if (!isSameSignature(expected, signature)) {
      throw new S3Error("SignatureDoesNotMatch", undefined, {
        detail: { StringToSign: text, SignatureProvided: signature },
      });
    }
    this.#previous = expected;
  }
}
