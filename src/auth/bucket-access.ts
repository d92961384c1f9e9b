// What a bucket's settings mean for who may use it: its policy compiled, Block Public Access,
// ownership of objects and the bucket's ACL, tags.
// Worked out once for each record the catalog gives, so that a warm request pays nothing.

import { type Acl, parseAcl, privateAcl } from "../s3/acl.ts";
import type { Tags } from "./condition-context.ts";
import { compiledPolicy } from "./policy/compiled.ts";
import type { NamedPolicy } from "./policy/decide.ts";
import { isPublicPolicy } from "./policy/public-policy.ts";

/** A bucket's record, as far as access goes. */
export interface BucketFacts {
  readonly name: string;
  readonly accountId: string;
  readonly ownerCanonicalId: string;
  readonly settings: ReadonlyMap<string, string>;
}

/** Whose objects are that others write, and whether ACLs mean anything. */
export type ObjectOwnership = "BucketOwnerEnforced" | "BucketOwnerPreferred" | "ObjectWriter";

/** The four switches of Block Public Access. */
export interface PublicAccessBlock {
  readonly BlockPublicAcls: boolean;
  readonly IgnorePublicAcls: boolean;
  readonly BlockPublicPolicy: boolean;
  readonly RestrictPublicBuckets: boolean;
}

export interface BucketAccess {
  readonly policy?: NamedPolicy;
  readonly block: PublicAccessBlock;
  /** The policy is public and may not be: it allows nothing outside the owner's account. */
  readonly isPolicyRestricted: boolean;
  readonly ownership: ObjectOwnership;
  /** The bucket's own; absent where ownership is enforced, and no ACL means anything. */
  readonly acl?: Acl;
  readonly isRequesterPays: boolean;
  /** Only where attribute-based access control is switched on. */
  readonly tags?: Tags;
}

const everythingBlocked: PublicAccessBlock = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};

const nothingBlocked: PublicAccessBlock = {
  BlockPublicAcls: false,
  IgnorePublicAcls: false,
  BlockPublicPolicy: false,
  RestrictPublicBuckets: false,
};

const remembered = new WeakMap<BucketFacts, BucketAccess>();

/** The access side of a record; the same object gives the same answer, at once. */
export function accessOf(bucket: BucketFacts): BucketAccess {
  let access = remembered.get(bucket);
  if (access === undefined) {
    access = readAccess(bucket);
    remembered.set(bucket, access);
  }
  return access;
}

function readAccess({ settings, ownerCanonicalId }: BucketFacts): BucketAccess {
  const text = settings.get("policy");
  const block = readBlock(settings.get("publicAccessBlock"));
  const tags = readTags(settings);
  const ownership = readOwnership(settings.get("ownershipControls"));
  const acl =
    ownership === "BucketOwnerEnforced"
      ? undefined
      : readAcl(settings.get("acl"), ownerCanonicalId);
  const access = {
    block,
    ownership,
    isRequesterPays: isPaidByRequester(settings.get("requestPayment")),
    ...(acl !== undefined && { acl }),
    ...(tags !== undefined && { tags }),
  };
  if (text === undefined) return { ...access, isPolicyRestricted: false };
  const policy = compiledPolicy(text, "resource");
  return {
    ...access,
    policy: { name: "bucket policy", policy },
    isPolicyRestricted:
      block.RestrictPublicBuckets && policy !== "unreadable" && isPublicPolicy(policy),
  };
}

/**
 * Buckets without a document are enforced; `null` is stored where the controls were taken away, and
 * means what it meant before there were any. A document that cannot be read enforces.
 */
function readOwnership(text: string | undefined): ObjectOwnership {
  if (text === undefined) return "BucketOwnerEnforced";
  const document = readJson(text) as OwnershipDocument | null | undefined;
  if (document === null) return "ObjectWriter";
  return document?.OwnershipControls?.Rules?.[0]?.ObjectOwnership ?? "BucketOwnerEnforced";
}

interface OwnershipDocument {
  readonly OwnershipControls?: {
    readonly Rules?: readonly { readonly ObjectOwnership?: ObjectOwnership }[];
  };
}

function isPaidByRequester(text: string | undefined): boolean {
  if (text === undefined) return false;
  const document = readJson(text) as { readonly Payer?: string } | undefined;
  return document?.Payer === "Requester";
}

/** An ACL that cannot be read grants nothing. */
function readAcl(text: string | undefined, ownerId: string): Acl {
  return text === undefined ? privateAcl(ownerId) : (parseAcl(text) ?? []);
}

/**
 * Buckets are born with everything blocked and no document; `null` is stored where the block was
 * taken away. A document that cannot be read blocks everything.
 */
function readBlock(text: string | undefined): PublicAccessBlock {
  if (text === undefined) return everythingBlocked;
  const document = readJson(text) as
    | { readonly PublicAccessBlockConfiguration?: Partial<PublicAccessBlock> }
    | null
    | undefined;
  if (document === null) return nothingBlocked;
  const given = document?.PublicAccessBlockConfiguration;
  return given === undefined ? everythingBlocked : { ...nothingBlocked, ...given };
}

function readTags(settings: ReadonlyMap<string, string>): Tags | undefined {
  const abac = settings.get("abac");
  const tagging = settings.get("tagging");
  if (abac === undefined || tagging === undefined) return undefined;
  const status = readJson(abac) as
    | { readonly AbacStatus?: { readonly Status?: string } }
    | undefined;
  if (status?.AbacStatus?.Status !== "Enabled") return undefined;
  const document = readJson(tagging) as
    | { readonly TagSet?: readonly { readonly Key: string; readonly Value: string }[] }
    | undefined;
  return document?.TagSet?.map(({ Key: key, Value: value }) => [key, value]);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
