// Accounts: the tenants of a deployment. The operator's account makes itself on first use; the others
// are made and deleted through the admin API. Ids are random and never given out twice. Who may do
// this is decided above.

import type { Principal } from "../s3/principal.ts";
import { newAccountId, newCanonicalId } from "./credentials.ts";
import { type CatalogCall, type Query, queryAll, queryFirst, transact } from "./database.ts";
import { perDatabase } from "./isolate-cache.ts";
import { keyCache, mintAccessKey, type NewAccessKey } from "./key-ring.ts";

export interface Account {
  /** 12 digits. */
  readonly accountId: string;
  /** 64 hex digits: the owner id that S3 shows. */
  readonly canonicalId: string;
  readonly name: string;
  readonly email: string;
  readonly isOperator: boolean;
  readonly createdAtMs: number;
}

interface AccountRow {
  readonly account_id: string;
  readonly canonical_id: string;
  readonly name: string;
  readonly email: string;
  readonly is_operator: number;
  readonly created_at_ms: number;
}

const COLUMNS = "account_id, canonical_id, name, email, is_operator, created_at_ms";

const selectOperator = `SELECT ${COLUMNS} FROM accounts WHERE is_operator = 1`;

const selectAccount = `SELECT ${COLUMNS} FROM accounts WHERE account_id = ?1 AND state = 'active'`;

const selectByCanonicalId = `SELECT ${COLUMNS} FROM accounts
  WHERE canonical_id = ?1 AND state = 'active'`;

const selectPage = `SELECT ${COLUMNS} FROM accounts
  WHERE state = 'active' AND account_id > ?1 ORDER BY account_id LIMIT ?2`;

const insertAccount = `INSERT INTO accounts
    (account_id, canonical_id, name, email, is_operator, created_at_ms)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING RETURNING account_id`;

/** Canonical id as the witness that this very call made the account. */
const insertFirstKey = `INSERT INTO access_keys
    (access_key_id, account_id, sealed_secret, created_at_ms)
  SELECT ?1, account_id, ?2, created_at_ms FROM accounts WHERE canonical_id = ?3`;

const emailInUse = "SELECT 1 AS found FROM accounts WHERE email = ?1 AND state = 'active'";

const retireAccount = `UPDATE accounts SET state = 'deleted', email = ''
  WHERE account_id = ?1 AND state = 'active' AND is_operator = 0
    AND NOT EXISTS (SELECT 1 FROM buckets WHERE account_id = ?1)
  RETURNING account_id`;

const deleteKeysOfRetired = `DELETE FROM access_keys
  WHERE account_id = ?1
    AND EXISTS (SELECT 1 FROM accounts WHERE account_id = ?1 AND state = 'deleted')
  RETURNING access_key_id`;

/** Two random ids that both exist already are not chance: something is broken. */
const ID_ATTEMPTS = 3;

/** Never changes once made, so it is kept for the life of the isolate. */
const operator = perDatabase((): { account?: Account } => ({}));

/**
 * The account that deployed Cairn. Made on the first call of all; whoever loses that race reads the
 * winner's. Throws `ServiceUnavailable` when it is not known yet and D1 does not answer.
 */
export async function operatorAccount(call: CatalogCall): Promise<Account> {
  const known = operator(call.env);
  known.account ??= (await findOperator(call)) ?? (await makeOperator(call));
  return known.account;
}

/** The account, or `undefined` when there is none or it was deleted. */
export async function getAccount(
  call: CatalogCall,
  accountId: string,
): Promise<Account | undefined> {
  const row = await queryFirst<AccountRow>(call, [selectAccount, accountId]);
  return row === undefined ? undefined : renderAccount(row);
}

/** As `getAccount`, by the id that S3 shows owners by. */
export async function findAccountByCanonicalId(
  call: CatalogCall,
  canonicalId: string,
): Promise<Account | undefined> {
  const row = await queryFirst<AccountRow>(call, [selectByCanonicalId, canonicalId]);
  return row === undefined ? undefined : renderAccount(row);
}

