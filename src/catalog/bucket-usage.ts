// What buckets held, by day and storage class, as the usage job measured it. One row for each; a day
// that is measured again is replaced. Rows outlive their bucket, so that a bill can still be explained.

import { type CatalogCall, queryAll, transact } from "./database.ts";

/** What a bucket held in one class on one day. Days are UTC: `2026-11-27`. */
export interface BucketUsage {
  readonly bucketId: string;
  readonly day: string;
  readonly storageClass: string;
  readonly objects: number;
  readonly noncurrentVersions: number;
  /** In the row of the class STANDARD. */
  readonly deleteMarkers: number;
  readonly uploads: number;
  readonly currentBytes: number;
  readonly noncurrentBytes: number;
  readonly uploadBytes: number;
  /** Content that waits for its removal; in the row of the class STANDARD, whatever its own. */
  readonly condemnedVersions: number;
  readonly condemnedBytes: number;
  readonly measuredAtMs: number;
}

/** With the bucket's name as it is now; absent when the bucket is gone. */
export interface NamedUsage extends BucketUsage {
  readonly bucket?: string;
  readonly accountId?: string;
}

interface UsageRow {
  readonly bucket_id: string;
  readonly day: string;
  readonly storage_class: string;
  readonly objects: number;
  readonly noncurrent_versions: number;
  readonly delete_markers: number;
  readonly uploads: number;
  readonly current_bytes: number;
  readonly noncurrent_bytes: number;
  readonly upload_bytes: number;
  readonly condemned_versions: number;
  readonly condemned_bytes: number;
  readonly measured_at_ms: number;
  readonly name: string | null;
  readonly account_id: string | null;
}

const COLUMNS = `bucket_id, day, storage_class, objects, noncurrent_versions, delete_markers, uploads,
  current_bytes, noncurrent_bytes, upload_bytes, condemned_versions, condemned_bytes, measured_at_ms`;

const NAMED = `SELECT u.bucket_id, u.day, u.storage_class, u.objects, u.noncurrent_versions,
    u.delete_markers, u.uploads, u.current_bytes, u.noncurrent_bytes, u.upload_bytes,
    u.condemned_versions, u.condemned_bytes, u.measured_at_ms, b.name, b.account_id
  FROM bucket_usage u LEFT JOIN buckets b ON b.bucket_id = u.bucket_id`;

const dropDay = "DELETE FROM bucket_usage WHERE bucket_id = ?1 AND day = ?2";
const insertRow = `INSERT INTO bucket_usage (${COLUMNS})
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)`;
const selectDay = `${NAMED} WHERE u.day = ?1 AND (u.bucket_id, u.storage_class) > (?2, ?3)
  ORDER BY u.bucket_id, u.storage_class LIMIT ?4`;
const selectSeries = `${NAMED} WHERE u.bucket_id = ?1 AND u.day >= ?2 AND u.day <= ?3
  ORDER BY u.day, u.storage_class`;
const selectTotals = `SELECT '' AS bucket_id, day, storage_class, sum(objects) AS objects,
    sum(noncurrent_versions) AS noncurrent_versions, sum(delete_markers) AS delete_markers,
    sum(uploads) AS uploads, sum(current_bytes) AS current_bytes,
    sum(noncurrent_bytes) AS noncurrent_bytes, sum(upload_bytes) AS upload_bytes,
    sum(condemned_versions) AS condemned_versions, sum(condemned_bytes) AS condemned_bytes,
    max(measured_at_ms) AS measured_at_ms, NULL AS name, NULL AS account_id
  FROM bucket_usage WHERE day >= ?1 AND day <= ?2
    AND (?3 IS NULL OR bucket_id IN (SELECT bucket_id FROM buckets WHERE account_id = ?3))
  GROUP BY day, storage_class ORDER BY day, storage_class`;
