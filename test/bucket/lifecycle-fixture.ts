// Lifecycle documents for tests of the index, written as the setting keeps them.
import type { GivenRule } from "../../src/lifecycle/document.ts";

export type GivenRuleText = Partial<GivenRule>;

/** The document of a bucket whose rules are these, enabled and for everything unless they say so. */
export function rulesText(rules: readonly GivenRuleText[]): string {
  return JSON.stringify({
    Rules: rules.map((rule, at) => ({ ID: `r${at}`, Status: "Enabled", Filter: {}, ...rule })),
    TransitionDefaultMinimumObjectSize: "all_storage_classes_128K",
  });
}
