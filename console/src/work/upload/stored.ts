// News of what uploads stored, for whoever shows the place.

const listeners = new Set<(bucket: string) => void>();

/** Runs `listener` when something was stored in a bucket. Answers how to stop that. */
export function whenStored(listener: (bucket: string) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function tellStored(bucket: string): void {
  for (const listener of [...listeners]) listener(bucket);
}