/** Of each bucket that stands, its latest day. */
const selectLatest = `${NAMED}
  WHERE b.bucket_id IS NOT NULL AND (?1 IS NULL OR b.name = ?1) AND b.name > ?2
    AND (?4 IS NULL OR b.account_id = ?4)
    AND u.day = (SELECT max(day) FROM bucket_usage l WHERE l.bucket_id = u.bucket_id)
  ORDER BY b.name, u.storage_class LIMIT ?3`;
const dropOld = "DELETE FROM bucket_usage WHERE day < ?1";

/** Keeps what a bucket held on a day, in place of what was kept of that day. */
export async function saveUsage(
  call: CatalogCall,
  { bucketId, day }: Pick<BucketUsage, "bucketId" | "day">,
  rows: readonly Omit<BucketUsage, "bucketId" | "day">[],
): Promise<void> {
  await transact(call, [
    [dropDay, bucketId, day],
    ...rows.map(
      (row) =>
        [
          insertRow,
          bucketId,
          day,
          row.storageClass,
          row.objects,
          row.noncurrentVersions,
          row.deleteMarkers,
          row.uploads,
          row.currentBytes,
          row.noncurrentBytes,
          row.uploadBytes,
          row.condemnedVersions,
          row.condemnedBytes,
          row.measuredAtMs,
        ] as const,
    ),
  ]);
}

/** A page of what all buckets held on a day, behind a row, by bucket and class. */
export async function usageOfDay(
  call: CatalogCall,
  day: string,
  page: {
    readonly after?: Pick<BucketUsage, "bucketId" | "storageClass">;
    readonly limit: number;
  },
): Promise<readonly NamedUsage[]> {
  const { bucketId = "", storageClass = "" } = page.after ?? {};
  const query = [selectDay, day, bucketId, storageClass, page.limit] as const;
  return (await queryAll<UsageRow>(call, query)).map(renderRow);
}

/** What one bucket held, day by day. */
export async function usageSeries(
  call: CatalogCall,
  { bucketId, fromDay, toDay }: { bucketId: string; fromDay: string; toDay: string },
): Promise<readonly NamedUsage[]> {
  return (await queryAll<UsageRow>(call, [selectSeries, bucketId, fromDay, toDay])).map(renderRow);
}

/** What all buckets together held, or those an account has now, day by day. */
export async function usageTotals(
  call: CatalogCall,
  span: { readonly fromDay: string; readonly toDay: string; readonly accountId?: string },
): Promise<readonly BucketUsage[]> {
  const query = [selectTotals, span.fromDay, span.toDay, span.accountId ?? null] as const;
  return (await queryAll<UsageRow>(call, query)).map(renderRow);
}

/** What the buckets that stand held when they were measured last, by name and class. */
export async function latestUsage(
  call: CatalogCall,
  page: {
    readonly bucket?: string;
    readonly accountId?: string;
    readonly after?: string;
    readonly limit: number;
  },
): Promise<readonly NamedUsage[]> {
  const { bucket = null, accountId = null, after = "", limit } = page;
  const query = [selectLatest, bucket, after, limit, accountId] as const;
  return (await queryAll<UsageRow>(call, query)).map(renderRow);
}

/** Forgets days before that one. */
export async function forgetUsage(call: CatalogCall, beforeDay: string): Promise<void> {
  await queryAll(call, [dropOld, beforeDay]);
}

function renderRow(row: UsageRow): NamedUsage {
  return {
    bucketId: row.bucket_id,
    day: row.day,
    storageClass: row.storage_class,
    objects: row.objects,
    noncurrentVersions: row.noncurrent_versions,
    deleteMarkers: row.delete_markers,
    uploads: row.uploads,
    currentBytes: row.current_bytes,
    noncurrentBytes: row.noncurrent_bytes,
    uploadBytes: row.upload_bytes,
    condemnedVersions: row.condemned_versions,
    condemnedBytes: row.condemned_bytes,
    measuredAtMs: row.measured_at_ms,
    ...(row.name !== null && { bucket: row.name }),
    ...(row.account_id !== null && { accountId: row.account_id }),
  };
}
