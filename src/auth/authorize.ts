// Who may: the one place where a call, a caller and a bucket become a question to the evaluator.
// Fails closed: whatever nothing allows is denied. Everything it needs is in hand already: it asks
// no database.

import { type Acl, allUsers, privateAcl } from "../s3/acl.ts";
import { S3Error } from "../s3/errors.ts";
import type { StoredPolicy } from "../s3/principal.ts";
import { AccessDenial } from "./access-denial.ts";
import {
  aclQuestion,
  foreignOwner,
  initiatorIdOf,
  isAclAction,
  isOwnerUngranted,
  uploadActions,
} from "./acl-access.ts";
import type { Ask, ObjectFacts, PlainAsk } from "./ask.ts";
import { accessOf, type BucketFacts } from "./bucket-access.ts";
import { type CallFacts, conditionContext, type SubjectFacts } from "./condition-context.ts";
import { aclIdOf, findGrant } from "./policy/acl.ts";
import { compiledIdentityPolicy } from "./policy/compiled.ts";
import { fixedContext, overlaidContext } from "./policy/context.ts";
import {
  type Decision,
  type DecisionInputs,
  decide,
  type Explanation,
  explain,
  type NamedPolicy,
} from "./policy/decide.ts";
import { allowsSomewhere, readsKey } from "./policy/evaluate.ts";
import { reasonOf } from "./policy/reason.ts";
import { hasExistingTags } from "./policy/s3-actions.ts";
import { anyKey } from "./policy/suggest.ts";

export { initiatorIdOf } from "./acl-access.ts";
export type { Ask, ObjectFacts, PlainAsk } from "./ask.ts";
export type { BucketFacts } from "./bucket-access.ts";
export type { CallFacts, DocumentFacts, OnBehalfOf, Tags } from "./condition-context.ts";
export type { Decision, Explanation } from "./policy/decide.ts";

/** Judges one permission on a bucket or on a key in it. Never throws. */
export function judge(call: CallFacts, bucket: BucketFacts, ask: Ask): Decision {
  return decide(bucketInputs(call, bucket, ask));
}

/** Values of condition keys to suppose, by key, in the place of the call's own. */
export type Supposed = Readonly<Record<string, string | readonly string[]>>;

/** As `judge`, with what every statement made of it. */
export function explainAccess(
  call: CallFacts,
  bucket: BucketFacts,
  ask: Ask,
  supposed: Supposed = {},
): Explanation {
  return explain(supposing(bucketInputs(call, bucket, ask), supposed));
}

/** Judges a permission that no bucket policy speaks of. Never throws. */
export function judgePlain(call: CallFacts, ask: PlainAsk): Decision {
  return decide(plainInputs(call, ask));
}

/** As `judgePlain`, with what every statement made of it. */
export function explainPlain(call: CallFacts, ask: PlainAsk, supposed: Supposed = {}): Explanation {
  return explain(supposing(plainInputs(call, ask), supposed));
}

function supposing(inputs: DecisionInputs, supposed: Supposed): DecisionInputs {
  const { request } = inputs;
  const context = overlaidContext(fixedContext(supposed), request.context);
  return { ...inputs, request: { ...request, context } };
}

/** Whether every ask on the bucket is allowed. Never throws. */
export function isAuthorized(call: CallFacts, bucket: BucketFacts, asks: readonly Ask[]): boolean {
  return asks.every((ask) => {
    if (ask.isDeferred) return true;
    if (ask.isGlance) return mightAllow(call, bucket, ask.action);
    if (judge(call, bucket, ask).isAllowed) return true;
    return ask.isAbsent === true && judge(call, bucket, { action: "s3:ListBucket" }).isAllowed;
  });
}

/** Throws AccessDenied (403) unless `isAuthorized`. */
export function authorize(call: CallFacts, bucket: BucketFacts, asks: readonly Ask[]): void {
  if (!isAuthorized(call, bucket, asks)) throw denialOf(call, bucket, asks);
}

/**
 * AccessDenied for asks that are not all allowed, with the reason in hand where the caller may know
 * it: a principal of the account that owns the bucket. Where the decision took the tags or the ACL of
 * an object, the reason would tell whether there is one: only who may list learns it (SEC-060).
 */
export function denialOf(call: CallFacts, bucket: BucketFacts, asks: readonly Ask[]): S3Error {
  const { principal } = call;
  if (principal.accountId === "" || principal.accountId !== bucket.accountId) {
    return new S3Error("AccessDenied");
  }
  const refused = asks.find((ask) => !isAuthorized(call, bucket, [ask]));
  const isTold =
    refused !== undefined &&
    (!dependsOnObject(call, bucket, refused) ||
      judge(call, bucket, { action: "s3:ListBucket" }).isAllowed);
  if (!isTold) return new S3Error("AccessDenied");
  const ask = refused.isGlance ? { ...refused, key: anyKey } : refused;
  return new AccessDenial(principal, () => explainAccess(call, bucket, ask));
}

