// A policy document, read strictly and compiled into what can be asked of it. The grammar is checked
// here for every kind of policy; what only bucket policies must obey stands in `bucket-rules.ts`. Pure.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html

import { type ArnParts, type ArnPattern, compileArnPattern } from "./arn.ts";
import { type Condition, parseConditions } from "./conditions.ts";
import type { ConditionContext } from "./context.ts";
import {
  isList,
  isObject,
  type JsonObject,
  type JsonValue,
  PolicyError,
  parsePolicyJson,
} from "./json.ts";
import { type PrincipalEntry, parsePrincipals } from "./principals.ts";
import { compileTemplate } from "./template.ts";

/** Attached to an identity, to a resource, or to a role to say who may assume it. */
export type PolicyKind = "identity" | "resource" | "trust";

/** An element that lists what is meant, or with `Not` what is not. */
export interface ActionElement {
  readonly isNegated: boolean;
  readonly patterns: readonly string[];
  /** `action` in lower case. */
  matches(action: string): boolean;
}

export interface ResourceElement {
  readonly isNegated: boolean;
  readonly patterns: readonly ArnPattern[];
  matches(arn: ArnParts, context: ConditionContext): boolean;
}

export interface PrincipalElement {
  readonly isNegated: boolean;
  readonly entries: readonly PrincipalEntry[];
}

export interface Statement {
  /** Its place in the document, from 0. */
  readonly index: number;
  readonly sid?: string;
  readonly effect: "Allow" | "Deny";
  /** Absent in policies of identities. */
  readonly principals?: PrincipalElement;
  readonly actions: ActionElement;
  /** Absent in trust policies, whose resource is the role. */
  readonly resources?: ResourceElement;
  readonly conditions: readonly Condition[];
}

export interface Policy {
  readonly kind: PolicyKind;
  readonly version: PolicyVersion;
  readonly id?: string;
  readonly statements: readonly Statement[];
}

type PolicyVersion = "2012-10-17" | "2008-10-17";

const policyElements = new Set(["Version", "Id", "Statement"]);
const statementElements = new Set([
  "Sid",
  "Effect",
  "Principal",
  "NotPrincipal",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
]);

/** Reads and compiles a policy. Throws PolicyError with what is wrong, in AWS's words where known. */
export function parsePolicy(text: string, kind: PolicyKind): Policy {
  const document = parsePolicyJson(text);
  refuseUnknown(document, policyElements);
  const version = readVersion(document.get("Version"));
  const id = document.get("Id");
  if (id !== undefined && typeof id !== "string") throw new PolicyError("Policy has an invalid Id");
  const given = document.get("Statement");
  if (given === undefined) throw new PolicyError("Missing required field Statement");
  const list = isList(given) ? given : [given];
  if (list.length === 0) {
    throw new PolicyError("Could not parse the policy: Statement is empty!");
  }
  const statements = list.map((statement, index) =>
    readStatement(statement, index, { kind, version }),
  );
  return { kind, version, statements, ...(id !== undefined && { id }) };
}

/** A policy without a version is of the older one. */
function readVersion(given: JsonValue | undefined): PolicyVersion {
  if (given === undefined) return "2008-10-17";
  if (given === "2012-10-17" || given === "2008-10-17") return given;
  throw new PolicyError("The policy must contain a valid version string");
}

function readStatement(
  given: JsonValue,
  index: number,
  facts: { readonly kind: PolicyKind; readonly version: PolicyVersion },
): Statement {
  if (!isObject(given)) throw new PolicyError("Could not parse the policy: Statement is empty!");
  refuseUnknown(given, statementElements);
  const { kind, version } = facts;
  const rules = { hasVariables: version === "2012-10-17" };
  const sid = given.get("Sid");
  if (sid !== undefined && typeof sid !== "string")
    throw new PolicyError("Policy has an invalid Sid");
  const effect = readEffect(given.get("Effect"));
  const principals = readPrincipalElement(given, kind);
  const resources = readResources(given, kind, { ...rules, effect });
  return {
    index,
    ...(sid !== undefined && { sid }),
    effect,
    ...(principals !== undefined && { principals }),
    actions: readActions(given),
    ...(resources !== undefined && { resources }),
    conditions: parseConditions(given.get("Condition"), rules),
  };
}

