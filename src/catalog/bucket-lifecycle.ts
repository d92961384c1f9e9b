// How a bucket comes and goes. The catalog and the bucket's index are two databases, so each is a
// small state machine: the intention is written in D1 first, the index acts, D1 confirms. Whoever dies
// between two steps, a retry of the same call or `reconcileBuckets` goes on from there (faults.md D13,
// D14). The steps in the index are the caller's, passed in: this room knows no index.
//
//   create:  (none) -> creating -> index.initialise -> active
//   delete:  active -> deleting -> index.beginDelete -> index.destroy -> (none), name retired
//                              `-> not empty, or stale -> active

import { newBucketId } from "../s3/ids.ts";
import { getAccount } from "./accounts.ts";
import { type BucketNamespace, type BucketRecord, forgetBucket, loadBucket } from "./buckets.ts";
import { type CatalogCall, type Query, queryAll, queryFirst, transact } from "./database.ts";
import type { SettingName } from "./settings.ts";

/** A bucket half-way for longer than this, 5 minutes, has lost its caller. */
export const UNSETTLED_BUCKET_MS = 300_000;

/** How many half-made buckets one run of the reconciler takes. */
const RECONCILE_LIMIT = 100;

/** Another account may take a deleted bucket's name after this long, 30 days (SEC-147). */
const NAME_QUARANTINE_SECONDS = 2_592_000;

/** Enough of a bucket to reach its index. */
export interface IndexedBucket {
  readonly bucketId: string;
  readonly name: string;
  readonly epoch: number;
}

/** The index's part of the work. All of it may be asked twice. */
export interface IndexSteps {
  initialise(bucket: IndexedBucket): Promise<void>;
  /** The refusals of `bucket/types.ts`, by their kind. */
  beginDelete(bucket: IndexedBucket): Promise<{
    readonly kind: "deleting" | "not-empty" | "no-such-bucket" | "stale" | "moved";
  }>;
  destroy(bucket: IndexedBucket): Promise<void>;
}

export interface NewBucket {
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  readonly namespace?: BucketNamespace;
  /** Settings the bucket has from its first moment: object lock, ownership, tags. */
  readonly settings?: ReadonlyMap<SettingName, string>;
}

interface BucketRow {
  readonly name: string;
  readonly bucket_id: string;
  readonly account_id: string;
  readonly epoch: number;
  readonly state: "creating" | "active" | "deleting";
  /** Also the witness of who marked it `deleting` last. */
  readonly changed_at_ms: number;
}

const COLUMNS = "name, bucket_id, account_id, epoch, state, changed_at_ms";

const selectByName = `SELECT ${COLUMNS} FROM buckets WHERE name = ?1`;

const insertBucket = `INSERT INTO buckets (name, bucket_id, account_id, region, namespace, state,
    created_at_ms, changed_at_ms)
  SELECT ?1, ?2, ?3, ?4, ?5, 'creating', ?6, ?6
  WHERE EXISTS (SELECT 1 FROM accounts WHERE account_id = ?3 AND state = 'active')
    AND NOT EXISTS (SELECT 1 FROM retired_names
      WHERE name = ?1 AND account_id <> ?3 AND retired_at_ms > ?7)
  ON CONFLICT (name) DO NOTHING`;

/** Of the caller's half-made bucket only: a retry brings its own settings. */
const clearFirstSettings = `DELETE FROM bucket_settings WHERE bucket_id IN
  (SELECT bucket_id FROM buckets WHERE name = ?1 AND account_id = ?2 AND state = 'creating')`;

const insertFirstSettings = `INSERT INTO bucket_settings (bucket_id, setting, document)
  SELECT b.bucket_id, json_extract(s.value, '$[0]'), json_extract(s.value, '$[1]')
  FROM buckets b, json_each(?3) s
  WHERE b.name = ?1 AND b.account_id = ?2 AND b.state = 'creating'`;

const activate = `UPDATE buckets SET state = 'active', changed_at_ms = ?2
  WHERE bucket_id = ?1 AND state = 'creating'`;