/**
 * AWS's sentence for an ask that is denied, where the caller may know it, as `denialOf` decides; no
 * more than the decision is worked out. For answers that tell of many denials at once.
 */
export function sentenceOfDenial(
  call: CallFacts,
  bucket: BucketFacts,
  ask: Ask,
): string | undefined {
  if (!(denialOf(call, bucket, [ask]) instanceof AccessDenial)) return undefined;
  const { request } = bucketInputs(call, bucket, ask);
  const { principal, action, resource } = request;
  const reason = reasonOf(action, judge(call, bucket, ask));
  return `User: ${principal.arn} is not authorized to perform: ${action} on resource: "${resource}" ${reason}`;
}

/** Whether anything allows the caller the action, or its version form, on some key somewhere. */
function mightAllow(call: CallFacts, bucket: BucketFacts, action: string): boolean {
  const { principal } = call;
  const { policy, isPolicyRestricted } = accessOf(bucket);
  const isOwn = principal.accountId !== "" && principal.accountId === bucket.accountId;
  if (isOwn && principal.type === "Account") return true;
  const question = aclQuestion(call, bucket, { action });
  if (question !== undefined && findGrant(question, principal) !== undefined) return true;
  const allows = ({ policy: asked }: NamedPolicy) =>
    asked !== "unreadable" &&
    [action, `${action}Version`].some((name) => allowsSomewhere(asked, name, principal));
  const isByResource = policy !== undefined && !(isPolicyRestricted && !isOwn) && allows(policy);
  return isByResource || (isOwn && policiesOf(call).identity.some(allows));
}

/** Throws AccessDenied (403) unless every ask is allowed. */
export function authorizePlain(call: CallFacts, asks: readonly PlainAsk[]): void {
  for (const ask of asks) {
    if (!judgePlain(call, ask).isAllowed) throw denialOfPlain(call, ask);
  }
}

/** AccessDenied, with the reason for what belongs to the caller's own account. */
export function denialOfPlain(call: CallFacts, ask: PlainAsk): S3Error {
  const { principal } = call;
  const isOwn =
    principal.accountId !== "" && principal.accountId === (ask.accountId ?? principal.accountId);
  if (!isOwn) return new S3Error("AccessDenied");
  return new AccessDenial(principal, () => explainPlain(call, ask));
}

/** Whether judging the ask takes a look at the object: only then is it worth a question. */
export function needsObject(call: CallFacts, bucket: BucketFacts, ask: Ask): boolean {
  if (ask.key === undefined) return false;
  return needsTags(call, bucket, ask) || mightGrant(call, bucket, ask);
}

/**
 * Whether the verdict depends on what the object says of itself, so that who has read it must judge
 * again. Wherever ACLs are in force the object may be somebody else's.
 */
export function dependsOnObject(call: CallFacts, bucket: BucketFacts, ask: Ask): boolean {
  if (ask.key === undefined) return false;
  return needsTags(call, bucket, ask) || isAclAction(bucket, ask);
}

/** An ask with what the object says of itself. */
export function askOf(ask: Ask, { tags = [], ownerId, acl }: ObjectFacts): Ask {
  return { ...ask, existing: { tags, ownerId, acl } };
}

function needsTags(call: CallFacts, bucket: BucketFacts, ask: Ask): boolean {
  return hasExistingTags(ask.action) && reads(call, bucket, ask, tagKey);
}

/**
 * Whether it counts who began the upload: denied as things stand, to a caller that the bucket's ACL
 * lets write. Who begins an upload may list its parts and give it up.
 */
export function needsUpload(call: CallFacts, bucket: BucketFacts, ask: Ask): boolean {
  if (ask.key === undefined || !uploadActions.has(ask.action)) return false;
  if (accessOf(bucket).acl === undefined || judge(call, bucket, ask).isAllowed) return false;
  return judge(call, bucket, { ...ask, initiatorId: initiatorIdOf(call.principal) }).isAllowed;
}

/** The ask about an object that was looked for in vain: its ACL cannot grant any more. */
export function asAbsent(call: CallFacts, bucket: BucketFacts, ask: Ask): Ask {
  return mightGrant(call, bucket, ask) ? { ...ask, isAbsent: true } : ask;
}

/**
 * The ask, left to whoever reads the version where nothing but its ACL can decide: for operations
 * that judge what they read, so that public content costs one question.
 */
