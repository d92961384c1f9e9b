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
 * All places at once, one bit each: every unit of the run strikes out the places where it does not
 * stand. Costs a thirty-second of the naive search, whatever the text.
 */
function findWithHoles(
  wanted: string,
  holes: readonly boolean[],
  search: { readonly text: string; readonly from: number; readonly end: number },
): number {
  const { text, from, end } = search;
  const places = end - from - wanted.length + 1;
  if (places <= 0) return -1;
  // Nothing but `?` stands anywhere.
  if (holes.every(Boolean)) return from;
  const left = new Int32Array((places + 31) >>> 5).fill(-1);
  const occurrences = new Map<number, Int32Array>();
  for (let unit = 0; unit < wanted.length; unit++) {
    if (holes[unit] === true) continue;
    const code = wanted.charCodeAt(unit);
    let bits = occurrences.get(code);
    if (bits === undefined) {
      bits = occurrencesOf(code, text.slice(from, end));
      occurrences.set(code, bits);
    }
    if (!strikeOut(left, bits, unit)) return -1;
  }
  for (let place = 0; place < places; place++) {
    if (((left[place >>> 5] ?? 0) >>> (place & 31)) & 1) return from + place;
  }
  return -1;
}

/** One bit for each unit of the text, with a word to spare. */
function occurrencesOf(code: number, text: string): Int32Array {
  const bits = new Int32Array((text.length >>> 5) + 2);
  for (let at = 0; at < text.length; at++) {
    if (text.charCodeAt(at) === code) bits[at >>> 5] = (bits[at >>> 5] ?? 0) | (1 << (at & 31));
  }
  return bits;
}

/** Keeps the places from which `offset` units on there is a bit. False when none is left. */
function strikeOut(left: Int32Array, bits: Int32Array, offset: number): boolean {
  const shift = offset & 31;
  const first = offset >>> 5;
  let any = 0;
  for (let word = 0; word < left.length; word++) {
    const low = (bits[first + word] ?? 0) >>> shift;
    const high = shift === 0 ? 0 : (bits[first + word + 1] ?? 0) << (32 - shift);
    const kept = (left[word] ?? 0) & (low | high);
    left[word] = kept;
    any |= kept;
  }
  return any !== 0;
}
