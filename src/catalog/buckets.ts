// Buckets as the catalog knows them: whose they are, where, and their settings. It answers from the
// isolate's memory when it can; the epoch in each record lets the bucket's index tell a caller that
// its copy is too old. Making and deleting buckets is in `bucket-lifecycle.ts`.

import type { Env } from "../env.ts";
import { type CatalogCall, type Query, queryAll, queryFirst, transact } from "./database.ts";
import { IsolateCache, perDatabase } from "./isolate-cache.ts";
import type { SettingName } from "./settings.ts";

/**
 * How long an isolate believes what it knows of a bucket: 30 seconds for calls that never reach the
 * bucket's index. Calls that do are told by the index, at once, that their epoch is stale.
 */
export const BUCKET_CACHE_MS = 30_000;

/** A few hundred bytes each, and at most some tens of KB with every setting in use. */
const BUCKETS_REMEMBERED = 1_000;

/**
 * `deleting` still counts as existing: the index decides whether the bucket is empty, and until it
 * has, reads and writes go on. Buckets that are still `creating` are shown to nobody.
 */
export type BucketState = "active" | "deleting";

export type BucketNamespace = "global" | "account-regional";

/** A bucket without its settings, as ListBuckets shows it. */
export interface BucketSummary {
  /** Names the bucket's index. Random, never reused, not shown to clients. */
  readonly bucketId: string;
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  readonly namespace: BucketNamespace;
  readonly createdAtMs: number;
  readonly state: BucketState;
}

/** A bucket with its settings, all read at one moment. */
export interface BucketRecord extends BucketSummary {
  readonly ownerCanonicalId: string;
  readonly ownerDisplayName: string;
  /** Raised by every change of a setting. */
  readonly epoch: number;
  /** Documents by name; a setting that was never made is absent. */
  readonly settings: ReadonlyMap<SettingName, string>;
}

interface SummaryRow {
  readonly bucket_id: string;
  readonly name: string;
  readonly account_id: string;
  readonly region: string;
  readonly namespace: BucketNamespace;
  readonly created_at_ms: number;
  readonly state: BucketState;
}

interface RecordRow extends SummaryRow {
  readonly epoch: number;
  readonly canonical_id: string;
  readonly account_name: string;
  /** JSON: `[["cors", "<document>"], ...]`. */
  readonly settings: string;
}

const SUMMARY =
  "b.bucket_id, b.name, b.account_id, b.region, b.namespace, b.created_at_ms, b.state";

const selectRecord = `SELECT ${SUMMARY}, b.epoch, a.canonical_id, a.name AS account_name,
    (SELECT json_group_array(json_array(s.setting, s.document))
       FROM bucket_settings s WHERE s.bucket_id = b.bucket_id) AS settings
  FROM buckets b JOIN accounts a ON a.account_id = b.account_id
  WHERE b.name = ?1 AND b.state <> 'creating'`;

/** Names are ASCII, so that BINARY order is S3's UTF-8 order and `?3` bounds every prefix. */
const selectPage = `SELECT ${SUMMARY} FROM buckets b
  WHERE b.account_id = ?1 AND b.name >= ?2 AND b.name < ?3 AND b.name > ?4
    AND (?5 IS NULL OR b.region = ?5) AND b.state <> 'creating'
  ORDER BY b.name LIMIT ?6`;

/** Selects no bucket, and so writes nothing, when the bucket is gone. */
const upsertSetting = `INSERT INTO bucket_settings (bucket_id, setting, document)
  SELECT bucket_id, ?2, ?3 FROM buckets WHERE bucket_id = ?1
  ON CONFLICT (bucket_id, setting) DO UPDATE SET document = excluded.document`;

/** As `upsertSetting`, for a bucket that is still at epoch `?4`. */
const upsertSettingAt = `INSERT INTO bucket_settings (bucket_id, setting, document)
  SELECT bucket_id, ?2, ?3 FROM buckets WHERE bucket_id = ?1 AND epoch = ?4
  ON CONFLICT (bucket_id, setting) DO UPDATE SET document = excluded.document`;

const removeSetting = "DELETE FROM bucket_settings WHERE bucket_id = ?1 AND setting = ?2";

const raiseEpoch = "UPDATE buckets SET epoch = epoch + 1 WHERE bucket_id = ?1 RETURNING epoch";

const raiseEpochAt =
  "UPDATE buckets SET epoch = epoch + 1 WHERE bucket_id = ?1 AND epoch = ?2 RETURNING epoch";

const bucketCache = perDatabase(
  () =>
    new IsolateCache<BucketRecord>({
      ttlMs: BUCKET_CACHE_MS,
      // A bucket just made elsewhere must be found here.
      absentTtlMs: 0,
      maxEntries: BUCKETS_REMEMBERED,
    }),
);

/**
 * The bucket of that name, at most `BUCKET_CACHE_MS` old, or `undefined` when there is none. Throws
 * `ServiceUnavailable` when D1 is down and the bucket is not remembered.
 */
