// How owners and grantees are shown: of buckets, of objects, of uploads.

import { initiatorIdOf } from "../auth/authorize.ts";
import { accessOf } from "../auth/bucket-access.ts";
import type { BucketRecord } from "../catalog/buckets.ts";
import { findGrantees } from "../catalog/grantees.ts";
import { type Acl, isGroup, privateAcl } from "../s3/acl.ts";
import type { Principal } from "../s3/principal.ts";
import type { BucketContext } from "./context.ts";

/** `Owner` as XML shows it; only the id of an account that is gone. */
export interface ShownOwner {
  readonly ID: string;
  readonly DisplayName?: string;
}

/** `Owner` of a bucket. */
export function ownerOf(bucket: BucketRecord): ShownOwner {
  return { ID: bucket.ownerCanonicalId, DisplayName: bucket.ownerDisplayName };
}

/**
 * Shows owners by id; `undefined` is the bucket's. Where ownership is enforced all are the bucket
 * owner's, whoever wrote them. Names of others cost one query for all of them.
 */
export async function ownersOf(
  context: BucketContext,
  ownerIds: readonly (string | undefined)[],
): Promise<(ownerId: string | undefined) => ShownOwner> {
  const { bucket } = context;
  const owner = ownerOf(bucket);
  if (accessOf(bucket).acl === undefined) return () => owner;
  const names = await namesOf(
    context,
    ownerIds.filter((id) => id !== undefined),
  );
  return (id) => (id === undefined ? owner : shownById(id, names));
}

/** Names by canonical id, of the accounts that exist. */
async function namesOf(
  context: BucketContext,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { bucket, principal } = context;
  const names = new Map([
    [bucket.ownerCanonicalId, bucket.ownerDisplayName],
    ...(principal.type === "Account"
      ? [[principal.canonicalId, principal.displayName] as const]
      : []),
  ]);
  const unknown = [...new Set(ids)].filter((id) => !names.has(id));
  for (const { canonicalId, name } of await findGrantees(context, { ids: unknown })) {
    names.set(canonicalId, name);
  }
  return names;
}

function shownById(id: string, names: ReadonlyMap<string, string>): ShownOwner {
  const name = names.get(id);
  return { ID: id, ...(name !== undefined && { DisplayName: name }) };
}

/** Who began an upload: the account for its root, otherwise the user or the session. */
export function initiatorOf(principal: Principal): { id: string; displayName: string } {
  return { id: initiatorIdOf(principal), displayName: principal.displayName };
}

/** An ACL and its owner as GetBucketAcl and GetObjectAcl answer them. */
export async function shownAcl(
  context: BucketContext,
  { ownerId = context.bucket.ownerCanonicalId, acl = privateAcl(ownerId) }: OwnedAcl,
) {
  const ids = acl.map(([grantee]) => grantee).filter((grantee) => !isGroup(grantee));
  const names = await namesOf(context, [ownerId, ...ids]);
  return {
    Owner: shownById(ownerId, names),
    Grants: acl.map(([grantee, permission]) => ({
      Grantee: isGroup(grantee)
        ? { Type: "Group" as const, URI: grantee }
        : { Type: "CanonicalUser" as const, ...shownById(grantee, names) },
      Permission: permission,
    })),
  };
}

interface OwnedAcl {
  /** The bucket's owner when absent. */
  readonly ownerId?: string;
  /** The owner's full control when absent. */
  readonly acl?: Acl;
}
