// KMS keys as records: making, finding, listing, switching, rotating and destroying them. What a key
// does to bytes is in `kms-material.ts`, names for keys in `kms-aliases.ts`. Every change here is one
// transaction, and is obeyed by this isolate at once, by others after `KMS_KEY_CACHE_MS`.

import type { Seams } from "../env.ts";
import { type CatalogCall, type Query, queryAll, queryFirst, transact } from "./database.ts";
import { forgetKmsKey, type KmsKeyState, mintMaterial } from "./kms-material.ts";

const DAY_MS = 86_400_000;

/** A key as the API shows it; no material in it. */
export interface KmsKey {
  readonly keyId: string;
  readonly accountId: string;
  /** `AWS`: the account's `aws/s3`, which nobody can switch off or delete. */
  readonly manager: "CUSTOMER" | "AWS";
  readonly state: KmsKeyState;
  readonly description: string;
  readonly tags: readonly (readonly [key: string, value: string])[];
  readonly createdAtMs: number;
  /** Only while deletion is pending. */
  readonly deletionAtMs?: number;
  /** Only while automatic rotation is on. */
  readonly rotation?: { readonly days: number; readonly nextAtMs: number };
}

interface KeyRow {
  readonly key_id: string;
  readonly account_id: string;
  readonly manager: KmsKey["manager"];
  readonly state: KmsKeyState;
  readonly description: string;
  readonly tags: string;
  readonly created_at_ms: number;
  readonly deletion_at_ms: number | null;
  readonly rotation_days: number | null;
  readonly rotation_at_ms: number | null;
}

/** A key past its day of deletion is gone, whether or not the upkeep has been here yet. */
const selectKey = `SELECT * FROM kms_keys
  WHERE key_id = ?1 AND (deletion_at_ms IS NULL OR deletion_at_ms > ?2)`;

const selectKeys = `SELECT * FROM kms_keys
  WHERE account_id = ?1 AND key_id > ?2 AND (deletion_at_ms IS NULL OR deletion_at_ms > ?3)
  ORDER BY key_id LIMIT ?4`;

const insertKey = `INSERT INTO kms_keys
    (key_id, account_id, manager, description, tags, created_at_ms, rotation_days, rotation_at_ms)
  VALUES (?1, ?2, 'CUSTOMER', ?3, ?4, ?5, NULL, NULL)`;

/** Only one caller's key becomes the account's `aws/s3`, whoever else tries at the same time. */
const insertManagedKey = `INSERT INTO kms_keys
    (key_id, account_id, manager, description, created_at_ms, rotation_days, rotation_at_ms)
  SELECT ?1, ?2, 'AWS', ?3, ?4, ?5, ?6
  WHERE NOT EXISTS (SELECT 1 FROM kms_aliases WHERE account_id = ?2 AND name = ?7)`;

const insertMaterial = `INSERT INTO kms_materials (key_id, generation, sealed, created_at_ms)
  SELECT ?1, ?2, ?3, ?4 WHERE EXISTS (SELECT 1 FROM kms_keys WHERE key_id = ?1)`;

const insertManagedAlias = `INSERT OR IGNORE INTO kms_aliases
    (account_id, name, key_id, created_at_ms, updated_at_ms)
  SELECT ?1, ?2, ?3, ?4, ?4 WHERE EXISTS (SELECT 1 FROM kms_keys WHERE key_id = ?3)`;

const selectAliasedKey = `SELECT key_id FROM kms_aliases WHERE account_id = ?1 AND name = ?2`;

const selectGenerations = `SELECT generation, created_at_ms FROM kms_materials
  WHERE key_id = ?1 ORDER BY generation`;

const selectDueKeys = `SELECT key_id FROM kms_keys WHERE rotation_at_ms <= ?1
  AND state = 'Enabled' ORDER BY rotation_at_ms LIMIT ?2`;

const deleteDueKeys = `DELETE FROM kms_keys WHERE key_id IN
  (SELECT key_id FROM kms_keys WHERE deletion_at_ms <= ?1 ORDER BY deletion_at_ms LIMIT ?2)
  RETURNING key_id`;

