// The CRC of A followed by B, from the CRCs of A and B and the length of B (as zlib's
// crc32_combine): A's CRC is multiplied by x^(8 * length) modulo the polynomial, which is a
// product of a few entries of a table of x^(2^k). Values are finished CRCs, reflected: the top
// bit is the coefficient of x^0.

import { CRC32C_POLYNOMIAL, CRC64_POLYNOMIAL } from "./crc";
import { CRC32_POWERS, CRC32C_POWERS, CRC64_POWERS } from "./layout";

const CRC32_POLYNOMIAL: u32 = 0xedb88320;

/** a * b modulo the polynomial. */
function multiply<T>(polynomial: T, a: T, b: T): T {
  let product: T = 0;
  let shifted = b;
  for (let left = a; left !== 0; left <<= 1) {
    if (left >> (sizeof<T>() * 8 - 1)) product ^= shifted;
    shifted = shifted & 1 ? (shifted >> 1) ^ polynomial : shifted >> 1;
  }
  return product;
}

function fillPowers<T>(powers: usize, polynomial: T): void {
  let power = (<T>1) << (sizeof<T>() * 8 - 2);
  for (let k = 0; k < 64; k++) {
    store<T>(powers + k * 8, power);
    power = multiply<T>(polynomial, power, power);
  }
}

fillPowers<u32>(CRC32_POWERS, CRC32_POLYNOMIAL);
fillPowers<u32>(CRC32C_POWERS, CRC32C_POLYNOMIAL);
fillPowers<u64>(CRC64_POWERS, CRC64_POLYNOMIAL);

/** `length` (of B) is in bytes, below 2^61. */
// @ts-ignore: decorator
@inline
function combine<T>(powers: usize, polynomial: T, first: T, second: T, length: u64): T {
  let shifted = first;
  for (let bits = length, k = 3; bits !== 0; bits >>= 1, k++) {
    if (bits & 1) shifted = multiply<T>(polynomial, load<T>(powers + k * 8), shifted);
  }
  return shifted ^ second;
}

export function crc32Combine(first: u32, second: u32, length: u64): u32 {
  return combine<u32>(CRC32_POWERS, CRC32_POLYNOMIAL, first, second, length);
}

export function crc32cCombine(first: u32, second: u32, length: u64): u32 {
  return combine<u32>(CRC32C_POWERS, CRC32C_POLYNOMIAL, first, second, length);
}

export function crc64nvmeCombine(first: u64, second: u64, length: u64): u64 {
  return combine<u64>(CRC64_POWERS, CRC64_POLYNOMIAL, first, second, length);
}
