// Uploads that this page began or took over: they are no leftovers of a reload.

const known = new Set<string>();

/** Takes note of an upload; answers whether it is new. */
export function claim(uploadId: string): boolean {
  const isKnown = known.has(uploadId);
  known.add(uploadId);
  return !isKnown;
}
