// XXH3, streaming, seed 0 and the default secret: 64 and 128 bits share everything but the digest.
// State: eight accumulators, a buffer of 256 bytes, the count of stripes since the last scramble.

import { INPUT, OUTPUT } from "./layout";
import {
  accumulator,
  ACCUMULATORS,
  BUFFER,
  buffered,
  PRIME32_1,
  PRIME32_2,
  PRIME32_3,
  PRIME64_1,
  PRIME64_2,
  PRIME64_3,
  PRIME64_4,
  PRIME64_5,
  setAccumulator,
  setBuffered,
  setStripes,
  setTotal,
  stripes,
  total,
} from "./xxh";
import { avalanche, foldMultiply, LONGEST_SHORT, SECRET, short64, short128 } from "./xxh3-short";

const STRIPE: i32 = 64;
const BUFFER_LENGTH: i32 = 256;
/** A scramble follows every 16 stripes: the secret has 192 bytes and moves 8 per stripe. */
const STRIPES_PER_BLOCK: i32 = 16;
const SCRAMBLE_SECRET: usize = 128;
/** Where the last stripe is put together when it began before the buffer did. */
const LAST_STRIPE: usize = OUTPUT + 64;

export function xxh3Reset(): void {
  setAccumulator(0, PRIME32_3);
  setAccumulator(1, PRIME64_1);
  setAccumulator(2, PRIME64_2);
  setAccumulator(3, PRIME64_3);
  setAccumulator(4, PRIME64_4);
  setAccumulator(5, PRIME32_2);
  setAccumulator(6, PRIME64_5);
  setAccumulator(7, PRIME32_1);
  setBuffered(0);
  setStripes(0);
  setTotal(0);
}

/** Two lanes of the long loop: each adds its neighbour's data and its own 32 x 32 product. */
// @ts-ignore: decorator
@inline
function accumulate(sum: v128, at: usize, secret: usize): v128 {
  const data = v128.load(at);
  const keyed = v128.xor(data, v128.load(secret));
  const low = v128.shuffle<i32>(keyed, keyed, 0, 2, 0, 2);
  const high = v128.shuffle<i32>(keyed, keyed, 1, 3, 1, 3);
  const product = v128.extmul_low<u32>(low, high);
  const neighbour = v128.shuffle<i64>(data, data, 1, 0);
  return v128.add<i64>(v128.add<i64>(sum, neighbour), product);
}

// @ts-ignore: decorator
@inline
function scramble(sum: v128, secret: usize): v128 {
  const mixed = v128.xor(v128.xor(sum, v128.shr<u64>(sum, 47)), v128.load(secret));
  return v128.mul<i64>(mixed, i64x2.splat(PRIME32_1));
}

/** Takes `count` stripes from `start`, scrambling wherever a block ends. */
function consume(start: usize, count: i32): void {
  let a = v128.load(ACCUMULATORS);
  let b = v128.load(ACCUMULATORS, 16);
  let c = v128.load(ACCUMULATORS, 32);
  let d = v128.load(ACCUMULATORS, 48);
  let at = start;
  let left = count;
  let stripe = stripes();
  while (left > 0) {
    const run = min(left, STRIPES_PER_BLOCK - stripe);
    let secret = SECRET + <usize>stripe * 8;
    const stop = at + <usize>run * STRIPE;
    for (; at < stop; at += STRIPE) {
      a = accumulate(a, at, secret);
      b = accumulate(b, at + 16, secret + 16);
      c = accumulate(c, at + 32, secret + 32);
      d = accumulate(d, at + 48, secret + 48);
      secret += 8;
    }
    left -= run;
    stripe += run;
    if (stripe === STRIPES_PER_BLOCK) {
      a = scramble(a, SECRET + SCRAMBLE_SECRET);
      b = scramble(b, SECRET + SCRAMBLE_SECRET + 16);
      c = scramble(c, SECRET + SCRAMBLE_SECRET + 32);
      d = scramble(d, SECRET + SCRAMBLE_SECRET + 48);
      stripe = 0;
    }
  }
  setStripes(stripe);
  v128.store(ACCUMULATORS, a);
  v128.store(ACCUMULATORS, b, 16);
  v128.store(ACCUMULATORS, c, 32);
  v128.store(ACCUMULATORS, d, 48);
}

