// Every operator, alone and with IfExists, ForAllValues and ForAnyValue, against a key that is
// missing, empty, partly and fully matching (SEC-074, SEC-077). The tables are written out from AWS's
// rules, not computed by them:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IfExists

import { describe, expect, it } from "vitest";
import { allow, ask, holds, type Json, type Keys } from "./fixtures.ts";

/** Operator, a policy value, a request's value that matches it, one that does not. */
const positive: [operator: string, wanted: string, same: string, other: string][] = [
  ["StringEquals", "red", "red", "Red"],
  ["StringEqualsIgnoreCase", "red", "RED", "blue"],
  ["StringLike", "re*", "red", "blue"],
  ["NumericEquals", "10", "10.0", "11"],
  ["NumericLessThan", "10", "9", "10"],
  ["NumericLessThanEquals", "10", "10", "10.5"],
  ["NumericGreaterThan", "10", "11", "10"],
  ["NumericGreaterThanEquals", "10", "10", "-10"],
  ["DateEquals", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z", "2026-01-02T03:04:06Z"],
  ["DateLessThan", "2026-01-02T03:04:05Z", "2026-01-02T03:04:04Z", "2026-01-02T03:04:05Z"],
  ["DateLessThanEquals", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z", "2027-01-01T00:00:00Z"],
  ["DateGreaterThan", "2026-01-02T03:04:05Z", "2026-01-02T03:04:06Z", "2026-01-02T03:04:05Z"],
  ["DateGreaterThanEquals", "2026-01-02", "2026-01-02T00:00:00Z", "2026-01-01T23:59:59Z"],
  ["Bool", "true", "true", "false"],
  ["BinaryEquals", "QmluYXJ5VmFsdWU=", "QmluYXJ5VmFsdWU=", "b3RoZXI="],
  ["IpAddress", "203.0.113.0/24", "203.0.113.9", "198.51.100.1"],
  [
    "ArnEquals",
    "arn:aws:sns:*:111122223333:t*",
    "arn:aws:sns:eu:111122223333:t1",
    "arn:aws:sns:eu:1:t1",
  ],
  [
    "ArnLike",
    "arn:aws:sns:*:111122223333:t*",
    "arn:aws:sns:eu:111122223333:t1",
    "arn:aws:sns:eu:1:t1",
  ],
];

const negated: typeof positive = [
  ["StringNotEquals", "red", "red", "Red"],
  ["StringNotEqualsIgnoreCase", "red", "RED", "blue"],
  ["StringNotLike", "re*", "red", "blue"],
  ["NumericNotEquals", "10", "10.0", "11"],
  ["DateNotEquals", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z", "2026-01-02T03:04:06Z"],
  ["NotIpAddress", "203.0.113.0/24", "203.0.113.9", "198.51.100.1"],
  [
    "ArnNotEquals",
    "arn:aws:sns:*:111122223333:t*",
    "arn:aws:sns:eu:111122223333:t1",
    "arn:aws:sns:eu:1:t1",
  ],
  [
    "ArnNotLike",
    "arn:aws:sns:*:111122223333:t*",
    "arn:aws:sns:eu:111122223333:t1",
    "arn:aws:sns:eu:1:t1",
  ],
];

type State = "missing" | "no values" | "empty text" | "one other" | "one same" | "partial" | "full";
const states: readonly State[] = [
  "missing",
  "no values",
  "empty text",
  "one other",
  "one same",
  "partial",
  "full",
];

/** One row per form: what holds in each state, in the order of `states`. */
type Table = Readonly<Record<string, readonly boolean[]>>;

const yes = true;
const no = false;

const positiveTable: Table = {
  "": [no, no, no, no, yes, no, no],
  IfExists: [yes, yes, no, no, yes, no, no],
  "ForAllValues:": [yes, yes, yes, no, yes, no, yes],
  "ForAnyValue:": [no, no, no, no, yes, yes, yes],
};

const negatedTable: Table = {
  "": [yes, yes, yes, yes, no, no, no],
  IfExists: [yes, yes, yes, yes, no, no, no],
  "ForAllValues:": [yes, yes, yes, yes, no, no, no],
  "ForAnyValue:": [no, no, yes, yes, no, yes, no],
};

function valuesIn(state: State, same: string, other: string): Record<string, string | string[]> {
  switch (state) {
    case "missing":
      return {};
    case "no values":
      return { "aws:TagKeys": [] };
    case "empty text":
      return { "aws:TagKeys": "" };
    case "one other":
      return { "aws:TagKeys": other };
    case "one same":
      return { "aws:TagKeys": same };
    case "partial":
      return { "aws:TagKeys": [same, other] };
    case "full":
      return { "aws:TagKeys": [same, same] };
  }
}

const rows = [
  ...positive.map((row) => [...row, positiveTable] as const),
  ...negated.map((row) => [...row, negatedTable] as const),
];

describe.each(rows)("SEC-074 %s", (operator, wanted, same, other, table) => {
  it.each(Object.entries(table))("with '%s' follows AWS's table", (form, expected) => {
    const name = form === "IfExists" ? `${operator}${form}` : `${form}${operator}`;
    const found = states.map((state) =>
      holds(name, "aws:TagKeys", wanted, valuesIn(state, same, other)),
    );
    expect(Object.fromEntries(states.map((state, at) => [state, found[at]]))).toEqual(
      Object.fromEntries(states.map((state, at) => [state, expected[at]])),
    );
  });

  it("holds when any of its policy values matches, and its negation when none does", () => {
    const isNegated = table === negatedTable;
    expect(holds(operator, "k:k", [other, wanted], { "k:k": same })).toBe(!isNegated);
  });

  it("holds for ForAnyValue with IfExists when the key is missing", () => {
    expect(holds(`ForAnyValue:${operator}IfExists`, "k:k", wanted, {})).toBe(true);
    expect(holds(`ForAnyValue:${operator}IfExists`, "k:k", wanted, { "k:k": same })).toBe(
      table === positiveTable,
    );
  });
});

describe("SEC-074 Null", () => {
  it.each([
    ["true", {}, true],
    ["false", {}, false],
    ["true", { "k:k": "x" }, false],
    ["false", { "k:k": "x" }, true],
    ["true", { "k:k": [] }, true],
    ["false", { "k:k": ["x", "y"] }, true],
    [["true", "false"], {}, true],
    [true, {}, true],
    [false, { "k:k": "x" }, true],
  ] as const)("%j with %j gives %s", (wanted, keys, expected) => {
    expect(holds("Null", "k:k", wanted, keys)).toBe(expected);
  });

  it("SEC-077 makes ForAllValues safe for allowing, as AWS advises", () => {
    const listed = { "ForAllValues:StringEquals": { "aws:TagKeys": ["team"] } };
    const present = { Null: { "aws:TagKeys": "false" } };
    const may = (Condition: Json, keys: Keys) =>
      ask({ identity: [allow({ Condition })], keys }).isAllowed;
    expect(may(listed, {})).toBe(true);
    expect(may({ ...listed, ...present }, {})).toBe(false);
    expect(may({ ...listed, ...present }, { "aws:TagKeys": ["team"] })).toBe(true);
    expect(may({ ...listed, ...present }, { "aws:TagKeys": ["team", "x"] })).toBe(false);
  });
});
