// The aws-chunked decoder: framing, sizes, signatures and trailers of a body while it streams. It
// promises that no byte of a chunk up to 1 MiB is handed out before its signature was verified, and
// that the end is reported only after everything was: a larger chunk is verified at its end.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html

import type { ByteSource } from "../s3/byte-source.ts";
import { S3Error } from "../s3/errors.ts";
import type { BodyWindow } from "./body-window.ts";
import type { ChunkSignatures } from "./chunk-signatures.ts";
import { bodyBrokeOff, parseTrailers, trailerLimitBytes } from "./trailers.ts";

// Chunks of the SDKs are 64 KiB to 1 MiB; this bounds what one upload holds in memory.
const verifiedWholeBytes = 1024 * 1024;

const smallestChunkBytes = 8192;

// `size;chunk-signature=` and 64 digits come to 98 bytes.
const lineLimitBytes = 128;
const chunkLine = /^([0-9a-fA-F]{1,16})(?:;chunk-signature=([0-9a-fA-F]{64}))?$/;

const lineFeed = 0x0a;
const ascii = new TextDecoder("latin1");

export interface ChunkedOptions {
  readonly window: BodyWindow;
  /** `x-amz-decoded-content-length`, bytes. */
  readonly length: number;
  /** Absent when the chunks are not signed. */
  readonly signatures: ChunkSignatures | undefined;
  readonly hasTrailer: boolean;
  readonly announced: ReadonlySet<string>;
}

/** A chunk that is handed out piece by piece: what is left of it, and what must sign it. */
interface OpenChunk {
  left: number;
  readonly signature: string | undefined;
}

export class ChunkedSource implements ByteSource {
  readonly length: number;
  readonly #options: ChunkedOptions;
  #undelivered: number;
  #open: OpenChunk | undefined;
  #chunks = 0;
  #lastChunkBytes = smallestChunkBytes;
  #trailers: ReadonlyMap<string, string> = new Map();
  #isDone = false;

  constructor(options: ChunkedOptions) {
    this.#options = options;
    this.length = options.length;
    this.#undelivered = options.length;
  }

  trailers(): ReadonlyMap<string, string> {
    return this.#trailers;
  }

  async read(): Promise<Uint8Array | null> {
    if (this.#isDone) return null;
    // First what the piece handed out last left behind, then the chunk that is open, then the next.
    if (this.#open !== undefined && this.#open.left === 0) await this.#close(this.#open);
    if (this.#open !== undefined) return await this.#readPiece(this.#open);
    const { size, signature } = await this.#readChunkLine();
    if (size === 0) {
      await this.#finish(signature);
      this.#isDone = true;
      return null;
    }
    this.#checkSize(size);
    const { signatures } = this.#options;
    if (signatures !== undefined && size <= verifiedWholeBytes) {
      return await this.#readWhole(size, signatures, signature);
    }
    this.#open = { left: size, signature };
    return await this.#readPiece(this.#open);
  }

  async readAll(): Promise<Uint8Array> {
    const all = new Uint8Array(this.length);
    let at = 0;
    for (let part = await this.read(); part !== null; part = await this.read()) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  async cancel(): Promise<void> {
    this.#isDone = true;
    await this.#options.window.discard();
  }

  async #readChunkLine(): Promise<{ size: number; signature: string | undefined }> {
    const line = await this.#readLine();
    const match = chunkLine.exec(line);
    const signature = match?.[2];
    const isSigned = this.#options.signatures !== undefined;
    if (match?.[1] === undefined || (signature !== undefined) !== isSigned) throw bodyBrokeOff();
    return { size: Number.parseInt(match[1], 16), signature };
  }

  /** A line without its CRLF. Throws IncompleteBody when it is too long or the body ends in it. */
  async #readLine(): Promise<string> {
    const { window } = this.#options;
    for (;;) {
      const end = window.peek().subarray(0, lineLimitBytes).indexOf(lineFeed);
      if (end !== -1) {
        const line = ascii.decode(window.take(end + 1));
        if (!line.endsWith("\r\n")) throw bodyBrokeOff();
        return line.slice(0, -2);
      }
      if (window.available >= lineLimitBytes || !(await window.fill())) throw bodyBrokeOff();
    }
  }

  // That a chunk was too small shows only when another one follows it. A chunk beyond the announced
  // length is refused by its header, before a byte of it is read.
  #checkSize(size: number): void {
    if (this.#lastChunkBytes < smallestChunkBytes) {
      throw new S3Error("InvalidChunkSizeError", undefined, {
        detail: { Chunk: String(this.#chunks), BadChunkSize: String(this.#lastChunkBytes) },
      });
    }
    if (size > this.#undelivered) throw bodyBrokeOff();
    this.#chunks++;
    this.#lastChunkBytes = size;
    this.#undelivered -= size;
  }

  /** A chunk that fits in memory: nothing of it is handed out before its signature was verified. */
  async #readWhole(
    size: number,
    signatures: ChunkSignatures,
    signature: string | undefined,
  ): Promise<Uint8Array> {
    const { window } = this.#options;
    if (!(await window.ensure(size + 2))) throw bodyBrokeOff();
    const data = window.take(size);
    signatures.update(data);
    signatures.verifyChunk(signature ?? "");
    checkLineEnd(window.take(2));
    return data;
  }

  /** As much of an open chunk as arrived. */
  async #readPiece(chunk: OpenChunk): Promise<Uint8Array> {
    const { window, signatures } = this.#options;
    while (window.available === 0) {
      if (!(await window.fill())) throw bodyBrokeOff();
    }
    const piece = window.take(chunk.left);
    chunk.left -= piece.length;
    signatures?.update(piece);
    return piece;
  }

  // Runs on the call after the chunk's last piece: reading on would pull the buffer from under it.
  async #close(chunk: OpenChunk): Promise<void> {
    const { window, signatures } = this.#options;
    if (!(await window.ensure(2))) throw bodyBrokeOff();
    checkLineEnd(window.take(2));
    signatures?.verifyChunk(chunk.signature ?? "");
    this.#open = undefined;
  }

  // An unsigned body cannot carry a signed trailer, and a signed one cannot carry a bare one: what
  // was announced under the signature must not be left open to whoever sits in between.
  async #finish(signature: string | undefined): Promise<void> {
    const { signatures, hasTrailer, announced } = this.#options;
    signatures?.verifyChunk(signature ?? "");
    if (this.#undelivered !== 0) throw bodyBrokeOff();
    const block = await this.#readRest();
    if (!hasTrailer) {
      if (block !== "\r\n") throw bodyBrokeOff();
      return;
    }
    const trailers = parseTrailers(block, announced);
    const isSealed = trailers.signature !== undefined;
    if (signatures === undefined ? isSealed : !isSealed && announced.size > 0) {
      throw new S3Error("MalformedTrailerError");
    }
    if (trailers.signature !== undefined) {
      signatures?.verifyTrailer(trailers.canonical, trailers.signature);
    }
    this.#trailers = trailers.values;
  }

  /** Everything behind the last chunk's line, to the end of the body. */
  async #readRest(): Promise<string> {
    const { window } = this.#options;
    while (window.available <= trailerLimitBytes) {
      if (!(await window.fill())) return ascii.decode(window.take(window.available));
    }
    throw bodyBrokeOff();
  }
}

function checkLineEnd(bytes: Uint8Array): void {
  if (bytes[0] !== 0x0d || bytes[1] !== lineFeed) throw bodyBrokeOff();
}
