// Names for KMS keys, and the way from whatever a client calls a key (id, ARN, alias, alias ARN) to
// its id. Remembered per isolate as long as keys are.

import type { Env } from "../env.ts";
import { type CatalogCall, queryAll, queryFirst } from "./database.ts";
import { IsolateCache, perDatabase } from "./isolate-cache.ts";
import { ensureManagedKey } from "./kms-keys.ts";
import { KMS_KEY_CACHE_MS } from "./kms-material.ts";

export const defaultAlias = "alias/aws/s3";

export interface KmsAlias {
  /** With `alias/` in front. */
  readonly name: string;
  readonly keyId: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

interface AliasRow {
  readonly name: string;
  readonly key_id: string;
  readonly created_at_ms: number;
  readonly updated_at_ms: number;
}

const insertAlias = `INSERT OR IGNORE INTO kms_aliases
    (account_id, name, key_id, created_at_ms, updated_at_ms)
  VALUES (?1, ?2, ?3, ?4, ?4) RETURNING name`;

const updateAliasRow = `UPDATE kms_aliases SET key_id = ?3, updated_at_ms = ?4
  WHERE account_id = ?1 AND name = ?2 RETURNING name`;

const deleteAliasRow = `DELETE FROM kms_aliases
  WHERE account_id = ?1 AND name = ?2 RETURNING name`;

const selectAlias = `SELECT * FROM kms_aliases WHERE account_id = ?1 AND name = ?2`;

const selectAliases = `SELECT * FROM kms_aliases
  WHERE account_id = ?1 AND name > ?2 AND (?3 = '' OR key_id = ?3) ORDER BY name LIMIT ?4`;

const aliasCache = perDatabase(
  () => new IsolateCache<string>({ ttlMs: KMS_KEY_CACHE_MS, absentTtlMs: 0, maxEntries: 1_000 }),
);

/** Names a key; false when the account has such an alias already. */
export async function createKmsAlias(
  call: CatalogCall,
  accountId: string,
  { name, keyId }: { name: string; keyId: string },
): Promise<boolean> {
  const made = await queryFirst(call, [insertAlias, accountId, name, keyId, call.nowMs]);
  return made !== undefined;
}

/** Points a name to another key; false when there is no such alias. */
export async function updateKmsAlias(
  call: CatalogCall,
  accountId: string,
  { name, keyId }: { name: string; keyId: string },
): Promise<boolean> {
  try {
    const query = [updateAliasRow, accountId, name, keyId, call.nowMs] as const;
    return (await queryFirst(call, query)) !== undefined;
  } finally {
    forget(call.env, accountId, name);
  }
}

/** Takes a name away; false when there is no such alias. */
export async function deleteKmsAlias(
  call: CatalogCall,
  accountId: string,
  name: string,
): Promise<boolean> {
  try {
    return (await queryFirst(call, [deleteAliasRow, accountId, name])) !== undefined;
  } finally {
    forget(call.env, accountId, name);
  }
}

/** An account's aliases by name, after `after`; only those of one key when it is given. */
export async function listKmsAliases(
  call: CatalogCall,
  accountId: string,
  { after, keyId, limit }: { after: string; keyId?: string; limit: number },
): Promise<readonly KmsAlias[]> {
  const query = [selectAliases, accountId, after, keyId ?? "", limit] as const;
  const rows = await queryAll<AliasRow>(call, query);
  return rows.map((row) => ({
    name: row.name,
    keyId: row.key_id,
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
  }));
}

/** What a client called a key, taken apart. */
export type KeyReference =
  | { readonly kind: "id"; readonly keyId: string; readonly accountId?: string }
  | { readonly kind: "alias"; readonly name: string; readonly accountId?: string }
  | { readonly kind: "elsewhere"; readonly region: string }
  | { readonly kind: "malformed" };

/** Reads a key id, key ARN, alias name or alias ARN. Pure. */
export function parseKeyReference(text: string, region: string): KeyReference {
  const arn = /^arn:aws:kms:([a-z0-9-]+):(\d{12}):(key\/|)(.+)$/.exec(text);
  const [, arnRegion, accountId, keyword, name] = arn ?? [];
  if (arnRegion !== undefined && arnRegion !== region) {
    return { kind: "elsewhere", region: arnRegion };
  }
  const own = name ?? text;
  const account = accountId === undefined ? {} : { accountId };
  if (keyword !== "key/" && /^alias\/[A-Za-z0-9/_-]{1,250}$/.test(own)) {
    return { kind: "alias", name: own, ...account };
  }
  const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(own);
  if (!isId || (arn !== null && keyword === "")) return { kind: "malformed" };
  return { kind: "id", keyId: own, ...account };
}

/** The key behind an alias; `alias/aws/s3` is made when it does not exist yet. */
export function findAliasedKey(
  call: CatalogCall,
  accountId: string,
  name: string,
): Promise<string | undefined> {
  return aliasCache(call.env).get(`${accountId} ${name}`, call.nowMs, async () => {
    if (name === defaultAlias) return ensureDefaultKey(call, accountId);
    return (await queryFirst<AliasRow>(call, [selectAlias, accountId, name]))?.key_id;
  });
}

function ensureDefaultKey(call: CatalogCall, accountId: string): Promise<string> {
  const description = "Default key that protects my S3 objects when no other key is defined";
  return ensureManagedKey(call, { accountId, alias: defaultAlias, description });
}

function forget(env: Env, accountId: string, name: string): void {
  aliasCache(env).forget(`${accountId} ${name}`);
}

/** `arn:aws:kms:us-east-1:123456789012:key/...` */
export function kmsKeyArn(region: string, accountId: string, keyId: string): string {
  return `arn:aws:kms:${region}:${accountId}:key/${keyId}`;
}

/** `arn:aws:kms:us-east-1:123456789012:alias/...` */
export function kmsAliasArn(region: string, accountId: string, name: string): string {
  return `arn:aws:kms:${region}:${accountId}:${name}`;
}