export function asDeferred(call: CallFacts, bucket: BucketFacts, ask: Ask): Ask {
  const isDeferred = mightGrant(call, bucket, ask) && !needsTags(call, bucket, ask);
  return isDeferred ? { ...ask, isDeferred } : ask;
}

/** Denied as things stand, and allowed if the object granted it to everybody or were the caller's. */
function mightGrant(call: CallFacts, bucket: BucketFacts, ask: Ask): boolean {
  if (!isAclAction(bucket, ask) || judge(call, bucket, ask).isAllowed) return false;
  const id = aclIdOf(call.principal);
  const grants: Acl = [...privateAcl(id), [allUsers, "FULL_CONTROL"]];
  return judge(call, bucket, { ...ask, existing: { ownerId: id, acl: grants } }).isAllowed;
}

const tagKey = "s3:existingobjecttag";
const documentKeys = [
  "aws:requesttag",
  "aws:tagkeys",
  "s3:locationconstraint",
  "s3:object-lock-legal-hold",
  "s3:object-lock-mode",
  "s3:object-lock-remaining-retention-days",
  "s3:object-lock-retain-until-date",
  "s3:requestobjecttag",
  "s3:requestobjecttagkeys",
];

/** Whether judging the ask takes what only the body of the request says. */
export function needsDocument(call: CallFacts, bucket: BucketFacts | undefined, ask: Ask): boolean {
  return documentKeys.some((name) => reads(call, bucket, ask, name));
}

function reads(
  call: CallFacts,
  bucket: BucketFacts | undefined,
  { action }: Ask,
  name: string,
): boolean {
  const { identity, boundary, session = [] } = policiesOf(call);
  const resource = bucket && accessOf(bucket).policy;
  return [...identity, ...session, boundary, resource].some(
    (named) =>
      named !== undefined && named.policy !== "unreadable" && readsKey(named.policy, action, name),
  );
}

function bucketInputs(call: CallFacts, bucket: BucketFacts, ask: Ask): DecisionInputs {
  const { policy, isPolicyRestricted, tags } = accessOf(bucket);
  const arn = `arn:aws:s3:::${bucket.name}`;
  const { accountId } = bucket;
  const acl = aclQuestion(call, bucket, ask);
  const objectOwner = foreignOwner(call, bucket, ask);
  return {
    ...inputsOf(call, {
      ...ask,
      existingTags: ask.existing?.tags,
      resource: ask.key === undefined ? arn : `${arn}/${ask.key}`,
      accountId,
      ...(tags !== undefined && { bucketTags: tags }),
    }),
    resourceAccountId: accountId,
    ...(policy !== undefined && { resource: policy }),
    isPolicyRestricted,
    ...(acl !== undefined && { acl }),
    ...(objectOwner !== undefined && { objectOwner }),
    ...(acl?.name === "bucket ACL" && { isOwnerUngranted: isOwnerUngranted(acl, bucket) }),
  };
}

function plainInputs(call: CallFacts, ask: PlainAsk): DecisionInputs {
  const accountId = ask.accountId ?? call.principal.accountId;
  const { resourcePolicy } = ask;
  return {
    ...inputsOf(call, { ...ask, accountId }),
    resourceAccountId: accountId,
    ...(resourcePolicy !== undefined && { resource: resourcePolicy }),
  };
}

function inputsOf(call: CallFacts, subject: SubjectFacts & { readonly resource: string }) {
  const { principal } = call;
  return {
    request: {
      action: subject.action,
      resource: subject.resource,
      principal,
      context: conditionContext(call, subject),
    },
    ...policiesOf(call),
  };
}

function policiesOf({ principal }: CallFacts): {
  readonly identity: readonly NamedPolicy[];
  readonly boundary?: NamedPolicy;
  readonly session?: readonly NamedPolicy[];
} {
  const { policies } = principal;
  if (policies === undefined) return nothingAttached;
  const { identity, boundary, session } = policies;
  return {
    identity: identity.map(named),
    ...(boundary !== undefined && { boundary: named(boundary) }),
    ...(session !== undefined && { session: session.map(named) }),
  };
}

const nothingAttached = { identity: [] };

function named(stored: StoredPolicy): NamedPolicy {
  return { name: stored.name, policy: compiledIdentityPolicy(stored) };
}

/**
 * `x-amz-expected-bucket-owner` and its copy-source twin: 403 when somebody else owns the bucket.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
 */
export function checkExpectedOwner(expected: string | undefined | null, accountId: string): void {
  if (expected === undefined || expected === null) return;
  if (!/^\d{12}$/.test(expected)) {
    throw new S3Error("InvalidBucketOwnerAWSAccountID");
  }
  if (expected !== accountId) throw new S3Error("AccessDenied");
}
