// Bytes per second over the last seconds, from how many are done at each look.

const windowMs = 6000;

export class Speed {
  #looks: { readonly atMs: number; readonly bytes: number }[] = [];

  /** Takes note of the bytes done by now; answers the speed, 0 until there is one. */
  measure(bytes: number, nowMs: number = performance.now()): number {
    const last = this.#looks.at(-1);
    if (last === undefined || nowMs - last.atMs > 200) this.#looks.push({ atMs: nowMs, bytes });
    while ((this.#looks[0]?.atMs ?? nowMs) < nowMs - windowMs) this.#looks.shift();
    const [first] = this.#looks;
    if (first === undefined || nowMs - first.atMs < 500) return 0;
    return Math.max(0, ((bytes - first.bytes) * 1000) / (nowMs - first.atMs));
  }
}
