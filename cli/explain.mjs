// @ts-check
// `cairn explain` and `cairn access`: why somebody may or may not, in words, and what would have to
// change. The server judges; this only shows what it says.

import { exitCodes, Failure } from "./failure.mjs";
import { clean, renderTable } from "./print.mjs";
import { callAdmin } from "./request.mjs";

/** @typedef {import("./connection.mjs").Connection} Connection */
/** @typedef {import("./commands.mjs").Report} Report */
/** @typedef {{ requestId?: string, principal?: string, action?: string, resource?: string, context?: string[] }} Question */

/**
 * @param {import("commander").Command} program
 * @param {(command: (connection: Connection) => Promise<Report>) => Promise<void>} run
 */
export function addExplainCommands(program, run) {
  program
    .command("explain")
    .description("why a request was denied, or whether one would be; and what would allow it")
    .argument("[message]", "EncodedMessage of a denial")
    .option("--request-id <id>", "of a denied request that was audited")
    .option("--principal <arn>", 'who would ask: an ARN, or "*" for somebody anonymous')
    .option("--action <action>", "what: s3:GetObject")
    .option("--resource <arn>", "on what: arn:aws:s3:::bucket/key")
    .option("--context <key=value...>", "condition keys to suppose: aws:SourceIp=192.0.2.1")
    .action((message, options) => run((connection) => explain(connection, message, options)));
  program
    .command("access")
    .description("who may read, write, delete and list in a bucket")
    .argument("<bucket>", "bucket name")
    .option("--key <key>", "of one object; otherwise what holds for every key")
    .action((bucket, options) => run((connection) => showAccess(connection, bucket, options)));
}

/**
 * @param {Connection} connection
 * @param {string | undefined} message
 * @param {Question} question
 * @returns {Promise<Report>}
 */
async function explain(connection, message, question) {
  const { requestId, ...rest } = question;
  if (requestId !== undefined) {
    return explain(connection, await findMessage(connection, requestId), rest);
  }
  const call = message === undefined ? askLive(question) : askMessage(message, question);
  const document = await callAdmin(connection, { method: "POST", ...call });
  return { json: document, text: renderDocument(document) };
}

/**
 * The EncodedMessage of a denial, from the audit.
 *
 * @param {Connection} connection
 * @param {string} requestId
 * @returns {Promise<string>}
 */
async function findMessage(connection, requestId) {
  const path = `/audit?requestId=${encodeURIComponent(requestId)}`;
  const { records, level } = await callAdmin(connection, { method: "GET", path });
  const denial = records.find((/** @type {any} */ record) => record.denial !== undefined)?.denial;
  if (denial !== undefined) return denial;
  const advice = level === "off" ? " AUDIT is off: nothing is recorded." : "";
  const why = records.length === 0 ? "No record has this request id." : "It holds no explanation.";
  throw new Failure(exitCodes.refused, `${why}${advice}`);
}

/**
 * @param {string} message
 * @param {Question} question
 */
function askMessage(message, question) {
  if (Object.keys(question).length > 0) {
    throw new Failure(exitCodes.usage, "Give a message or a question, not both.");
  }
  return { path: "/explain/message", body: { message } };
}

/** @param {Question} question */
function askLive({ principal, action, resource, context = [] }) {
  if (principal === undefined || action === undefined || resource === undefined) {
    const advice = "Give a message, or --principal, --action and --resource.";
    throw new Failure(exitCodes.usage, advice);
  }
  /** @type {Record<string, string[]>} */
  const supposed = {};
  for (const text of context) {
    const equals = text.indexOf("=");
    if (equals < 1) throw new Failure(exitCodes.usage, `${text} is not KEY=VALUE.`);
    const key = text.slice(0, equals);
    supposed[key] = [...(supposed[key] ?? []), text.slice(equals + 1)];
  }
  return { path: "/explain", body: { principal, action, resource, context: supposed } };
}

/** @param {any} document */
function renderDocument({ allowed, trace }) {
  const lines = [allowed ? "Allowed." : "Denied.", ...trace.words];
  if (trace.changes.length > 0) lines.push("", "What would allow it:");
  for (const { words, add } of trace.changes) {
    lines.push(`- ${words}`);
    if (add !== undefined) lines.push(...JSON.stringify(add, null, 2).split("\n"));
  }
  return lines.map((line) => (line === "" ? "" : line.replace(/\S.*/, clean))).join("\n");
}

/**
 * @param {Connection} connection
 * @param {string} bucket
 * @param {{ key?: string }} wish
 * @returns {Promise<Report>}
 */
async function showAccess(connection, bucket, { key }) {
  const principals = [];
  for (let after; ; ) {
    const query = new URLSearchParams({
      ...(key !== undefined && { key }),
      ...(after !== undefined && { after }),
    });
    const path = `/buckets/${encodeURIComponent(bucket)}/access?${query}`;
    const page = await callAdmin(connection, { method: "GET", path });
    principals.push(...page.principals);
    if (page.next === undefined) break;
    after = page.next;
  }
  const rows = principals.map((one) => [
    one.arn === "*" ? "anybody" : one.arn,
    ...["read", "write", "delete", "list"].map((name) => (one[name].allowed ? "yes" : "no")),
    one.read.reason,
  ]);
  const headings = ["PRINCIPAL", "READ", "WRITE", "DELETE", "LIST", "READING BECAUSE"];
  return { json: principals, text: renderTable(headings, rows, "There is nobody.") };
}
