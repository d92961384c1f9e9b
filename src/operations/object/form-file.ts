// The file of a form as a source of bytes. Stores want the length first, a form tells it last: the
// source announces the likely length, and keeps it whatever comes. If the file turns out shorter
// the rest is zeros, if it is longer the bytes are kept aside; `isExact` says whether either
// happened, and then the stored blob is not the file and must be written again from itself.

import type { SizeRange } from "../../auth/post-policy.ts";
import { createHasher, type Hasher } from "../../checksums/hashers.ts";
import { type ChecksumPlan, verifyChecksum, verifyContentMd5 } from "../../checksums/plan.ts";
import type { ByteSource } from "../../s3/byte-source.ts";
import { S3Error } from "../../s3/errors.ts";
import type { FormReader } from "../../s3/form.ts";
import { maximumUploadBytes } from "./limits.ts";

const noTrailers: ReadonlyMap<string, string> = new Map();
const zeros = new Uint8Array(64 * 1024);

export class FormFile implements ByteSource {
  /** The announced length, in bytes. */
  readonly length: number;
  readonly #reader: FormReader;
  readonly #sizes: SizeRange;
  readonly #likelyBytes: number;
  readonly #plan: ChecksumPlan;
  /** Only for what the client promised: the store's own digests are of the announced length. */
  readonly #checksum: Hasher | undefined;
  readonly #md5: Hasher | undefined;
  /** Of the file, so far. */
  #fileBytes = 0;
  #deliveredBytes = 0;
  /** The piece that is next; `null` behind the last one, `undefined` before the first. */
  #next: Uint8Array | null | undefined;
  readonly #beyond: Uint8Array[] = [];

  /** Throws EntityTooSmall when the length of the form already tells. */
  constructor(reader: FormReader, plan: ChecksumPlan, sizes?: SizeRange) {
    this.#reader = reader;
    this.#plan = plan;
    this.#sizes = {
      minimum: sizes?.minimum ?? 0,
      maximum: Math.min(sizes?.maximum ?? maximumUploadBytes, maximumUploadBytes),
    };
    this.#checksum = plan.expected === undefined ? undefined : createHasher(plan.algorithm);
    this.#md5 = plan.contentMd5 === undefined ? undefined : createHasher("MD5");
    this.#likelyBytes = reader.likelyFileBytes;
    this.length = Math.min(this.#likelyBytes, this.#sizes.maximum);
    // The line break behind the last boundary may be missing: two bytes more are possible.
    if (this.#likelyBytes + 2 < this.#sizes.minimum) throw this.#tooSmall(this.#likelyBytes);
  }

  /** Whether what was delivered is the file. Only after the end. */
  get isExact(): boolean {
    return this.#fileBytes === this.length;
  }

  /** The file's real length, in bytes. Only after the end. */
  get fileBytes(): number {
    return this.#fileBytes;
  }

  /** The bytes of the file behind the announced length. Only after the end. */
  get beyond(): readonly Uint8Array[] {
    return this.#beyond;
  }

  /**
   * Up to `length` bytes. The last of them come only after the form was read to its end, so that
   * what is refused there was never stored: MalformedPOSTRequest, EntityTooLarge, EntityTooSmall,
   * BadDigest.
   */
  async read(): Promise<Uint8Array | null> {
    const left = this.length - this.#deliveredBytes;
    const piece = this.#next === undefined ? await this.#pull() : this.#next;
    if (left === 0) {
      if (piece !== null) await this.#setAside(piece);
      return null;
    }
    const given = piece === null ? zeros.subarray(0, left) : piece.subarray(0, left);
    this.#deliveredBytes += given.length;
    if (piece === null) return given;
    if (given.length === left) await this.#setAside(piece.subarray(left));
    else this.#next = await this.#pull();
    return given;
  }

  /** Everything that is the file, whatever was announced. For files known to be small. */
  async readAll(): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    for (let piece = await this.#pull(); piece !== null; piece = await this.#pull()) {
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  }

  trailers(): ReadonlyMap<string, string> {
    return noTrailers;
  }

  cancel(): Promise<void> {
    return this.#reader.cancel();
  }

  async #setAside(first: Uint8Array): Promise<void> {
    for (let piece: Uint8Array | null = first; piece !== null; piece = await this.#pull()) {
      if (piece.length > 0) this.#beyond.push(piece);
    }
    this.#next = null;
  }

  async #pull(): Promise<Uint8Array | null> {
    const piece = await this.#reader.readFile();
    if (piece === null) {
      this.#judge();
      return null;
    }
    this.#fileBytes += piece.length;
    if (this.#fileBytes > this.#sizes.maximum) throw this.#tooLarge();
    this.#checksum?.update(piece);
    this.#md5?.update(piece);
    return piece;
  }

  #judge(): void {
    if (this.#fileBytes < this.#sizes.minimum) throw this.#tooSmall(this.#fileBytes);
    if (this.#md5 !== undefined) verifyContentMd5(this.#plan, this.#md5.digest());
    if (this.#checksum === undefined) return;
    verifyChecksum(this.#plan, this.#checksum.digest(), noTrailers);
  }

  #tooSmall(sizeBytes: number): S3Error {
    return new S3Error("EntityTooSmall", undefined, {
      detail: { ProposedSize: String(sizeBytes), MinSizeAllowed: String(this.#sizes.minimum) },
    });
  }

  /** The file is not read to its end, so the likely size is the one that is told. */
  #tooLarge(): S3Error {
    const proposed = Math.max(this.#fileBytes, this.#likelyBytes);
    return new S3Error("EntityTooLarge", undefined, {
      detail: { ProposedSize: String(proposed), MaxSizeAllowed: String(this.#sizes.maximum) },
    });
  }
}

/** A source and some bytes behind it. */
export function followedBy(source: ByteSource, pieces: readonly Uint8Array[]): ByteSource {
  const rest = [...pieces];
  const read = async () => (await source.read()) ?? rest.shift() ?? null;
  return {
    length: pieces.reduce((sum, piece) => sum + piece.length, source.length),
    read,
    readAll: async () => Buffer.concat([await source.readAll(), ...rest.splice(0)]),
    trailers: () => source.trailers(),
    cancel: () => source.cancel(),
  };
}
