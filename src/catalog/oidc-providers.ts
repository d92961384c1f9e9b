// OIDC providers: the issuers of web identity tokens that an account trusts, the audiences it takes
// tokens for, and the thumbprints that IAM keeps. Nothing is fetched here.

import { type CatalogCall, queryAll, queryFirst } from "./database.ts";
import type { Tag } from "./identities.ts";

/** Quotas: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const providerQuotas = { providers: 100, clientIds: 100, thumbprints: 5 } as const;

export interface OidcProvider {
  readonly accountId: string;
  /** Without `https://`, as the ARN shows it. */
  readonly url: string;
  readonly arn: string;
  readonly clientIds: readonly string[];
  readonly thumbprints: readonly string[];
  readonly tags: readonly Tag[];
  readonly createdAtMs: number;
}

interface ProviderRow {
  readonly account_id: string;
  readonly url: string;
  readonly client_ids: string;
  readonly thumbprints: string;
  readonly tags: string;
  readonly created_at_ms: number;
}

const COLUMNS = "account_id, url, client_ids, thumbprints, tags, created_at_ms";

const selectProvider = `SELECT ${COLUMNS} FROM oidc_providers WHERE account_id = ?1 AND url = ?2`;

const selectProviders = `SELECT ${COLUMNS} FROM oidc_providers WHERE account_id = ?1 ORDER BY url`;

const insertProvider = `INSERT INTO oidc_providers
    (account_id, url, client_ids, thumbprints, tags, created_at_ms)
  SELECT ?1, ?2, ?3, ?4, ?5, ?6
  WHERE (SELECT count(*) FROM oidc_providers WHERE account_id = ?1) < ?7
  ON CONFLICT DO NOTHING RETURNING url`;

const updateProvider = `UPDATE oidc_providers SET client_ids = ?3, thumbprints = ?4, tags = ?5
  WHERE account_id = ?1 AND url = ?2`;

const deleteProvider = "DELETE FROM oidc_providers WHERE account_id = ?1 AND url = ?2";

/** `arn:aws:iam::123456789012:oidc-provider/token.example.com`. */
export function providerArn(accountId: string, url: string): string {
  return `arn:aws:iam::${accountId}:oidc-provider/${url}`;
}

/** `url` without `https://`. */
export async function findProvider(
  call: CatalogCall,
  accountId: string,
  url: string,
): Promise<OidcProvider | undefined> {
  const row = await queryFirst<ProviderRow>(call, [selectProvider, accountId, url]);
  return row === undefined ? undefined : renderProvider(row);
}

export async function listProviders(
  call: CatalogCall,
  accountId: string,
): Promise<readonly OidcProvider[]> {
  const rows = await queryAll<ProviderRow>(call, [selectProviders, accountId]);
  return rows.map(renderProvider);
}

/** Makes a provider, unless its account has that one, or too many. */
export async function createProvider(
  call: CatalogCall,
  provider: Omit<OidcProvider, "arn" | "createdAtMs">,
): Promise<"created" | "exists" | "limit-exceeded"> {
  const { accountId, url, clientIds, thumbprints, tags } = provider;
  const made = await queryFirst(call, [
    insertProvider,
    accountId,
    url,
    JSON.stringify(clientIds),
    JSON.stringify(thumbprints),
    JSON.stringify(tags),
    call.nowMs,
    providerQuotas.providers,
  ]);
  if (made !== undefined) return "created";
  const known = await findProvider(call, accountId, url);
  return known === undefined ? "limit-exceeded" : "exists";
}

/** Writes everything that can change. */
export async function saveProvider(call: CatalogCall, provider: OidcProvider): Promise<void> {
  const { accountId, url, clientIds, thumbprints, tags } = provider;
  const lists = [clientIds, thumbprints, tags].map((list) => JSON.stringify(list)) as [
    string,
    string,
    string,
  ];
  await queryAll(call, [updateProvider, accountId, url, ...lists]);
}

/** Deleting what is not there is no error, as on AWS. */
export async function removeProvider(
  call: CatalogCall,
  accountId: string,
  url: string,
): Promise<void> {
  await queryAll(call, [deleteProvider, accountId, url]);
}

function renderProvider(row: ProviderRow): OidcProvider {
  return {
    accountId: row.account_id,
    url: row.url,
    arn: providerArn(row.account_id, row.url),
    clientIds: JSON.parse(row.client_ids) as readonly string[],
    thumbprints: JSON.parse(row.thumbprints) as readonly string[],
    tags: JSON.parse(row.tags) as readonly Tag[],
    createdAtMs: row.created_at_ms,
  };
}
