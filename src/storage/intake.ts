// Bytes on their way into a store: counted, hashed, and verified before the last of them is handed
// on. A store that never sees the last byte never keeps the object, so wrong content is refused
// without having been stored, however large it is (faults.md D06, D07).

import { encodeChecksum } from "../checksums/algorithms.ts";
import { createHasher, type Hasher } from "../checksums/hashers.ts";
import { type ChecksumPlan, verifyChecksum, verifyContentMd5 } from "../checksums/plan.ts";
import type { ByteSource } from "../s3/byte-source.ts";
import { S3Error } from "../s3/errors.ts";

/** What the bytes sum to. */
export interface ComputedDigests {
  /** Of the plan's algorithm, in base64. */
  readonly checksum: string;
  /** Where it was needed. */
  readonly md5?: Uint8Array;
}

/** Reads a source once, from start to end, either with `all` or with `take`. */
export class Intake {
  readonly #source: ByteSource;
  readonly #plan: ChecksumPlan;
  readonly #hasher: Hasher;
  readonly #md5: Hasher | undefined;
  #leftBytes: number;
  #rest: Uint8Array | undefined;
  #computed: ComputedDigests | undefined;

  /** `needsMd5`: the store will not say it. Where a Content-MD5 came, it is computed anyway. */
  constructor(source: ByteSource, plan: ChecksumPlan, needsMd5: boolean) {
    this.#source = source;
    this.#plan = plan;
    this.#leftBytes = source.length;
    this.#hasher = createHasher(plan.algorithm);
    this.#md5 = needsMd5 || plan.contentMd5 !== undefined ? createHasher("MD5") : undefined;
  }

  /** How many bytes the source announced. */
  get lengthBytes(): number {
    return this.#source.length;
  }

  /** Everything, verified. For bodies known to be small. */
  async all(): Promise<Uint8Array> {
    const bytes = await this.#source.readAll();
    this.#count(bytes);
    if (this.#leftBytes !== 0) throw new S3Error("IncompleteBody");
    this.#verify();
    return bytes;
  }

  /**
   * The next bytes, `maximumBytes` at most, valid until the next call. The last ones come only
   * after the source reported its verified end and the digests agreed: until then a failure is
   * thrown.
   */
  async take(maximumBytes: number): Promise<Uint8Array> {
    const chunk = this.#rest ?? (await this.#source.read());
    if (chunk === null) throw new S3Error("IncompleteBody");
    const taken = chunk.subarray(0, maximumBytes);
    this.#rest = taken.length < chunk.length ? chunk.subarray(maximumBytes) : undefined;
    this.#count(taken);
    if (this.#leftBytes > 0) return taken;
    // The source may use its buffer again when it is asked for the end.
    const last = taken.slice();
    if (this.#rest !== undefined || (await this.#source.read()) !== null) {
      throw new S3Error("IncompleteBody");
    }
    this.#verify();
    return last;
  }

  /** What the bytes sum to. Only after the end. */
  get computed(): ComputedDigests {
    if (this.#computed === undefined) throw new TypeError("the end was not reached yet");
    return this.#computed;
  }

  #count(bytes: Uint8Array): void {
    this.#leftBytes -= bytes.length;
    this.#hasher.update(bytes);
    this.#md5?.update(bytes);
  }

  #verify(): void {
    const checksum = this.#hasher.digest();
    const md5 = this.#md5?.digest();
    if (md5 !== undefined) verifyContentMd5(this.#plan, md5);
    verifyChecksum(this.#plan, checksum, this.#source.trailers());
    this.#computed = { checksum: encodeChecksum(checksum), ...(md5 !== undefined && { md5 }) };
  }
}
