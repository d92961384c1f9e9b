// How far the outbox of each target is read: everything up to its place is of keys that wait after a
// failed delivery, so that a look for what is due begins behind it. In memory only: an index that
// starts anew reads from the beginning once. What frees a key sets the place back.

/** Places by target; the beginning for those that have none. */
export class OutboxPlaces {
  #places = new Map<string, number>();

  of(target: string): number {
    return this.#places.get(target) ?? 0;
  }

  /** All rows up to there are of keys that wait. */
  advance(target: string, seq: number): void {
    this.#places.set(target, seq);
  }

  /** Rows behind `seq` may be due again. */
  setBack(target: string, seq: number): void {
    if (seq < this.of(target)) this.#places.set(target, seq);
  }

  /** Forgets the targets that have no rows any more. */
  keepOnly(targets: readonly string[]): void {
    const kept = new Set(targets);
    for (const target of this.#places.keys()) {
      if (!kept.has(target)) this.#places.delete(target);
    }
  }
}
