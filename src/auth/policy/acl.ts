// What the grants of an ACL allow: which permission an action needs, on the bucket or on the object,
// and which grant gives it to the caller. Pure.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#permissions

import {
  type Acl,
  type AclPermission,
  allUsers,
  anonymousId,
  authenticatedUsers,
  isPublicGroup,
  logDelivery,
} from "../../s3/acl.ts";
import type { PolicyPrincipal } from "./principals.ts";

/** The ACL that speaks of a request, and what the request needs of it. */
export interface AclQuestion {
  readonly name: "bucket ACL" | "object ACL";
  readonly acl: Acl;
  readonly permission: AclPermission;
  /** Block Public Access: grants to everybody and to every account count for nothing. */
  readonly ignoresPublic: boolean;
}

/** A grant that gives the caller what it needs. */
export interface AclAllowance {
  /** Whether the grant is to the caller's account, or to strangers too. */
  readonly scope: "account" | "everybody";
  readonly acl: AclQuestion["name"];
  readonly grantee: string;
  readonly permission: AclPermission;
}

/** What became of one grant, for explanations. */
export interface AclGrantTrace {
  readonly grantee: string;
  readonly permission: AclPermission;
  readonly isGrantee: boolean;
  readonly isPermission: boolean;
  /** Block Public Access ignores it. */
  readonly isIgnored: boolean;
}

const bucketPermissions: ReadonlyMap<string, AclPermission> = new Map([
  ["s3:listbucket", "READ"],
  ["s3:listbucketversions", "READ"],
  ["s3:listbucketmultipartuploads", "READ"],
  ["s3:putobject", "WRITE"],
  ["s3:deleteobject", "WRITE"],
  ["s3:getbucketacl", "READ_ACP"],
  ["s3:putbucketacl", "WRITE_ACP"],
]);

const objectPermissions: ReadonlyMap<string, AclPermission> = new Map([
  ["s3:getobject", "READ"],
  ["s3:getobjectversion", "READ"],
  ["s3:getobjectacl", "READ_ACP"],
  ["s3:getobjectversionacl", "READ_ACP"],
  ["s3:putobjectacl", "WRITE_ACP"],
  ["s3:putobjectversionacl", "WRITE_ACP"],
]);

/** What the bucket's ACL must give for the action; `undefined` when it is not its to give. */
export function bucketPermissionFor(action: string): AclPermission | undefined {
  return bucketPermissions.get(action.toLowerCase());
}

/** As `bucketPermissionFor`, of the object's ACL. */
export function objectPermissionFor(action: string): AclPermission | undefined {
  return objectPermissions.get(action.toLowerCase());
}

/** The id by which ACLs know a caller. */
export function aclIdOf(principal: Pick<PolicyPrincipal, "type" | "canonicalId">): string {
  return principal.type === "Anonymous" ? anonymousId : principal.canonicalId;
}

/** The grant that gives the caller the permission; one to strangers before one to its account. */
export function findGrant(
  question: AclQuestion,
  principal: PolicyPrincipal,
): AclAllowance | undefined {
  let found: AclAllowance | undefined;
  for (const grant of question.acl) {
    const { isGrantee, isPermission, isIgnored } = traceGrant(question, principal, grant);
    if (!isGrantee || !isPermission || isIgnored) continue;
    const [grantee, permission] = grant;
    const isStrangers = isPublicGroup(grantee);
    const scope = isStrangers ? "everybody" : "account";
    found ??= { scope, acl: question.name, grantee, permission };
    // What an account is given its users need to be given again, what everybody is given they do not.
    if (isStrangers) return { scope, acl: question.name, grantee, permission };
  }
  return found;
}

/** What every grant makes of the request. */
export function traceGrants(
  question: AclQuestion,
  principal: PolicyPrincipal,
): readonly AclGrantTrace[] {
  return question.acl.map((grant) => traceGrant(question, principal, grant));
}

function traceGrant(
  question: AclQuestion,
  principal: PolicyPrincipal,
  [grantee, permission]: Acl[number],
): AclGrantTrace {
  return {
    grantee,
    permission,
    isGrantee: isGrantee(grantee, principal),
    isPermission: permission === "FULL_CONTROL" || permission === question.permission,
    isIgnored: question.ignoresPublic && isPublicGroup(grantee),
  };
}

function isGrantee(grantee: string, principal: PolicyPrincipal): boolean {
  switch (grantee) {
    case allUsers:
      return true;
    case authenticatedUsers:
      return principal.type !== "Anonymous" && principal.type !== "Service";
    case logDelivery:
      return principal.type === "Service" && principal.arn === "logging.s3.amazonaws.com";
    default: {
      const id = aclIdOf(principal);
      return id !== "" && id === grantee;
    }
  }
}