export function loadBucket(call: CatalogCall, name: string): Promise<BucketRecord | undefined> {
  return bucketCache(call.env).get(name, call.nowMs, () => readBucket(call, name));
}

/**
 * The bucket again, after the index refused `seen` as `stale` or `no-such-bucket`: a record newer
 * than `seen`, or the one in D1 now. When its `bucketId` differs from `seen`'s the bucket was deleted
 * and made again, and the call may be tried there.
 */
export async function reloadBucket(
  call: CatalogCall,
  seen: Pick<BucketRecord, "name" | "bucketId" | "epoch">,
): Promise<BucketRecord | undefined> {
  const cache = bucketCache(call.env);
  const known = cache.peek(seen.name, call.nowMs);
  if (known && known.bucketId === seen.bucketId && known.epoch > seen.epoch) return known;
  cache.forget(seen.name);
  return loadBucket(call, seen.name);
}

/** Drops what this isolate remembers of the bucket: after every change made through it. */
export function forgetBucket(env: Env, name: string): void {
  bucketCache(env).forget(name);
}

/** Which of an account's buckets to list; `after` and `prefix` are compared as UTF-8 bytes. */
export interface BucketPage {
  readonly prefix?: string | undefined;
  /** Names strictly after this one. */
  readonly after?: string | undefined;
  readonly region?: string | undefined;
  readonly limit: number;
}

/**
 * At most `limit` of the account's buckets in the order of their names, straight from D1. `next` is
 * set when there are more: give it back as `after`.
 */
export async function listBuckets(
  call: CatalogCall,
  accountId: string,
  page: BucketPage,
): Promise<{ readonly buckets: readonly BucketSummary[]; readonly next?: string }> {
  const prefix = page.prefix ?? "";
  const rows = await queryAll<SummaryRow>(call, [
    selectPage,
    accountId,
    prefix,
    `${prefix}\u{10FFFF}`,
    page.after ?? "",
    page.region ?? null,
    page.limit + 1,
  ]);
  const buckets = rows.slice(0, page.limit).map(renderSummary);
  const last = buckets.at(-1);
  return rows.length > page.limit && last ? { buckets, next: last.name } : { buckets };
}

/**
 * Stores one setting and raises the epoch in the same transaction. Gives the new epoch, to be passed
 * to the bucket's index before the client is answered; `undefined` when the bucket is gone.
 */
export function setSetting(
  call: CatalogCall,
  bucket: Pick<BucketRecord, "bucketId" | "name">,
  setting: SettingName,
  document: string,
): Promise<number | undefined> {
  return changeSetting(call, bucket, [upsertSetting, bucket.bucketId, setting, document]);
}

/** Removes one setting; otherwise as `setSetting`. The epoch rises even when it was not set. */
export function deleteSetting(
  call: CatalogCall,
  bucket: Pick<BucketRecord, "bucketId" | "name">,
  setting: SettingName,
): Promise<number | undefined> {
  return changeSetting(call, bucket, [removeSetting, bucket.bucketId, setting]);
}

/**
 * As `setSetting`, only if no setting of the bucket changed since `bucket` was read: `undefined`
 * also when one did. For settings that must agree with another one.
 */
export function setSettingAt(
  call: CatalogCall,
  bucket: Pick<BucketRecord, "bucketId" | "name" | "epoch">,
  setting: SettingName,
  document: string,
): Promise<number | undefined> {
  const { bucketId, epoch } = bucket;
  const change: Query = [upsertSettingAt, bucketId, setting, document, epoch];
  return changeSetting(call, bucket, change, [raiseEpochAt, bucketId, epoch]);
}

async function changeSetting(
  call: CatalogCall,
  bucket: Pick<BucketRecord, "bucketId" | "name">,
  change: Query,
  raise: Query = [raiseEpoch, bucket.bucketId],
): Promise<number | undefined> {
  try {
    const [, raised] = await transact(call, [change, raise]);
    const [row] = (raised ?? []) as readonly { readonly epoch: number }[];
    return row?.epoch;
  } finally {
    // Also when the answer is lost: the change may have been made.
    forgetBucket(call.env, bucket.name);
  }
}

async function readBucket(call: CatalogCall, name: string): Promise<BucketRecord | undefined> {
  const row = await queryFirst<RecordRow>(call, [selectRecord, name]);
  if (row === undefined) return undefined;
  return {
    ...renderSummary(row),
    ownerCanonicalId: row.canonical_id,
    ownerDisplayName: row.account_name,
    epoch: row.epoch,
    settings: new Map(JSON.parse(row.settings) as [SettingName, string][]),
  };
}

function renderSummary(row: SummaryRow): BucketSummary {
  return {
    bucketId: row.bucket_id,
    name: row.name,
    accountId: row.account_id,
    region: row.region,
    namespace: row.namespace,
    createdAtMs: row.created_at_ms,
    state: row.state,
  };
}
