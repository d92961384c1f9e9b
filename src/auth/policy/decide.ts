// The decision: everything that may allow or deny a request, put together as AWS does. One pure
// function; whatever is not allowed here is denied. `explain` gives the same decision with the reason
// of every statement, from the same inputs.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html

import {
  type AclAllowance,
  type AclGrantTrace,
  type AclQuestion,
  findGrant,
  traceGrants,
} from "./acl.ts";
import type { PresentCondition } from "./context.ts";
import type { Policy } from "./document.ts";
import {
  type AccessRequest,
  askPolicy,
  type PolicyAnswer,
  type PreparedRequest,
  prepareRequest,
  type StatementTrace,
  tracePolicy,
} from "./evaluate.ts";

/** A policy and what to call it in explanations. */
export interface NamedPolicy {
  readonly name: string;
  /** `unreadable`: stored text that is no policy. It allows nothing and is taken to deny. */
  readonly policy: Policy | "unreadable";
}

/** What kind of policy decided. */
export type PolicySource = "guard" | "identity" | "boundary" | "session" | "resource" | "acl";

/** Everything that counts. What is absent does not exist, and so neither limits nor allows. */
export interface DecisionInputs {
  readonly request: AccessRequest;
  /** The account that owns the resource. */
  readonly resourceAccountId: string;
  /** Policies of the user with its groups, or of the role. Not used for an account's root. */
  readonly identity: readonly NamedPolicy[];
  /** Limits what `identity` allows. */
  readonly boundary?: NamedPolicy;
  /** Policies passed when the session was made: one of them must allow too. */
  readonly session?: readonly NamedPolicy[];
  /** Limits everybody in the caller's account, its root included; each of them limits. */
  readonly guards?: readonly NamedPolicy[];
  /** The bucket policy. */
  readonly resource?: NamedPolicy;
  /** The ACL that may allow too, where ACLs are in force and one speaks of the action. */
  readonly acl?: AclQuestion;
  /**
   * Whose the object is, where it is not the bucket owner's: its owner's side allows then, or its
   * ACL; the bucket's policies can only deny.
   */
  readonly objectOwner?: "caller" | "other";
  /** The bucket's ACL withholds from the bucket's own account what it could give it. */
  readonly isOwnerUngranted?: boolean;
  /**
   * Block Public Access: the bucket policy is public and RestrictPublicBuckets is on, so that it
   * allows nothing outside the owner's account.
   */
  readonly isPolicyRestricted?: boolean;
}

export type DecisionReason =
  /** The root of the account that owns the resource. */
  | "owner-root"
  | "resource-policy"
  | "identity-policy"
  /** Both the caller's account and the resource's. */
  | "both-accounts"
  | "acl"
  | "explicit-deny"
  /** Stored text could not be read as a policy. */
  | "unreadable-policy"
  /** The owner took its own grant out of the bucket's ACL. */
  | "owner-ungranted"
  | "no-identity-allow"
  | "no-resource-allow"
  | "no-boundary-allow"
  | "no-session-allow"
  | "no-guard-allow"
  | "public-access-blocked";

export interface Decision {
  readonly isAllowed: boolean;
  readonly reason: DecisionReason;
  /** The policy that decided; absent when the lack of one did. */
  readonly source?: PolicySource;
  readonly policy?: string;
  readonly statement?: { readonly index: number; readonly sid?: string };
  /** The grant that allowed, when an ACL did. */
  readonly grant?: Pick<AclAllowance, "grantee" | "permission">;
}

/** The decision with what every statement of every policy made of the request. */
export interface Explanation extends Decision {
  readonly action: string;
  readonly resource: string;
  readonly principal: string;
  /** Whom a statement would have to name: the role of a session, else the caller. */
  readonly grantee: string;
  readonly principalType: AccessRequest["principal"]["type"];
  /** Caller and resource belong to one account. */
  readonly isOwnAccount: boolean;
  readonly policies: readonly PolicyTrace[];
  /** Every condition key that the request has. */
  readonly conditions: readonly PresentCondition[];
  /** Whose the object is, where it is not the bucket owner's. */
  readonly objectOwner?: "caller" | "other";
  /** What each grant of the ACL made of it, where an ACL speaks of the action. */
  readonly acl?: { readonly name: string; readonly grants: readonly AclGrantTrace[] };
}

