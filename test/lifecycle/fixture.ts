// Short ways to say lifecycle rules in tests: in the SDK's shape, read as the program reads them.
import type { GivenRule } from "../../src/lifecycle/document.ts";
import { compileRules, type LifecycleRules } from "../../src/lifecycle/rules.ts";

export const dayMs = 86_400_000;
export const large = 1024 * 1024;

let named = 0;

/** An enabled rule for everything, unless it says otherwise. */
export function rule(given: Partial<GivenRule>): GivenRule {
  named += 1;
  return { ID: `rule-${named}`, Status: "Enabled", Filter: {}, ...given };
}

export function compile(
  rules: readonly GivenRule[],
  minimumSize: LifecycleRules["minimumSize"] = "all_storage_classes_128K",
): LifecycleRules {
  return compileRules({ Rules: rules, TransitionDefaultMinimumObjectSize: minimumSize });
}
