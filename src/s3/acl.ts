// The vocabulary of access control lists: grants, groups, canned ACLs, grant headers. Pure; who has
// which account is the catalog's to say, what a grant allows `auth/policy/acl.ts`'s.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html

import { S3Error } from "./errors.ts";
import { invalidArgument } from "./parameters.ts";

/** What a grant may give. FULL_CONTROL is all the others. */
export const aclPermissions = ["FULL_CONTROL", "READ", "WRITE", "READ_ACP", "WRITE_ACP"] as const;

export type AclPermission = (typeof aclPermissions)[number];

/** The grantee is a canonical id or the URI of a group; e-mail addresses were resolved before. */
export type AclGrant = readonly [grantee: string, permission: AclPermission];

/** An ACL as it is stored, in the order in which it was given. */
export type Acl = readonly AclGrant[];

/** Everybody, signed or not. */
export const allUsers = "http://acs.amazonaws.com/groups/global/AllUsers";
/** Every account of the deployment; the request must be signed. */
export const authenticatedUsers = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
export const logDelivery = "http://acs.amazonaws.com/groups/s3/LogDelivery";

const groups: ReadonlySet<string> = new Set([allUsers, authenticatedUsers, logDelivery]);

/** The id that AWS shows for callers without an account, also as the owner of what they wrote. */
export const anonymousId = "65a011a29cdf8ec533ec3d1ccaae921c";

/** Amazon EC2, which reads the images of `aws-exec-read`. */
const computeServiceId = "6aa5a366c34c1cbe25dc49211496e913e0351eb0e8c37aa3477e40942ec6b97c";

/** Ids that stand for somebody although no account has them. */
export const serviceIds: ReadonlySet<string> = new Set([anonymousId, computeServiceId]);

/** The most grants of one ACL. */
export const maximumGrants = 100;

export function isGroup(grantee: string): boolean {
  return groups.has(grantee);
}

/** Whether the group holds strangers: what Block Public Access calls public. */
export function isPublicGroup(grantee: string): boolean {
  return grantee === allUsers || grantee === authenticatedUsers;
}

/** Whether an ACL grants anything to strangers, whichever permission. */
export function isPublicAcl(acl: Acl): boolean {
  return acl.some(([grantee]) => isPublicGroup(grantee));
}

/** What bucket and objects are born with. */
export function privateAcl(ownerId: string): Acl {
  return [[ownerId, "FULL_CONTROL"]];
}

/** Whether the ACL is the one its owner gets anyway. */
export function isPrivateAcl(acl: Acl, ownerId: string): boolean {
  return acl.length === 1 && acl[0]?.[0] === ownerId && acl[0][1] === "FULL_CONTROL";
}

interface AclSubject {
  readonly kind: "bucket" | "object";
  readonly ownerId: string;
  /** The same as `ownerId` for a bucket. */
  readonly bucketOwnerId: string;
}

interface CannedAcl {
  readonly kind?: AclSubject["kind"];
  grants(subject: AclSubject): Acl;
}

/** What each canned ACL adds to its owner's full control; with the one kind it is for, if any. */
const cannedAcls: ReadonlyMap<string, CannedAcl> = new Map<string, CannedAcl>([
  ["private", { grants: () => [] }],
  ["public-read", { grants: () => [[allUsers, "READ"]] }],
  [
    "public-read-write",
    {
      grants: () => [
        [allUsers, "READ"],
        [allUsers, "WRITE"],
      ],
    },
  ],
  ["authenticated-read", { grants: () => [[authenticatedUsers, "READ"]] }],
  ["aws-exec-read", { grants: () => [[computeServiceId, "READ"]] }],
  ["bucket-owner-read", { grants: (subject) => ofBucketOwner(subject, "READ") }],
  ["bucket-owner-full-control", { grants: (subject) => ofBucketOwner(subject, "FULL_CONTROL") }],
  [
    "log-delivery-write",
    {
      kind: "bucket",
      grants: () => [
        [logDelivery, "WRITE"],
        [logDelivery, "READ_ACP"],
      ],
    },
  ],
]);

function ofBucketOwner(subject: AclSubject, permission: AclPermission): Acl {
  const { kind, ownerId, bucketOwnerId } = subject;
  return kind === "bucket" || ownerId === bucketOwnerId ? [] : [[bucketOwnerId, permission]];
}

/** The grants of a canned ACL. Throws InvalidArgument (400) for a name that is none. */
export function expandCannedAcl(name: string, subject: AclSubject): Acl {
  const canned = cannedAcls.get(name);
  const isFit = canned !== undefined && (canned.kind ?? subject.kind) === subject.kind;
  if (!isFit) throw invalidArgument("", "x-amz-acl", name);
  return [...privateAcl(subject.ownerId), ...canned.grants(subject)];
}

/** A grantee as a client names it. */
export interface NamedGrantee {
  readonly kind: "id" | "uri" | "emailAddress";
  readonly value: string;
}

export interface NamedGrant {
  readonly grantee: NamedGrantee;
  readonly permission: AclPermission;
}

const grantHeaders: readonly (readonly [header: string, permission: AclPermission])[] =
  aclPermissions.map((permission) => [
    `x-amz-grant-${permission.toLowerCase().replace("_", "-")}`,
    permission,
  ]);

/** What the headers of a request say of an ACL; `undefined` when they say nothing. */
export type AclHeaders =
  | { readonly kind: "canned"; readonly name: string }
  | { readonly kind: "grants"; readonly grants: readonly NamedGrant[] };

/**
 * Reads `x-amz-acl` or the `x-amz-grant-*` headers. Throws InvalidRequest when both are there, and
 * InvalidArgument for a grant header that is no list of `id="..."`, `uri="..."` and
 * `emailAddress="..."`.
 */
export function readAclHeaders(headers: Headers): AclHeaders | undefined {
  const name = headers.get("x-amz-acl");
  const given = grantHeaders.filter(([header]) => headers.has(header));
  if (name !== null && given.length > 0) {
    throw new S3Error(
      "InvalidRequest",
      "Specifying both Canned ACLs and Header Grants is not allowed",
    );
  }
  if (name !== null) return { kind: "canned", name };
  if (given.length === 0) return undefined;
  const grants = given.flatMap(([header, permission]) =>
    parseGrantees(header, headers.get(header) ?? "").map((grantee) => ({ grantee, permission })),
  );
  return { kind: "grants", grants };
}

const granteeText = /^\s*(id|uri|emailAddress)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"',]+))\s*$/i;

function parseGrantees(header: string, text: string): readonly NamedGrantee[] {
  return text.split(",").map((item) => {
    const [, name = "", ...values] = granteeText.exec(item) ?? [];
    const value = values.find((one) => one !== undefined) ?? "";
    const kind = name.toLowerCase() === "emailaddress" ? "emailAddress" : name.toLowerCase();
    if (value === "" || !(kind === "id" || kind === "uri" || kind === "emailAddress")) {
      throw invalidArgument("Argument format not recognized", header, text);
    }
    return { kind, value };
  });
}

/** A stored ACL read back; `undefined` for text that is none. */
export function parseAcl(text: string): Acl | undefined {
  try {
    const { grants } = JSON.parse(text) as { readonly grants?: unknown };
    return Array.isArray(grants) ? (grants as Acl) : undefined;
  } catch {
    return undefined;
  }
}

/** The document of a bucket's ACL. */
export function renderAcl(acl: Acl): string {
  return JSON.stringify({ grants: acl });
}