/** Makes a key that is enabled at once. */
export async function createKmsKey(
  call: CatalogCall,
  facts: { accountId: string; description: string; tags: KmsKey["tags"] },
): Promise<KmsKey> {
  const keyId = newKeyId(call.seams);
  const sealed = await mintMaterial(call, keyId, 0);
  const tags = JSON.stringify(facts.tags);
  await transact(call, [
    [insertKey, keyId, facts.accountId, facts.description, tags, call.nowMs],
    [insertMaterial, keyId, 0, sealed, call.nowMs],
  ]);
  return {
    keyId,
    accountId: facts.accountId,
    manager: "CUSTOMER",
    state: "Enabled",
    description: facts.description,
    tags: facts.tags,
    createdAtMs: call.nowMs,
  };
}

/** AWS rotates the keys it manages every year. */
const managedRotationDays = 365;

/** The id of the key behind an alias of ours (`alias/aws/s3`), made on first use. */
export async function ensureManagedKey(
  call: CatalogCall,
  facts: { accountId: string; alias: string; description: string },
): Promise<string> {
  const { accountId, alias, description } = facts;
  const find = () => queryFirst<{ key_id: string }>(call, [selectAliasedKey, accountId, alias]);
  const known = await find();
  if (known !== undefined) return known.key_id;
  const { nowMs } = call;
  const keyId = newKeyId(call.seams);
  const sealed = await mintMaterial(call, keyId, 0);
  const nextAtMs = nowMs + managedRotationDays * DAY_MS;
  await transact(call, [
    [insertManagedKey, keyId, accountId, description, nowMs, managedRotationDays, nextAtMs, alias],
    [insertMaterial, keyId, 0, sealed, nowMs],
    [insertManagedAlias, accountId, alias, keyId, nowMs],
  ]);
  // Another caller may have been first: whose key the alias names is the truth.
  return (await find())?.key_id ?? keyId;
}

/** The key as it is now, read anew. */
export async function getKmsKey(call: CatalogCall, keyId: string): Promise<KmsKey | undefined> {
  const row = await queryFirst<KeyRow>(call, [selectKey, keyId, call.nowMs]);
  return row && renderKey(row);
}

/** An account's keys by id, after `after`. */
export async function listKmsKeys(
  call: CatalogCall,
  accountId: string,
  { after, limit }: { after: string; limit: number },
): Promise<readonly KmsKey[]> {
  const rows = await queryAll<KeyRow>(call, [selectKeys, accountId, after, call.nowMs, limit]);
  return rows.map(renderKey);
}

const setState = `UPDATE kms_keys SET state = ?2, deletion_at_ms = NULL
  WHERE key_id = ?1 AND state <> 'PendingDeletion'`;

/** Switches a key on or off, unless its deletion is pending. */
export async function setKmsKeyState(
  call: CatalogCall,
  keyId: string,
  state: "Enabled" | "Disabled",
): Promise<void> {
  await change(call, keyId, [[setState, keyId, state]]);
}

const scheduleDeletion = `UPDATE kms_keys
  SET state = 'PendingDeletion', deletion_at_ms = ?2, rotation_days = NULL, rotation_at_ms = NULL
  WHERE key_id = ?1 AND state <> 'PendingDeletion'`;

const cancelDeletion = `UPDATE kms_keys SET state = 'Disabled', deletion_at_ms = NULL
  WHERE key_id = ?1 AND state = 'PendingDeletion'`;

/** The key stops working at once; its material is destroyed after that many days. */
export async function scheduleKmsKeyDeletion(
  call: CatalogCall,
  keyId: string,
  days: number,
): Promise<number> {
  const deletionAtMs = call.nowMs + days * DAY_MS;
  await change(call, keyId, [[scheduleDeletion, keyId, deletionAtMs]]);
  return deletionAtMs;
}

/** The key is kept, and left disabled, as on AWS. */
export async function cancelKmsKeyDeletion(call: CatalogCall, keyId: string): Promise<void> {
  await change(call, keyId, [[cancelDeletion, keyId]]);
}