const markDeleting = `UPDATE buckets SET state = 'deleting', changed_at_ms = ?2
  WHERE bucket_id = ?1 AND state <> 'creating' RETURNING ${COLUMNS}`;

/** Not when somebody else marked it since: that deletion may be past the index already. */
const restore = `UPDATE buckets SET state = 'active'
  WHERE bucket_id = ?1 AND state = 'deleting' AND changed_at_ms = ?2`;

const retireName = `INSERT INTO retired_names (name, account_id, retired_at_ms)
  SELECT name, account_id, ?2 FROM buckets WHERE bucket_id = ?1
  ON CONFLICT (name) DO UPDATE
    SET account_id = excluded.account_id, retired_at_ms = excluded.retired_at_ms`;

/** In any state: the index has confirmed, and only this bucket ever has this id. */
const removeBucket = "DELETE FROM buckets WHERE bucket_id = ?1";

const selectUnsettled = `SELECT ${COLUMNS} FROM buckets
  WHERE state <> 'active' AND changed_at_ms < ?1 ORDER BY changed_at_ms LIMIT ?2`;

const dropOldNames = "DELETE FROM retired_names WHERE retired_at_ms <= ?1";

export type CreateBucketOutcome =
  | { readonly kind: "created"; readonly bucket: BucketRecord }
  | { readonly kind: "owned-by-you"; readonly bucket: BucketRecord }
  /** The caller's own bucket of that name is being deleted: try again. */
  | { readonly kind: "being-deleted" }
  /** Another account has the name, or had it until lately. */
  | { readonly kind: "taken" }
  /** The account was deleted meanwhile. */
  | { readonly kind: "no-such-account" };

/**
 * Makes a bucket, ready for use when this returns `created`. Of racing accounts one gets the name; a
 * half-made bucket of the same account is finished, with the settings given now. Throws when a step
 * fails; the bucket is then invisible until a retry or the reconciler finishes it.
 */
export async function createBucket(
  call: CatalogCall,
  wish: NewBucket,
  index: IndexSteps,
): Promise<CreateBucketOutcome> {
  const row = await claimName(call, wish);
  if (row === undefined) return refuseName(call, wish.accountId);
  if (row.account_id !== wish.accountId) return { kind: "taken" };
  if (row.state === "deleting") return { kind: "being-deleted" };
  if (row.state === "creating") await finishCreation(call, row, index);
  // This isolate may remember an earlier bucket of that name.
  forgetBucket(call.env, row.name);
  const bucket = await loadBucket(call, row.name);
  if (bucket?.bucketId !== row.bucket_id) return { kind: "being-deleted" };
  return { kind: row.state === "creating" ? "created" : "owned-by-you", bucket };
}

export type DeleteBucketOutcome = "deleted" | "not-empty" | "no-such-bucket" | "stale";

/**
 * Deletes a bucket that the index finds empty. `stale`: the settings moved on since `bucket` was
 * loaded; nothing was done, load and authorise again. Throws when a step fails; the retry or the
 * reconciler goes on from there.
 */
export async function deleteBucket(
  call: CatalogCall,
  bucket: IndexedBucket,
  index: IndexSteps,
): Promise<DeleteBucketOutcome> {
  try {
    const marked = await queryFirst<BucketRow>(call, [markDeleting, bucket.bucketId, call.nowMs]);
    if (marked === undefined) return "no-such-bucket";
    return await finishDeletion(call, { ...bucket, markedAtMs: marked.changed_at_ms }, index);
  } finally {
    forgetBucket(call.env, bucket.name);
  }
}

/** What one run of the reconciler did, for its log line. */
export interface ReconcileReport {
  readonly created: readonly string[];
  readonly deleted: readonly string[];
  /** Deletions given up because the bucket is not empty after all. */
  readonly restored: readonly string[];
  /** Left for the next run. */
  readonly failed: readonly { readonly name: string; readonly error: unknown }[];
}

