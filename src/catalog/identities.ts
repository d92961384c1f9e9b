// Users, groups and roles: made, found by name, listed, changed, deleted. Names are unique within
// their account and kind without regard to case. What an identity may do is loaded by
// `identity-powers.ts`; whether a name or a document is fit is decided above.

import { newIdentityId } from "./credentials.ts";
import { type CatalogCall, type Query, queryAll, queryFirst } from "./database.ts";

export type IdentityKind = "user" | "group" | "role";

/** As IAM's answers show tags. */
export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export interface Identity {
  /** `AIDA`, `AGPA` or `AROA` and 17 characters. */
  readonly identityId: string;
  readonly accountId: string;
  readonly kind: IdentityKind;
  readonly name: string;
  /** Begins and ends with a slash. */
  readonly path: string;
  readonly arn: string;
  readonly createdAtMs: number;
  readonly boundaryArn?: string;
  readonly tags: readonly Tag[];
  /** Roles only. */
  readonly role?: RoleFacts;
}

export interface RoleFacts {
  readonly description?: string;
  readonly trustPolicy: string;
  readonly maxSessionSeconds: number;
  readonly lastUsed?: { readonly atMs: number; readonly region: string };
}

interface IdentityRow {
  readonly identity_id: string;
  readonly account_id: string;
  readonly kind: IdentityKind;
  readonly name: string;
  readonly path: string;
  readonly created_at_ms: number;
  readonly boundary_arn: string | null;
  readonly tags: string;
  readonly description: string | null;
  readonly trust_policy: string | null;
  readonly max_session_seconds: number | null;
  readonly last_used_at_ms: number | null;
  readonly last_used_region: string | null;
}

/** Quotas of an account: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const identityQuotas: Readonly<Record<IdentityKind, number>> = {
  user: 5000,
  group: 300,
  role: 1000,
};

const COLUMNS = `i.identity_id, i.account_id, i.kind, i.name, i.path, i.created_at_ms,
  i.boundary_arn, i.tags, i.description, i.trust_policy, i.max_session_seconds,
  i.last_used_at_ms, i.last_used_region`;

const selectByName = `SELECT ${COLUMNS} FROM identities i
  WHERE i.account_id = ?1 AND i.kind = ?2 AND i.folded_name = ?3 AND i.name = ?4`;

const selectPage = `SELECT ${COLUMNS} FROM identities i
  WHERE i.account_id = ?1 AND i.kind = ?2 AND i.name > ?3 AND substr(i.path, 1, length(?4)) = ?4
  ORDER BY i.name LIMIT ?5`;

const insertIdentityRow = `INSERT INTO identities (identity_id, account_id, kind, name, folded_name,
    path, created_at_ms, boundary_arn, tags, description, trust_policy, max_session_seconds)
  SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12
  WHERE (SELECT count(*) FROM identities WHERE account_id = ?2 AND kind = ?3) < ?13
  ON CONFLICT DO NOTHING RETURNING identity_id`;

const nameTaken = `SELECT 1 AS found FROM identities
  WHERE account_id = ?1 AND kind = ?2 AND folded_name = ?3`;

const updateName = `UPDATE OR IGNORE identities SET name = ?2, folded_name = ?3, path = ?4
  WHERE identity_id = ?1 RETURNING identity_id`;

const updateRoleRow = `UPDATE identities
  SET description = ?2, trust_policy = ?3, max_session_seconds = ?4
  WHERE identity_id = ?1`;

const updateTags = "UPDATE identities SET tags = ?2 WHERE identity_id = ?1";

const updateBoundary = "UPDATE identities SET boundary_arn = ?2 WHERE identity_id = ?1";

const updateLastUsed = `UPDATE identities SET last_used_at_ms = ?2, last_used_region = ?3
  WHERE identity_id = ?1`;

/** One statement, so that nothing can be attached between the look and the deletion. */
const deleteFree = `DELETE FROM identities WHERE identity_id = ?1
    AND NOT EXISTS (SELECT 1 FROM access_keys WHERE user_id = ?1)
    AND NOT EXISTS (SELECT 1 FROM policy_attachments WHERE identity_id = ?1)
    AND NOT EXISTS (SELECT 1 FROM inline_policies WHERE identity_id = ?1)
    AND NOT EXISTS (SELECT 1 FROM group_members WHERE user_id = ?1 OR group_id = ?1)
  RETURNING identity_id`;

const selectHolds = `SELECT
    (SELECT count(*) FROM access_keys WHERE user_id = ?1) AS keys,
    (SELECT count(*) FROM policy_attachments WHERE identity_id = ?1) AS attachments,
    (SELECT count(*) FROM inline_policies WHERE identity_id = ?1) AS inlines,
    (SELECT count(*) FROM group_members WHERE user_id = ?1 OR group_id = ?1) AS members`;

/** The identity of exactly that name, read anew. */
export async function findIdentity(
  call: CatalogCall,
  wanted: { readonly accountId: string; readonly kind: IdentityKind; readonly name: string },
): Promise<Identity | undefined> {
  const { accountId, kind, name } = wanted;
  const query: Query = [selectByName, accountId, kind, fold(name), name];
  const row = await queryFirst<IdentityRow>(call, query);
  return row === undefined ? undefined : renderIdentity(row);
}

