// Who owns what is written and what its ACL says, from the headers of a write or the body of a
// PutBucketAcl or PutObjectAcl. Grantees are found here, so that what is stored names them by id.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html

import { accessOf } from "../auth/bucket-access.ts";
import { aclIdOf } from "../auth/policy/acl.ts";
import type { VersionDetail } from "../bucket/types.ts";
import type { BucketRecord } from "../catalog/buckets.ts";
import { findGrantees } from "../catalog/grantees.ts";
import {
  type Acl,
  type AclHeaders,
  aclPermissions,
  expandCannedAcl,
  isGroup,
  isPrivateAcl,
  isPublicAcl,
  maximumGrants,
  type NamedGrant,
  type NamedGrantee,
  readAclHeaders,
  serviceIds,
} from "../s3/acl.ts";
import { S3Error } from "../s3/errors.ts";
import type { OperationInput } from "../s3/operation-types.ts";
import { invalidArgument } from "../s3/parameters.ts";
import type { BucketContext, OpenedBucket, ServiceContext } from "./context.ts";
import { StaleSettings } from "./outcomes.ts";

type AccessControlPolicy = NonNullable<OperationInput<"PutObjectAcl">["AccessControlPolicy"]>;
type Grant = NonNullable<AccessControlPolicy["Grants"]>[number];

/** What a version keeps of who owns it and who else may use it. */
export type OwnedDetail = Pick<VersionDetail, "ownerId" | "acl">;

/** Canned ACLs that say no more than enforced ownership does anyway. */
const harmlessAcls: ReadonlySet<string> = new Set(["private", "bucket-owner-full-control"]);

/**
 * Owner and ACL of an object that this call writes. Throws what `readAclHeaders` and `resolveGrants`
 * throw, AccessControlListNotSupported where ownership is enforced, AccessDenied for a public ACL
 * that Block Public Access forbids.
 */
export async function resolveObjectAcl(context: BucketContext): Promise<OwnedDetail> {
  const { bucket } = context;
  const given = readAclHeaders(context.headers);
  const { acl: bucketAcl, block } = accessOf(bucket);
  if (bucketAcl === undefined) {
    if (given !== undefined && !isHarmless(given, bucket.ownerCanonicalId)) {
      throw new S3Error("AccessControlListNotSupported");
    }
    return {};
  }
  const ownerId = ownerIdOf(context, given);
  if (given === undefined) return ownerId === undefined ? {} : { ownerId };
  const bucketOwnerId = bucket.ownerCanonicalId;
  const subject = { kind: "object", ownerId: ownerId ?? bucketOwnerId, bucketOwnerId } as const;
  const acl =
    given.kind === "canned"
      ? expandCannedAcl(given.name, subject)
      : await resolveGrants(context, given.grants);
  if (block.BlockPublicAcls && isPublicAcl(acl)) throw new S3Error("AccessDenied");
  return {
    ...(ownerId !== undefined && { ownerId }),
    ...(!isPrivateAcl(acl, subject.ownerId) && { acl }),
  };
}

/**
 * Whether an ACL gives the bucket's owner full control, and no more: enforced ownership takes no
 * other. Throws InvalidArgument for a canned ACL that is none.
 */
function isHarmless(given: AclHeaders, ownerId: string): boolean {
  if (given.kind === "grants") return grantsOnlyOwner(given.grants, ownerId);
  expandCannedAcl(given.name, { kind: "object", ownerId, bucketOwnerId: ownerId });
  return harmlessAcls.has(given.name);
}

/** Whether the grants are the one that an owner has anyway, told without asking who is who. */
export function grantsOnlyOwner(grants: readonly NamedGrant[], ownerId: string): boolean {
  const [first, second] = grants;
  if (first === undefined || second !== undefined) return false;
  const { grantee, permission } = first;
  return grantee.kind === "id" && grantee.value === ownerId && permission === "FULL_CONTROL";
}

/**
 * Canonical id of the owner of what this call writes; `undefined` when it is the bucket's. Delete
 * markers have an owner too.
 */
export function ownerIdOf(context: BucketContext, given?: AclHeaders): string | undefined {
  const { bucket, principal } = context;
  const { acl, ownership } = accessOf(bucket);
  const writerId = aclIdOf(principal);
  // A service writes for the bucket's owner.
  const isOwn = writerId === bucket.ownerCanonicalId || writerId === "";
  if (acl === undefined || isOwn) return undefined;
  const isHandedOver = given?.kind === "canned" && given.name === "bucket-owner-full-control";
  return ownership === "BucketOwnerPreferred" && isHandedOver ? undefined : writerId;
}

/**
 * For the commit of a write that was decided under settings that may have moved on since: another
 * ownership makes another owner. Throws StaleSettings, so that the call runs anew.
 */
export function checkSameOwnership(context: BucketContext, opened: OpenedBucket): void {
  if (opened.bucket === context.bucket) return;
  const [decided, present] = [accessOf(context.bucket), accessOf(opened.bucket)];
  const hasAcl = readAclHeaders(context.headers) !== undefined;
  const isOwn = aclIdOf(context.principal) === context.bucket.ownerCanonicalId;
  if (isOwn && !hasAcl) return;
  const isSame =
    decided.ownership === present.ownership &&
    decided.block.BlockPublicAcls === present.block.BlockPublicAcls;
  if (!isSame) throw new StaleSettings(opened.bucket.name);
}