/**
 * Hashes `length` bytes at INPUT. The last stripe of a message has a secret of its own, so the
 * buffer is only consumed when more bytes follow, and its last 64 bytes always hold the 64 bytes
 * before the ones that wait.
 */
export function xxh3Update(length: i32): void {
  const waiting = buffered();
  setTotal(total() + <u64>length);
  if (waiting + length <= BUFFER_LENGTH) {
    memory.copy(BUFFER + waiting, INPUT, length);
    setBuffered(waiting + length);
    return;
  }
  let at = INPUT;
  const stop = INPUT + <usize>length;
  if (waiting > 0) {
    const missing = BUFFER_LENGTH - waiting;
    memory.copy(BUFFER + waiting, at, missing);
    consume(BUFFER, BUFFER_LENGTH / STRIPE);
    at += missing;
  }
  if (stop - at > <usize>BUFFER_LENGTH) {
    const count = <i32>(stop - at - 1) / STRIPE;
    consume(at, count);
    at += <usize>count * STRIPE;
    memory.copy(BUFFER + BUFFER_LENGTH - STRIPE, at - STRIPE, STRIPE);
  }
  memory.copy(BUFFER, at, stop - at);
  setBuffered(<i32>(stop - at));
}

/** Takes everything that waits, the last stripe included. */
function finish(): void {
  const waiting = buffered();
  let last = BUFFER + waiting - STRIPE;
  if (waiting >= STRIPE) {
    consume(BUFFER, (waiting - 1) / STRIPE);
  } else {
    const before = STRIPE - waiting;
    memory.copy(LAST_STRIPE, BUFFER + BUFFER_LENGTH - before, before);
    memory.copy(LAST_STRIPE + before, BUFFER, waiting);
    last = LAST_STRIPE;
  }
  const secret = SECRET + SCRAMBLE_SECRET - 7;
  for (let i: usize = 0; i < <usize>STRIPE; i += 16) {
    const sum = v128.load(ACCUMULATORS + i);
    v128.store(ACCUMULATORS + i, accumulate(sum, last + i, secret + i));
  }
}

function mergeAccumulators(secret: usize, start: u64): u64 {
  let result = start;
  for (let i = 0; i < 8; i += 2) {
    const left = accumulator(i) ^ load<u64>(secret + i * 8);
    result += foldMultiply(left, accumulator(i + 1) ^ load<u64>(secret + i * 8, 8));
  }
  return avalanche(result);
}

function long64(): void {
  store<u64>(OUTPUT, bswap<u64>(mergeAccumulators(SECRET + 11, total() * PRIME64_1)));
}

function long128(): void {
  const high = mergeAccumulators(SECRET + SCRAMBLE_SECRET - 11, ~(total() * PRIME64_2));
  store<u64>(OUTPUT, bswap<u64>(high));
  store<u64>(OUTPUT, bswap<u64>(mergeAccumulators(SECRET + 11, total() * PRIME64_1)), 8);
}

/** Writes 8 bytes, big endian, to OUTPUT; the state is used up. */
export function xxh3Digest64(): void {
  if (total() <= LONGEST_SHORT) {
    short64(<i32>total());
    return;
  }
  finish();
  long64();
}

/** Writes 16 bytes, big endian (the high half first), to OUTPUT; the state is used up. */
export function xxh3Digest128(): void {
  if (total() <= LONGEST_SHORT) {
    short128(<i32>total());
    return;
  }
  finish();
  long128();
}
