// The second half of every write: bytes are stored, now the index decides. Whatever ends without a
// commit takes its blob away; if that is lost too, the sweeper finds it (design: commit protocol).

import type { CommitOutcome, CommitRequest, WriteConditions } from "../../bucket/types.ts";
import { S3Error } from "../../s3/errors.ts";
import { deleteBlobs } from "../../storage/blobs.ts";
import { checkSameOwnership } from "../acl.ts";
import {
  type BucketContext,
  callFacts,
  type ObjectContext,
  type OpenedBucket,
  versioningOf,
} from "../context.ts";
import { emitting } from "../emission.ts";
import { refuse, StaleSettings, settle } from "../outcomes.ts";
import { checkSameDefault } from "./encryption.ts";
import { defaultLockOf } from "./lock.ts";
import { leaveNote } from "./note.ts";

export type Committed = Extract<CommitOutcome, { kind: "committed" }>;

/** Longer ACLs may not fit beside the rest into the metadata of a blob. */
const largeAclGrants = 20;

/** How often a write follows settings that move under it before it gives up with 503. */
const maximumRefreshes = 3;

/** Asks the index for the write conditions before a byte is stored, so that no doomed byte is. */
export async function refuseDoomed(
  context: ObjectContext,
  conditions: WriteConditions | undefined,
): Promise<void> {
  if (conditions === undefined) return;
  const outcome = await context.index.check({
    ...callFacts(context),
    key: context.key,
    conditions,
  });
  settle(outcome, ["ok"], { bucket: context.bucket.name, key: context.key });
}

/** What a write knows once its bytes are stored. */
export type CommitFacts = Omit<
  CommitRequest,
  "epoch" | "nowMs" | "emit" | "key" | "versioning" | "defaultLock"
> & {
  /** What events call the write. */
  readonly event: string;
  /** Annotations follow it from another bucket. */
  readonly isAnnotated?: boolean;
};

/**
 * Commits a version, following settings that moved on (authorised again each time).
 * Throws the client's error on refusal. A blob of the caller's own (not shared) is deleted unless
 * the version was committed or its fate is unknown.
 */
export async function commitStored(
  context: ObjectContext,
  { event, isAnnotated = false, ...facts }: CommitFacts,
): Promise<Committed> {
  const ownBlobs = facts.sharedFrom === undefined ? [facts.content] : [];
  return withBlobs(context, ownBlobs, async () => {
    const outcome = await followingSettings(context, (opened) => {
      checkSameDefault(context, opened);
      checkSameOwnership(context, opened);
      return opened.index.commit({
        ...facts,
        key: context.key,
        epoch: opened.bucket.epoch,
        nowMs: context.nowMs,
        versioning: versioningOf(opened.bucket),
        ...defaultLockOf(opened.bucket),
        ...emitting(context, opened, event, isAnnotated ? { isAnnotated } : {}),
      });
    });
    switch (outcome.kind) {
      case "committed":
        if (outcome.isKnown === true) {
          context.waitUntil(deleteBlobs(context.env, ownBlobs).catch(() => undefined));
        }
        // A blob of its own says whose it is; what a copy refers to says it was another's. Nor has
        // a blob's metadata room for a long ACL.
        if (facts.sharedFrom !== undefined || (facts.detail.acl?.length ?? 0) > largeAclGrants) {
          leaveNote(context, { versionId: outcome.versionId, writtenAs: facts.versionId });
        }
        return outcome;
      case "locked":
        throw new S3Error("AccessDenied");
      case "expired-blob":
        throw new S3Error("RequestTimeout");
      case "source-gone":
        throw new S3Error("SlowDown");
      default:
        return refuse(outcome, { bucket: context.bucket.name, key: context.key });
    }
  });
}

/**
 * Runs an index call; when the index says the settings are stale, loads them, authorises again and
 * repeats. The answer is never `stale`.
 */
export async function followingSettings<Outcome extends { readonly kind: string }>(
  context: BucketContext,
  call: (opened: OpenedBucket) => Promise<Outcome>,
): Promise<Exclude<Outcome, { kind: "stale" }>> {
  let opened: OpenedBucket = context;
  for (let round = 0; round <= maximumRefreshes; round++) {
    const { index } = opened;
    const outcome = await call(opened).finally(() => {
      if (index.hasLostAnswer) unsure.add(context);
    });
    if (outcome.kind !== "stale") return outcome as Exclude<Outcome, { kind: "stale" }>;
    opened = await context.refresh();
    // A bucket made anew is another one: blobs stored for the old one must not be committed to it.
    const { bucketId, name } = context.bucket;
    if (opened.bucket.bucketId !== bucketId) throw new StaleSettings(name, true);
  }
  throw new S3Error("SlowDown");
}

/** Calls of which one answer was lost: a refusal that came later does not say what was done. */
const unsure = new WeakSet<BucketContext>();

/**
 * Runs what comes after storing blobs; any throw takes them away. Only an outcome that is not known
 * (503, or an answer lost on the way to a refusal) leaves them: they may be part of a version by now,
 * and the sweeper will know.
 */
export async function withBlobs<Result>(
  context: ObjectContext,
  blobs: readonly string[],
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const isUnknown = unsure.has(context) || (error instanceof S3Error && error.status === 503);
    if (!isUnknown && blobs.length > 0) {
      context.waitUntil(deleteBlobs(context.env, blobs).catch(() => undefined));
    }
    throw error;
  }
}
