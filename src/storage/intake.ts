// Bytes on their way into a store: counted, hashed, and verified before the last of them is handed
// on. A store that never sees the last byte never keeps the object, so wrong content is refused
// without having been stored, however large it is (faults.md D06, D07).

import { createHasher, type Hasher } from "../checksums/hashers.ts";
import { type ChecksumPlan, verifyChecksum } from "../checksums/plan.ts";
import type { ByteSource } from "../s3/byte-source.ts";
import { S3Error } from "../s3/errors.ts";

/** Reads a source once, from start to end, either with `all` or with `take`. */
export class Intake {
  readonly #source: ByteSource;
  readonly #plan: ChecksumPlan;
  readonly #hasher: Hasher;
  readonly #md5: Hasher | undefined;
  #leftBytes: number;
  #rest: Uint8Array | undefined;
  #checksum: Uint8Array | undefined;
  #md5Digest: Uint8Array | undefined;

  /** `hashesMd5`: for stores that will not say the MD5, or must not see content with a wrong one. */
  constructor(source: ByteSource, plan: ChecksumPlan, hashesMd5: boolean) {
    this.#source = source;
    this.#plan = plan;
    this.#leftBytes = source.length;
    this.#hasher = createHasher(plan.algorithm);
    this.#md5 = hashesMd5 ? createHasher("MD5") : undefined;
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
   * The next bytes, `maximumBytes` at most, valid until the next call. The last ones come only after
   * the source reported its verified end and the digests agreed: until then a failure is thrown.
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

  /** The digest of the plan's algorithm. Only after the end. */
  get checksum(): Uint8Array {
    if (this.#checksum === undefined) throw new TypeError("the digest is not known yet");
    return this.#checksum;
  }

  /** The MD5, where it was asked for. Only after the end. */
  get md5(): Uint8Array | undefined {
    return this.#md5Digest;
  }

  #count(bytes: Uint8Array): void {
    this.#leftBytes -= bytes.length;
    this.#hasher.update(bytes);
    this.#md5?.update(bytes);
  }

  #verify(): void {
    this.#checksum = this.#hasher.digest();
    this.#md5Digest = this.#md5?.digest();
    verifyContentMd5(this.#plan.contentMd5, this.#md5Digest);
    verifyChecksum(this.#plan, this.#checksum, this.#source.trailers());
  }
}

/** Throws BadDigest where both are known and differ, with the detail that S3 gives. */
function verifyContentMd5(
  expected: Uint8Array | undefined,
  computed: Uint8Array | undefined,
): void {
  if (expected === undefined || computed === undefined) return;
  const [wanted, found] = [toBase64(expected), toBase64(computed)];
  if (wanted === found) return;
  throw new S3Error("BadDigest", "The Content-MD5 you specified did not match what we received.", {
    detail: { ExpectedDigest: wanted, CalculatedDigest: found },
  });
}

export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
