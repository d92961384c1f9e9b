// Changing the master key: everything that an earlier key sealed is opened and sealed anew under
// MASTER_KEY, a slice at a time. Safe to stop, to repeat and to run twice at once: a row is written
// only if it still holds the text that was read. Once nothing is left, MASTER_KEY_PREVIOUS can go.

import { type CatalogCall, queryAll, queryFirst, transact } from "./database.ts";
import { accessKeyLabel } from "./key-ring.ts";
import { materialLabel } from "./kms-material.ts";
import { remoteLabel } from "./remotes.ts";
import { type SealLabel, seal, sealPrefixes, unseal } from "./sealing.ts";
import { webhookLabel } from "./webhooks.ts";

interface SealedRow {
  readonly id: string;
  /** Of KMS keys; 0 elsewhere. */
  readonly generation: number;
  readonly sealed: string;
}

/** A table with sealed values. A new one must be listed here, or its values are lost at a rotation. */
interface SealedTable {
  /** Rows sealed under a key whose prefix is in ?1 (a JSON list), at most ?2 of them. */
  readonly select: string;
  /** Writes ?4 into the row ?1, ?2 if it still holds ?3. */
  readonly update: string;
  /** How many rows are not sealed under the prefix ?1. */
  readonly count: string;
  label(row: SealedRow): SealLabel;
}

const tables: readonly SealedTable[] = [
  {
    select: `SELECT access_key_id AS id, 0 AS generation, sealed_secret AS sealed FROM access_keys
      WHERE substr(sealed_secret, 1, 12) IN (SELECT value FROM json_each(?1)) LIMIT ?2`,
    update: `UPDATE access_keys SET sealed_secret = ?4
      WHERE access_key_id = ?1 AND 0 = ?2 AND sealed_secret = ?3`,
    count: `SELECT count(*) AS n FROM access_keys WHERE substr(sealed_secret, 1, 12) <> ?1`,
    label: ({ id }) => accessKeyLabel(id),
  },
  {
    select: `SELECT key_id AS id, generation, sealed FROM kms_materials
      WHERE substr(sealed, 1, 12) IN (SELECT value FROM json_each(?1)) LIMIT ?2`,
    update: `UPDATE kms_materials SET sealed = ?4
      WHERE key_id = ?1 AND generation = ?2 AND sealed = ?3`,
    count: `SELECT count(*) AS n FROM kms_materials WHERE substr(sealed, 1, 12) <> ?1`,
    label: ({ id, generation }) => materialLabel(id, generation),
  },
  {
    select: `SELECT name AS id, 0 AS generation, sealed_secret AS sealed FROM replication_remotes
      WHERE substr(sealed_secret, 1, 12) IN (SELECT value FROM json_each(?1)) LIMIT ?2`,
    update: `UPDATE replication_remotes SET sealed_secret = ?4
      WHERE name = ?1 AND 0 = ?2 AND sealed_secret = ?3`,
    count: `SELECT count(*) AS n FROM replication_remotes WHERE substr(sealed_secret, 1, 12) <> ?1`,
    label: ({ id }) => remoteLabel(id),
  },
  {
    select: `SELECT webhook_id AS id, 0 AS generation, sealed_secret AS sealed FROM webhooks
      WHERE substr(sealed_secret, 1, 12) IN (SELECT value FROM json_each(?1)) LIMIT ?2`,
    update: `UPDATE webhooks SET sealed_secret = ?4
      WHERE webhook_id = ?1 AND 0 = ?2 AND sealed_secret = ?3`,
    count: `SELECT count(*) AS n FROM webhooks WHERE substr(sealed_secret, 1, 12) <> ?1`,
    label: ({ id }) => webhookLabel(id),
  },
  {
    select: `SELECT webhook_id AS id, 0 AS generation, previous_secret AS sealed FROM webhooks
      WHERE substr(previous_secret, 1, 12) IN (SELECT value FROM json_each(?1)) LIMIT ?2`,
    update: `UPDATE webhooks SET previous_secret = ?4
      WHERE webhook_id = ?1 AND 0 = ?2 AND previous_secret = ?3`,
    count: `SELECT count(*) AS n FROM webhooks WHERE substr(previous_secret, 1, 12) <> ?1`,
    label: ({ id }) => webhookLabel(id),
  },
];

/** One slice: how many values were sealed anew, and how many are not under MASTER_KEY yet. */
export interface ResealProgress {
  readonly resealed: number;
  readonly left: number;
}

/**
 * Seals at most `limit` values anew. When `resealed` is 0 and `left` is not, the rest was sealed
 * under a key that is in neither MASTER_KEY nor MASTER_KEY_PREVIOUS.
 */
export async function resealSlice(call: CatalogCall, limit: number): Promise<ResealProgress> {
  const [present = "", ...previous] = await sealPrefixes(call.env);
  // A key listed in both places is the present one.
  const earlier = JSON.stringify(previous.filter((prefix) => prefix !== present));
  let resealed = 0;
  let left = 0;
  for (const table of tables) {
    const query = [table.select, earlier, limit - resealed] as const;
    const rows = limit > resealed ? await queryAll<SealedRow>(call, query) : [];
    if (rows.length > 0) await reseal(call, table, rows);
    resealed += rows.length;
    const counted = await queryFirst<{ n: number }>(call, [table.count, present]);
    left += counted?.n ?? 0;
  }
  return { resealed, left };
}

async function reseal(
  call: CatalogCall,
  table: SealedTable,
  rows: readonly SealedRow[],
): Promise<void> {
  const updates = await Promise.all(
    rows.map(async (row) => {
      const label = table.label(row);
      const anew = await seal(call, label, await unseal(call.env, label, row.sealed));
      return [table.update, row.id, row.generation, row.sealed, anew] as const;
    }),
  );
  await transact(call, updates);
}