function refuseUnknown(object: JsonObject, known: ReadonlySet<string>): void {
  for (const name of object.keys()) {
    if (!known.has(name)) throw new PolicyError(`Unknown field ${name}`);
  }
}

function readEffect(given: JsonValue | undefined): "Allow" | "Deny" {
  if (given === "Allow" || given === "Deny") return given;
  if (given === undefined) throw new PolicyError("Missing required field Effect");
  throw new PolicyError(`Invalid effect: ${String(given)}`);
}

/** An element, or its negation, but not both. */
function readElement(
  statement: JsonObject,
  name: "Principal" | "Action" | "Resource",
): { readonly isNegated: boolean; readonly given: JsonValue } | undefined {
  const plain = statement.get(name);
  const negated = statement.get(`Not${name}`);
  if (plain !== undefined && negated !== undefined) {
    throw new PolicyError(`Statement has both ${name} and Not${name}`);
  }
  if (plain !== undefined) return { isNegated: false, given: plain };
  return negated === undefined ? undefined : { isNegated: true, given: negated };
}

function readPrincipalElement(
  statement: JsonObject,
  kind: PolicyKind,
): PrincipalElement | undefined {
  const element = readElement(statement, "Principal");
  if (kind === "identity") {
    if (element === undefined) return undefined;
    throw new PolicyError("Policy document should not specify a principal.");
  }
  if (element === undefined) throw new PolicyError("Missing required field Principal");
  const { isNegated, given } = element;
  return { isNegated, entries: parsePrincipals(given) };
}

const actionShape = /^(?:\*|[a-z0-9*?-]+:[a-z0-9*?]+)$/i;

function readActions(statement: JsonObject): ActionElement {
  const element = readElement(statement, "Action");
  if (element === undefined) throw new PolicyError("Missing required field Action");
  const { isNegated, given } = element;
  const patterns = readTexts(given, "Policy has invalid action");
  if (!patterns.every((pattern) => actionShape.test(pattern))) {
    throw new PolicyError("Policy has invalid action");
  }
  const names = new Set<string>();
  const templates = patterns.flatMap((pattern) => {
    const text = pattern.toLowerCase();
    if (/[*?]/.test(text)) {
      return [compileTemplate(text, { hasVariables: false, hasWildcards: true })];
    }
    names.add(text);
    return [];
  });
  const lists = (action: string) =>
    names.has(action) || templates.some((template) => template.matches(action, noContext));
  return { isNegated, patterns, matches: (action) => lists(action) !== isNegated };
}

const noContext: ConditionContext = { read: () => undefined };

function readResources(
  statement: JsonObject,
  kind: PolicyKind,
  rules: { readonly hasVariables: boolean; readonly effect: "Allow" | "Deny" },
): ResourceElement | undefined {
  const element = readElement(statement, "Resource");
  if (kind === "trust") {
    if (element === undefined) return undefined;
    throw new PolicyError("Has prohibited field Resource");
  }
  if (element === undefined) throw new PolicyError("Missing required field Resource");
  const { isNegated, given } = element;
  const patterns = readTexts(given, "Policy has invalid resource").map((text) =>
    compileArnPattern(text, rules),
  );
  const lists: ResourceElement["matches"] = (arn, context) =>
    patterns.some((pattern) => pattern.matches(arn, context));
  if (!isNegated) return { isNegated, patterns, matches: lists };
  // "Everything but something unknown" allows nothing and denies everything.
  const isAllow = rules.effect === "Allow";
  return {
    isNegated,
    patterns,
    matches: (arn, context) =>
      !lists(arn, context) &&
      !(isAllow && patterns.some((pattern) => !pattern.isResolved(context))),
  };
}

/** One text or a list with at least one. */
function readTexts(given: JsonValue, refusal: string): readonly string[] {
  const list = isList(given) ? given : [given];
  if (list.length === 0) throw new PolicyError(refusal);
  return list.map((value) => {
    if (typeof value !== "string" || value === "") throw new PolicyError(refusal);
    return value;
  });
}
