// CRC-32C and CRC-64/NVME over the bytes at INPUT: long inputs are folded, the rest goes through
// slicing tables. States cross the border as the register holds them, not complemented. (CRC-32 is
// node:zlib's, which has instructions that WebAssembly lacks.)
//
// Folding (after Chorba, https://arxiv.org/abs/2412.16398): let Q be a multiple of the CRC's
// polynomial with few terms, all of them powers of x^8. Adding a multiple of Q to the message never
// changes its CRC, so a byte may be removed when it is XORed to the few later places that Q names.
// One sweep empties all but the last bytes of the input with plain 16-byte XORs, no table and no
// carry-less multiplication (which WebAssembly lacks). The offsets below are `degree - exponent` of
// Q's terms, in bytes; scripts/build-checksums.mjs checks that each Q is a multiple.

import { CRC32C_TABLES, CRC64_TABLES, INPUT } from "./layout";

/** Reflected polynomials. */
export const CRC32C_POLYNOMIAL: u32 = 0x82f63b78;
export const CRC64_POLYNOMIAL: u64 = 0x9a6c9329ac4bc9b5;

/** Shorter inputs are not worth the fold's fixed costs. Each is above the largest offset + 64. */
const CRC32C_FOLD_FROM: i32 = 512;
const CRC64_FOLD_FROM: i32 = 2560;

/** Bytes per turn of a fold; no offset may be smaller. */
const TURN: usize = 64;

/** Fills the slicing tables: table k holds the CRC of a byte that k zero bytes follow. */
function fillTables<T>(tables: usize, polynomial: T): void {
  for (let i = 0; i < 256; i++) {
    let value = <T>i;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >> 1) ^ polynomial : value >> 1;
    store<T>(tables + i * sizeof<T>(), value);
  }
  for (let i = 256; i < 2048; i++) {
    const shorter = load<T>(tables + (i - 256) * sizeof<T>());
    store<T>(tables + i * sizeof<T>(), (shorter >> 8) ^ entry<T>(tables, 0, <u64>shorter));
  }
}

fillTables<u32>(CRC32C_TABLES, CRC32C_POLYNOMIAL);
fillTables<u64>(CRC64_TABLES, CRC64_POLYNOMIAL);

/** The entry of table `index` for the low byte of `word`. */
// @ts-ignore: decorator
@inline
function entry<T>(tables: usize, index: i32, word: u64): T {
  return load<T>(tables + index * 256 * sizeof<T>() + <usize>(word & 0xff) * sizeof<T>());
}

/** The register after the bytes from `start` to `end`. */
// @ts-ignore: decorator
@inline
function slice<T>(tables: usize, register: T, start: usize, end: usize): T {
  let crc = register;
  let at = start;
  for (; at + 8 <= end; at += 8) {
    const word = load<u64>(at) ^ <u64>crc;
    crc =
      entry<T>(tables, 7, word) ^
      entry<T>(tables, 6, word >> 8) ^
      entry<T>(tables, 5, word >> 16) ^
      entry<T>(tables, 4, word >> 24) ^
      entry<T>(tables, 3, word >> 32) ^
      entry<T>(tables, 2, word >> 40) ^
      entry<T>(tables, 1, word >> 48) ^
      entry<T>(tables, 0, word >> 56);
  }
  for (; at < end; at++) {
    crc = entry<T>(tables, 0, <u64>crc ^ load<u8>(at)) ^ (crc >> 8);
  }
  return crc;
}

/** Adds what the emptied bytes before `end` still owe to the `offset` bytes behind it. */
function settle(end: usize, offset: usize): void {
  const stop = end + offset;
  let at = end;
  for (; at + 16 <= stop; at += 16) {
    v128.store(at, v128.xor(v128.load(at), v128.load(at - offset)));
  }
  for (; at < stop; at++) store<u8>(at, load<u8>(at) ^ load<u8>(at - offset));
}

/** Where the emptied part of an input ends: whole turns, the largest offset left over. */
// @ts-ignore: decorator
@inline
function foldEnd(length: i32, largestOffset: i32): usize {
  return INPUT + ((<usize>(length - largestOffset)) & ~(TURN - 1));
}

// @ts-ignore: decorator
@inline
function fold32cAt(at: usize): void {
  let sum = v128.xor(v128.load(at), v128.load(at - 154));
  sum = v128.xor(sum, v128.load(at - 177));
  sum = v128.xor(sum, v128.load(at - 183));
  sum = v128.xor(sum, v128.load(at - 258));
  v128.store(at, v128.xor(sum, v128.load(at - 290)));
}

export function crc32c(register: u32, length: i32): u32 {
  const stop = INPUT + <usize>length;
  if (length < CRC32C_FOLD_FROM) return slice<u32>(CRC32C_TABLES, register, INPUT, stop);
  store<u32>(INPUT, load<u32>(INPUT) ^ register);
  const end = foldEnd(length, 290);
  for (let at = INPUT; at < end; at += TURN) {
    fold32cAt(at);
    fold32cAt(at + 16);
    fold32cAt(at + 32);
    fold32cAt(at + 48);
  }
  settle(end, 154);
  settle(end, 177);
  settle(end, 183);
  settle(end, 258);
  settle(end, 290);
  return slice<u32>(CRC32C_TABLES, 0, end, stop);
}

// @ts-ignore: decorator
@inline
function fold64At(at: usize): void {
  let sum = v128.xor(v128.load(at), v128.load(at - 152));
  sum = v128.xor(sum, v128.load(at - 315));
  sum = v128.xor(sum, v128.load(at - 805));
  sum = v128.xor(sum, v128.load(at - 919));
  sum = v128.xor(sum, v128.load(at - 1070));
  sum = v128.xor(sum, v128.load(at - 1127));
  v128.store(at, v128.xor(sum, v128.load(at - 1795)));
}

export function crc64nvme(register: u64, length: i32): u64 {
  const stop = INPUT + <usize>length;
  if (length < CRC64_FOLD_FROM) return slice<u64>(CRC64_TABLES, register, INPUT, stop);
  store<u64>(INPUT, load<u64>(INPUT) ^ register);
  const end = foldEnd(length, 1795);
  for (let at = INPUT; at < end; at += TURN) {
    fold64At(at);
    fold64At(at + 16);
    fold64At(at + 32);
    fold64At(at + 48);
  }
  settle(end, 152);
  settle(end, 315);
  settle(end, 805);
  settle(end, 919);
  settle(end, 1070);
  settle(end, 1127);
  settle(end, 1795);
  return slice<u64>(CRC64_TABLES, 0, end, stop);
}
