// One policy and one request: which statement denies, which allows, and how exactly the allowing one
// names the caller. How the answers of several policies make a decision stands in `decide.ts`. Pure.

import { type ArnParts, splitArn } from "./arn.ts";
import type { ConditionContext } from "./context.ts";
import type { Policy, Statement } from "./document.ts";
import {
  isSpared,
  matchPrincipals,
  type PolicyPrincipal,
  type PrincipalMatch,
} from "./principals.ts";

/** What is asked: may `principal` do `action` on `resource`? */
export interface AccessRequest {
  /** `s3:GetObject`. */
  readonly action: string;
  /** An ARN; the key of an object stands in it as it is, not encoded. */
  readonly resource: string;
  readonly principal: PolicyPrincipal;
  readonly context: ConditionContext;
}

/** A request with what every policy would compute again. */
export interface PreparedRequest extends AccessRequest {
  /** In lower case. */
  readonly actionName: string;
  readonly arn: ArnParts;
}

export function prepareRequest(request: AccessRequest): PreparedRequest {
  // What is no ARN is a name in no service: only `*` matches it.
  const arn = splitArn(request.resource) ?? ["", "", "", "", "", request.resource];
  return { ...request, actionName: request.action.toLowerCase(), arn };
}

/** What one policy says. An allowing statement counts only when none denies. */
export interface PolicyAnswer {
  readonly denies?: Statement;
  readonly allows?: Statement;
  /** How `allows` names the caller; `exact` in policies of identities. */
  readonly match: PrincipalMatch;
}

/** What one statement makes of a request, for explanations. */
export interface StatementTrace {
  readonly index: number;
  readonly sid?: string;
  readonly effect: "Allow" | "Deny";
  readonly isMatch: boolean;
  /** `none`: about somebody else. */
  readonly principal: PrincipalMatch;
  readonly isAction: boolean;
  readonly isResource: boolean;
  readonly conditions: readonly ConditionTrace[];
  /** What the statement is about, as the policy writes it; `Not` in front where it is negated. */
  readonly elements: StatementElements;
}

export interface StatementElements {
  readonly principals?: readonly string[];
  readonly isNotPrincipal?: boolean;
  readonly actions: readonly string[];
  readonly isNotAction: boolean;
  readonly resources?: readonly string[];
  readonly isNotResource?: boolean;
}

export interface ConditionTrace {
  readonly operator: string;
  readonly key: string;
  /** As the policy writes them. */
  readonly wanted: readonly string[];
  /** What the request has; absent when it does not have the key. */
  readonly found?: readonly string[];
  readonly holds: boolean;
}

/** Actions remembered for one policy; far more than one bucket ever sees. */
const rememberedActions = 256;

const statementsByAction = new WeakMap<Policy, Map<string, readonly Statement[]>>();

/** The policy's statements about an action, which is in lower case. */
function statementsFor(policy: Policy, actionName: string): readonly Statement[] {
  let byAction = statementsByAction.get(policy);
  if (byAction === undefined || byAction.size >= rememberedActions) {
    byAction = new Map();
    statementsByAction.set(policy, byAction);
  }
  let statements = byAction.get(actionName);
  if (statements === undefined) {
    statements = policy.statements.filter(({ actions }) => actions.matches(actionName));
    byAction.set(actionName, statements);
  }
  return statements;
}

/** Asks one policy. A statement that denies ends it: nothing can outweigh it. */
export function askPolicy(policy: Policy, request: PreparedRequest): PolicyAnswer {
  let allows: Statement | undefined;
  let match: PrincipalMatch = "none";
  for (const statement of statementsFor(policy, request.actionName)) {
    // Another allowance of the same strength adds nothing.
    if (statement.effect === "Allow" && match === "exact") continue;
    const found = matchStatement(statement, request);
    if (found === "none") continue;
    if (statement.effect === "Deny") return { denies: statement, match: found };
    if (rank[found] > rank[match]) {
      allows = statement;
      match = found;
    }
  }
  return { match, ...(allows !== undefined && { allows }) };
}

const rank: Readonly<Record<PrincipalMatch, number>> = { none: 0, account: 1, issuer: 2, exact: 3 };

/** `none` unless every element matches. The action is the caller's business. */
function matchStatement(statement: Statement, request: PreparedRequest): PrincipalMatch {
  if (statement.resources?.matches(request.arn, request.context) === false) return "none";
  const match = matchPrincipal(statement, request.principal);
  if (match === "none") return match;
  return statement.conditions.every((condition) => condition.holds(request.context))
    ? match
    : "none";
}

function matchPrincipal(statement: Statement, principal: PolicyPrincipal): PrincipalMatch {
  const { principals, effect } = statement;
  if (principals === undefined) return "exact";
  if (!principals.isNegated) return matchPrincipals(principals.entries, principal);
  // "Everybody but" widens with every doubt: what denies spares only who is fully listed, and what
  // allows leaves out whoever is listed in any way.
  const isLeftOut =
    effect === "Deny"
      ? isSpared(principals.entries, principal)
      : matchPrincipals(principals.entries, principal) !== "none";
  return isLeftOut ? "none" : "exact";
}

/** What every statement of the policy makes of the request; costs more than `askPolicy`. */
export function tracePolicy(policy: Policy, request: PreparedRequest): readonly StatementTrace[] {
  return policy.statements.map((statement) => traceStatement(statement, request));
}

function traceStatement(statement: Statement, request: PreparedRequest): StatementTrace {
  const { index, sid, effect } = statement;
  const { context } = request;
  const principal = matchPrincipal(statement, request.principal);
  const isAction = statement.actions.matches(request.actionName);
  const isResource = statement.resources?.matches(request.arn, context) ?? true;
  const conditions = statement.conditions.map((condition): ConditionTrace => {
    const found = context.read(condition.key);
    return {
      operator: condition.operator,
      key: condition.key.text,
      wanted: condition.values,
      ...(found !== undefined && { found }),
      holds: condition.holds(context),
    };
  });
  const isMatch =
    principal !== "none" && isAction && isResource && conditions.every(({ holds }) => holds);
  return {
    index,
    ...(sid !== undefined && { sid }),
    effect,
    isMatch,
    principal,
    isAction,
    isResource,
    conditions,
    elements: elementsOf(statement),
  };
}

function elementsOf({ principals, actions, resources }: Statement): StatementElements {
  return {
    ...(principals !== undefined && {
      principals: principals.entries.map(({ value }) => value),
      isNotPrincipal: principals.isNegated,
    }),
    actions: actions.patterns,
    isNotAction: actions.isNegated,
    ...(resources !== undefined && {
      resources: resources.patterns.map(({ text }) => text),
      isNotResource: resources.isNegated,
    }),
  };
}

/** Whether judging an action needs a key whose name begins so: in a condition or as a variable. */
export function readsKey(policy: Policy, action: string, name: string): boolean {
  return statementsFor(policy, action.toLowerCase()).some(
    ({ conditions, resources }) =>
      conditions.some(({ reads }) => reads.some((key) => key.name === name)) ||
      (resources?.patterns ?? []).some(({ keys }) => keys.some((key) => key.name === name)),
  );
}

/** Whether the policy allows the caller an action on some resource, under some conditions. */
export function allowsSomewhere(
  policy: Policy,
  action: string,
  principal: PolicyPrincipal,
): boolean {
  return statementsFor(policy, action.toLowerCase()).some(
    (statement) => statement.effect === "Allow" && matchPrincipal(statement, principal) !== "none",
  );
}
