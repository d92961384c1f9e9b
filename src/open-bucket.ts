// From a bucket's name to the bucket, for a caller who may use it so: the record, the permissions,
// the index. Tags of an object are fetched only where a policy's decision depends on them.

import {
  type Ask,
  asAbsent,
  asDeferred,
  askOf,
  authorize,
  checkExpectedOwner,
  denialOf,
  dependsOnObject,
  isAuthorized,
  judge,
  needsDocument,
  needsObject,
  needsUpload,
} from "./auth/authorize.ts";
import { checkPayer } from "./auth/requester-pays.ts";
import { mayLookAgain } from "./auth/second-look.ts";
import { openBucket } from "./bucket/client.ts";
import type { Version } from "./bucket/types.ts";
import { type BucketRecord, loadBucket, reloadBucket } from "./catalog/buckets.ts";
import { callFacts, type OpenedBucket, type ServiceContext } from "./operations/context.ts";
import { S3Error } from "./s3/errors.ts";

/** A bucket to open, and what the caller must be allowed there. */
export interface BucketWish {
  readonly name: string;
  readonly asks: readonly Ask[];
  /** The record, where this call has looked already. */
  readonly known?: BucketRecord;
  /** The operation calls `judgeVersion` with what it reads, and shows nothing of it before. */
  readonly judgesVersion?: boolean;
  /** The record that the index found too old. */
  readonly stale?: BucketRecord;
  /** The body was left unread, for a policy in force then did not ask for it. */
  readonly lacksDocument?: true;
}

/** How often settings that move between two looks are followed before 503. */
const maximumRounds = 3;

/** Throws NoSuchBucket, AccessDenied, and SlowDown when the settings do not stand still. */
export async function openBucketFor(
  context: ServiceContext,
  wish: BucketWish,
): Promise<OpenedBucket> {
  let stale = wish.stale;
  for (let round = 1; round <= maximumRounds; round++) {
    const bucket =
      stale === undefined
        ? (wish.known ?? (await loadBucket(context, wish.name)))
        : await reloadBucket(context, stale);
    if (bucket === undefined) throw noSuchBucket(wish.name);
    if (wish.name === context.target.bucket) {
      checkExpectedOwner(context.headers.get("x-amz-expected-bucket-owner"), bucket.accountId);
    }
    const index = openBucket(context.env, bucket.bucketId);
    const opened: OpenedBucket = {
      bucket,
      index,
      allows: (ask) => judge(context, bucket, ask).isAllowed,
    };
    // A policy that came meanwhile asks for it: the client's next try is judged with the body.
    if (wish.lacksDocument && wish.asks.some((ask) => needsDocument(context, bucket, ask))) {
      throw new S3Error("SlowDown");
    }
    const asks = await withObject(context, opened, wish);
    const isRemembered = stale === undefined;
    stale = bucket;
    if (asks === "stale") continue;
    // A memory that denies may be older than the policy that allows; one that allows is found out by
    // the index.
    if (isAuthorized(context, bucket, asks)) {
      checkPayer(context, bucket, asks);
      return opened;
    }
    if (!isRemembered || !mayLookAgain(bucket.bucketId, context.nowMs)) {
      throw denialOf(context, bucket, asks);
    }
  }
  throw new S3Error("SlowDown");
}

/** The asks with what their decision needs of the object, from one question; most need none. */
async function withObject(
  context: ServiceContext,
  opened: OpenedBucket,
  wish: BucketWish,
): Promise<readonly Ask[] | "stale"> {
  const { bucket, index } = opened;
  const asks =
    wish.judgesVersion === true
      ? wish.asks.map((ask) => asDeferred(context, bucket, ask))
      : wish.asks;
  const ofUpload = asks.find((ask) => needsUpload(context, bucket, ask));
  if (ofUpload?.key !== undefined) return withUpload(context, opened, { ...ofUpload, asks });
  const needy = asks.find((ask) => !ask.isDeferred && needsObject(context, bucket, ask));
  if (needy?.key === undefined) return asks;
  const { key, versionId } = needy;
  const outcome = await index.resolve({
    ...callFacts({ bucket, nowMs: context.nowMs }),
    key,
    ...(versionId !== undefined && { versionId }),
    wantSegments: false,
  });
  if (outcome.kind === "stale") return "stale";
  if (outcome.kind === "found") {
    const { detail } = outcome.version;
    return asks.map((ask) => (ask.key === key ? askOf(ask, detail) : ask));
  }
  // What is not there has no tags and grants nothing; the operation finds out the same way.
  return asks.map((ask) => (ask.key === key ? asAbsent(context, bucket, ask) : ask));
}

/** The asks with who began the upload that the request names. */
async function withUpload(
  context: ServiceContext,
  { bucket, index }: OpenedBucket,
  { key = "", asks }: { readonly key?: string; readonly asks: readonly Ask[] },
): Promise<readonly Ask[] | "stale"> {
  const uploadId = context.target.query.get("uploadId") ?? "";
  const facts = callFacts({ bucket, nowMs: context.nowMs });
  const outcome = await index.getUpload({ ...facts, key, uploadId });
  if (outcome.kind === "stale") return "stale";
  if (outcome.kind !== "found") return asks;
  const { id: initiatorId } = outcome.upload.initiator;
  return asks.map((ask) => ({ ...ask, initiatorId }));
}

/**
 * Judges asks once more by the very version that was read: its tags and its ACL may have changed
 * since they were looked at (SEC-076), and it may be somebody else's. Throws AccessDenied. Free where
 * no policy asks for tags and ownership is enforced.
 */
export function judgeVersion(
  context: ServiceContext,
  bucket: BucketRecord,
  facts: { readonly asks: readonly Ask[]; readonly version: Pick<Version, "detail"> },
): void {
  const { asks, version } = facts;
  const again = asks.filter((ask) => dependsOnObject(context, bucket, ask));
  if (again.length === 0) return;
  authorize(
    context,
    bucket,
    again.map((ask) => askOf(ask, version.detail)),
  );
}

export function noSuchBucket(name: string): S3Error {
  return new S3Error("NoSuchBucket", undefined, { detail: { BucketName: name } });
}
