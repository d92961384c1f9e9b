// The Condition element: every operator and every key in it must hold. Here stand the rules for keys
// that are missing, for several values, and for the `Not` operators, which AWS documents apart from
// each other and which other implementations got wrong (SEC-074, SEC-077). Pure.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html

import { type ConditionContext, type ConditionKey, parseConditionKey } from "./context.ts";
import { isList, isObject, type JsonValue, PolicyError } from "./json.ts";
import { type Operator, operators } from "./operators.ts";

type Quantifier = "ForAllValues" | "ForAnyValue";

/** One key under one operator. */
export interface Condition {
  /** As the policy writes it, quantifier and `IfExists` included. */
  readonly operator: string;
  readonly key: ConditionKey;
  readonly values: readonly string[];
  /** The operator without quantifier and suffix. */
  readonly base: string;
  /** Every key it reads: its own, and the variables among its values. */
  readonly reads: readonly ConditionKey[];
  holds(context: ConditionContext): boolean;
}

interface OperatorName {
  readonly quantifier?: Quantifier;
  readonly base: string;
  readonly isIfExists: boolean;
}

/** Reads the Condition element. Throws PolicyError for operators and values that do not exist. */
export function parseConditions(
  block: JsonValue | undefined,
  rules: { readonly hasVariables: boolean },
): readonly Condition[] {
  if (block === undefined) return [];
  if (!isObject(block)) throw new PolicyError("Conditions must be an object");
  const conditions: Condition[] = [];
  for (const [operator, keys] of block) {
    const name = parseOperator(operator);
    if (!isObject(keys)) throw new PolicyError(`Invalid Condition: ${operator}`);
    for (const [key, given] of keys) {
      const values = readValues(given, key);
      conditions.push(compileCondition(name, { operator, key, values, rules }));
    }
  }
  return conditions;
}

function parseOperator(text: string): OperatorName {
  const match = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/.exec(text);
  const [, quantifier, base = "", suffix] = match ?? [];
  const isIfExists = suffix !== undefined;
  const isKnown = operators.has(base) || (base === "Null" && !isIfExists);
  if (!isKnown) throw new PolicyError(`Invalid Condition type : ${text}`);
  return {
    base,
    isIfExists,
    ...(quantifier !== undefined && { quantifier: quantifier as Quantifier }),
  };
}

/** One value or a list; numbers and booleans are taken as their text. */
function readValues(given: JsonValue, key: string): readonly string[] {
  const list = isList(given) ? given : [given];
  return list.map((value) => {
    if (typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    throw new PolicyError(`Invalid value for condition key ${key}`);
  });
}

interface ConditionFacts {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
  readonly rules: { readonly hasVariables: boolean };
}

function compileCondition(name: OperatorName, facts: ConditionFacts): Condition {
  const { operator, values, rules } = facts;
  const key = parseConditionKey(facts.key);
  const common = { operator, key, values, base: name.base };
  if (name.base === "Null") {
    if (!values.every((value) => /^(?:true|false)$/i.test(value))) {
      throw new PolicyError(`Invalid value for condition key ${facts.key}`);
    }
    const wanted = new Set(values.map((value) => value.toLowerCase() === "true"));
    const holds = (context: ConditionContext) => wanted.has(isMissing(context.read(key)));
    return { ...common, reads: [key], holds };
  }
  const rule = operators.get(name.base);
  if (rule === undefined) throw new PolicyError(`Invalid Condition type : ${operator}`);
  const wrong = values.find((value) => !rule.accepts(value));
  if (wrong !== undefined) throw new PolicyError(`Invalid value for condition key ${facts.key}`);
  const comparison = rule.compile(values, rules);
  const judge = judgeOf(name, rule);
  return {
    ...common,
    reads: [key, ...comparison.keys],
    holds: (context) =>
      judge(context.read(key), (value) => comparison.matches(value, context) !== rule.isNegated),
  };
}

type Judge = (
  values: readonly string[] | undefined,
  /** Whether one value satisfies the operator, negation included. */
  satisfies: (value: string) => boolean,
) => boolean;

/**
 * - ForAllValues holds when there is nothing to compare: no key, or only empty text.
 * - ForAnyValue does not, negated or not.
 * - Without a quantifier a missing key satisfies the `Not` operators and no others, and a key with
 *   several values satisfies none: AWS wants a quantifier there.
 * - IfExists turns "missing" into "holds".
 */
function judgeOf(name: OperatorName, rule: Operator): Judge {
  const { quantifier, isIfExists } = name;
  if (quantifier === "ForAllValues") {
    return (values, satisfies) =>
      isMissing(values) || values.every((value) => value === "") || values.every(satisfies);
  }
  if (quantifier === "ForAnyValue") {
    return (values, satisfies) => (isMissing(values) ? isIfExists : values.some(satisfies));
  }
  return (values, satisfies) => {
    if (isMissing(values)) return isIfExists || rule.isNegated;
    const [value = ""] = values;
    return values.length === 1 && satisfies(value);
  };
}

/** A key without a value is no key. */
function isMissing(values: readonly string[] | undefined): values is undefined {
  return values === undefined || values.length === 0;
}
