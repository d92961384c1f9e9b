// Why a query came to nothing, as data: it goes from the worker to the page, which has the words.

import { showDots } from "./table.ts";

export type Reason =
  /** The engine says why, and mostly where. */
  | "query"
  | "noJson"
  | "tooManyRows"
  | "sameName"
  /** The worker ended: mostly for want of memory. */
  | "broken";

export interface FailureFacts {
  readonly reason: Reason;
  readonly message?: string;
  readonly parameters?: Readonly<Record<string, string | number>>;
  /** The place in the query. */
  readonly from?: number;
  readonly to?: number;
}

export class Failure extends Error {
  readonly facts: FailureFacts;

  constructor(facts: FailureFacts) {
    super(facts.reason);
    this.facts = facts;
  }
}

interface Placed {
  readonly positionStart?: number;
  readonly positionEnd?: number;
}

/** What any error says; the engine's have a place. */
export function factsOf(error: unknown): FailureFacts {
  if (error instanceof Failure) return error.facts;
  const { positionStart, positionEnd } = (error ?? {}) as Placed;
  // Rows are counted within a piece, and have no number for a person.
  const said = error instanceof Error ? error.message : String(error);
  const message = showDots(said.replace(/ \(row \d+\)$/, ""));
  if (positionStart === undefined) return { reason: "query", message };
  return { reason: "query", message, from: positionStart, to: positionEnd ?? positionStart + 1 };
}