export interface PolicyTrace {
  readonly source: PolicySource;
  readonly name: string;
  readonly statements: readonly StatementTrace[] | "unreadable";
}

/** What the owner's root may always do, so that no policy can shut it out (SEC-088). */
const rescueActions = new Set([
  "s3:getbucketpolicy",
  "s3:putbucketpolicy",
  "s3:deletebucketpolicy",
]);

/** Judges a request. Never throws. */
export function decide(inputs: DecisionInputs): Decision {
  const request = prepareRequest(inputs.request);
  const { principal } = request;
  const isOwnAccount = ownsResource(inputs);
  const isOwnerRoot = isOwnAccount && principal.type === "Account";
  const isRescue = isOwnerRoot && rescueActions.has(request.actionName);
  const answers = askAll(isRescue ? withoutResource(inputs) : inputs, request);
  const refusal = findRefusal(answers);
  if (refusal !== undefined) return refusal;
  const limit = answers.guards.find(({ answer }) => answer.allows === undefined);
  if (limit !== undefined) return denied("no-guard-allow");
  if (isOwnerRoot && inputs.isOwnerUngranted !== true) {
    return { isAllowed: true, reason: "owner-root" };
  }
  const grant = inputs.acl && findGrant(inputs.acl, principal);
  const facts = { request, inputs, grant };
  if (!isOwnAccount) return decideAcross(answers, facts);
  const decision = decideWithin(answers, facts);
  return isOwnerRoot && !decision.isAllowed ? denied("owner-ungranted") : decision;
}

/** Whether caller and resource are one account's. */
function ownsResource({ request, resourceAccountId, objectOwner }: DecisionInputs): boolean {
  if (objectOwner !== undefined) return objectOwner === "caller";
  const { accountId } = request.principal;
  return accountId !== "" && accountId === resourceAccountId;
}

interface DecisionFacts {
  readonly request: PreparedRequest;
  readonly inputs: DecisionInputs;
  readonly grant: AclAllowance | undefined;
}

interface Asked {
  readonly source: PolicySource;
  readonly name: string;
  readonly answer: PolicyAnswer | UnreadableAnswer;
}

interface UnreadableAnswer extends PolicyAnswer {
  readonly isUnreadable: true;
}

const unreadable: UnreadableAnswer = { isUnreadable: true, match: "none" };

interface Answers {
  readonly all: readonly Asked[];
  readonly guards: readonly Asked[];
  readonly identity: readonly Asked[];
  readonly boundary: readonly Asked[];
  /** Absent: the session is not limited, or there is none. */
  readonly session: readonly Asked[] | undefined;
  readonly resource: Asked | undefined;
}

function withoutResource({ resource: _ignored, ...inputs }: DecisionInputs): DecisionInputs {
  return inputs;
}

function policiesOf(inputs: DecisionInputs): readonly (readonly [PolicySource, NamedPolicy])[] {
  const { guards = [], identity, boundary, session = [], resource } = inputs;
  return [
    ...guards.map((policy) => ["guard", policy] as const),
    ...identity.map((policy) => ["identity", policy] as const),
    ...(boundary === undefined ? [] : [["boundary", boundary] as const]),
    ...session.map((policy) => ["session", policy] as const),
    ...(resource === undefined ? [] : [["resource", resource] as const]),
  ];
}

function askAll(inputs: DecisionInputs, request: PreparedRequest): Answers {
  const all = policiesOf(inputs).map(([source, { name, policy }]): Asked => {
    const answer = policy === "unreadable" ? unreadable : askPolicy(policy, request);
    return { source, name, answer };
  });
  const from = (source: PolicySource) => all.filter((asked) => asked.source === source);
  return {
    all,
    guards: from("guard"),
    identity: from("identity"),
    boundary: from("boundary"),
    session: inputs.session === undefined ? undefined : from("session"),
    resource: from("resource")[0],
  };
}

/** An explicit denial anywhere wins over everything. */
function findRefusal(answers: Answers): Decision | undefined {
  for (const { source, name, answer } of answers.all) {
    if ("isUnreadable" in answer) return { ...denied("unreadable-policy"), source, policy: name };
    if (answer.denies !== undefined) {
      const statement = nameStatement(answer.denies);
      return { ...denied("explicit-deny"), source, policy: name, statement };
    }
  }
  return undefined;
}

