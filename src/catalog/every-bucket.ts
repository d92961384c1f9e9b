// All buckets of all accounts, for upkeep: it answers to no caller and obeys no cache.

import { type CatalogCall, type Query, queryAll, queryFirst, transact } from "./database.ts";

export interface UpkeptBucket {
  readonly name: string;
  readonly bucketId: string;
  readonly epoch: number;
  /** Canonical id and name of the owner. */
  readonly ownerId: string;
  readonly ownerName: string;
  /** The versioning setting's document; absent when it was never set. */
  readonly versioning?: string;
  /** The Object Lock setting's document. */
  readonly objectLock?: string;
  /** The documents of its Intelligent-Tiering configurations. */
  readonly tiering: readonly object[];
}

interface BucketRow {
  readonly name: string;
  readonly bucket_id: string;
  readonly epoch: number;
  readonly canonical_id: string;
  readonly account_name: string;
  readonly versioning: string | null;
  readonly object_lock: string | null;
  readonly tiering: string;
}

const COLUMNS = `b.name, b.bucket_id, b.epoch, a.canonical_id, a.name AS account_name,
  (SELECT document FROM bucket_settings s
    WHERE s.bucket_id = b.bucket_id AND s.setting = 'versioning') AS versioning,
  (SELECT document FROM bucket_settings s
    WHERE s.bucket_id = b.bucket_id AND s.setting = 'objectLock') AS object_lock,
  (SELECT json_group_array(json(document)) FROM bucket_settings s
    WHERE s.bucket_id = b.bucket_id AND s.setting >= 'intelligent-tiering/'
      AND s.setting < 'intelligent-tiering0') AS tiering`;
const FROM = "FROM buckets b JOIN accounts a ON a.account_id = b.account_id";

const selectNext = `SELECT ${COLUMNS} ${FROM}
  WHERE b.name > ?1 AND b.state = 'active' ORDER BY b.name LIMIT 1`;
const selectByName = `SELECT ${COLUMNS} ${FROM} WHERE b.name = ?1 AND b.state = 'active'`;
/** The bucket behind that name, in the order of names; `undefined` after the last. */
export async function nextBucket(
  call: CatalogCall,
  after: string,
): Promise<UpkeptBucket | undefined> {
  return render(await queryFirst<BucketRow>(call, [selectNext, after]));
}

export async function findBucket(
  call: CatalogCall,
  name: string,
): Promise<UpkeptBucket | undefined> {
  return render(await queryFirst<BucketRow>(call, [selectByName, name]));
}

const selectFresh = `SELECT b.name, b.region, b.account_id, a.canonical_id
  FROM buckets b JOIN accounts a ON a.account_id = b.account_id WHERE b.bucket_id = ?1`;
const selectSettings = "SELECT setting, document FROM bucket_settings WHERE bucket_id = ?1";

/** A bucket with its settings as they are now, for work that tells of what it changed. */
export interface FreshBucket {
  readonly name: string;
  readonly region: string;
  readonly accountId: string;
  readonly ownerCanonicalId: string;
  readonly settings: ReadonlyMap<string, string>;
}

/** The bucket with that id, past every cache; `undefined` when the catalog has none. */
export async function findFresh(
  call: CatalogCall,
  bucketId: string,
): Promise<FreshBucket | undefined> {
  const [rows = [], settings = []] = (await transact(call, [
    [selectFresh, bucketId],
    [selectSettings, bucketId],
  ])) as [
    { name: string; region: string; account_id: string; canonical_id: string }[],
    { setting: string; document: string }[],
  ];
  const [row] = rows;
  if (row === undefined) return undefined;
  return {
    name: row.name,
    region: row.region,
    accountId: row.account_id,
    ownerCanonicalId: row.canonical_id,
    settings: new Map(settings.map(({ setting, document }) => [setting, document])),
  };
}

function render(row: BucketRow | undefined): UpkeptBucket | undefined {
  if (row === undefined) return undefined;
  return {
    name: row.name,
    bucketId: row.bucket_id,
    epoch: row.epoch,
    ownerId: row.canonical_id,
    ownerName: row.account_name,
    ...(row.versioning !== null && { versioning: row.versioning }),
    tiering: JSON.parse(row.tiering) as readonly object[],
    ...(row.object_lock !== null && { objectLock: row.object_lock }),
  };
}

const selectReplicating = `SELECT b.name, b.bucket_id FROM bucket_settings s
  JOIN buckets b ON b.bucket_id = s.bucket_id AND b.state = 'active'
  WHERE s.setting = 'replication' ORDER BY b.name LIMIT ?1`;

/** The first buckets, by name, that have rules of replication. */
export async function replicatingBuckets(
  call: CatalogCall,
  limit: number,
): Promise<readonly Pick<UpkeptBucket, "name" | "bucketId">[]> {
  const query: Query = [selectReplicating, limit];
  const rows = await queryAll<{ name: string; bucket_id: string }>(call, query);
  return rows.map(({ name, bucket_id: bucketId }) => ({ name, bucketId }));
}

/** Page by page through the buckets that tell somebody of their changes, around and around. */
const countWatched = `SELECT count(DISTINCT bucket_id) AS n FROM bucket_settings
  WHERE setting IN ('notification', 'replication')`;
const selectWatched = `SELECT DISTINCT bucket_id FROM bucket_settings
  WHERE setting IN ('notification', 'replication') ORDER BY bucket_id LIMIT ?1 OFFSET ?2`;

/** Ids of buckets with notifications or replication: the page of that run, of at most `limit`. */
export async function watchedBuckets(
  call: CatalogCall,
  { run, limit }: { readonly run: number; readonly limit: number },
): Promise<readonly string[]> {
  const { n: count } = (await queryFirst<{ n: number }>(call, [countWatched])) ?? { n: 0 };
  const pages = Math.max(1, Math.ceil(count / limit));
  const query: Query = [selectWatched, limit, (run % pages) * limit];
  return (await queryAll<{ bucket_id: string }>(call, query)).map((row) => row.bucket_id);
}
