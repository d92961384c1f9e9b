// Matching with `*` (any run of characters) and `?` (any one), in time that grows with the length of
// the text and never with the number of ways to match (SEC-080). Pure.

/** A stretch of pattern between two `*`. */
interface Run {
  /** What must stand there; at a hole, anything. */
  readonly text: string;
  /** Where the `?` are; absent when there are none. */
  readonly holes?: readonly boolean[];
}

/** A pattern ready to match. One run: no `*` in it. */
export interface Wildcard {
  readonly runs: readonly Run[];
}

/** Literal text, `*` or `?`: what a pattern is made of. */
export type WildcardPart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "any" }
  | { readonly kind: "one" };

/** Compiles a pattern. Neighbouring `*` count once. */
export function compileWildcard(parts: readonly WildcardPart[]): Wildcard {
  const runs: Run[] = [];
  let text = "";
  let holes: boolean[] = [];
  let hasHole = false;
  const finish = () => {
    runs.push(hasHole ? { text, holes } : { text });
    text = "";
    holes = [];
    hasHole = false;
  };
  for (const part of parts) {
    if (part.kind === "any") {
      finish();
    } else if (part.kind === "one") {
      text += "?";
      holes.push(true);
      hasHole = true;
    } else {
      text += part.text;
      for (let unit = 0; unit < part.text.length; unit++) holes.push(false);
    }
  }
  finish();
  return { runs };
}

/** Whether the whole of `text` matches. */
export function matchesWildcard({ runs }: Wildcard, text: string): boolean {
  const first = runs[0];
  const last = runs[runs.length - 1];
  if (first === undefined || last === undefined) return false;
  if (runs.length === 1) return first.text.length === text.length && standsAt(first, text, 0);
  const end = text.length - last.text.length;
  if (end < first.text.length) return false;
  if (!standsAt(first, text, 0) || !standsAt(last, text, end)) return false;
  // Every run in between as early as it can be: what is left for the rest is then the longest.
  let from = first.text.length;
  for (let position = 1; position < runs.length - 1; position++) {
    const run = runs[position];
    if (run === undefined || run.text === "") continue;
    const at = findRun(run, text, from, end);
    if (at === -1) return false;
    from = at + run.text.length;
  }
  return from <= end;
}

function standsAt(run: Run, text: string, at: number): boolean {
  if (run.holes === undefined) return text.startsWith(run.text, at);
  for (let unit = 0; unit < run.text.length; unit++) {
    if (run.holes[unit] !== true && text.charCodeAt(at + unit) !== run.text.charCodeAt(unit)) {
      return false;
    }
  }
  return true;
}

/** Where the run first stands at or after `from`, ending at `end` or before; -1: nowhere. */
function findRun(run: Run, text: string, from: number, end: number): number {
  if (run.holes !== undefined) return findWithHoles(run.text, run.holes, { text, from, end });
  const at = text.indexOf(run.text, from);
  return at === -1 || at + run.text.length > end ? -1 : at;
}

/**
 * Shift-and: one bit for each unit of the run, set while everything up to it has matched. Costs a
 * thirty-second of the naive search, whatever the text.
 */
function findWithHoles(
  wanted: string,
  holes: readonly boolean[],
  search: { readonly text: string; readonly from: number; readonly end: number },
): number {
  const { text, from, end } = search;
  const length = wanted.length;
  if (end - from < length) return -1;
  const words = (length + 31) >>> 5;
  const anything = new Int32Array(words);
  holes.forEach((isHole, unit) => {
    if (isHole) set(anything, unit);
  });
  const masks = new Map<number, Int32Array>();
  for (let unit = 0; unit < length; unit++) {
    if (holes[unit] === true) continue;
    const code = wanted.charCodeAt(unit);
    const mask = masks.get(code) ?? anything.slice();
    set(mask, unit);
    masks.set(code, mask);
  }
  const state = new Int32Array(words);
  const lastWord = (length - 1) >>> 5;
  const lastBit = 1 << ((length - 1) & 31);
  for (let at = from; at < end; at++) {
    const mask = masks.get(text.charCodeAt(at)) ?? anything;
    let carry = 1;
    for (let word = 0; word < words; word++) {
      const bits = state[word] ?? 0;
      state[word] = ((bits << 1) | carry) & (mask[word] ?? 0);
      carry = bits >>> 31;
    }
    if (((state[lastWord] ?? 0) & lastBit) !== 0) return at - length + 1;
  }
  return -1;
}

function set(mask: Int32Array, unit: number): void {
  mask[unit >>> 5] = (mask[unit >>> 5] ?? 0) | (1 << (unit & 31));
}
