// Small words for tests of the evaluator: a condition alone, a policy alone, a whole decision.

import type { AclQuestion } from "../../../src/auth/policy/acl.ts";
import { fixedContext } from "../../../src/auth/policy/context.ts";
import { type Decision, type DecisionInputs, decide } from "../../../src/auth/policy/decide.ts";
import { type PolicyKind, parsePolicy } from "../../../src/auth/policy/document.ts";
import type { PolicyPrincipal } from "../../../src/auth/policy/principals.ts";
import { allUsers } from "../../../src/s3/acl.ts";

export const account = "111122223333";
export const otherAccount = "444455556666";

export type Keys = Readonly<Record<string, string | readonly string[]>>;

export const callers = {
  root: principal("Account", account, `arn:aws:iam::${account}:root`),
  user: principal("User", account, `arn:aws:iam::${account}:user/alice`),
  bob: principal("User", account, `arn:aws:iam::${account}:user/bob`),
  session: {
    ...principal("AssumedRole", account, `arn:aws:sts::${account}:assumed-role/reader/one`),
    issuerArn: `arn:aws:iam::${account}:role/reader`,
  },
  federated: {
    ...principal("FederatedUser", account, `arn:aws:sts::${account}:federated-user/alice`),
    issuerArn: `arn:aws:iam::${account}:user/alice`,
  },
  otherRoot: principal("Account", otherAccount, `arn:aws:iam::${otherAccount}:root`),
  otherUser: principal("User", otherAccount, `arn:aws:iam::${otherAccount}:user/carol`),
  otherSession: {
    ...principal("AssumedRole", otherAccount, `arn:aws:sts::${otherAccount}:assumed-role/w/two`),
    issuerArn: `arn:aws:iam::${otherAccount}:role/w`,
  },
  nobody: { type: "Anonymous", accountId: "", arn: "*", canonicalId: "" },
  service: { type: "Service", accountId: "", arn: "logging.s3.amazonaws.com", canonicalId: "" },
} as const satisfies Record<string, PolicyPrincipal>;

export type CallerName = keyof typeof callers;

function principal(type: PolicyPrincipal["type"], accountId: string, arn: string): PolicyPrincipal {
  return { type, accountId, arn, canonicalId: accountId.repeat(6).slice(0, 64) };
}

export type Json = Readonly<Record<string, unknown>>;

/** A policy of these statements, of the present version unless said otherwise. */
export function policyText(statements: Json | readonly Json[], version = "2012-10-17"): string {
  return JSON.stringify({ Version: version, Statement: statements });
}

/** A statement that allows everything on everything, with what is given in its place. */
export function allow(elements: Json = {}): Json {
  return fill("Allow", elements);
}

export function deny(elements: Json = {}): Json {
  return fill("Deny", elements);
}

function fill(Effect: string, elements: Json): Json {
  return {
    Effect,
    ...(!("Action" in elements || "NotAction" in elements) && { Action: "*" }),
    ...(!("Resource" in elements || "NotResource" in elements) && { Resource: "*" }),
    ...elements,
  };
}

export interface Question {
  readonly as?: CallerName;
  readonly action?: string;
  readonly on?: string;
  readonly keys?: Keys;
  readonly version?: string;
  readonly owner?: string;
  readonly identity?: readonly Json[];
  readonly boundary?: readonly Json[];
  readonly session?: readonly Json[];
  readonly guard?: readonly Json[];
  readonly resource?: readonly Json[];
  readonly aclGrant?: "account" | "everybody";
  readonly isPolicyRestricted?: boolean;
}

/** What `decide` is given for a question. */
export function inputsOf(question: Question): DecisionInputs {
  const { as = "user", action = "s3:GetObject", on = "arn:aws:s3:::docs/key" } = question;
  const compile = (statements: readonly Json[], kind: PolicyKind, name: string) => ({
    name,
    policy: parsePolicy(policyText(statements, question.version), kind),
  });
  const { identity, boundary, session, guard, resource, aclGrant, isPolicyRestricted } = question;
  return {
    request: {
      action,
      resource: on,
      principal: callers[as],
      context: fixedContext(question.keys ?? {}),
    },
    resourceAccountId: question.owner ?? account,
    identity: identity === undefined ? [] : [compile(identity, "identity", "identity")],
    ...(boundary && { boundary: compile(boundary, "identity", "boundary") }),
    ...(session && { session: [compile(session, "identity", "session")] }),
    ...(guard && { guards: [compile(guard, "identity", "guard")] }),
    ...(resource && { resource: compile(resource, "resource", "bucket policy") }),
    ...(aclGrant && { acl: aclFor(aclGrant, callers[as].canonicalId) }),
    ...(isPolicyRestricted !== undefined && { isPolicyRestricted }),
  };
}

/** An object's ACL that grants the account of that id, or everybody, to read. */
function aclFor(scope: "account" | "everybody", canonicalId: string): AclQuestion {
  const grantee = scope === "everybody" ? allUsers : canonicalId;
  return {
    name: "object ACL",
    acl: [[grantee, "READ"]],
    permission: "READ",
    ignoresPublic: false,
  };
}

export function ask(question: Question): Decision {
  return decide(inputsOf(question));
}

/** Whether a condition holds: the only statement allows under it. */
export function holds(
  operator: string,
  key: string,
  values: unknown,
  keys: Keys,
  version?: string,
): boolean {
  const Condition = { [operator]: { [key]: values } };
  return ask({ identity: [allow({ Condition })], keys, ...(version && { version }) }).isAllowed;
}
