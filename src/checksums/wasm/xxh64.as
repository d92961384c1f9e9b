// XXH64, streaming, seed 0. State: four accumulators and a buffer of 32 bytes.

import { INPUT, OUTPUT } from "./layout";
import {
  accumulator,
  avalanche64,
  BUFFER,
  buffered,
  PRIME64_1,
  PRIME64_2,
  PRIME64_3,
  PRIME64_4,
  PRIME64_5,
  setAccumulator,
  setBuffered,
  setTotal,
  total,
} from "./xxh";

const STRIPE: i32 = 32;

export function xxh64Reset(): void {
  setAccumulator(0, PRIME64_1 + PRIME64_2);
  setAccumulator(1, PRIME64_2);
  setAccumulator(2, 0);
  setAccumulator(3, 0 - PRIME64_1);
  setBuffered(0);
  setTotal(0);
}

// @ts-ignore: decorator
@inline
function round(sum: u64, lane: u64): u64 {
  return rotl<u64>(sum + lane * PRIME64_2, 31) * PRIME64_1;
}

/** Takes whole stripes from `start`; `end - start` is a multiple of 32. */
function consume(start: usize, end: usize): void {
  let a = accumulator(0);
  let b = accumulator(1);
  let c = accumulator(2);
  let d = accumulator(3);
  for (let at = start; at < end; at += STRIPE) {
    a = round(a, load<u64>(at));
    b = round(b, load<u64>(at, 8));
    c = round(c, load<u64>(at, 16));
    d = round(d, load<u64>(at, 24));
  }
  setAccumulator(0, a);
  setAccumulator(1, b);
  setAccumulator(2, c);
  setAccumulator(3, d);
}

/** Hashes `length` bytes at INPUT. */
export function xxh64Update(length: i32): void {
  const waiting = buffered();
  setTotal(total() + <u64>length);
  let at = INPUT;
  const stop = INPUT + <usize>length;
  if (waiting + length < STRIPE) {
    memory.copy(BUFFER + waiting, at, length);
    setBuffered(waiting + length);
    return;
  }
  if (waiting > 0) {
    memory.copy(BUFFER + waiting, at, STRIPE - waiting);
    consume(BUFFER, BUFFER + STRIPE);
    at += STRIPE - waiting;
  }
  const whole = (stop - at) & ~(<usize>STRIPE - 1);
  consume(at, at + whole);
  at += whole;
  memory.copy(BUFFER, at, stop - at);
  setBuffered(<i32>(stop - at));
}

// @ts-ignore: decorator
@inline
function merge(hash: u64, sum: u64): u64 {
  return (hash ^ round(0, sum)) * PRIME64_1 + PRIME64_4;
}

/** Writes 8 bytes, big endian, to OUTPUT; the state stays as it was. */
export function xxh64Digest(): void {
  let hash = PRIME64_5;
  if (total() >= <u64>STRIPE) {
    hash = rotl<u64>(accumulator(0), 1) + rotl<u64>(accumulator(1), 7);
    hash += rotl<u64>(accumulator(2), 12) + rotl<u64>(accumulator(3), 18);
    for (let i = 0; i < 4; i++) hash = merge(hash, accumulator(i));
  }
  hash += total();
  let at = BUFFER;
  const stop = BUFFER + <usize>buffered();
  for (; at + 8 <= stop; at += 8) {
    hash = rotl<u64>(hash ^ round(0, load<u64>(at)), 27) * PRIME64_1 + PRIME64_4;
  }
  if (at + 4 <= stop) {
    hash = rotl<u64>(hash ^ (<u64>load<u32>(at) * PRIME64_1), 23) * PRIME64_2 + PRIME64_3;
    at += 4;
  }
  for (; at < stop; at++) {
    hash = rotl<u64>(hash ^ (<u64>load<u8>(at) * PRIME64_5), 11) * PRIME64_1;
  }
  store<u64>(OUTPUT, bswap<u64>(avalanche64(hash)));
}
