// XXH3 of messages up to 240 bytes, all of them still in the state's buffer, and the arithmetic
// that the long form shares. Seed 0 and the default secret.

import { OUTPUT } from "./layout";
import { avalanche64, BUFFER, PRIME32_2, PRIME64_1, PRIME64_2, PRIME64_4 } from "./xxh";

export const LONGEST_SHORT: u64 = 240;

/** The default secret, 192 bytes. */
export const SECRET: usize = memory.data<u64>([
  0xbe4ba423396cfeb8, 0x1cad21f72c81017c, 0xdb979083e96dd4de, 0x1f67b3b7a4a44072,
  0x78e5c0cc4ee679cb, 0x2172ffcc7dd05a82, 0x8e2443f7744608b8, 0x4c263a81e69035e0,
  0xcb00c391bb52283c, 0xa32e531b8b65d088, 0x4ef90da297486471, 0xd8acdea946ef1938,
  0x3f349ce33f76faa8, 0x1d4f0bc7c7bbdcf9, 0x3159b4cd4be0518a, 0x647378d9c97e9fc8,
  0xc3ebd33483acc5ea, 0xeb6313faffa081c5, 0x49daf0b751dd0d17, 0x9e68d429265516d3,
  0xfca1477d58be162b, 0xce31d07ad1b8f88f, 0x280416958f3acb45, 0x7e404bbbcafbd7af,
]);
const MIX: u64 = 0x9fb21c651e98df25;
/** The last 16 bytes of a message of 129 bytes or more meet the secret here. */
const LAST_SECRET: usize = 136 - 17;

/** The two words of a 128-bit sum; WebAssembly functions of ours return one value each. */
let low: u64 = 0;
let high: u64 = 0;

export function avalanche(hash: u64): u64 {
  let h = hash ^ (hash >> 37);
  h *= 0x165667919e3779f9;
  return h ^ (h >> 32);
}

/** The full product of two words, into `low` and `high`. */
function multiply(left: u64, right: u64): void {
  const lowLow = (left & 0xffffffff) * (right & 0xffffffff);
  const highLow = (left >> 32) * (right & 0xffffffff);
  const lowHigh = (left & 0xffffffff) * (right >> 32);
  const cross = (lowLow >> 32) + (highLow & 0xffffffff) + lowHigh;
  high = (highLow >> 32) + (cross >> 32) + (left >> 32) * (right >> 32);
  low = left * right;
}

/** The halves of the full product, XORed. Uses `low` and `high`. */
export function foldMultiply(left: u64, right: u64): u64 {
  multiply(left, right);
  return low ^ high;
}

// @ts-ignore: decorator
@inline
function secret64(offset: usize): u64 {
  return load<u64>(SECRET + offset);
}

// @ts-ignore: decorator
@inline
function secret32(offset: usize): u32 {
  return load<u32>(SECRET + offset);
}

function mix16(at: usize, secret: usize): u64 {
  return foldMultiply(load<u64>(at) ^ secret64(secret), load<u64>(at, 8) ^ secret64(secret + 8));
}

/** One to three bytes and their count, as one word. */
function smallWord(length: i32): u32 {
  const first = <u32>load<u8>(BUFFER);
  const middle = <u32>load<u8>(BUFFER + (length >> 1));
  const last = <u32>load<u8>(BUFFER + length - 1);
  return (first << 16) | (middle << 24) | last | (<u32>length << 8);
}

function hash64(length: i32): u64 {
  if (length === 0) return avalanche64(secret64(56) ^ secret64(64));
  if (length < 4) return avalanche64(<u64>smallWord(length) ^ <u64>(secret32(0) ^ secret32(4)));
  const stop = BUFFER + <usize>length;
  if (length <= 8) {
    const word = <u64>load<u32>(stop - 4) + (<u64>load<u32>(BUFFER) << 32);
    let hash = word ^ secret64(8) ^ secret64(16);
    hash ^= rotl<u64>(hash, 49) ^ rotl<u64>(hash, 24);
    hash *= MIX;
    hash ^= (hash >> 35) + <u64>length;
    hash *= MIX;
    return hash ^ (hash >> 28);
  }
  if (length <= 16) {
    const left = load<u64>(BUFFER) ^ secret64(24) ^ secret64(32);
    const right = load<u64>(stop - 8) ^ secret64(40) ^ secret64(48);
    return avalanche(<u64>length + bswap<u64>(left) + right + foldMultiply(left, right));
  }
  let sum = <u64>length * PRIME64_1;
  if (length <= 128) {
    for (let i = (length - 1) / 32; i >= 0; i--) {
      sum += mix16(BUFFER + i * 16, i * 32);
      sum += mix16(stop - (i + 1) * 16, i * 32 + 16);
    }
    return avalanche(sum);
  }
  for (let i = 0; i < 8; i++) sum += mix16(BUFFER + i * 16, i * 16);
  sum = avalanche(sum);
  for (let i = 8; i < length / 16; i++) sum += mix16(BUFFER + i * 16, (i - 8) * 16 + 3);
  return avalanche(sum + mix16(stop - 16, LAST_SECRET));
}