/**
 * Finishes what callers left half-done more than `UNSETTLED_BUCKET_MS` ago: creations are completed,
 * deletions completed or taken back. One bucket's failure does not stop the others. Safe to run
 * twice at once. Also forgets names whose quarantine is over.
 */
export async function reconcileBuckets(
  call: CatalogCall,
  index: IndexSteps,
): Promise<ReconcileReport> {
  await queryAll(call, [dropOldNames, quarantineEndsMs(call)]);
  const rows = await queryAll<BucketRow>(call, [
    selectUnsettled,
    call.nowMs - UNSETTLED_BUCKET_MS,
    RECONCILE_LIMIT,
  ]);
  const created: string[] = [];
  const deleted: string[] = [];
  const restored: string[] = [];
  const failed: { name: string; error: unknown }[] = [];
  for (const row of rows) {
    try {
      if (row.state === "creating") {
        await finishCreation(call, row, index);
        created.push(row.name);
      } else {
        const outcome = await finishDeletion(
          call,
          { ...indexed(row), markedAtMs: row.changed_at_ms },
          index,
        );
        (outcome === "deleted" ? deleted : restored).push(row.name);
      }
    } catch (error) {
      failed.push({ name: row.name, error });
    } finally {
      forgetBucket(call.env, row.name);
    }
  }
  return { created, deleted, restored, failed };
}

/** The row of that name after trying to claim it; `undefined` when it is withheld from this account. */
async function claimName(call: CatalogCall, wish: NewBucket): Promise<BucketRow | undefined> {
  const { name, accountId, region, namespace = "global" } = wish;
  const bucketId = newBucketId(call.nowMs, call.seams.randomBytes);
  const settings = JSON.stringify([...(wish.settings ?? [])]);
  const queries: Query[] = [
    [
      insertBucket,
      name,
      bucketId,
      accountId,
      region,
      namespace,
      call.nowMs,
      quarantineEndsMs(call),
    ],
    [clearFirstSettings, name, accountId],
    [insertFirstSettings, name, accountId, settings],
    [selectByName, name],
  ];
  const rows = (await transact(call, queries)).at(-1) as readonly BucketRow[] | undefined;
  return rows?.[0];
}

async function refuseName(call: CatalogCall, accountId: string): Promise<CreateBucketOutcome> {
  const account = await getAccount(call, accountId);
  return { kind: account === undefined ? "no-such-account" : "taken" };
}

async function finishCreation(call: CatalogCall, row: BucketRow, index: IndexSteps): Promise<void> {
  await index.initialise(indexed(row));
  await queryAll(call, [activate, row.bucket_id, call.nowMs]);
}

async function finishDeletion(
  call: CatalogCall,
  bucket: IndexedBucket & { readonly markedAtMs: number },
  index: IndexSteps,
): Promise<"deleted" | "not-empty" | "stale"> {
  const { kind } = await index.beginDelete(bucket);
  switch (kind) {
    case "not-empty":
    case "stale":
    case "moved":
      await queryAll(call, [restore, bucket.bucketId, bucket.markedAtMs]);
      return kind === "not-empty" ? "not-empty" : "stale";
    case "deleting":
    // An earlier try got this far: the index refuses every call already.
    case "no-such-bucket":
      await index.destroy(bucket);
      await transact(call, [
        [retireName, bucket.bucketId, call.nowMs],
        [removeBucket, bucket.bucketId],
      ]);
      return "deleted";
  }
}

function indexed(row: BucketRow): IndexedBucket {
  return { bucketId: row.bucket_id, name: row.name, epoch: row.epoch };
}

/** Names retired up to this moment are free for everybody. */
function quarantineEndsMs(call: CatalogCall): number {
  const seconds = Number(call.env.BUCKET_NAME_QUARANTINE_SECONDS ?? NAME_QUARANTINE_SECONDS);
  if (!(seconds >= 0)) throw new Error("BUCKET_NAME_QUARANTINE_SECONDS is not a number of seconds");
  return call.nowMs - seconds * 1000;
}
