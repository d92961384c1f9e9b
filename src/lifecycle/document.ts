// A lifecycle configuration as it is kept and as it crosses the wire: the SDK's own shape. Kept as
// JSON, where dates are texts; `parseLifecycle` gives them back as dates.

import type {
  LifecycleRule,
  Transition,
  TransitionDefaultMinimumObjectSize,
} from "@aws-sdk/client-s3";

export type GivenRule = LifecycleRule;
export type GivenTransition = Transition;
export type MinimumSizeWord = TransitionDefaultMinimumObjectSize;

export interface LifecycleDocument {
  readonly Rules: readonly GivenRule[];
  /** Which objects are too small to move when a rule names no size; AWS's default when absent. */
  readonly TransitionDefaultMinimumObjectSize: MinimumSizeWord;
}

/** The document of a bucket's setting. Throws for text that this program did not write. */
export function parseLifecycle(text: string): LifecycleDocument {
  const { Rules, ...rest } = JSON.parse(text) as LifecycleDocument;
  return { ...rest, Rules: Rules.map(withDates) };
}

function withDates(rule: GivenRule): GivenRule {
  const { Expiration, Transitions } = rule;
  return {
    ...rule,
    ...(Expiration?.Date !== undefined && {
      Expiration: { ...Expiration, Date: new Date(Expiration.Date) },
    }),
    ...(Transitions !== undefined && {
      Transitions: Transitions.map((one) =>
        one.Date === undefined ? one : { ...one, Date: new Date(one.Date) },
      ),
    }),
  };
}
