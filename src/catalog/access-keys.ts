// Access keys: from the id in a signature to the secret and the caller it stands for; and the making,
// switching and deleting of an account's own keys. Secrets leave here twice: to whoever verifies a
// signature, and in the answer to the call that made the key.
// Limit of two keys: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html

import type { AccessKey } from "../s3/principal.ts";
import { type Account, getAccount, operatorAccount, rootPrincipal } from "./accounts.ts";
import { type CatalogCall, type Query, queryAll, queryFirst } from "./database.ts";
import { loadPowers } from "./identity-powers.ts";
import { IsolateCache, perDatabase } from "./isolate-cache.ts";
import {
  keyCache,
  mintAccessKey,
  type NewAccessKey,
  openSecret,
  type StoredKey,
} from "./key-ring.ts";
import { userPrincipal } from "./principals.ts";

export { ACCESS_KEY_CACHE_MS } from "./key-ring.ts";

/** As IAM: the root of an account, and each user, has at most two. */
export const ACCESS_KEYS_PER_OWNER = 2;

/** IAM shows the last use of a key with a delay of hours; ours lags by at most this, one hour. */
export const KEY_USE_INTERVAL_MS = 3_600_000;

export type AccessKeyStatus = AccessKey["status"];

/** A key as lists show it: everything but the secret. */
export interface AccessKeySummary {
  readonly accessKeyId: string;
  readonly accountId: string;
  readonly status: AccessKeyStatus;
  readonly createdAtMs: number;
  /** Recorded at most once in `KEY_USE_INTERVAL_MS` for each isolate; absent: never. */
  readonly lastUsed?: { readonly atMs: number; readonly service: string; readonly region: string };
}

interface KeyRow {
  readonly access_key_id: string;
  readonly sealed_secret: string;
  readonly status: AccessKeyStatus;
  readonly user_id: string | null;
  readonly account_id: string;
  readonly canonical_id: string;
  readonly name: string;
  readonly email: string;
  readonly is_operator: number;
  readonly account_created_at_ms: number;
}

interface SummaryRow {
  readonly access_key_id: string;
  readonly account_id: string;
  readonly status: AccessKeyStatus;
  readonly created_at_ms: number;
  readonly last_used_at_ms: number | null;
  readonly last_used_service: string | null;
  readonly last_used_region: string | null;
}

const selectKey = `SELECT k.access_key_id, k.sealed_secret, k.status, k.user_id, a.account_id,
    a.canonical_id, a.name, a.email, a.is_operator, a.created_at_ms AS account_created_at_ms
  FROM access_keys k JOIN accounts a ON a.account_id = k.account_id
  WHERE k.access_key_id = ?1 AND a.state = 'active'`;

const SUMMARY = `access_key_id, account_id, status, created_at_ms,
  last_used_at_ms, last_used_service, last_used_region`;

const selectSummary = `SELECT ${SUMMARY} FROM access_keys
  WHERE access_key_id = ?1 AND user_id IS NULL`;

const selectSummaries = `SELECT ${SUMMARY} FROM access_keys
  WHERE account_id = ?1 AND user_id IS NULL ORDER BY created_at_ms, access_key_id`;

/** Counts and inserts in one statement: two racing calls cannot make a third key. */
const insertKey = `INSERT INTO access_keys
    (access_key_id, account_id, sealed_secret, created_at_ms)
  SELECT ?1, ?2, ?3, ?4
  WHERE EXISTS (SELECT 1 FROM accounts WHERE account_id = ?2 AND state = 'active')
    AND (SELECT count(*) FROM access_keys WHERE account_id = ?2 AND user_id IS NULL) < ?5
  RETURNING access_key_id`;

const updateStatus = `UPDATE access_keys SET status = ?2
  WHERE access_key_id = ?1 AND user_id IS NULL RETURNING access_key_id`;

const deleteKey = `DELETE FROM access_keys
  WHERE access_key_id = ?1 AND user_id IS NULL RETURNING access_key_id`;

const updateLastUsed = `UPDATE access_keys
  SET last_used_at_ms = ?2, last_used_service = ?3, last_used_region = ?4
  WHERE access_key_id = ?1 AND coalesce(last_used_at_ms, 0) <= ?5`;

/**
 * The key with that id, or `undefined`. Inactive keys are found too: the caller must look at
 * `status`. At most `ACCESS_KEY_CACHE_MS` old. The root key of the deployment comes from its
 * settings and shadows any row with its id. Throws `ServiceUnavailable` when D1 is down and the key
 * is not remembered.
 */
export async function findAccessKey(
  call: CatalogCall,
  accessKeyId: string,
): Promise<AccessKey | undefined> {
  if (isConfiguredRootKey(call, accessKeyId)) return findRootKey(call, accessKeyId);
  const key = await keyCache(call.env).get(accessKeyId, call.nowMs, () =>
    loadKey(call, accessKeyId),
  );
  if (key?.userId === undefined) return key;
  // A user's powers are remembered apart: many keys and groups lead to them.
  const powers = await loadPowers(call, key.userId);
  return powers === undefined
    ? undefined
    : { ...key, principal: { ...userPrincipal(powers), accessKeyId } };
}

/** True for `ROOT_ACCESS_KEY_ID`: it is in no table and only the deployment can change it. */
export function isConfiguredRootKey(call: CatalogCall, accessKeyId: string): boolean {
  return accessKeyId !== "" && accessKeyId === call.env.ROOT_ACCESS_KEY_ID;
}

