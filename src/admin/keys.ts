// Root access keys over the admin API: an account's own, or any account's for the operator. Ids and
// secrets are made by the server (SEC-069); a secret appears once, when its key is made (SEC-067).

import {
  type AccessKeySummary,
  createAccessKey,
  deleteAccessKey,
  describeAccessKey,
  isConfiguredRootKey,
  listAccessKeys,
  setAccessKeyStatus,
} from "../catalog/access-keys.ts";
import { getAccount } from "../catalog/accounts.ts";
import { type AdminCall, isOperator, mayManage, requireAccount } from "./access.ts";
import { AdminError, answer, answerNothing } from "./answer.ts";
import { keyStatusField, readFields } from "./fields.ts";

/** `GET /accounts/{ID|self}/keys`: `{keys}`, oldest first. */
export async function answerListKeys(call: AdminCall, account: string): Promise<Response> {
  const accountId = requireAccount(call, account);
  if ((await getAccount(call, accountId)) === undefined) throw new AdminError("NoSuchAccount");
  const keys = await listAccessKeys(call, accountId);
  return answer({ keys: keys.map(describeKey) });
}

/** `POST /accounts/{ID|self}/keys {}`: 201 with the key, secret included. */
export async function answerCreateKey(call: AdminCall, account: string): Promise<Response> {
  const accountId = requireAccount(call, account);
  await readFields(call.openBody(), {});
  const outcome = await createAccessKey(call, accountId);
  switch (outcome.kind) {
    case "created":
      return answer({ accountId, status: "Active", ...outcome.key }, 201);
    case "limit-exceeded":
      throw new AdminError("KeyLimitExceeded");
    case "no-such-account":
      throw new AdminError("NoSuchAccount");
  }
}

/** `PATCH /keys/{ID} {status}`: the key as it is now. */
export async function answerUpdateKey(call: AdminCall, accessKeyId: string): Promise<Response> {
  const key = await findOwnKey(call, accessKeyId);
  const { status } = await readFields(call.openBody(), { status: keyStatusField });
  if (!(await setAccessKeyStatus(call, accessKeyId, status))) {
    throw new AdminError("NoSuchAccessKey");
  }
  return answer(describeKey({ ...key, status }));
}

/** `DELETE /keys/{ID}`: 204. */
export async function answerDeleteKey(call: AdminCall, accessKeyId: string): Promise<Response> {
  await findOwnKey(call, accessKeyId);
  if (!(await deleteAccessKey(call, accessKeyId))) throw new AdminError("NoSuchAccessKey");
  return answerNothing();
}

/** Another account's key and no key at all look the same (SEC-064). */
async function findOwnKey(call: AdminCall, accessKeyId: string): Promise<AccessKeySummary> {
  if (isConfiguredRootKey(call, accessKeyId)) {
    throw new AdminError(isOperator(call.principal) ? "RootKeyIsConfigured" : "NoSuchAccessKey");
  }
  const key = await describeAccessKey(call, accessKeyId);
  if (key === undefined || !mayManage(call, key.accountId)) throw new AdminError("NoSuchAccessKey");
  return key;
}

function describeKey(key: AccessKeySummary) {
  const { accessKeyId, accountId, status, createdAtMs, lastUsed } = key;
  return {
    accessKeyId,
    accountId,
    status,
    createdAt: new Date(createdAtMs).toISOString(),
    ...(lastUsed !== undefined && {
      lastUsed: {
        at: new Date(lastUsed.atMs).toISOString(),
        service: lastUsed.service,
        region: lastUsed.region,
      },
    }),
  };
}
