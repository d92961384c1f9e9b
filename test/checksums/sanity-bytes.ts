// The byte sequence of xxHash's own sanity check (cli/xsum_sanity_check.c), as long as asked.

import { createHash } from "node:crypto";

export function sanityBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = 2654435761n;
  for (let i = 0; i < length; i++) {
    bytes[i] = Number(state >> 56n);
    state = BigInt.asUintN(64, state * 11400714785074694797n);
  }
  return bytes;
}

/** Bytes that look random and are the same for the same seed. Fast enough for megabytes. */
export function seededBytes(seed: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0, block = 0; at < length; at += 64, block++) {
    const piece = createHash("sha512").update(`${seed}:${block}`).digest();
    bytes.set(piece.subarray(0, Math.min(64, length - at)), at);
  }
  return bytes;
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
