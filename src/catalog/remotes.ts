// Buckets behind other S3 endpoints, registered by the operator for replication. The secret is sealed
// at rest and leaves this file for whoever signs a request with it, never for an answer (SEC-067).

import { type CatalogCall, type Query, queryAll, queryFirst } from "./database.ts";
import { IsolateCache, perDatabase } from "./isolate-cache.ts";
import { type SealLabel, seal, unseal } from "./sealing.ts";

/** `cairn`: told ids and times of versions. `s3`: any other server; it has ids of its own. */
export type RemoteKind = "cairn" | "s3";

/** Whose buckets may name a remote: an account, or everybody's. */
export const everyAccount = "*";

export interface Remote {
  readonly name: string;
  readonly kind: RemoteKind;
  /** 12 digits, or `*`. */
  readonly accountId: string;
  /** Scheme, host and port; a path in front of the bucket if there is one. No slash at the end. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly createdAtMs: number;
}

export interface OpenRemote extends Remote {
  readonly secretAccessKey: string;
}

interface RemoteRow {
  readonly name: string;
  readonly kind: RemoteKind;
  readonly account_id: string;
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly access_key_id: string;
  readonly sealed_secret: string;
  readonly created_at_ms: number;
}

/** How long another isolate goes on with a remote that was changed or taken away. */
export const REMOTE_CACHE_MS = 30_000;

const insertRemote = `INSERT INTO replication_remotes (name, kind, account_id, endpoint, region,
    bucket, access_key_id, sealed_secret, created_at_ms)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING RETURNING name`;
const selectRemote = "SELECT * FROM replication_remotes WHERE name = ?1";
const selectRemotes = "SELECT * FROM replication_remotes ORDER BY name";
const deleteRemoteRow = "DELETE FROM replication_remotes WHERE name = ?1 RETURNING name";

const remotes = perDatabase(
  () => new IsolateCache<RemoteRow>({ ttlMs: REMOTE_CACHE_MS, absentTtlMs: 0, maxEntries: 100 }),
);

/** What a remote's secret is bound to. */
export function remoteLabel(name: string): SealLabel {
  return { purpose: "replication-remote", recordId: name };
}

/** Registers a remote; false when the name is taken. */
export async function createRemote(
  call: CatalogCall,
  wish: Omit<OpenRemote, "createdAtMs">,
): Promise<boolean> {
  const sealed = await seal(call, remoteLabel(wish.name), wish.secretAccessKey);
  const { name, kind, accountId, endpoint, region, bucket, accessKeyId } = wish;
  const facts = [name, kind, accountId, endpoint, region, bucket, accessKeyId] as const;
  const query: Query = [insertRemote, ...facts, sealed, call.nowMs];
  return (await queryFirst(call, query)) !== undefined;
}

/** All remotes by name. */
export async function listRemotes(call: CatalogCall): Promise<readonly Remote[]> {
  return (await queryAll<RemoteRow>(call, [selectRemotes])).map(renderRemote);
}

/** Forgets a remote and its secret; false when there is none. */
export async function deleteRemote(call: CatalogCall, name: string): Promise<boolean> {
  const gone = await queryFirst(call, [deleteRemoteRow, name]);
  remotes(call.env).forget(name);
  return gone !== undefined;
}

/** The remote, if buckets of that account may name it. */
export async function findRemote(
  call: CatalogCall,
  name: string,
  accountId: string,
): Promise<Remote | undefined> {
  const row = await load(call, name);
  return row !== undefined && mayName(row, accountId) ? renderRemote(row) : undefined;
}

/** As `findRemote`, with the secret, for whoever signs. */
export async function openRemote(
  call: CatalogCall,
  name: string,
  accountId: string,
): Promise<OpenRemote | undefined> {
  const row = await load(call, name);
  if (row === undefined || !mayName(row, accountId)) return undefined;
  const secretAccessKey = await unseal(call.env, remoteLabel(name), row.sealed_secret);
  return { ...renderRemote(row), secretAccessKey };
}

function load(call: CatalogCall, name: string): Promise<RemoteRow | undefined> {
  return remotes(call.env).get(name, call.nowMs, () =>
    queryFirst<RemoteRow>(call, [selectRemote, name]),
  );
}

function mayName(row: RemoteRow, accountId: string): boolean {
  return row.account_id === everyAccount || row.account_id === accountId;
}

function renderRemote(row: RemoteRow): Remote {
  return {
    name: row.name,
    kind: row.kind,
    accountId: row.account_id,
    endpoint: row.endpoint,
    region: row.region,
    bucket: row.bucket,
    accessKeyId: row.access_key_id,
    createdAtMs: row.created_at_ms,
  };
}