export type CreateAccessKeyOutcome =
  | { readonly kind: "created"; readonly key: NewAccessKey }
  | { readonly kind: "limit-exceeded" }
  | { readonly kind: "no-such-account" };

/** Makes a root key for the account, unless it has `ACCESS_KEYS_PER_OWNER` already. */
export async function createAccessKey(
  call: CatalogCall,
  accountId: string,
): Promise<CreateAccessKeyOutcome> {
  const { key, sealedSecret } = await mintAccessKey(call);
  const made = await queryFirst(call, [
    insertKey,
    key.accessKeyId,
    accountId,
    sealedSecret,
    call.nowMs,
    ACCESS_KEYS_PER_OWNER,
  ]);
  if (made !== undefined) return { kind: "created", key };
  const account = await getAccount(call, accountId);
  return { kind: account === undefined ? "no-such-account" : "limit-exceeded" };
}

/** The account's root keys, oldest first, without secrets. */
export async function listAccessKeys(
  call: CatalogCall,
  accountId: string,
): Promise<readonly AccessKeySummary[]> {
  const rows = await queryAll<SummaryRow>(call, [selectSummaries, accountId]);
  return rows.map(renderSummary);
}

/** One root key without its secret, read anew. */
export async function describeAccessKey(
  call: CatalogCall,
  accessKeyId: string,
): Promise<AccessKeySummary | undefined> {
  const row = await queryFirst<SummaryRow>(call, [selectSummary, accessKeyId]);
  return row === undefined ? undefined : renderSummary(row);
}

/** Switches a root key on or off; false when there is none. At once here, else as `findAccessKey`. */
export async function setAccessKeyStatus(
  call: CatalogCall,
  accessKeyId: string,
  status: AccessKeyStatus,
): Promise<boolean> {
  return changeKey(call, accessKeyId, [updateStatus, accessKeyId, status]);
}

/** Deletes a root key; false when there is none. At once here, else as `findAccessKey`. */
export async function deleteAccessKey(call: CatalogCall, accessKeyId: string): Promise<boolean> {
  return changeKey(call, accessKeyId, [deleteKey, accessKeyId]);
}

/** Which of its own notes of use an isolate has written already. */
const keyUses = perDatabase(
  () => new IsolateCache<true>({ ttlMs: KEY_USE_INTERVAL_MS, absentTtlMs: 0, maxEntries: 5_000 }),
);

/**
 * Notes that a request signed with the key was let in, for `lastUsed`. Nearly always free: it writes
 * once in `KEY_USE_INTERVAL_MS`, and is `undefined` when there is nothing to write. Not worth
 * waiting for; run it after the response.
 */
export function noteKeyUse(
  call: CatalogCall,
  use: { readonly accessKeyId: string; readonly service: string; readonly region: string },
): Promise<unknown> | undefined {
  const { accessKeyId, service, region } = use;
  if (isConfiguredRootKey(call, accessKeyId)) return undefined;
  const uses = keyUses(call.env);
  if (uses.peek(accessKeyId, call.nowMs)) return undefined;
  return uses.get(accessKeyId, call.nowMs, async () => {
    const dueBeforeMs = call.nowMs - KEY_USE_INTERVAL_MS;
    await queryAll(call, [updateLastUsed, accessKeyId, call.nowMs, service, region, dueBeforeMs]);
    return true as const;
  });
}

/** Forgets the key even when the answer is lost: the change may have been made. */
async function changeKey(call: CatalogCall, accessKeyId: string, change: Query): Promise<boolean> {
  try {
    return (await queryFirst(call, change)) !== undefined;
  } finally {
    keyCache(call.env).forget(accessKeyId);
  }
}

async function findRootKey(call: CatalogCall, accessKeyId: string): Promise<AccessKey> {
  const secret = call.env.ROOT_SECRET_ACCESS_KEY;
  // An empty secret would let anybody sign as root.
  if (!secret) throw new Error("ROOT_SECRET_ACCESS_KEY is not set");
  const account = await operatorAccount(call);
  const principal = rootPrincipal(account, accessKeyId);
  return { accessKeyId, secret, status: "Active", principal };
}

async function loadKey(call: CatalogCall, accessKeyId: string): Promise<StoredKey | undefined> {
  const row = await queryFirst<KeyRow>(call, [selectKey, accessKeyId]);
  if (row === undefined) return undefined;
  const account: Account = {
    accountId: row.account_id,
    canonicalId: row.canonical_id,
    name: row.name,
    email: row.email,
    isOperator: row.is_operator === 1,
    createdAtMs: row.account_created_at_ms,
  };
  return {
    accessKeyId,
    secret: await openSecret(call.env, accessKeyId, row.sealed_secret),
    status: row.status,
    principal: rootPrincipal(account, accessKeyId),
    ...(row.user_id !== null && { userId: row.user_id }),
  };
}

function renderSummary(row: SummaryRow): AccessKeySummary {
  const summary = {
    accessKeyId: row.access_key_id,
    accountId: row.account_id,
    status: row.status,
    createdAtMs: row.created_at_ms,
  };
  if (row.last_used_at_ms === null) return summary;
  const service = row.last_used_service ?? "";
  const region = row.last_used_region ?? "";
  return { ...summary, lastUsed: { atMs: row.last_used_at_ms, service, region } };
}
