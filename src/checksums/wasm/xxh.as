// What XXH64 and XXH3 share: primes, mixing steps, the layout of a streaming state.
// Seed 0 throughout. https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md

import { STATE } from "./layout";

export const PRIME32_1: u64 = 0x9e3779b1;
export const PRIME32_2: u64 = 0x85ebca77;
export const PRIME32_3: u64 = 0xc2b2ae3d;
export const PRIME64_1: u64 = 0x9e3779b185ebca87;
export const PRIME64_2: u64 = 0xc2b2ae3d27d4eb4f;
export const PRIME64_3: u64 = 0x165667b19e3779f9;
export const PRIME64_4: u64 = 0x85ebca77c2b2ae63;
export const PRIME64_5: u64 = 0x27d4eb2f165667c5;

/** Up to eight accumulators, then bytes that wait for company, then three counters. */
export const ACCUMULATORS: usize = STATE;
export const BUFFER: usize = STATE + 64;
const BUFFERED: usize = STATE + 320;
const STRIPES: usize = STATE + 324;
const TOTAL: usize = STATE + 328;

// @ts-ignore: decorator
@inline
export function accumulator(index: i32): u64 {
  return load<u64>(ACCUMULATORS + index * 8);
}

// @ts-ignore: decorator
@inline
export function setAccumulator(index: i32, value: u64): void {
  store<u64>(ACCUMULATORS + index * 8, value);
}

/** Bytes in the buffer. */
export function buffered(): i32 {
  return load<i32>(BUFFERED);
}

export function setBuffered(value: i32): void {
  store<i32>(BUFFERED, value);
}

/** XXH3: stripes consumed since the last scramble. */
export function stripes(): i32 {
  return load<i32>(STRIPES);
}

export function setStripes(value: i32): void {
  store<i32>(STRIPES, value);
}

/** Bytes hashed so far, buffered ones included. */
export function total(): u64 {
  return load<u64>(TOTAL);
}

export function setTotal(value: u64): void {
  store<u64>(TOTAL, value);
}

export function avalanche64(hash: u64): u64 {
  let h = hash ^ (hash >> 33);
  h *= PRIME64_2;
  h ^= h >> 29;
  h *= PRIME64_3;
  return h ^ (h >> 32);
}
