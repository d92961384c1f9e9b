// @ts-check
// What each command does: one call to the admin API (a list may take several), then the answer as
// JSON or for people. Each gives the text to print.

import { exitCodes, Failure } from "./failure.mjs";
import { renderFacts, renderTable } from "./print.mjs";
import { callAdmin } from "./request.mjs";

/** @typedef {import("./connection.mjs").Connection} Connection */
/** @typedef {{ json: unknown, text: string }} Report `json` is printed with `--json`, else `text` */

const SHOWN_ONCE = "The secret key is shown only now: keep it.";

/**
 * @param {Connection} connection
 * @param {{ name: string, email: string }} facts
 * @returns {Promise<Report>}
 */
export async function createAccount(connection, { name, email }) {
  const call = { method: "POST", path: "/accounts", body: { name, email } };
  const made = await callAdmin(connection, call);
  const { accountId, canonicalId, accessKeyId, secretAccessKey } = made;
  const json = {
    accountId,
    canonicalId,
    name: made.name,
    email: made.email,
    accessKeyId,
    secretAccessKey,
  };
  const facts = renderFacts([
    ["Account", accountId],
    ["Canonical id", canonicalId],
    ["Name", made.name],
    ["E-mail", made.email],
    ["Access key", accessKeyId],
    ["Secret key", secretAccessKey],
  ]);
  return { json, text: `${facts}\n\n${SHOWN_ONCE}` };
}

/**
 * @param {Connection} connection
 * @returns {Promise<Report>}
 */
export async function listAccounts(connection) {
  const accounts = [];
  for (let next = ""; ; ) {
    const path = next === "" ? "/accounts" : `/accounts?after=${encodeURIComponent(next)}`;
    const page = await callAdmin(connection, { method: "GET", path });
    accounts.push(...page.accounts);
    if (page.next === undefined) break;
    next = page.next;
  }
  const rows = accounts.map((account) => [
    account.accountId,
    account.name,
    account.email,
    account.createdAt,
    account.isOperator ? "operator" : "",
  ]);
  const headings = ["ACCOUNT", "NAME", "E-MAIL", "CREATED", "ROLE"];
  return { json: accounts, text: renderTable(headings, rows, "There are no accounts.") };
}

/**
 * @param {Connection} connection
 * @param {string} accountId
 * @returns {Promise<Report>}
 */
export async function deleteAccount(connection, accountId) {
  await callAdmin(connection, { method: "DELETE", path: `/accounts/${segment(accountId)}` });
  const text = `Account ${accountId} and its access keys are deleted.`;
  return { json: { accountId, deleted: true }, text };
}

/**
 * @param {Connection} connection
 * @param {string} account 12 digits, or `self`
 * @returns {Promise<Report>}
 */
export async function createKey(connection, account) {
  const path = `/accounts/${segment(account)}/keys`;
  const key = await callAdmin(connection, { method: "POST", path, body: {} });
  const facts = renderFacts([
    ["Account", key.accountId],
    ["Access key", key.accessKeyId],
    ["Secret key", key.secretAccessKey],
  ]);
  return { json: key, text: `${facts}\n\n${SHOWN_ONCE}` };
}

/**
 * @param {Connection} connection
 * @param {string} account 12 digits, or `self`
 * @returns {Promise<Report>}
 */
export async function listKeys(connection, account) {
  const path = `/accounts/${segment(account)}/keys`;
  const { keys } = await callAdmin(connection, { method: "GET", path });
  const rows = keys.map((/** @type {any} */ key) => [
    key.accessKeyId,
    key.accountId,
    key.status,
    key.createdAt,
    key.lastUsed?.at ?? "never",
  ]);
  const headings = ["ACCESS KEY", "ACCOUNT", "STATUS", "CREATED", "LAST USED"];
  return { json: keys, text: renderTable(headings, rows, "The account has no access keys.") };
}

/**
 * @param {Connection} connection
 * @param {string} accessKeyId
 * @param {"Active" | "Inactive"} status
 * @returns {Promise<Report>}
 */
export async function setKeyStatus(connection, accessKeyId, status) {
  const path = `/keys/${segment(accessKeyId)}`;
  const key = await callAdmin(connection, { method: "PATCH", path, body: { status } });
  return { json: key, text: `Access key ${accessKeyId} is now ${key.status}.` };
}

/**
 * @param {Connection} connection
 * @param {string} accessKeyId
 * @returns {Promise<Report>}
 */
export async function deleteKey(connection, accessKeyId) {
  await callAdmin(connection, { method: "DELETE", path: `/keys/${segment(accessKeyId)}` });
  return { json: { accessKeyId, deleted: true }, text: `Access key ${accessKeyId} is deleted.` };
}

/**
 * @param {Connection} connection
 * @returns {Promise<Report>}
 */
export async function showStatus(connection) {
  const status = await callAdmin(connection, { method: "GET", path: "/status" });
  const { catalog, stores, upkeep } = status;
  const facts = renderFacts([
    ["Endpoint", connection.endpoint],
    ["Version", status.version],
    ["Region", status.region],
    ["Host names", status.baseDomain],
    ["Server time", status.time],
    ["Since", catalog.deployedAt],
    ["Catalog", catalog.answers ? "answers" : "does not answer"],
    ["Accounts", catalog.accounts],
    ["Access keys", catalog.accessKeys],
    ["Buckets", catalog.buckets],
    ["Unsettled", catalog.unsettledBuckets],
    ["Webhooks off", catalog.disabledWebhooks],
    ["Damage found", upkeep.damage],
    ["Open jobs", upkeep.openJobs],
    ["Stuck jobs", upkeep.stuckJobs],
    ["Stuck duties", upkeep.stuckDuties?.join(", ")],
    ["Last scrub", upkeep.lastScrubAt],
  ]);
  const rows = stores.map((/** @type {any} */ store) => [
    store.store,
    store.classes.join(", "),
    store.answers ? "answers" : "does not answer",
  ]);
  const table = renderTable(["STORE", "CLASSES", "STATE"], rows, "There are no stores.");
  return { json: { endpoint: connection.endpoint, ...status }, text: `${facts}\n\n${table}` };
}

/**
 * Ids are letters and digits: anything else is a slip of the keyboard, and never becomes a path.
 *
 * @param {string} id
 */
function segment(id) {
  if (!/^[A-Za-z0-9]+$/.test(id)) throw new Failure(exitCodes.usage, `${id} is not an id.`);
  return id;
}