/** Writes the 64-bit hash of the `length` bytes in the buffer, big endian. */
export function short64(length: i32): void {
  store<u64>(OUTPUT, bswap<u64>(hash64(length)));
}

/** Writes a 128-bit hash, big endian. */
function put(highWord: u64, lowWord: u64): void {
  store<u64>(OUTPUT, bswap<u64>(highWord));
  store<u64>(OUTPUT, bswap<u64>(lowWord), 8);
}

function tiny128(length: i32): void {
  const word = smallWord(length);
  const turned = rotl<u32>(bswap<u32>(word), 13);
  const lowWord = avalanche64(<u64>word ^ <u64>(secret32(0) ^ secret32(4)));
  put(avalanche64(<u64>turned ^ <u64>(secret32(8) ^ secret32(12))), lowWord);
}

function upTo8(length: i32): void {
  const stop = BUFFER + <usize>length;
  const word = <u64>load<u32>(BUFFER) + (<u64>load<u32>(stop - 4) << 32);
  multiply(word ^ secret64(16) ^ secret64(24), PRIME64_1 + (<u64>length << 2));
  const highWord = high + (low << 1);
  let lowWord = low ^ (highWord >> 3);
  lowWord ^= lowWord >> 35;
  lowWord *= MIX;
  lowWord ^= lowWord >> 28;
  put(avalanche(highWord), lowWord);
}

function upTo16(length: i32): void {
  const first = load<u64>(BUFFER);
  let last = load<u64>(BUFFER + <usize>length - 8);
  multiply(first ^ last ^ secret64(32) ^ secret64(40), PRIME64_1);
  last ^= secret64(48) ^ secret64(56);
  const lowWord = low + (<u64>(length - 1) << 54);
  const highWord = high + last + (last & 0xffffffff) * (PRIME32_2 - 1);
  multiply(lowWord ^ bswap<u64>(highWord), PRIME64_2);
  put(avalanche(high + highWord * PRIME64_2), avalanche(low));
}

/** The 128-bit sum of the longer forms: apart from `low` and `high`, which products overwrite. */
let sumLow: u64 = 0;
let sumHigh: u64 = 0;

function mix32(left: usize, right: usize, secret: usize): void {
  sumLow += mix16(left, secret);
  sumLow ^= load<u64>(right) + load<u64>(right, 8);
  sumHigh += mix16(right, secret + 16);
  sumHigh ^= load<u64>(left) + load<u64>(left, 8);
}

/** Writes the 128-bit hash of the `length` bytes in the buffer, big endian. */
export function short128(length: i32): void {
  if (length === 0) {
    put(avalanche64(secret64(80) ^ secret64(88)), avalanche64(secret64(64) ^ secret64(72)));
    return;
  }
  if (length < 4) return tiny128(length);
  if (length <= 8) return upTo8(length);
  if (length <= 16) return upTo16(length);
  const stop = BUFFER + <usize>length;
  sumLow = <u64>length * PRIME64_1;
  sumHigh = 0;
  if (length <= 128) {
    for (let i = (length - 1) / 32; i >= 0; i--) {
      mix32(BUFFER + i * 16, stop - (i + 1) * 16, i * 32);
    }
  } else {
    for (let i = 0; i < 4; i++) mix32(BUFFER + i * 32, BUFFER + i * 32 + 16, i * 32);
    sumLow = avalanche(sumLow);
    sumHigh = avalanche(sumHigh);
    for (let i = 4; i < length / 32; i++) {
      mix32(BUFFER + i * 32, BUFFER + i * 32 + 16, (i - 4) * 32 + 3);
    }
    mix32(stop - 16, stop - 32, LAST_SECRET - 16);
  }
  const mixed = sumLow * PRIME64_1 + sumHigh * PRIME64_4 + <u64>length * PRIME64_2;
  put(0 - avalanche(mixed), avalanche(sumLow + sumHigh));
}
