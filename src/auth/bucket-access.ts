// What a bucket's settings mean for who may use it: its policy compiled, Block Public Access, tags.
// Worked out once for each record the catalog gives, so that a warm request pays nothing.

import type { Tags } from "./condition-context.ts";
import { compiledPolicy } from "./policy/compiled.ts";
import type { NamedPolicy } from "./policy/decide.ts";
import { isPublicPolicy } from "./policy/public-policy.ts";

/** A bucket's record, as far as access goes. */
export interface BucketFacts {
  readonly name: string;
  readonly accountId: string;
  readonly settings: ReadonlyMap<string, string>;
}

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

function readAccess({ settings }: BucketFacts): BucketAccess {
  const text = settings.get("policy");
  const block = readBlock(settings.get("publicAccessBlock"));
  const tags = readTags(settings);
  if (text === undefined) {
    return { block, isPolicyRestricted: false, ...(tags !== undefined && { tags }) };
  }
  const policy = compiledPolicy(text, "resource");
  return {
    policy: { name: "bucket policy", policy },
    block,
    isPolicyRestricted:
      block.RestrictPublicBuckets && policy !== "unreadable" && isPublicPolicy(policy),
    ...(tags !== undefined && { tags }),
  };
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
