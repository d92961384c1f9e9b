// Accounts over the admin API: list, show, create, delete. The operator's alone, but for an
// account's own description. A secret appears once, in the answer to the call that made it (SEC-067).

import {
  type Account,
  createAccount,
  deleteAccount,
  getAccount,
  listAccounts,
} from "../catalog/accounts.ts";
import { type AdminCall, requireAccount, requireOperator } from "./access.ts";
import { AdminError, answer, answerNothing } from "./answer.ts";
import { emailField, nameField, readFields, readLimit } from "./fields.ts";

/** `GET /accounts?after=ID&limit=N`: `{accounts, next?}` in the order of ids. */
export async function answerListAccounts(
  call: AdminCall,
  query: { readonly after?: string | undefined; readonly limit?: string | undefined },
): Promise<Response> {
  requireOperator(call);
  const limit = readLimit(query.limit);
  const found = await listAccounts(call, { after: query.after, limit: limit + 1 });
  const accounts = found.slice(0, limit);
  const next = found.length > limit ? accounts.at(-1)?.accountId : undefined;
  return answer({ accounts: accounts.map(describeAccount), ...(next !== undefined && { next }) });
}

/** `GET /accounts/{ID|self}`. */
export async function answerGetAccount(call: AdminCall, account: string): Promise<Response> {
  const found = await getAccount(call, requireAccount(call, account));
  if (found === undefined) throw new AdminError("NoSuchAccount");
  return answer(describeAccount(found));
}

/** `POST /accounts {name, email}`: 201 with the account and its first key, secret included. */
export async function answerCreateAccount(call: AdminCall): Promise<Response> {
  requireOperator(call);
  const facts = await readFields(call.openBody(), { name: nameField, email: emailField });
  const outcome = await createAccount(call, facts);
  if (outcome.kind === "email-in-use") throw new AdminError("EmailInUse");
  return answer({ ...describeAccount(outcome.account), ...outcome.key }, 201);
}

/** `DELETE /accounts/{ID}`: 204. */
export async function answerDeleteAccount(call: AdminCall, accountId: string): Promise<Response> {
  requireOperator(call);
  const outcome = await deleteAccount(call, accountId);
  switch (outcome) {
    case "deleted":
      return answerNothing();
    case "no-such-account":
      throw new AdminError("NoSuchAccount");
    case "operator":
      throw new AdminError("OperatorAccount");
    case "owns-buckets":
      throw new AdminError("AccountOwnsBuckets");
  }
}

function describeAccount(account: Account) {
  const { accountId, canonicalId, name, email, isOperator, createdAtMs } = account;
  const createdAt = new Date(createdAtMs).toISOString();
  return { accountId, canonicalId, name, email, isOperator, createdAt };
}