/**
 * Caller and resource in one account: either side may allow. What a bucket policy gives to the
 * caller itself is not limited by what merely fails to allow; what it gives to a role is limited by
 * the role's boundary and session.
 */
function decideWithin(answers: Answers, { inputs, grant }: DecisionFacts): Decision {
  const resource = inputs.objectOwner === undefined ? answers.resource : undefined;
  const match = resource?.answer.match ?? "none";
  if (resource !== undefined && match === "exact") return allowedBy("resource-policy", resource);
  if (grant?.scope === "everybody") return allowedByGrant(grant);
  const identity = findAllowing(answers.identity);
  const granting = match === "issuer" ? resource : identity;
  if (granting === undefined) return denied("no-identity-allow");
  return (
    findLimit(answers) ??
    allowedBy(granting.source === "resource" ? "resource-policy" : "identity-policy", granting)
  );
}

/** Two accounts: each must allow. Somebody without an account needs the resource's word alone. */
function decideAcross(
  answers: Answers,
  { request, inputs, grant: byAcl }: DecisionFacts,
): Decision {
  const { type } = request.principal;
  // What the bucket's owner says of objects that are not its own can only deny.
  const resource = inputs.objectOwner === undefined ? answers.resource : undefined;
  const isAllowing = resource?.answer.allows !== undefined;
  const granting = inputs.isPolicyRestricted === true && type !== "Service" ? undefined : resource;
  const grant =
    granting !== undefined && isAllowing
      ? allowedBy("resource-policy", granting)
      : byAcl !== undefined
        ? allowedByGrant(byAcl)
        : undefined;
  if (grant === undefined) {
    return denied(isAllowing ? "public-access-blocked" : "no-resource-allow");
  }
  if (type === "Anonymous" || type === "Service") return grant;
  if (type !== "Account" && findAllowing(answers.identity) === undefined) {
    return denied("no-identity-allow");
  }
  const limit = findLimit(answers);
  if (limit !== undefined) return limit;
  return grant.reason === "acl" ? grant : { ...grant, reason: "both-accounts" };
}

function findAllowing(asked: readonly Asked[]): Asked | undefined {
  return asked.find(({ answer }) => answer.allows !== undefined);
}

/** What limits an allowance without allowing it itself. */
function findLimit(answers: Answers): Decision | undefined {
  const { boundary, session } = answers;
  if (boundary.length > 0 && findAllowing(boundary) === undefined) {
    return denied("no-boundary-allow");
  }
  const isSessionSilent = session !== undefined && findAllowing(session) === undefined;
  return isSessionSilent ? denied("no-session-allow") : undefined;
}

function denied(reason: DecisionReason): Decision {
  return { isAllowed: false, reason };
}

function allowedBy(reason: DecisionReason, { source, name, answer }: Asked): Decision {
  const statement = answer.allows && nameStatement(answer.allows);
  return { isAllowed: true, reason, source, policy: name, ...(statement && { statement }) };
}

function allowedByGrant({ acl, grantee, permission }: AclAllowance): Decision {
  const grant = { grantee, permission };
  return { isAllowed: true, reason: "acl", source: "acl", policy: acl, grant };
}

function nameStatement({ index, sid }: { readonly index: number; readonly sid?: string }) {
  return { index, ...(sid !== undefined && { sid }) };
}

/** The decision and its whole trace. For explanations; a request pays only for `decide`. */
export function explain(inputs: DecisionInputs): Explanation {
  const request = prepareRequest(inputs.request);
  return {
    ...decide(inputs),
    action: request.action,
    resource: request.resource,
    principal: request.principal.arn,
    grantee:
      request.principal.type === "AssumedRole"
        ? (request.principal.issuerArn ?? request.principal.arn)
        : request.principal.arn,
    principalType: request.principal.type,
    isOwnAccount: ownsResource(inputs),
    conditions: request.context.present?.() ?? [],
    policies: policiesOf(inputs).map(([source, { name, policy }]) => ({
      source,
      name,
      statements: policy === "unreadable" ? policy : tracePolicy(policy, request),
    })),
    ...(inputs.objectOwner && { objectOwner: inputs.objectOwner }),
    ...(inputs.acl && {
      acl: { name: inputs.acl.name, grants: traceGrants(inputs.acl, request.principal) },
    }),
  };
}
