// Order and ranges of keys. S3 orders keys by their UTF-8 bytes, which is the order of code points;
// JavaScript's `<` compares UTF-16 units and differs above U+FFFF. SQLite does the ordering in the
// index; these few functions are for bounds and for the rare comparison outside of it. Pure.

/** Sorts after every key: SQLite orders blobs behind all text. */
export const beyondEveryKey = new Uint8Array([0xff]).buffer as ArrayBuffer;

/**
 * Negative, zero or positive as `left` comes before, equals or comes after `right` in UTF-8
 * order.
 */
export function compareKeys(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return rank(a) - rank(b);
  }
  return left.length - right.length;
}

/** Surrogates stand for code points above U+FFFF, so they rank above the units E000 to FFFF. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}

/**
 * The first key that comes after every key starting with `prefix`, or `undefined` when no text does
 * (the prefix is empty or made of U+10FFFF alone). Threats.md 051: wrong here means lost listings.
 */
export function prefixEnd(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    if (last === 0x10ffff) continue;
    // U+D800 to U+DFFF are no characters: what follows U+D7FF in UTF-8 is U+E000.
    points.push(last === 0xd7ff ? 0xe000 : last + 1);
    return String.fromCodePoint(...points);
  }
  return undefined;
}

/** The smallest key greater than `key`. */
export function justAfter(key: string): string {
  return `${key}\u0000`;
}

/** The common prefix that rolls `key` up, or `undefined` when it stands for itself. */
export function commonPrefixOf(
  key: string,
  { prefix, delimiter }: { prefix: string; delimiter: string },
): string | undefined {
  if (delimiter === "" || !key.startsWith(prefix)) return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}
