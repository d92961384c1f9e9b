// Content made of parts: a manifest, named by the id of the upload that made it. Its layout (which
// part numbers, how large) changes only by appending, so it is kept as runs of equal parts and
// cached: a range of a 10,000-part object reads one small row and the parts it touches.

import type { Segment } from "../s3/content.ts";
import { parseSegments } from "./rows.ts";
import { type Sql, statements } from "./statements.ts";

/** `count` parts of `sizeBytes` each, numbered from `first` without a gap. */
type Run = readonly [first: number, count: number, sizeBytes: number];

/** Runs kept in memory over all manifests; a run is three numbers. */
const maximumCachedRuns = 50_000;

/** Where a part lies in its object. */
export interface PartPlace {
  readonly offset: number;
  readonly length: number;
}

export function isManifest(content: string): boolean {
  return content.startsWith("u");
}

/** The layout of parts in ascending order, as stored. */
export function renderLayout(parts: readonly { number: number; sizeBytes: number }[]): string {
  const runs: [number, number, number][] = [];
  for (const { number, sizeBytes } of parts) {
    const last = runs.at(-1);
    if (last !== undefined && last[2] === sizeBytes && last[0] + last[1] === number) last[1] += 1;
    else runs.push([number, 1, sizeBytes]);
  }
  return JSON.stringify(runs);
}

/** The layout with one part more behind the last, and that part's number. */
export function extendLayout(
  layout: string,
  sizeBytes: number,
): { readonly layout: string; readonly number: number } {
  const runs = JSON.parse(layout) as [first: number, count: number, sizeBytes: number][];
  const last = runs.at(-1);
  const number = last === undefined ? 1 : last[0] + last[1];
  if (last !== undefined && last[2] === sizeBytes) last[1] += 1;
  else runs.push([number, 1, sizeBytes]);
  return { layout: JSON.stringify(runs), number };
}

export class Manifests {
  readonly #sql: Sql;
  readonly #cache = new Map<string, readonly Run[]>();
  #cachedRuns = 0;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** For a manifest that grew: its layout is read anew. */
  forget(content: string): void {
    this.#cachedRuns -= this.#cache.get(content)?.length ?? 0;
    this.#cache.delete(content);
  }

  /** Where the part with that number lies, or `undefined` when the manifest has none such. */
  placeOf(content: string, partNumber: number): PartPlace | undefined {
    let offset = 0;
    for (const [first, count, length] of this.#runsOf(content)) {
      if (partNumber >= first && partNumber < first + count) {
        return { offset: offset + (partNumber - first) * length, length };
      }
      offset += count * length;
    }
    return undefined;
  }

  /** The segments of `length` bytes from `offset`, reading only the parts they touch. */
  segments(content: string, offset: number, length: number): Segment[] {
    const touched = this.#touched(content, offset, offset + length - 1);
    const rows = this.#sql.rows<[number, number, string]>(
      statements.partsBetween,
      content,
      touched.firstNumber,
      touched.lastNumber,
    );
    const segments: Segment[] = [];
    let at = touched.startsAt;
    let found = 0;
    for (const [, sizeBytes, text] of rows) {
      for (const segment of parseSegments(text, sizeBytes)) {
        const from = Math.max(offset - at, 0);
        const to = Math.min(offset + length - at, segment.length);
        if (to > from) {
          segments.push({
            blob: segment.blob,
            offset: segment.offset + from,
            length: to - from,
          });
          found += to - from;
        }
        at += segment.length;
      }
    }
    if (found !== length) throw new Error(`manifest ${content} lacks bytes of its parts`);
    return segments;
  }

  #touched(content: string, firstByte: number, lastByte: number) {
    let offset = 0;
    let firstNumber = 0;
    let startsAt = 0;
    let lastNumber = -1;
    for (const [first, count, length] of this.#runsOf(content)) {
      const end = offset + count * length;
      if (firstByte >= offset && firstByte < end) {
        const skipped = Math.floor((firstByte - offset) / length);
        firstNumber = first + skipped;
        startsAt = offset + skipped * length;
      }
      if (lastByte >= offset && lastByte < end) {
        lastNumber = first + Math.floor((lastByte - offset) / length);
      }
      offset = end;
    }
    return { firstNumber, lastNumber, startsAt };
  }

  #runsOf(content: string): readonly Run[] {
    const cached = this.#cache.get(content);
    if (cached !== undefined) return cached;
    const row = this.#sql.first<[string, string, string]>(statements.manifestOf, content);
    if (row === undefined) throw new Error(`no manifest ${content}`);
    const runs = JSON.parse(row[1]) as Run[];
    this.#cache.set(content, runs);
    this.#cachedRuns += runs.length;
    for (const [oldest, its] of this.#cache) {
      if (this.#cachedRuns <= maximumCachedRuns) break;
      this.#cache.delete(oldest);
      this.#cachedRuns -= its.length;
    }
    return runs;
  }
}
