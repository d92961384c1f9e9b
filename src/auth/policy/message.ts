// An explanation as a document: the shape that DecodeAuthorizationMessage has on AWS, and under `trace`
// what Cairn knows beyond it: what each statement made of the request, in words too, and the changes
// that would allow it. Bounded, whatever stands in policies and requests. Pure.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html

import type { Principal } from "../../s3/principal.ts";
import type { Explanation, PolicySource, PolicyTrace } from "./decide.ts";
import type { ConditionTrace, StatementTrace } from "./evaluate.ts";
import { reasonOf } from "./reason.ts";
import { type Change, nameOfPolicy, nameOfStatement, suggestChanges } from "./suggest.ts";

interface Items<Item> {
  readonly items: readonly Item[];
}

interface Value {
  readonly value: string;
}

interface ConditionItem {
  readonly key: string;
  readonly values: Items<Value>;
}

/** AWS's members first; `trace` is Cairn's. */
export interface AuthorizationMessage {
  readonly allowed: boolean;
  readonly explicitDeny: boolean;
  readonly matchedStatements: Items<MatchedStatement>;
  readonly failures: Items<never>;
  readonly context: {
    readonly principal: { readonly id: string; readonly name?: string; readonly arn: string };
    readonly action: string;
    readonly resource: string;
    readonly conditions: Items<ConditionItem>;
  };
  readonly trace: AuthorizationTrace;
}

interface MatchedStatement {
  readonly statementId: string;
  readonly effect: "ALLOW" | "DENY";
  readonly principals: Items<Value>;
  readonly principalGroups: Items<Value>;
  readonly actions: Items<Value>;
  readonly resources: Items<Value>;
  readonly conditions: Items<ConditionItem>;
}

/** What decided, what came near, and what would allow it. */
export interface AuthorizationTrace {
  readonly reason: Explanation["reason"];
  /** One sentence, then one for each statement that counts. */
  readonly words: readonly string[];
  readonly policies: readonly { readonly source: PolicySource; readonly name: string }[];
  readonly statements: readonly TracedStatement[];
  /** The grants of the ACL that has a say, where one has. */
  readonly acl?: NonNullable<Explanation["acl"]>;
  readonly changes: readonly Change[];
}

export interface TracedStatement {
  readonly source: PolicySource;
  readonly policy: string;
  readonly index: number;
  readonly sid?: string;
  readonly effect: "Allow" | "Deny";
  readonly matches: boolean;
  /** What kept it from matching. */
  readonly differs: readonly ("principal" | "action" | "resource" | "condition")[];
  readonly conditions: readonly ConditionTrace[];
}

/** Bounds of one message: it must fit into 10,240 characters when it is sealed. */
const mostStatements = 16;
const mostValues = 10;
const mostCharacters = 256;

/** The document of an explanation; `principal` is whom it is about. */
export function describeAccess(
  explanation: Explanation,
  principal: Principal,
): AuthorizationMessage {
  const { isAllowed, reason, action, resource, conditions } = explanation;
  const near = nearStatements(explanation.policies).slice(0, mostStatements);
  return {
    allowed: isAllowed,
    explicitDeny: reason === "explicit-deny" || reason === "unreadable-policy",
    matchedStatements: {
      items: near.filter(({ statement }) => statement.isMatch).map(renderMatched),
    },
    failures: { items: [] },
    context: {
      principal: {
        id: principal.userId ?? principal.accountId,
        ...(principal.userName !== undefined && { name: principal.userName }),
        arn: principal.arn,
      },
      action,
      resource,
      conditions: {
        items: conditions.map(({ key, values }) => ({ key, values: itemsOf(values) })),
      },
    },
    trace: {
      reason,
      words: [
        headline(explanation),
        ...near.map(wordsOf),
        ...wordsOfAcl(explanation),
        ...silence(explanation, near),
      ],
      policies: explanation.policies.map(({ source, name }) => ({ source, name })),
      statements: near.map(traced),
      ...(explanation.acl && {
        acl: { ...explanation.acl, grants: explanation.acl.grants.slice(0, mostStatements) },
      }),
      changes: suggestChanges(explanation).slice(0, mostStatements),
    },
  };
}

/** The sentence of AWS's refusals, or its opposite. */
export function headline(explanation: Explanation): string {
  const { isAllowed, principal, action, resource } = explanation;
  if (isAllowed) {
    return `User: ${principal} is authorized to perform: ${action} on resource: "${resource}"`;
  }
  return `User: ${principal} is not authorized to perform: ${action} on resource: "${resource}" ${reasonOf(action, explanation)}`;
}

interface Near {
  readonly policy: PolicyTrace;
  readonly statement: StatementTrace;
}

