// Whether large content is worth packing, before all of it is packed: a little of its beginning, middle
// and end is. Noise (pictures, films, archives) does not shrink, and packing it to its end only to copy
// it after all costs four times what copying does.

import type { Env } from "../env.ts";
import type { Segment } from "../s3/content.ts";
import { isWorthwhile, packedLength } from "./packing.ts";
import { readSegments } from "./segments.ts";

/** What is smaller is packed to see. */
const smallestProbed = 4 * 1024 * 1024;
const sampleBytes = 128 * 1024;

/** Costs three short reads. What cannot be told is hopeful: bytes that are packed already, say. */
export async function probe(
  env: Env,
  from: readonly Segment[],
): Promise<{ readonly isHopeful: boolean; readonly reads: number }> {
  const sizeBytes = from.reduce((sum, { length }) => sum + length, 0);
  if (sizeBytes < smallestProbed) return { isHopeful: true, reads: 0 };
  const places = [0, Math.floor((sizeBytes - sampleBytes) / 2), sizeBytes - sampleBytes];
  try {
    let packedBytes = 0;
    for (const offset of places) {
      const { body } = await readSegments(env, cut(from, offset, sampleBytes));
      packedBytes += await packedLength(body);
    }
    const reads = places.length;
    return { isHopeful: isWorthwhile(packedBytes, places.length * sampleBytes), reads };
  } catch {
    return { isHopeful: true, reads: places.length };
  }
}

/** The segments of a range of what these segments are. */
export function cut(from: readonly Segment[], offset: number, length: number): Segment[] {
  const wanted: Segment[] = [];
  let at = 0;
  for (const segment of from) {
    const start = Math.max(offset - at, 0);
    const end = Math.min(offset + length - at, segment.length);
    if (end > start) {
      wanted.push({ ...segment, offset: segment.offset + start, length: end - start });
    }
    at += segment.length;
  }
  return wanted;
}
