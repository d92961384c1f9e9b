// Takes packed bytes, whose length nobody knows before the end, into a store that wants to know it: a
// few are put at once when the end has come, more go up in R2's own parts. Either way nothing stands
// in the store before the end.

import type { BlobStore, PartedUpload } from "./blob-store.ts";
import { createOnly } from "./put-stream.ts";

/** Held in memory at most; the size of R2's parts, which must be equal. */
const partBytes = 8 * 1024 * 1024;
/** Most of what is packed is small: eight movers at once would hold half of an isolate's memory. */
const firstBytes = 64 * 1024;

interface SinkTarget {
  readonly store: BlobStore;
  readonly blob: string;
  /** Asked when the first bytes leave; by then the caller may know more. */
  options(): R2PutOptions;
}

/** What was put. */
export interface Sunk {
  readonly sizeBytes: number;
  /** Calls of R2's class A. */
  readonly writes: number;
  /** All of it, where it never left memory before the end. */
  readonly whole?: Uint8Array;
}

export class PackedSink {
  readonly #target: SinkTarget;
  #buffer = new Uint8Array(firstBytes);
  #filled = 0;
  #sizeBytes = 0;
  #upload: PartedUpload | undefined;
  readonly #parts: R2UploadedPart[] = [];

  constructor(target: SinkTarget) {
    this.#target = target;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0; ) {
      if (this.#filled === partBytes) await this.#sendPart();
      const taken = rest.subarray(0, partBytes - this.#filled);
      this.#makeRoom(this.#filled + taken.length);
      this.#buffer.set(taken, this.#filled);
      this.#filled += taken.length;
      this.#sizeBytes += taken.length;
      rest = rest.subarray(taken.length);
    }
  }

  /** Everything was written. Throws when the id was taken. */
  async end(): Promise<Sunk> {
    const { store, blob, options } = this.#target;
    const sizeBytes = this.#sizeBytes;
    if (this.#upload === undefined) {
      const whole = this.#buffer.subarray(0, this.#filled);
      const object = await store.put(blob, whole, { ...options(), onlyIf: createOnly });
      if (object === null) throw new Error("a blob id was taken");
      return { sizeBytes, writes: 1, whole };
    }
    await this.#sendPart();
    await this.#upload.complete(this.#parts);
    return { sizeBytes, writes: this.#parts.length + 2 };
  }

  /** Nothing of it stays. When this is lost, R2 gives up the parts by itself after seven days. */
  async abort(): Promise<void> {
    await this.#upload?.abort().catch(() => undefined);
  }

  #makeRoom(length: number): void {
    if (length <= this.#buffer.length) return;
    const buffer = new Uint8Array(Math.min(partBytes, Math.max(length, 2 * this.#buffer.length)));
    buffer.set(this.#buffer.subarray(0, this.#filled));
    this.#buffer = buffer;
  }

  async #sendPart(): Promise<void> {
    const { store, blob, options } = this.#target;
    this.#upload ??= await store.createMultipartUpload(blob, options());
    const bytes = this.#buffer.subarray(0, this.#filled);
    this.#parts.push(await this.#upload.uploadPart(this.#parts.length + 1, bytes));
    this.#filled = 0;
  }
}