/** At most `limit` identities with names after `after`, by name. */
export async function listIdentities(
  call: CatalogCall,
  page: {
    readonly accountId: string;
    readonly kind: IdentityKind;
    readonly pathPrefix: string;
    readonly after: string;
    readonly limit: number;
  },
): Promise<readonly Identity[]> {
  const { accountId, kind, after, pathPrefix, limit } = page;
  const query: Query = [selectPage, accountId, kind, after, pathPrefix, limit];
  return (await queryAll<IdentityRow>(call, query)).map(renderIdentity);
}

export type NewIdentity = Omit<Identity, "identityId" | "arn" | "createdAtMs">;

/** Makes an identity under a fresh id. */
export async function createIdentity(
  call: CatalogCall,
  wish: NewIdentity,
): Promise<Identity | "exists" | "limit-exceeded"> {
  const { accountId, kind, name, path, role } = wish;
  const identityId = newIdentityId(kind, call.seams.randomBytes);
  const made = await queryFirst(call, [
    insertIdentityRow,
    identityId,
    accountId,
    kind,
    name,
    fold(name),
    path,
    call.nowMs,
    wish.boundaryArn ?? null,
    JSON.stringify(wish.tags),
    role?.description ?? null,
    role?.trustPolicy ?? null,
    role?.maxSessionSeconds ?? null,
    identityQuotas[kind],
  ]);
  if (made !== undefined) {
    return { ...wish, identityId, arn: identityArn(wish), createdAtMs: call.nowMs };
  }
  const taken = await queryFirst(call, [nameTaken, accountId, kind, fold(name)]);
  return taken === undefined ? "limit-exceeded" : "exists";
}

/** Gives a user or group another name or path; false when the name is taken. */
export async function renameIdentity(
  call: CatalogCall,
  identity: Identity,
  to: { readonly name: string; readonly path: string },
): Promise<boolean> {
  const query: Query = [updateName, identity.identityId, to.name, fold(to.name), to.path];
  return (await queryFirst(call, query)) !== undefined;
}

/** Writes everything of a role that can change but its tags and boundary. */
export async function updateRole(
  call: CatalogCall,
  identityId: string,
  role: RoleFacts,
): Promise<void> {
  const { description, trustPolicy, maxSessionSeconds } = role;
  await queryAll(call, [
    updateRoleRow,
    identityId,
    description ?? null,
    trustPolicy,
    maxSessionSeconds,
  ]);
}

export async function setIdentityTags(
  call: CatalogCall,
  identityId: string,
  tags: readonly Tag[],
): Promise<void> {
  await queryAll(call, [updateTags, identityId, JSON.stringify(tags)]);
}

/** `undefined` removes the boundary. */
export async function setBoundary(
  call: CatalogCall,
  identityId: string,
  policyArn: string | undefined,
): Promise<void> {
  await queryAll(call, [updateBoundary, identityId, policyArn ?? null]);
}

/** Notes that a role was assumed. */
export async function noteRoleUse(
  call: CatalogCall,
  identityId: string,
  region: string,
): Promise<void> {
  await queryAll(call, [updateLastUsed, identityId, call.nowMs, region]);
}

/** What stands in the way of deleting an identity; all zero: nothing. */
export interface Holds {
  readonly keys: number;
  readonly attachments: number;
  readonly inlines: number;
  readonly members: number;
}

/** Deletes an identity that nothing hangs on; else says what does. */
export async function deleteIdentity(
  call: CatalogCall,
  identityId: string,
): Promise<"deleted" | Holds> {
  if (await queryFirst(call, [deleteFree, identityId])) return "deleted";
  const holds = await queryFirst<Holds>(call, [selectHolds, identityId]);
  const isHeld = holds !== undefined && Object.values(holds).some((count) => count > 0);
  return isHeld ? holds : "deleted";
}

/** `arn:aws:iam::123456789012:user/path/name`. */
export function identityArn(identity: {
  readonly accountId: string;
  readonly kind: IdentityKind;
  readonly path: string;
  readonly name: string;
}): string {
  const { accountId, kind, path, name } = identity;
  return `arn:aws:iam::${accountId}:${kind}${path}${name}`;
}

/** Names compare without case. IAM's names are ASCII. */
export function fold(name: string): string {
  return name.toLowerCase();
}

/** For statements of this room that read a whole row beside other things. */
export function identityFromRow(row: unknown): Identity | undefined {
  return row === undefined ? undefined : renderIdentity(row as IdentityRow);
}

function renderIdentity(row: IdentityRow): Identity {
  const identity = {
    identityId: row.identity_id,
    accountId: row.account_id,
    kind: row.kind,
    name: row.name,
    path: row.path,
    createdAtMs: row.created_at_ms,
    tags: JSON.parse(row.tags) as readonly Tag[],
    ...(row.boundary_arn !== null && { boundaryArn: row.boundary_arn }),
  };
  const { trust_policy: trustPolicy, last_used_at_ms: atMs } = row;
  const role: RoleFacts | undefined =
    trustPolicy === null
      ? undefined
      : {
          trustPolicy,
          maxSessionSeconds: row.max_session_seconds ?? 3600,
          ...(row.description !== null && { description: row.description }),
          ...(atMs !== null && { lastUsed: { atMs, region: row.last_used_region ?? "" } }),
        };
  return { ...identity, arn: identityArn(identity), ...(role && { role }) };
}
