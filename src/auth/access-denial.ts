// AccessDenied to a principal that may know why. The explanation is worked out only when somebody shows
// it, at the edge of the answer: a denial that is caught on the way costs nothing more.

import { S3Error } from "../s3/errors.ts";
import type { Principal } from "../s3/principal.ts";
import type { Explanation } from "./policy/decide.ts";
import { describeAccess, headline } from "./policy/message.ts";

export class AccessDenial extends S3Error {
  /** The caller, whose account owns the resource too. */
  readonly principal: Principal;
  readonly #explain: () => Explanation;

  constructor(principal: Principal, explain: () => Explanation) {
    super("AccessDenied");
    this.principal = principal;
    this.#explain = explain;
  }

  /** What every statement made of the request. */
  explain(): Explanation {
    return this.#explain();
  }
}

/** The account's own name for why: only its principals open the message. */
export interface ToldDenial {
  /** AWS's sentence. */
  readonly sentence: string;
  /** The document of the denial as JSON, longest first: the last one is short in any case. */
  readonly documents: readonly string[];
}

/** What there is to tell of a denial, not sealed yet. */
export function tellDenial(denial: AccessDenial): ToldDenial {
  const explanation = denial.explain();
  const document = describeAccess(explanation, denial.principal);
  const { trace, ...plain } = document;
  const { reason, words, changes } = trace;
  const short = {
    ...plain,
    trace: { reason, words: words.slice(0, 1), changes: changes.slice(0, 2) },
  };
  return {
    sentence: headline(explanation),
    documents: [
      document,
      short,
      { ...plain, context: { ...plain.context, conditions: { items: [] } } },
    ].map((one) => JSON.stringify(one)),
  };
}
