// Bytes on their way through the layers of encryption: a feed gives its bytes once, in order, in
// pieces of its own choosing. Sealing and opening feeds take from the feed below them, so two layers
// are two feeds. They hold one segment each, never more.

import type { Hasher } from "../../checksums/hashers.ts";
import {
  ciphertextLength,
  headerBytes,
  plaintextLength,
  type StreamCipher,
  segmentBytes,
  segmentOf,
  segmentStart,
  tagBytes,
  type Window,
} from "./streaming-aead.ts";

/** `take` gives at least one byte and at most `maximumBytes`, valid until the next call. */
export interface Feed {
  /** How many bytes there are in all. Not to be asked for more. */
  readonly lengthBytes: number;
  take(maximumBytes: number): Promise<Uint8Array>;
}

/** A feed of bytes in hand. */
export function bytesFeed(bytes: Uint8Array): Feed {
  let offset = 0;
  return {
    lengthBytes: bytes.length,
    take: async (maximumBytes) => {
      const taken = bytes.subarray(offset, offset + maximumBytes);
      offset += taken.length;
      return taken;
    },
  };
}

/** The same bytes, hashed as they pass. */
export function hashedFeed(feed: Feed, hasher: Hasher): Feed {
  return {
    lengthBytes: feed.lengthBytes,
    take: async (maximumBytes) => {
      const bytes = await feed.take(maximumBytes);
      hasher.update(bytes);
      return bytes;
    },
  };
}

/** Exactly `lengthBytes` bytes, in memory of their own. */
export async function collect(feed: Feed, lengthBytes: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(lengthBytes);
  for (let filled = 0; filled < lengthBytes; ) {
    const piece = await feed.take(lengthBytes - filled);
    if (piece.length === 0) throw new RangeError("a feed ended early");
    bytes.set(piece, filled);
    filled += piece.length;
  }
  return bytes;
}

/** The ciphertext of the feed below, header first. */
export class SealingFeed implements Feed {
  readonly lengthBytes: number;
  readonly #cipher: StreamCipher;
  readonly #below: Feed;
  #segment = 0;
  #leftBelow: number;
  #ready: Uint8Array;

  constructor(cipher: StreamCipher, below: Feed) {
    this.#cipher = cipher;
    this.#below = below;
    this.#leftBelow = below.lengthBytes;
    this.lengthBytes = ciphertextLength(below.lengthBytes);
    this.#ready = cipher.header;
  }

  async take(maximumBytes: number): Promise<Uint8Array> {
    if (this.#ready.length === 0) this.#ready = await this.#sealNext();
    const taken = this.#ready.subarray(0, maximumBytes);
    this.#ready = this.#ready.subarray(taken.length);
    return taken;
  }

  async #sealNext(): Promise<Uint8Array> {
    const segment = this.#segment;
    const room = segmentStart(segment + 1) - segmentStart(segment);
    const length = Math.min(room, this.#leftBelow);
    this.#segment += 1;
    this.#leftBelow -= length;
    const plaintext = await collect(this.#below, length);
    return this.#cipher.seal(segment, this.#leftBelow === 0, plaintext);
  }
}

/** What an opening feed is to open. */
export interface OpeningWish {
  readonly cipher: StreamCipher;
  /** The ciphertext's whole length. */
  readonly ciphertextBytes: number;
  /** The plaintext wanted, within the stream. */
  readonly window: Window;
}

/**
 * The plaintext window of a stream. The feed below gives the ciphertext from `ciphertextWindow` on.
 * No byte of a segment comes out before the whole segment proved to be genuine; `take` throws for one
 * that is not.
 */
export class OpeningFeed implements Feed {
  readonly lengthBytes: number;
  readonly #wish: OpeningWish;
  readonly #below: Feed;
  readonly #lastSegment: number;
  #segment: number;
  #skip: number;
  #left: number;
  #ready: Uint8Array = new Uint8Array(0);

  constructor(wish: OpeningWish, below: Feed) {
    const { ciphertextBytes, window } = wish;
    if (window.offset + window.length > (plaintextLength(ciphertextBytes) ?? 0)) {
      throw new RangeError("the window leaves the stream");
    }
    this.#wish = wish;
    this.#below = below;
    this.lengthBytes = window.length;
    this.#left = window.length;
    this.#lastSegment = Math.ceil(ciphertextBytes / segmentBytes) - 1;
    this.#segment = segmentOf(window.offset);
    this.#skip = window.offset - segmentStart(this.#segment);
  }

  async take(maximumBytes: number): Promise<Uint8Array> {
    if (this.#ready.length === 0 && this.#left > 0) this.#ready = await this.#openNext();
    const taken = this.#ready.subarray(0, maximumBytes);
    this.#ready = this.#ready.subarray(taken.length);
    return taken;
  }

  async #openNext(): Promise<Uint8Array> {
    const { cipher, ciphertextBytes } = this.#wish;
    const segment = this.#segment;
    const start = segment * segmentBytes;
    const ciphertext = await collect(this.#below, Math.min(segmentBytes, ciphertextBytes - start));
    if (segment === 0) checkHeader(ciphertext, cipher.header);
    const sealed = segment === 0 ? ciphertext.subarray(headerBytes) : ciphertext;
    if (sealed.length < tagBytes) throw new RangeError("a segment is too short");
    const plaintext = await cipher.open(segment, segment === this.#lastSegment, sealed);
    const wanted = plaintext.subarray(this.#skip, this.#skip + this.#left);
    this.#segment += 1;
    this.#skip = 0;
    this.#left -= wanted.length;
    return wanted;
  }
}

/** The key was derived from the copy of the header in the metadata: both must say the same. */
function checkHeader(ciphertext: Uint8Array, header: Uint8Array): void {
  if (header.some((byte, at) => ciphertext[at] !== byte)) {
    throw new RangeError("the header was changed");
  }
}
