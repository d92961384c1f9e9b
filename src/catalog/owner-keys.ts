// The access keys of one owner: of a user, or of an account's root, as IAM manages them. Making,
// listing, switching, deleting; two at most. A key is touched only together with its owner, so that
// nobody reaches another's by its id (SEC-064).

import { ACCESS_KEYS_PER_OWNER, type AccessKeyStatus } from "./access-keys.ts";
import { type CatalogCall, type Query, queryAll, queryFirst } from "./database.ts";
import { keyCache, mintAccessKey, type NewAccessKey } from "./key-ring.ts";

/** Whose keys: a user's, or the root's (`userId` null). */
export interface KeyOwner {
  readonly accountId: string;
  readonly userId: string | null;
}

export interface OwnerKey {
  readonly accessKeyId: string;
  readonly status: AccessKeyStatus;
  readonly createdAtMs: number;
}

/** The owner and the last use of a key, whoever has it. */
export interface KeyUse {
  readonly accountId: string;
  /** Absent: the root's. */
  readonly userName?: string;
  readonly lastUsed?: { readonly atMs: number; readonly service: string; readonly region: string };
}

interface KeyRow {
  readonly access_key_id: string;
  readonly status: AccessKeyStatus;
  readonly created_at_ms: number;
}

interface UseRow {
  readonly account_id: string;
  readonly name: string | null;
  readonly last_used_at_ms: number | null;
  readonly last_used_service: string | null;
  readonly last_used_region: string | null;
}

const selectKeys = `SELECT access_key_id, status, created_at_ms FROM access_keys
  WHERE account_id = ?1 AND user_id IS ?2 ORDER BY created_at_ms, access_key_id`;

/** The user must still exist: two racing calls cannot leave a key that belongs to nobody. */
const insertKey = `INSERT INTO access_keys
    (access_key_id, account_id, user_id, sealed_secret, created_at_ms)
  SELECT ?1, ?2, ?3, ?4, ?5
  WHERE (SELECT count(*) FROM access_keys WHERE account_id = ?2 AND user_id IS ?3) < ?6
    AND (?3 IS NULL OR EXISTS (SELECT 1 FROM identities WHERE identity_id = ?3))
  RETURNING access_key_id`;

const updateStatus = `UPDATE access_keys SET status = ?4
  WHERE access_key_id = ?1 AND account_id = ?2 AND user_id IS ?3 RETURNING access_key_id`;

const deleteRow = `DELETE FROM access_keys
  WHERE access_key_id = ?1 AND account_id = ?2 AND user_id IS ?3 RETURNING access_key_id`;

const selectUse = `SELECT k.account_id, i.name, k.last_used_at_ms, k.last_used_service,
    k.last_used_region
  FROM access_keys k LEFT JOIN identities i ON i.identity_id = k.user_id
  WHERE k.access_key_id = ?1`;

/** Oldest first, without secrets. */
export async function listOwnerKeys(
  call: CatalogCall,
  owner: KeyOwner,
): Promise<readonly OwnerKey[]> {
  const rows = await queryAll<KeyRow>(call, [selectKeys, owner.accountId, owner.userId]);
  return rows.map((row) => ({
    accessKeyId: row.access_key_id,
    status: row.status,
    createdAtMs: row.created_at_ms,
  }));
}

/** `undefined`: the owner has two already. */
export async function createOwnerKey(
  call: CatalogCall,
  owner: KeyOwner,
): Promise<NewAccessKey | undefined> {
  const { key, sealedSecret } = await mintAccessKey(call);
  const made = await queryFirst(call, [
    insertKey,
    key.accessKeyId,
    owner.accountId,
    owner.userId,
    sealedSecret,
    call.nowMs,
    ACCESS_KEYS_PER_OWNER,
  ]);
  return made === undefined ? undefined : key;
}

/** False when the owner has no such key. At once in this isolate, else within 30 seconds. */
export function setOwnerKeyStatus(
  call: CatalogCall,
  owner: KeyOwner,
  change: { readonly accessKeyId: string; readonly status: AccessKeyStatus },
): Promise<boolean> {
  const { accessKeyId, status } = change;
  const query: Query = [updateStatus, accessKeyId, owner.accountId, owner.userId, status];
  return changeKey(call, accessKeyId, query);
}

/** False when the owner has no such key. */
export function deleteOwnerKey(
  call: CatalogCall,
  owner: KeyOwner,
  accessKeyId: string,
): Promise<boolean> {
  return changeKey(call, accessKeyId, [deleteRow, accessKeyId, owner.accountId, owner.userId]);
}

/** Whose key it is and when it was used last; `undefined` for keys that do not exist. */
export async function findKeyUse(
  call: CatalogCall,
  accessKeyId: string,
): Promise<KeyUse | undefined> {
  const row = await queryFirst<UseRow>(call, [selectUse, accessKeyId]);
  if (row === undefined) return undefined;
  const { last_used_at_ms: atMs } = row;
  const lastUsed = atMs !== null && {
    lastUsed: { atMs, service: row.last_used_service ?? "", region: row.last_used_region ?? "" },
  };
  return {
    accountId: row.account_id,
    ...(row.name !== null && { userName: row.name }),
    ...lastUsed,
  };
}

/** Forgets the key even when the answer is lost: the change may have been made. */
async function changeKey(call: CatalogCall, accessKeyId: string, change: Query): Promise<boolean> {
  try {
    return (await queryFirst(call, change)) !== undefined;
  } finally {
    keyCache(call.env).forget(accessKeyId);
  }
}
