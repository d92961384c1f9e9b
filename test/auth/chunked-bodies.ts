// aws-chunked bodies for the tests, encoded from AWS's description and not with the code under test.

import { createHash, createHmac } from "node:crypto";
import type { ChunkSeal } from "../../src/auth/chunk-signatures.ts";

export interface ChunkPlan {
  readonly data: Uint8Array;
  readonly chunkBytes?: number;
  /** Signs the chunks when given. */
  readonly seal?: ChunkSeal;
  readonly trailers?: Record<string, string>;
}

const sha256 = (data: string | Uint8Array) => createHash("sha256").update(data).digest("hex");
const sign = (key: Uint8Array, text: string) =>
  createHmac("sha256", key).update(text).digest("hex");

/** Gives the wire bytes of a body. Signed trailers get their signature behind them. */
export function encodeChunks(plan: ChunkPlan): Uint8Array {
  const { data, seal } = plan;
  const chunkBytes = plan.chunkBytes ?? 65536;
  const pieces: Uint8Array[] = [];
  let previous = seal?.seedSignature ?? "";
  const link = (kind: string, rest: string) => {
    if (seal === undefined) return "";
    const text = [kind, seal.amzDate, seal.scope, previous, rest].join("\n");
    previous = sign(seal.signingKey, text);
    return previous;
  };
  const chunk = (bytes: Uint8Array) => {
    const signature = link("AWS4-HMAC-SHA256-PAYLOAD", `${sha256("")}\n${sha256(bytes)}`);
    const extension = signature === "" ? "" : `;chunk-signature=${signature}`;
    return Buffer.from(`${bytes.length.toString(16)}${extension}\r\n`);
  };
  for (let at = 0; at < data.length; at += chunkBytes) {
    const bytes = data.subarray(at, at + chunkBytes);
    pieces.push(chunk(bytes), bytes, Buffer.from("\r\n"));
  }
  pieces.push(chunk(new Uint8Array(0)));
  const trailers = Object.entries(plan.trailers ?? {}).map(([name, value]) => `${name}:${value}`);
  if (trailers.length > 0) {
    const canonical = trailers.map((line) => `${line}\n`).join("");
    const signature = link("AWS4-HMAC-SHA256-TRAILER", sha256(canonical));
    if (signature !== "") trailers.push(`x-amz-trailer-signature:${signature}`);
  }
  pieces.push(Buffer.from([...trailers, ""].map((line) => `${line}\r\n`).join("")));
  return new Uint8Array(Buffer.concat(pieces));
}

/** Feeds bytes to a byte stream in the given pieces, as a network would. */
export function streamOf(...pieces: readonly Uint8Array[]): ReadableStream {
  const { readable, writable } = new IdentityTransformStream();
  const writer = writable.getWriter();
  const feed = async () => {
    for (const piece of pieces) if (piece.length > 0) await writer.write(piece);
    await writer.close();
  };
  // A reader that gave up makes the rest of the feeding fail, which is what it asked for.
  feed().catch(() => {});
  return readable;
}

/** Reads a source piece by piece to its verified end. */
export async function readPieces(source: {
  read(): Promise<Uint8Array | null>;
}): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for (let piece = await source.read(); piece !== null; piece = await source.read()) {
    pieces.push(piece.slice());
  }
  return new Uint8Array(Buffer.concat(pieces));
}

/** Bytes that repeat nowhere near: a wrong offset shows. */
export function pattern(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) bytes[at] = (at * 31 + (at >> 8) * 7) & 0xff;
  return bytes;
}
