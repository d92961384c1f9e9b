// A sliding window over the bytes of a request as they arrive: one buffer, filled by the runtime in
// place and read by views, so that a body of any size costs no copy. It knows nothing of framing.

import { S3Error } from "../s3/errors.ts";

/** Calls back after `delayMs` unless the returned function is called first. */
export type Timer = (delayMs: number, expire: () => void) => () => void;

export const systemTimer: Timer = (delayMs, expire) => {
  const handle = setTimeout(expire, delayMs);
  return () => clearTimeout(handle);
};

/** A client that sends nothing for this long is given up with RequestTimeout, as by S3. */
export const idleLimitMs = 60_000;

// What is still read from a client whose request was refused, so that it sees the answer and not a
// reset connection; beyond it the connection is dropped.
const discardLimitBytes = 8 * 1024 * 1024;
const discardLimitMs = 1_000;

// The buffer grows to what a caller needs in one piece; for speed alone it is made this large.
const windowBytes = 256 * 1024;

export class BodyWindow {
  readonly #timer: Timer;
  #reader: ReadableStreamBYOBReader | undefined;
  readonly #firstBytes: number;
  #bytes = new Uint8Array(0);
  #start = 0;
  #end = 0;

  /** `expectedBytes` is a hint for the size of the buffer: small bodies get small ones. */
  constructor(body: ReadableStream | null, expectedBytes: number, timer: Timer) {
    this.#timer = timer;
    this.#reader = body?.getReader({ mode: "byob" });
    this.#firstBytes = Math.min(expectedBytes + 1, windowBytes);
  }

  /** Bytes that arrived and were not taken yet. */
  get available(): number {
    return this.#end - this.#start;
  }

  /** The bytes that arrived, without taking them. Valid until the next `fill` or `ensure`. */
  peek(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  /** Takes up to `count` available bytes. The view is valid until the next `fill` or `ensure`. */
  take(count: number): Uint8Array {
    const start = this.#start;
    this.#start = Math.min(this.#end, start + count);
    return this.#bytes.subarray(start, this.#start);
  }

  /** Waits until `count` bytes are available together. False when the body ends before. */
  async ensure(count: number): Promise<boolean> {
    this.#makeRoom(count);
    while (this.available < count) {
      if (!(await this.fill())) return false;
    }
    return true;
  }

  /**
   * Waits for more bytes. False at the end of the body. Throws RequestTimeout when nothing came for
   * a minute, IncompleteBody when the connection broke.
   */
  async fill(): Promise<boolean> {
    if (this.#reader === undefined) return false;
    this.#makeRoom(this.available + 1);
    const room = new Uint8Array(this.#bytes.buffer, this.#end);
    const { done, value } = await this.#readInTime(this.#reader, room);
    // The runtime took the buffer and gives it back under a new name, its old content untouched.
    if (value !== undefined) {
      this.#bytes = new Uint8Array(value.buffer);
      this.#end += value.byteLength;
    }
    if (!done) return true;
    this.#reader = undefined;
    return false;
  }

  /** Gives up: reads and drops a bounded rest, then cuts the connection off. Never throws. */
  async discard(): Promise<void> {
    const reader = this.#reader;
    this.#reader = undefined;
    if (reader !== undefined) await discardRest(reader, this.#timer);
  }

  async #readInTime(reader: ReadableStreamBYOBReader, room: Uint8Array<ArrayBuffer>) {
    let stop = () => {};
    const expired = new Promise<never>((_resolve, reject) => {
      stop = this.#timer(idleLimitMs, () => reject(new S3Error("RequestTimeout")));
    });
    try {
      return await Promise.race([reader.read(room), expired]);
    } catch (cause) {
      this.#reader = undefined;
      reader.cancel().catch(() => {});
      if (cause instanceof S3Error) throw cause;
      throw new S3Error("IncompleteBody", undefined, { cause });
    } finally {
      stop();
    }
  }

  // Moves what is left to the front when `count` bytes would not fit behind it, and grows the
  // buffer when they would not fit at all.
  #makeRoom(count: number): void {
    if (this.#start === this.#end) {
      this.#start = 0;
      this.#end = 0;
    }
    if (this.#start + count <= this.#bytes.length) return;
    const rest = this.peek();
    if (count > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(count, this.#firstBytes));
      larger.set(rest);
      this.#bytes = larger;
    } else {
      this.#bytes.copyWithin(0, this.#start, this.#end);
    }
    this.#start = 0;
    this.#end = rest.length;
  }
}

/**
 * Reads and drops up to 8 MiB or one second of a body nobody opened, then cancels it. For requests
 * refused before their payload mattered. Never throws.
 */
export async function discardBody(body: ReadableStream | null, timer = systemTimer): Promise<void> {
  if (body === null || body.locked) return;
  await discardRest(body.getReader({ mode: "byob" }), timer);
}

async function discardRest(reader: ReadableStreamBYOBReader, timer: Timer): Promise<void> {
  const stop = timer(discardLimitMs, () => reader.cancel().catch(() => {}));
  try {
    let buffer = new ArrayBuffer(windowBytes);
    for (let left = discardLimitBytes; left > 0; ) {
      const { done, value } = await reader.read(new Uint8Array(buffer));
      if (done || value === undefined) break;
      left -= value.byteLength;
      buffer = value.buffer;
    }
    await reader.cancel();
  } catch {
    // The connection is already gone, which is all that was wanted.
  } finally {
    stop();
  }
}
