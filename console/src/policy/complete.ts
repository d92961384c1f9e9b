// Words for the place before the cursor in a policy: members, actions, ARNs, condition operators and
// keys. Reads text that is not finished. Pure.

import {
  conditionKeyNames,
  conditionKeysWithPart,
} from "../../../src/auth/policy/condition-keys.ts";
import { operators } from "../../../src/auth/policy/operators.ts";
import { actionNames } from "./actions.ts";
import type { PolicySubject } from "./check.ts";

export interface Known {
  readonly buckets: readonly string[];
  readonly principals: readonly string[];
}

interface Level {
  readonly isObject: boolean;
  /** The name of the member whose value is being written. */
  name: string;
  isName: boolean;
}

/** Where the text ends: the names that lead there, and whether a name or a value is being written. */
export function placeOf(
  textBefore: string,
): { path: readonly string[]; isName: boolean } | undefined {
  const levels: Level[] = [];
  let isInside = false;
  let current = "";
  for (let at = 0; at < textBefore.length; at += 1) {
    const character = textBefore[at] ?? "";
    const level = levels.at(-1);
    if (isInside) {
      if (character === "\\") at += 1;
      else if (character !== '"') current += character;
      else {
        isInside = false;
        if (level?.isName) level.name = current;
      }
    } else if (character === '"') {
      isInside = true;
      current = "";
    } else if (character === "{") levels.push({ isObject: true, name: "", isName: true });
    else if (character === "[") levels.push({ isObject: false, name: "", isName: false });
    else if (character === "}" || character === "]") levels.pop();
    else if (character === ":" && level) level.isName = false;
    else if (character === "," && level) level.isName = level.isObject;
  }
  // Words are completed inside quotes alone.
  if (!isInside) return undefined;
  const isName = levels.at(-1)?.isName ?? false;
  const named = levels.filter(({ isObject, isName: naming }) => isObject && !naming);
  return { path: named.map(({ name }) => name), isName };
}

const topNames = ["Version", "Id", "Statement"];
const statementNames = [
  "Sid",
  "Effect",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
];
const principalNames = ["Principal", "NotPrincipal"];
const principalKinds = ["AWS", "Service", "CanonicalUser", "Federated"];

const conditionKeys = [
  ...conditionKeyNames.values(),
  ...conditionKeysWithPart.map((name) => `${name}/`),
];
const conditionOperators = [...operators.keys(), "Null"].flatMap((name) =>
  name === "Null" ? [name] : [name, `${name}IfExists`],
);

/** The words that may stand at the end of `textBefore`. */
export function completePolicy(
  textBefore: string,
  subject: PolicySubject,
  known: Known,
): readonly string[] {
  const place = placeOf(textBefore);
  if (place === undefined) return [];
  const [top, member, operator] = place.path;
  if (place.isName) {
    if (top === undefined) return topNames;
    if (member === undefined) {
      return subject.kind === "identity" ? statementNames : [...statementNames, ...principalNames];
    }
    if (member === "Principal" || member === "NotPrincipal") return principalKinds;
    if (member !== "Condition") return [];
    return operator === undefined ? conditionOperators : conditionKeys;
  }
  if (top === "Version") return ["2012-10-17"];
  switch (member) {
    case "Effect":
      return ["Allow", "Deny"];
    case "Action":
    case "NotAction":
      return actionNames(subject.kind === "bucket" ? "bucket" : "identity");
    case "Resource":
    case "NotResource":
      return resourcesOf(subject.bucket === undefined ? known.buckets : [subject.bucket]);
    case "Principal":
    case "NotPrincipal":
      return operator === undefined || operator === "AWS" ? ["*", ...known.principals] : [];
    default:
      return [];
  }
}

function resourcesOf(buckets: readonly string[]): readonly string[] {
  return buckets.flatMap((name) => [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`]);
}
