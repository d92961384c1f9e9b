// What belongs to an account as a whole: its alias and its password policy; and the counts of its
// summary.

import { type CatalogCall, queryAll, queryFirst } from "./database.ts";

const selectAlias = "SELECT alias FROM account_aliases WHERE account_id = ?1";

/** An account has one alias: a new one takes the place of the old. Taken names are ignored. */
const upsertAlias = `INSERT INTO account_aliases (account_id, alias)
  SELECT ?1, ?2 WHERE NOT EXISTS
    (SELECT 1 FROM account_aliases WHERE alias = ?2 AND account_id <> ?1)
  ON CONFLICT (account_id) DO UPDATE SET alias = excluded.alias RETURNING alias`;

const deleteAlias = `DELETE FROM account_aliases WHERE account_id = ?1 AND alias = ?2
  RETURNING alias`;

const selectDocument = "SELECT document FROM account_documents WHERE account_id = ?1 AND name = ?2";

const upsertDocument = `INSERT INTO account_documents (account_id, name, document)
  VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET document = excluded.document`;

const deleteDocument = `DELETE FROM account_documents WHERE account_id = ?1 AND name = ?2
  RETURNING name`;

const selectCounts = `SELECT
    (SELECT count(*) FROM identities WHERE account_id = ?1 AND kind = 'user') AS users,
    (SELECT count(*) FROM identities WHERE account_id = ?1 AND kind = 'group') AS groups,
    (SELECT count(*) FROM identities WHERE account_id = ?1 AND kind = 'role') AS roles,
    (SELECT count(*) FROM managed_policies WHERE account_id = ?1) AS policies,
    (SELECT count(*) FROM managed_policy_versions v JOIN managed_policies p
      ON p.policy_id = v.policy_id WHERE p.account_id = ?1) AS versions,
    (SELECT count(*) FROM oidc_providers WHERE account_id = ?1) AS providers,
    (SELECT count(*) FROM access_keys WHERE account_id = ?1 AND user_id IS NULL) AS rootKeys`;

export interface AccountCounts {
  readonly users: number;
  readonly groups: number;
  readonly roles: number;
  readonly policies: number;
  readonly versions: number;
  readonly providers: number;
  readonly rootKeys: number;
}

export type AccountDocument = "password-policy";

export async function findAlias(call: CatalogCall, accountId: string): Promise<string | undefined> {
  return (await queryFirst<{ alias: string }>(call, [selectAlias, accountId]))?.alias;
}

/** False when another account has it. */
export async function setAlias(
  call: CatalogCall,
  accountId: string,
  alias: string,
): Promise<boolean> {
  return (await queryFirst(call, [upsertAlias, accountId, alias])) !== undefined;
}

/** False when it is not the account's alias. */
export async function removeAlias(
  call: CatalogCall,
  accountId: string,
  alias: string,
): Promise<boolean> {
  return (await queryFirst(call, [deleteAlias, accountId, alias])) !== undefined;
}

export async function findAccountDocument(
  call: CatalogCall,
  accountId: string,
  name: AccountDocument,
): Promise<string | undefined> {
  const row = await queryFirst<{ document: string }>(call, [selectDocument, accountId, name]);
  return row?.document;
}

export async function putAccountDocument(
  call: CatalogCall,
  accountId: string,
  document: { readonly name: AccountDocument; readonly text: string },
): Promise<void> {
  await queryAll(call, [upsertDocument, accountId, document.name, document.text]);
}

/** False when there was none. */
export async function deleteAccountDocument(
  call: CatalogCall,
  accountId: string,
  name: AccountDocument,
): Promise<boolean> {
  return (await queryFirst(call, [deleteDocument, accountId, name])) !== undefined;
}

export async function countAccount(call: CatalogCall, accountId: string): Promise<AccountCounts> {
  const counts = await queryFirst<AccountCounts>(call, [selectCounts, accountId]);
  if (counts === undefined) throw new Error("counting gave no row");
  return counts;
}