/** Those that match, then those that one thing alone kept from it. */
function nearStatements(policies: readonly PolicyTrace[]): readonly Near[] {
  const all = policies.flatMap((policy) =>
    policy.statements === "unreadable"
      ? []
      : policy.statements.map((statement) => ({ policy, statement })),
  );
  const matching = all.filter(({ statement }) => statement.isMatch);
  const almost = all.filter(
    ({ statement }) => statement.effect === "Allow" && differencesOf(statement).length === 1,
  );
  return [...matching, ...almost];
}

function differencesOf(statement: StatementTrace): TracedStatement["differs"] {
  const { principal, isAction, isResource, conditions } = statement;
  return [
    ...(principal === "none" ? (["principal"] as const) : []),
    ...(isAction ? [] : (["action"] as const)),
    ...(isResource ? [] : (["resource"] as const)),
    ...(conditions.every(({ holds }) => holds) ? [] : (["condition"] as const)),
  ];
}

function traced({ policy, statement }: Near): TracedStatement {
  const { index, sid, effect, isMatch } = statement;
  return {
    source: policy.source,
    policy: policy.name,
    index,
    ...(sid !== undefined && { sid }),
    effect,
    matches: isMatch,
    differs: differencesOf(statement),
    conditions: statement.conditions.map((condition) => ({
      ...condition,
      wanted: shorten(condition.wanted),
      ...(condition.found !== undefined && { found: shorten(condition.found) }),
    })),
  };
}

function wordsOf({ policy, statement }: Near): string {
  const subject = nameOfStatement(policy, statement);
  const { effect, isMatch, elements } = statement;
  if (isMatch) return `It is ${effect === "Deny" ? "denied" : "allowed"} by ${subject}.`;
  const [difference] = differencesOf(statement);
  const would = `${subject.charAt(0).toUpperCase()}${subject.slice(1)} would allow it, but`;
  switch (difference) {
    case "principal":
      return `${would} it is about other callers: ${list(elements.principals, elements.isNotPrincipal)}.`;
    case "action":
      return `${would} it is about other actions: ${list(elements.actions, elements.isNotAction)}.`;
    case "resource":
      return `${would} it is about other resources: ${list(elements.resources, elements.isNotResource)}.`;
    default:
      return `${would} ${statement.conditions
        .filter(({ holds }) => !holds)
        .map(unmet)
        .join("; ")}.`;
  }
}

function unmet({ operator, key, wanted, found }: ConditionTrace): string {
  const has = found === undefined ? "does not have it" : `has ${list(found)}`;
  return `its condition ${operator} ${key} wants ${list(wanted)} and the request ${has}`;
}

/** Which grants give the permission, and why one of them may still count for nothing. */
function wordsOfAcl({ acl }: Explanation): string[] {
  if (acl === undefined) return [];
  const giving = acl.grants.filter(({ isGrantee, isPermission }) => isGrantee && isPermission);
  if (giving.length === 0) return [`The ${acl.name} grants the caller nothing that it needs.`];
  return giving.slice(0, mostStatements).map(({ grantee, permission, isIgnored }) => {
    const ignored = isIgnored ? ", which IgnorePublicAcls of Block Public Access ignores" : "";
    return `The ${acl.name} grants ${permission} to ${grantee}${ignored}.`;
  });
}

/** Policies of which nothing matched and nothing came near say so. */
function silence({ policies }: Explanation, near: readonly Near[]): string[] {
  return policies
    .filter((policy) => !near.some((one) => one.policy === policy))
    .slice(0, mostStatements)
    .map((policy) =>
      policy.statements === "unreadable"
        ? `${nameOfPolicy(policy)} cannot be read as a policy: it denies everything.`
        : `${nameOfPolicy(policy)} says nothing about it.`,
    )
    .map((text) => text.charAt(0).toUpperCase() + text.slice(1));
}

function renderMatched({ statement }: Near): MatchedStatement {
  const { sid, effect, elements, conditions } = statement;
  return {
    statementId: sid ?? "",
    effect: effect === "Allow" ? "ALLOW" : "DENY",
    principals: itemsOf(elements.principals ?? []),
    principalGroups: { items: [] },
    actions: itemsOf(elements.actions),
    resources: itemsOf(elements.resources ?? []),
    conditions: {
      items: conditions.map(({ key, wanted }) => ({ key, values: itemsOf(wanted) })),
    },
  };
}

function itemsOf(values: readonly string[]): Items<Value> {
  return { items: shorten(values).map((value) => ({ value })) };
}

function shorten(values: readonly string[]): readonly string[] {
  const some = values.slice(0, mostValues).map(shortenText);
  return values.length > mostValues ? [...some, `... ${values.length - mostValues} more`] : some;
}

function shortenText(text: string): string {
  return text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters)}...`;
}

function list(values: readonly string[] = [], isNegated = false): string {
  const texts = shorten(values).map((value) => JSON.stringify(value));
  return `${isNegated ? "all but " : ""}${texts.join(", ")}`;
}
