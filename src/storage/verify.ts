// What upkeep looks at in a store: how much plaintext a blob holds, and the digests of its bytes as
// they are now. Decides nothing, and needs no keys: sealed blobs are compared as ciphertext.

import { createHasher } from "../checksums/hashers.ts";
import type { Env } from "../env.ts";
import type { ChecksumAlgorithm } from "../s3/content.ts";
import { headBlob, type ListedBlob } from "./blobs.ts";
import { storeOf } from "./classes.ts";
import { plaintextLength } from "./encryption/streaming-aead.ts";
import { parsePacked } from "./packing.ts";
import { translateStoreError } from "./store-errors.ts";

/** Bytes of plaintext in the blob; `undefined` for a length that no sealed blob has. */
export function plaintextBytes({ sizeBytes, origin }: ListedBlob): number | undefined {
  if (origin?.packed !== undefined) return parsePacked(origin.packed).plainBytes;
  let length: number | undefined = sizeBytes;
  for (let layer = layersOf(origin?.sealed); layer > 0 && length !== undefined; layer -= 1) {
    length = plaintextLength(length);
  }
  return length;
}

/** The stream headers are a version and one header for each layer. */
function layersOf(sealed: string | undefined): number {
  return sealed === undefined ? 0 : sealed.split(" ").length - 1;
}

/** Digests of a blob's bytes as its store gives them, ciphertext when sealed. */
export interface BlobDigests {
  readonly lengthBytes: number;
  readonly digests: ReadonlyMap<ChecksumAlgorithm, Uint8Array>;
}

/** Reads the whole blob; `null` when its store has none. Throws SlowDown, InternalError. */
export async function digestBlob(
  env: Env,
  blob: string,
  algorithms: readonly ChecksumAlgorithm[],
): Promise<BlobDigests | null> {
  try {
    const object = await storeOf(env, blob).get(blob);
    if (object === null) return null;
    const hashers = new Map([...new Set(algorithms)].map((name) => [name, createHasher(name)]));
    let lengthBytes = 0;
    for await (const piece of object.body as AsyncIterable<Uint8Array>) {
      lengthBytes += piece.length;
      for (const hasher of hashers.values()) hasher.update(piece);
    }
    const digests = new Map([...hashers].map(([name, hasher]) => [name, hasher.digest()]));
    return { lengthBytes, digests };
  } catch (error) {
    throw translateStoreError(error);
  }
}

/** Whether the store still has those very bytes; where it tells no digest, all of them are read. */
export async function isAsStored(
  env: Env,
  blob: string,
  md5Hex: string,
): Promise<{ readonly isSame: boolean; readonly bytesRead: number }> {
  const listed = await headBlob(env, blob);
  if (listed === null) return { isSame: false, bytesRead: 0 };
  if (listed.md5Hex !== undefined) return { isSame: listed.md5Hex === md5Hex, bytesRead: 0 };
  const read = await digestBlob(env, blob, ["MD5"]);
  const md5 = read?.digests.get("MD5");
  const hex = md5 && Array.from(md5, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return { isSame: hex === md5Hex, bytesRead: read?.lengthBytes ?? 0 };
}
