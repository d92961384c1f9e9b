// Opens the body of a request as the signature bound it: plain, hashed or chunked. It promises
// exact lengths, and that the end of the bytes is reported only after everything verifiable was
// verified. It does not compute checksums: trailers are handed on.

import { createHash, type Hash } from "node:crypto";
import type { ByteSource } from "../s3/byte-source.ts";
import { S3Error } from "../s3/errors.ts";
import { BodyWindow, systemTimer } from "./body-window.ts";
import { ChunkSignatures } from "./chunk-signatures.ts";
import { ChunkedSource } from "./chunked.ts";
import { announcedTrailers } from "./trailers.ts";
import type { PayloadBinding } from "./types.ts";

export { discardBody, systemTimer, type Timer } from "./body-window.ts";

/**
 * Makes the source of a request's payload bytes. Throws at once: MissingContentLength (411) when no
 * length was announced, InvalidArgument for a length that is none, NotImplemented for a plain body
 * in HTTP's chunked coding (as S3), InvalidRequest and MalformedTrailerError for bad announcements.
 * Reading may throw IncompleteBody, RequestTimeout, SignatureDoesNotMatch, InvalidChunkSizeError,
 * XAmzContentSHA256Mismatch, MalformedTrailerError.
 */
export function openPayload(
  body: ReadableStream | null,
  headers: Headers,
  binding: PayloadBinding,
  timer = systemTimer,
): ByteSource {
  const wireLength = readWireLength(headers);
  if (binding.kind === "unsigned" || binding.kind === "hash") {
    if (wireLength === "chunked") {
      throw new S3Error("NotImplemented", undefined, { detail: { Header: "Transfer-Encoding" } });
    }
    const window = new BodyWindow(body, wireLength, timer);
    return new PlainSource(window, wireLength, binding);
  }
  const length = parseLength(headers, "x-amz-decoded-content-length");
  if (length === undefined) throw new S3Error("MissingContentLength");
  const announced = announcedTrailers(headers);
  if (!binding.hasTrailer && announced.size > 0) throw new S3Error("MalformedTrailerError");
  const expected = wireLength === "chunked" ? length : wireLength;
  return new ChunkedSource({
    window: new BodyWindow(body, expected, timer),
    length,
    signatures: binding.kind === "chunked-signed" ? new ChunkSignatures(binding) : undefined,
    hasTrailer: binding.hasTrailer,
    announced,
  });
}

// Transfer-Encoding decides how HTTP framed the body; a Content-Length beside it is noise at best
// and a smuggled request at worst (RFC 9112, 6.3), so it is not even parsed.
function readWireLength(headers: Headers): number | "chunked" {
  const coding = headers.get("transfer-encoding");
  if (coding !== null && coding.trim().toLowerCase() !== "identity") return "chunked";
  const length = parseLength(headers, "content-length");
  if (length === undefined) throw new S3Error("MissingContentLength");
  return length;
}

// Digits only: no sign, no blanks, no second value; 15 of them stay exact in a number.
function parseLength(headers: Headers, name: string): number | undefined {
  const value = headers.get(name);
  if (value === null) return undefined;
  if (/^\d{1,15}$/.test(value)) return Number(value);
  throw new S3Error("InvalidArgument", `The ${name} header must be a whole number of bytes`, {
    detail: { ArgumentName: name, ArgumentValue: value },
  });
}

// The bytes as they are. HTTP framed them, so all there is to check is their number and their hash.
class PlainSource implements ByteSource {
  readonly length: number;
  readonly #window: BodyWindow;
  readonly #expectedHash: string | undefined;
  readonly #hash: Hash | undefined;
  #delivered = 0;
  #isDone = false;

  constructor(
    window: BodyWindow,
    length: number,
    binding: Extract<PayloadBinding, { kind: "unsigned" | "hash" }>,
  ) {
    this.#window = window;
    this.length = length;
    this.#expectedHash = binding.kind === "hash" ? binding.sha256Hex : undefined;
    this.#hash = binding.kind === "hash" ? createHash("sha256") : undefined;
  }

  trailers(): ReadonlyMap<string, string> {
    return noTrailers;
  }

  async read(): Promise<Uint8Array | null> {
    if (this.#isDone) return null;
    while (this.#window.available === 0) {
      if (!(await this.#window.fill())) return this.#finish();
    }
    const piece = this.#window.take(this.#window.available);
    this.#delivered += piece.length;
    // HTTP servers do not let this happen; a length that was trusted elsewhere is checked anyway.
    if (this.#delivered > this.length) throw this.#wrongLength();
    this.#hash?.update(piece);
    return piece;
  }

  async readAll(): Promise<Uint8Array> {
    if (this.#isDone) return new Uint8Array(0);
    // The window's own buffer becomes the result: one allocation, no copy.
    await this.#window.ensure(this.length);
    const all = this.#window.take(this.#window.available);
    this.#delivered = all.length;
    this.#hash?.update(all);
    this.#finish();
    return all;
  }

  async cancel(): Promise<void> {
    this.#isDone = true;
    await this.#window.discard();
  }

  #finish(): null {
    if (this.#delivered !== this.length) throw this.#wrongLength();
    const computed = this.#hash?.digest("hex");
    if (computed !== this.#expectedHash) {
      throw new S3Error("XAmzContentSHA256Mismatch", undefined, {
        detail: {
          ClientComputedContentSHA256: this.#expectedHash ?? "",
          S3ComputedContentSHA256: computed ?? "",
        },
      });
    }
    this.#isDone = true;
    return null;
  }

  #wrongLength(): S3Error {
    return new S3Error("IncompleteBody", undefined, {
      detail: {
        NumberBytesExpected: String(this.length),
        NumberBytesProvided: String(this.#delivered),
      },
    });
  }
}

const noTrailers: ReadonlyMap<string, string> = new Map();
