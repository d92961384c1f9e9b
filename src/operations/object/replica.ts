// Writes that replicate: the version they make is the one at their source, by id and time. Who may is
// asked before (s3:ReplicateObject, s3:ReplicateDelete); here it is only said what follows from it.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-what-is-isnot-replicated.html

import { accessOf } from "../../auth/bucket-access.ts";
import type { ReplicaOrigin, VersionReplication } from "../../bucket/types.ts";
import { isPublicAcl } from "../../s3/acl.ts";
import { S3Error } from "../../s3/errors.ts";
import { newVersionId, nullVersionId } from "../../s3/ids.ts";
import { parseTagging } from "../../s3/metadata.ts";
import { type ReplicaWish, readReplica, replicaHeader } from "../../s3/replica-header.ts";
import type { OwnedDetail } from "../acl.ts";
import { type ObjectContext, versioningOf } from "../context.ts";
import { amendVersion } from "./amend.ts";
import { type LockInput, resolveLock } from "./lock.ts";

/** How far the clocks of two deployments may differ: as far as a signature's. */
const clockSkewMs = 15 * 60_000;

/** The replica a write is, or nothing. Throws InvalidArgument, and InvalidRequest without versioning. */
export function replicaOf(context: ObjectContext): ReplicaWish | undefined {
  // A form is asked what users are asked: it makes no replicas, whatever its fields say.
  const wish = context.form === undefined ? readReplica(context.headers) : undefined;
  if (wish === undefined) return undefined;
  if (versioningOf(context.bucket) !== "Enabled") {
    throw new S3Error("InvalidRequest", "Destination bucket must have versioning enabled.");
  }
  // What is written after it would be dated from it, for ever.
  const latestMs = Math.max(wish.modifiedAtMs, wish.changedAtMs ?? 0);
  if (latestMs > context.nowMs + clockSkewMs) {
    throw new S3Error("InvalidArgument", "The source of the replica is in the future.", {
      detail: { ArgumentName: replicaHeader },
    });
  }
  return wish;
}

/**
 * Owner and ACL of a replica: the bucket's owner where the rule says so, else the writer's with the
 * ACL of the source, as far as ACLs mean something here and may be public.
 */
export function ownedAsReplica(
  { bucket }: ObjectContext,
  owned: OwnedDetail,
  wish: ReplicaWish | undefined,
): OwnedDetail {
  if (wish === undefined) return owned;
  if (wish.isOwnerOverridden === true) return {};
  const { acl: bucketAcl, block } = accessOf(bucket);
  const isForbidden = block.BlockPublicAcls && isPublicAcl(wish.acl ?? []);
  if (bucketAcl === undefined || wish.acl === undefined || isForbidden) return owned;
  return { ...owned, acl: wish.acl };
}

/** `{ replication }` for the detail of a version that is a replica. */
export function replicaDetail(wish: ReplicaWish | undefined): {
  readonly replication?: VersionReplication;
} {
  if (wish === undefined) return {};
  const { changedAtMs } = wish;
  const changed = changedAtMs === undefined ? {} : { changedAtMs };
  return { replication: { status: "REPLICA", ...changed, origin: originOf(wish) } };
}

export function originOf({ source, seq, versionId, modifiedAtMs }: ReplicaWish): ReplicaOrigin {
  return { source, seq, versionId, modifiedAtMs };
}

/** The id to write under: the source's; a fresh one where that is `null`. */
export function versionIdFor(context: ObjectContext, wish: ReplicaWish | undefined): string {
  const isNamed = wish !== undefined && wish.versionId !== nullVersionId;
  return isNamed ? wish.versionId : newVersionId(context.nowMs, context.seams.randomBytes);
}

/** A PutObject without bytes: tags and lock of a version that is here become those it brings. */
export async function changeReplica(
  context: ObjectContext,
  input: LockInput & { readonly Tagging?: string | undefined },
  wish: ReplicaWish,
) {
  const { lock } = await resolveLock(context, input, true);
  const change = {
    changedAtMs: wish.changedAtMs ?? wish.modifiedAtMs,
    tags: parseTagging(input.Tagging ?? ""),
    ...(lock !== undefined && { lock }),
    ...(ownedAsReplica(context, {}, wish).acl !== undefined && { acl: wish.acl }),
    mayShorten: context.allows({ action: "s3:BypassGovernanceRetention", key: context.key }),
    mayRelease: context.allows({ action: "s3:PutObjectLegalHold", key: context.key }),
  };
  const version = await amendVersion(context, { kind: "replica", change }, wish.versionId);
  return { ETag: `"${version.etag}"`, VersionId: version.versionId };
}