/** At most `limit` accounts with ids after `after`, in the order of their ids. */
export async function listAccounts(
  call: CatalogCall,
  page: { readonly after?: string | undefined; readonly limit: number },
): Promise<readonly Account[]> {
  await operatorAccount(call);
  const rows = await queryAll<AccountRow>(call, [selectPage, page.after ?? "", page.limit]);
  return rows.map(renderAccount);
}

export type CreateAccountOutcome =
  | { readonly kind: "created"; readonly account: Account; readonly key: NewAccessKey }
  | { readonly kind: "email-in-use" };

/**
 * Makes an account and its first root key in one transaction. E-mail addresses are unique among
 * living accounts, without regard to case.
 */
export async function createAccount(
  call: CatalogCall,
  facts: { readonly name: string; readonly email: string },
): Promise<CreateAccountOutcome> {
  const email = facts.email.toLowerCase();
  for (let attempt = 0; attempt < ID_ATTEMPTS; attempt += 1) {
    const account = newAccount(call, { name: facts.name, email, isOperator: false });
    const { key, sealedSecret } = await mintAccessKey(call);
    const [inserted] = await transact(call, [
      insertion(account),
      [insertFirstKey, key.accessKeyId, sealedSecret, account.canonicalId],
    ]);
    if (inserted?.length === 1) return { kind: "created", account, key };
    if (await queryFirst(call, [emailInUse, email])) return { kind: "email-in-use" };
  }
  throw new Error("random account ids keep colliding");
}

export type DeleteAccountOutcome = "deleted" | "no-such-account" | "operator" | "owns-buckets";

/**
 * Deletes an account and its keys in one transaction. Refuses the operator's account, and one that
 * owns buckets in any state. Other isolates may accept its keys for `ACCESS_KEY_CACHE_MS` more; such
 * a call finds no bucket it owns and can make none.
 */
export async function deleteAccount(
  call: CatalogCall,
  accountId: string,
): Promise<DeleteAccountOutcome> {
  const [retired, deletedKeys] = await transact(call, [
    [retireAccount, accountId],
    [deleteKeysOfRetired, accountId],
  ]);
  for (const row of (deletedKeys ?? []) as readonly { access_key_id: string }[]) {
    keyCache(call.env).forget(row.access_key_id);
  }
  if (retired?.length === 1) return "deleted";
  const account = await getAccount(call, accountId);
  if (account === undefined) return "no-such-account";
  if (account.isOperator) return "operator";
  return "owns-buckets";
}

/** An account as a caller: what its root keys stand for. */
export function rootPrincipal(account: Account, accessKeyId: string): Principal {
  return {
    type: "Account",
    accountId: account.accountId,
    canonicalId: account.canonicalId,
    displayName: account.name,
    arn: `arn:aws:iam::${account.accountId}:root`,
    accessKeyId,
    isOperator: account.isOperator,
  };
}

async function findOperator(call: CatalogCall): Promise<Account | undefined> {
  const row = await queryFirst<AccountRow>(call, [selectOperator]);
  return row === undefined ? undefined : renderAccount(row);
}

async function makeOperator(call: CatalogCall): Promise<Account> {
  const facts = { name: "operator", email: "operator@localhost", isOperator: true };
  await queryAll(call, insertion(newAccount(call, facts)));
  const account = await findOperator(call);
  if (account === undefined) throw new Error("the operator's account could not be made");
  return account;
}

function newAccount(
  call: CatalogCall,
  facts: { readonly name: string; readonly email: string; readonly isOperator: boolean },
): Account {
  return {
    ...facts,
    accountId: newAccountId(call.seams.randomBytes),
    canonicalId: newCanonicalId(call.seams.randomBytes),
    createdAtMs: call.nowMs,
  };
}

function insertion(account: Account): Query {
  const { accountId, canonicalId, name, email, isOperator, createdAtMs } = account;
  return [insertAccount, accountId, canonicalId, name, email, Number(isOperator), createdAtMs];
}

function renderAccount(row: AccountRow): Account {
  return {
    accountId: row.account_id,
    canonicalId: row.canonical_id,
    name: row.name,
    email: row.email,
    isOperator: row.is_operator === 1,
    createdAtMs: row.created_at_ms,
  };
}
