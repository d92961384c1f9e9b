// Who is moving what: one mover at a time for each version, until its lease ends. A claim saves work
// and decides nothing: whether a swap may happen is judged by what the version names. So claims of
// small content live in memory only (lost with the object, at worst the bytes are copied twice), and
// those of large content, whose copies are dear, in a table as well.

import { type Sql, statements } from "./statements.ts";

/** From here on a claim outlives the object: copying takes longer than a moment. */
const durableBytes = 8 * 1024 * 1024;

/** Claims kept in memory; beyond it the oldest are forgotten. */
const maximumClaims = 10_000;

interface Held {
  readonly fence: string;
  readonly untilMs: number;
  readonly isDurable: boolean;
}

interface Claimed {
  readonly key: string;
  readonly seq: number;
}

export class MoveClaims {
  readonly #sql: Sql;
  readonly #held = new Map<string, Held>();

  constructor(sql: Sql) {
    this.#sql = sql;
    for (const [key, seq, fence, untilMs] of sql.rows<[string, number, string, number]>(
      statements.readMoves,
    )) {
      this.#held.set(nameOf({ key, seq }), { fence, untilMs, isDurable: true });
    }
  }

  /** When another mover's lease of the version ends, or `undefined` when it is the asker's now. */
  take(
    claimed: Claimed,
    wish: { fence: string; nowMs: number; leaseMs: number; sizeBytes: number },
  ): number | undefined {
    const { fence, nowMs, leaseMs, sizeBytes } = wish;
    const other = this.#other(claimed, wish);
    if (other !== undefined) return other.untilMs;
    const untilMs = nowMs + leaseMs;
    const isDurable = sizeBytes >= durableBytes;
    if (isDurable) this.#sql.run(statements.putMove, claimed.key, claimed.seq, fence, untilMs);
    const name = nameOf(claimed);
    this.#held.delete(name);
    this.#held.set(name, { fence, untilMs, isDurable });
    for (const oldest of this.#held.keys()) {
      if (this.#held.size <= maximumClaims) break;
      this.#held.delete(oldest);
    }
    return undefined;
  }

  /** The asker is still at it. Written only when half of its time is over. */
  extend(
    claimed: Claimed,
    wish: { fence: string; nowMs: number; leaseMs: number; sizeBytes: number },
  ): void {
    const { fence, nowMs, leaseMs } = wish;
    const held = this.#held.get(nameOf(claimed));
    const isFresh = held?.fence === fence && held.untilMs > nowMs + leaseMs / 2;
    if (!isFresh) this.take(claimed, wish);
  }

  /** Whether somebody else has it now. */
  isAnothers(claimed: Claimed, asker: { fence: string; nowMs: number }): boolean {
    return this.#other(claimed, asker) !== undefined;
  }

  /** Ends the asker's own claim; another's stays. */
  release(claimed: Claimed, fence: string): void {
    const name = nameOf(claimed);
    const held = this.#held.get(name);
    if (held?.fence !== fence) return;
    this.#held.delete(name);
    if (held.isDurable) this.#sql.run(statements.dropMove, claimed.key, claimed.seq);
  }

  #other(claimed: Claimed, { fence, nowMs }: { fence: string; nowMs: number }): Held | undefined {
    const held = this.#held.get(nameOf(claimed));
    return held !== undefined && held.fence !== fence && held.untilMs > nowMs ? held : undefined;
  }
}

function nameOf({ key, seq }: Claimed): string {
  return `${seq} ${key}`;
}