const setRotation = `UPDATE kms_keys SET rotation_days = ?2, rotation_at_ms = ?3 WHERE key_id = ?1`;

/** Turns automatic rotation on, every `days` days from now, or off. */
export async function setKmsKeyRotation(
  call: CatalogCall,
  keyId: string,
  days: number | undefined,
): Promise<void> {
  const nextAtMs = days === undefined ? null : call.nowMs + days * DAY_MS;
  await change(call, keyId, [[setRotation, keyId, days ?? null, nextAtMs]]);
}

const setDescription = `UPDATE kms_keys SET description = ?2 WHERE key_id = ?1`;
const setTags = `UPDATE kms_keys SET tags = ?2 WHERE key_id = ?1`;

export async function describeKmsKeyAs(
  call: CatalogCall,
  keyId: string,
  description: string,
): Promise<void> {
  await change(call, keyId, [[setDescription, keyId, description]]);
}

export async function tagKmsKey(
  call: CatalogCall,
  keyId: string,
  tags: KmsKey["tags"],
): Promise<void> {
  await change(call, keyId, [[setTags, keyId, JSON.stringify(tags)]]);
}

/** When the key got each of its materials, the first one included. */
export async function listKmsGenerations(
  call: CatalogCall,
  keyId: string,
): Promise<readonly { readonly generation: number; readonly createdAtMs: number }[]> {
  const rows = await queryAll<{ generation: number; created_at_ms: number }>(call, [
    selectGenerations,
    keyId,
  ]);
  return rows.map((row) => ({ generation: row.generation, createdAtMs: row.created_at_ms }));
}

const advanceRotation = `UPDATE kms_keys SET rotation_at_ms = ?2 + rotation_days * 86400000
  WHERE key_id = ?1 AND rotation_at_ms <= ?2`;

/** Gives the key new material to encrypt with; what the older ones encrypted still opens. */
export async function rotateKmsKey(call: CatalogCall, keyId: string): Promise<void> {
  const generations = await listKmsGenerations(call, keyId);
  const generation = (generations.at(-1)?.generation ?? -1) + 1;
  const sealed = await mintMaterial(call, keyId, generation);
  await change(call, keyId, [
    [insertMaterial, keyId, generation, sealed, call.nowMs],
    [advanceRotation, keyId, call.nowMs],
  ]);
}

/** One slice of upkeep: rotates keys that are due and destroys those whose waiting is over. */
export async function maintainKmsKeys(
  call: CatalogCall,
  limit: number,
): Promise<{ readonly rotated: number; readonly destroyed: number }> {
  const due = await queryAll<{ key_id: string }>(call, [selectDueKeys, call.nowMs, limit]);
  for (const { key_id: keyId } of due) await rotateKmsKey(call, keyId);
  const gone = await queryAll<{ key_id: string }>(call, [deleteDueKeys, call.nowMs, limit]);
  for (const { key_id: keyId } of gone) forgetKmsKey(call.env, keyId);
  return { rotated: due.length, destroyed: gone.length };
}

/** Forgets the key even when the answer is lost: the change may have been made. */
async function change(call: CatalogCall, keyId: string, queries: readonly Query[]): Promise<void> {
  try {
    await transact(call, queries);
  } finally {
    forgetKmsKey(call.env, keyId);
  }
}

/** A random UUID (RFC 9562, version 4), as AWS names keys. */
function newKeyId(seams: Seams): string {
  const bytes = seams.randomBytes(16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function renderKey(row: KeyRow): KmsKey {
  const { rotation_days: days, rotation_at_ms: nextAtMs } = row;
  return {
    keyId: row.key_id,
    accountId: row.account_id,
    manager: row.manager,
    state: row.state,
    description: row.description,
    tags: JSON.parse(row.tags) as KmsKey["tags"],
    createdAtMs: row.created_at_ms,
    ...(row.deletion_at_ms !== null && { deletionAtMs: row.deletion_at_ms }),
    ...(days !== null && nextAtMs !== null && { rotation: { days, nextAtMs } }),
  };
}
