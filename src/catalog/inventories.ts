// Which inventory configurations there are, of all buckets of all accounts: for the cron that starts
// their reports.

import { type CatalogCall, queryAll } from "./database.ts";

/** A configuration by its bucket and id, with its document. */
export interface StoredInventory {
  readonly bucket: string;
  readonly bucketId: string;
  readonly id: string;
  readonly document: string;
}

interface Row {
  readonly name: string;
  readonly bucket_id: string;
  readonly setting: string;
  readonly document: string;
}

/** `0` is what comes behind `/`. */
const selectAfter = `SELECT b.name, s.bucket_id, s.setting, s.document
  FROM bucket_settings s JOIN buckets b ON b.bucket_id = s.bucket_id
  WHERE s.setting >= 'inventory/' AND s.setting < 'inventory0' AND b.state = 'active'
    AND (b.name, s.setting) > (?1, ?2)
  ORDER BY b.name, s.setting LIMIT ?3`;

/** At most `limit` of them behind a bucket's one, in the order of names and ids. */
export async function listInventories(
  call: CatalogCall,
  page: { readonly after?: Pick<StoredInventory, "bucket" | "id">; readonly limit: number },
): Promise<readonly StoredInventory[]> {
  const { after, limit } = page;
  const behind = after === undefined ? ["", ""] : [after.bucket, `inventory/${after.id}`];
  const rows = await queryAll<Row>(call, [selectAfter, ...behind, limit]);
  return rows.map((row) => ({
    bucket: row.name,
    bucketId: row.bucket_id,
    id: row.setting.slice("inventory/".length),
    document: row.document,
  }));
}