/** An ACL that a Put…Acl asks for: by body or by headers, never by both. */
export type AclWish =
  | { readonly kind: "canned"; readonly name: string }
  | { readonly kind: "grants"; readonly acl: Acl; readonly ownerId?: string };

/**
 * Reads and resolves what a PutBucketAcl or PutObjectAcl says. Throws UnexpectedContent for body and
 * headers, MissingSecurityHeader for neither, MalformedACLError, and what `resolveGrants` throws.
 */
export async function readAclWish(
  context: BucketContext,
  policy: AccessControlPolicy | undefined,
): Promise<AclWish> {
  const given = readAclHeaders(context.headers);
  if (policy === undefined) {
    if (given === undefined) {
      throw new S3Error("MissingSecurityHeader", undefined, {
        detail: { MissingHeaderName: "x-amz-acl" },
      });
    }
    if (given.kind === "canned") return given;
    return { kind: "grants", acl: await resolveGrants(context, given.grants) };
  }
  if (given !== undefined) {
    throw new S3Error("UnexpectedContent", "This request does not support content");
  }
  const ownerId = policy.Owner?.ID;
  if (ownerId === undefined || policy.Grants === undefined) throw malformedAcl();
  const acl = await resolveGrants(context, policy.Grants.map(readGrant));
  return { kind: "grants", acl, ownerId };
}

/** What the ACL is for. */
interface AclFacts {
  readonly bucket: BucketRecord;
  readonly kind: "bucket" | "object";
  readonly ownerId: string;
}

/** As `expandAclWish`. Throws AccessDenied where the ACL is public and may not be, too. */
export function settleAclWish(wish: AclWish, facts: AclFacts): Acl {
  const acl = expandAclWish(wish, facts);
  const { BlockPublicAcls: isBlocked } = accessOf(facts.bucket).block;
  if (isBlocked && isPublicAcl(acl)) throw new S3Error("AccessDenied");
  return acl;
}

/** The ACL of a wish, for that owner. Throws AccessDenied where the wish names another one. */
export function expandAclWish(wish: AclWish, facts: AclFacts): Acl {
  const { bucket, kind, ownerId } = facts;
  const bucketOwnerId = bucket.ownerCanonicalId;
  const acl =
    wish.kind === "canned"
      ? expandCannedAcl(wish.name, { kind, ownerId, bucketOwnerId })
      : wish.acl;
  const isOfOther =
    wish.kind === "grants" && wish.ownerId !== undefined && wish.ownerId !== ownerId;
  if (isOfOther) throw new S3Error("AccessDenied");
  return acl;
}

function readGrant({ Grantee: given, Permission: permission }: Grant): NamedGrant {
  const isKnown = aclPermissions.find((one) => one === permission);
  const grantee = given === undefined ? undefined : readGrantee(given);
  if (isKnown === undefined || grantee === undefined) throw malformedAcl();
  return { grantee, permission: isKnown };
}

function readGrantee(given: NonNullable<Grant["Grantee"]>): NamedGrantee | undefined {
  const { Type: type, ID: id, URI: uri, EmailAddress: email } = given;
  switch (type) {
    case "CanonicalUser":
      return id === undefined ? undefined : { kind: "id", value: id };
    case "Group":
      return uri === undefined ? undefined : { kind: "uri", value: uri };
    case "AmazonCustomerByEmail":
      return email === undefined ? undefined : { kind: "emailAddress", value: email };
    default:
      return undefined;
  }
}

function malformedAcl(): S3Error {
  return new S3Error("MalformedACLError");
}

/**
 * Grants with their grantees found. Throws InvalidArgument for ids and groups that do not exist,
 * UnresolvableGrantByEmailAddress, MalformedACLError beyond 100 grants, and MethodNotAllowed for
 * e-mail addresses where the deployment has AWS's present defaults, under which they have ended.
 */
export async function resolveGrants(
  context: ServiceContext,
  grants: readonly NamedGrant[],
): Promise<Acl> {
  if (grants.length > maximumGrants) throw malformedAcl();
  const valuesOf = (kind: NamedGrantee["kind"]) =>
    grants.flatMap(({ grantee }) => (grantee.kind === kind ? [grantee.value] : []));
  const emails = valuesOf("emailAddress");
  if (emails.length > 0 && !allowsEmail(context)) {
    throw new S3Error("MethodNotAllowed", "Grantees by e-mail address are no longer supported");
  }
  const known = await findGrantees(context, { ids: valuesOf("id"), emails });
  const ids = new Set(known.map(({ canonicalId }) => canonicalId));
  const idByEmail = new Map(known.map(({ email, canonicalId }) => [email, canonicalId]));
  const resolve = ({ kind, value }: NamedGrantee): string => {
    switch (kind) {
      case "uri":
        if (!isGroup(value)) throw invalidArgument("Invalid group uri", "Group/URI", value);
        return value;
      case "emailAddress": {
        const id = idByEmail.get(value.toLowerCase());
        if (id === undefined) throw new S3Error("UnresolvableGrantByEmailAddress");
        return id;
      }
      case "id":
        if (ids.has(value) || serviceIds.has(value)) return value;
        throw invalidArgument("Invalid id", "CanonicalUser/ID", value);
    }
  };
  return grants.map(({ grantee, permission }) => [resolve(grantee), permission]);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_Grantee.html: ended in October 2025. */
function allowsEmail({ env }: ServiceContext): boolean {
  const ownership = env.DEFAULT_OBJECT_OWNERSHIP ?? "";
  return ownership !== "" && ownership !== "BucketOwnerEnforced";
}
