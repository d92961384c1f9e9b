// What ACLs and ownership have to do with one ask: which ACL has a say in it, whose the object is, what
// an owner took from itself. Nothing at all where ownership is enforced. Pure.

import { privateAcl } from "../s3/acl.ts";
import type { Principal } from "../s3/principal.ts";
import type { Ask } from "./ask.ts";
import { accessOf, type BucketFacts } from "./bucket-access.ts";
import type { CallFacts } from "./condition-context.ts";
import {
  type AclQuestion,
  aclIdOf,
  bucketPermissionFor,
  findGrant,
  objectPermissionFor,
} from "./policy/acl.ts";

/** Whether the ACL of an object has a say. */
export function isAclAction(bucket: BucketFacts, { action, isInPassing }: Ask): boolean {
  if (isInPassing === true || accessOf(bucket).acl === undefined) return false;
  return objectPermissionFor(action) !== undefined;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html, "permissions" */
export const uploadActions = new Set(["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]);

/** How an upload remembers who began it: the account for its root, else the user or session. */
export function initiatorIdOf(principal: Principal): string {
  const { type, arn } = principal;
  return type === "Account" || type === "Anonymous" ? aclIdOf(principal) : arn;
}

/** The ACL that has a say in the ask; `undefined` where none has, as always under enforcement. */
export function aclQuestion(
  call: CallFacts,
  bucket: BucketFacts,
  ask: Ask,
): AclQuestion | undefined {
  const { acl: bucketAcl, block } = accessOf(bucket);
  if (bucketAcl === undefined) return undefined;
  const ignoresPublic = block.IgnorePublicAcls;
  const isWrite = ask.isInPassing === true || isOwnUpload(call, ask);
  const ofBucket = isWrite ? "WRITE" : bucketPermissionFor(ask.action);
  if (ofBucket !== undefined) {
    return { name: "bucket ACL", acl: bucketAcl, permission: ofBucket, ignoresPublic };
  }
  const permission = objectPermissionFor(ask.action);
  if (permission === undefined || ask.existing === undefined) return undefined;
  const { ownerId = bucket.ownerCanonicalId, acl = privateAcl(ownerId) } = ask.existing;
  return { name: "object ACL", acl, permission, ignoresPublic };
}

function isOwnUpload({ principal }: CallFacts, { action, initiatorId }: Ask): boolean {
  return uploadActions.has(action) && initiatorId === initiatorIdOf(principal);
}

/** Whose the object is, when it is not the bucket owner's and the ask is one that this limits. */
export function foreignOwner(
  call: CallFacts,
  bucket: BucketFacts,
  ask: Ask,
): "caller" | "other" | undefined {
  const ownerId = ask.existing?.ownerId;
  if (ownerId === undefined || ownerId === bucket.ownerCanonicalId) return undefined;
  if (!isAclAction(bucket, ask)) return undefined;
  // What nobody in particular wrote is in no account.
  return call.principal.canonicalId === ownerId ? "caller" : "other";
}

/**
 * Who takes its own grant away may still change the ACL, and everything that ACLs do not speak of.
 */
export function isOwnerUngranted(question: AclQuestion, bucket: BucketFacts): boolean {
  if (question.permission !== "READ" && question.permission !== "WRITE") return false;
  const { accountId, ownerCanonicalId: canonicalId } = bucket;
  const owner = { type: "Account", accountId, arn: "", canonicalId } as const;
  return findGrant(question, owner) === undefined;
}
