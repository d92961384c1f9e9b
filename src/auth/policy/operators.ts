// The condition operators: how one value of a request is compared with the values of a policy. Each
// is compiled once with its policy values. What an operator makes of a missing key, or of several
// values, is decided in `conditions.ts`. Pure.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html

import { compileArnPattern, splitArn } from "./arn.ts";
import type { ConditionContext, ConditionKey } from "./context.ts";
import { isInRange, parseAddress, parseRange } from "./ip-address.ts";
import { compileTemplate } from "./template.ts";

/** Compares one value of the request with the policy's: true when it matches any of them. */
export interface Comparison {
  /** Variables among the policy's values. */
  readonly keys: readonly ConditionKey[];
  matches(value: string, context: ConditionContext): boolean;
}

interface OperatorRules {
  readonly hasVariables: boolean;
}

/** Compiles an operator's policy values. */
type Compiler = (values: readonly string[], rules: OperatorRules) => Comparison;

export interface Operator {
  /** True for the `Not` forms, which match when the comparison does not. */
  readonly isNegated: boolean;
  readonly compile: Compiler;
  /** Whether the text can be one of its policy values. Variables are judged when they are put in. */
  accepts(value: string): boolean;
}

function positive(compile: Compiler, accepts: Operator["accepts"] = () => true): Operator {
  return { isNegated: false, compile, accepts };
}

function negated(compile: Compiler, accepts: Operator["accepts"] = () => true): Operator {
  return { isNegated: true, compile, accepts };
}

/** One of the values says yes. */
function anyOf(matchers: readonly ((value: string) => boolean)[]): Comparison {
  return { keys: [], matches: (value) => matchers.some((matches) => matches(value)) };
}

function strings(hasWildcards: boolean): Compiler {
  return (values, { hasVariables }) => {
    const templates = values.map((value) => compileTemplate(value, { hasVariables, hasWildcards }));
    return {
      keys: templates.flatMap((template) => template.keys),
      matches: (value, context) => templates.some((template) => template.matches(value, context)),
    };
  };
}

/** Policy values read once, in a form that is compared as a whole. */
const ignoringCase: Compiler = (values, { hasVariables }) => {
  const templates = values.map((value) =>
    compileTemplate(value, { hasVariables, hasWildcards: false }),
  );
  return {
    keys: templates.flatMap((template) => template.keys),
    matches: (value, context) =>
      templates.some(
        (template) => template.resolve(context)?.toLowerCase() === value.toLowerCase(),
      ),
  };
};

const number = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?$/;

function parseNumber(text: string): number | undefined {
  return number.test(text) ? Number(text) : undefined;
}

const calendarDate =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2}))?)?)?$/;

/** Milliseconds. ISO 8601 as W3C profiles it, or seconds since the epoch (five digits and more). */
export function parseDate(text: string): number | undefined {
  if (/^-?\d{5,13}$/.test(text) || /^\d{5,13}\.\d+$/.test(text)) return Number(text) * 1000;
  const [, year, month = "01", day = "01", hour = "00", minute = "00", second = "00", , zone] =
    calendarDate.exec(text) ?? [];
  if (year === undefined) return undefined;
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? "0";
  const offset = (zone ?? "Z").replace(/([+-]\d{2})(\d{2})$/, "$1:$2");
  const whole = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`);
  return Number.isNaN(whole) ? undefined : whole + Number(`0.${fraction}`) * 1000;
}

type Relation = (left: number, right: number) => boolean;

const equals: Relation = (left, right) => left === right;
const less: Relation = (left, right) => left < right;
const lessOrEqual: Relation = (left, right) => left <= right;
const greater: Relation = (left, right) => left > right;
const greaterOrEqual: Relation = (left, right) => left >= right;

/** What cannot be read stands in no relation to anything. */
function ordered(parse: (text: string) => number | undefined, relation: Relation): Compiler {
  return (values) =>
    anyOf(
      values.map((text) => {
        const right = parse(text);
        return (value) => {
          const left = parse(value);
          return left !== undefined && right !== undefined && relation(left, right);
        };
      }),
    );
}

const booleans: Compiler = (values, rules) => {
  const comparison = ignoringCase(values, rules);
  return {
    keys: comparison.keys,
    matches: (value, context) => isBoolean(value) && comparison.matches(value, context),
  };
};

function isBoolean(text: string): boolean {
  return /^(?:true|false)$/i.test(text);
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

/** Base64 on both sides; padding makes no difference. */
const binaries: Compiler = (values) => {
  const wanted = new Set(values.map(withoutPadding));
  return anyOf([(value) => base64.test(value) && wanted.has(withoutPadding(value))]);
};

function withoutPadding(text: string): string {
  return text.replace(/=+$/, "");
}

const addresses: Compiler = (values) => {
  const ranges = values.flatMap((value) => parseRange(value) ?? []);
  return anyOf([
    (value) => {
      const address = parseAddress(value);
      return address !== undefined && ranges.some((range) => isInRange(address, range));
    },
  ]);
};

const arns: Compiler = (values, rules) => {
  const patterns = values.map((value) => compileArnPattern(value, rules));
  return {
    keys: patterns.flatMap((pattern) => pattern.keys),
    matches: (value, context) => {
      const arn = splitArn(value);
      return arn !== undefined && patterns.some((pattern) => pattern.matches(arn, context));
    },
  };
};

function isNumber(text: string): boolean {
  return parseNumber(text) !== undefined;
}

function isDate(text: string): boolean {
  return parseDate(text) !== undefined;
}

function isRange(text: string): boolean {
  return parseRange(text) !== undefined;
}

/** A boolean may come from a variable; the other types have none. */
function isBooleanOrVariable(text: string): boolean {
  return isBoolean(text) || text.includes("${");
}

function numbers(relation: Relation): Operator {
  return positive(ordered(parseNumber, relation), isNumber);
}

function dates(relation: Relation): Operator {
  return positive(ordered(parseDate, relation), isDate);
}

/** Every operator but `Null`, which asks for the key alone. */
export const operators: ReadonlyMap<string, Operator> = new Map([
  ["StringEquals", positive(strings(false))],
  ["StringNotEquals", negated(strings(false))],
  ["StringEqualsIgnoreCase", positive(ignoringCase)],
  ["StringNotEqualsIgnoreCase", negated(ignoringCase)],
  ["StringLike", positive(strings(true))],
  ["StringNotLike", negated(strings(true))],
  ["NumericEquals", numbers(equals)],
  ["NumericNotEquals", negated(ordered(parseNumber, equals), isNumber)],
  ["NumericLessThan", numbers(less)],
  ["NumericLessThanEquals", numbers(lessOrEqual)],
  ["NumericGreaterThan", numbers(greater)],
  ["NumericGreaterThanEquals", numbers(greaterOrEqual)],
  ["DateEquals", dates(equals)],
  ["DateNotEquals", negated(ordered(parseDate, equals), isDate)],
  ["DateLessThan", dates(less)],
  ["DateLessThanEquals", dates(lessOrEqual)],
  ["DateGreaterThan", dates(greater)],
  ["DateGreaterThanEquals", dates(greaterOrEqual)],
  ["Bool", positive(booleans, isBooleanOrVariable)],
  ["BinaryEquals", positive(binaries, (value) => base64.test(value))],
  ["IpAddress", positive(addresses, isRange)],
  ["NotIpAddress", negated(addresses, isRange)],
  ["ArnEquals", positive(arns)],
  ["ArnNotEquals", negated(arns)],
  ["ArnLike", positive(arns)],
  ["ArnNotLike", negated(arns)],
]);
