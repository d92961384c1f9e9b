// @ts-check
// `cairn audit`: who did what, how it was decided and how it ended, newest first. The server searches;
// this only asks for further pages and shows what it says.

import { exitCodes, Failure } from "./failure.mjs";
import { renderFacts, renderTable } from "./print.mjs";
import { callAdmin } from "./request.mjs";

/** @typedef {import("./connection.mjs").Connection} Connection */
/** @typedef {import("./commands.mjs").Report} Report */

const defaultCount = 50;

/**
 * @param {import("commander").Command} program
 * @param {(command: (connection: Connection) => Promise<Report>) => Promise<void>} run
 */
export function addAuditCommands(program, run) {
  program
    .command("audit")
    .description("who did what, and how it ended (AUDIT says what is recorded)")
    .option("--request-id <id>", "of one request: everything known of it")
    .option("--bucket <name>", "requests to this bucket")
    .option("--key <key>", "to this key of it")
    .option("--prefix <text>", "to keys that begin so")
    .option("--principal <arn>", "of this ARN or access key")
    .option("--operation <name>", "GetObject, CreateUser, ...")
    .option("--status <status>", "403, 4xx, ...")
    .option("--code <code>", "error code: AccessDenied, ...")
    .option("--since <time>", "from then on: 2026-11-27T20:00:00Z, or 30m, 12h, 7d ago")
    .option("--until <time>", "up to then")
    .option("--count <number>", "at most so many", String(defaultCount))
    .action((options) => run((connection) => showAudit(connection, options)));
}

/** @typedef {Record<string, string | undefined>} Options */

/**
 * @param {Connection} connection
 * @param {Options} options
 * @returns {Promise<Report>}
 */
async function showAudit(connection, options) {
  const count = Number(options["count"]);
  if (!(count >= 1 && count <= 10_000)) {
    throw new Failure(exitCodes.usage, "--count must be a number from 1 to 10000.");
  }
  const wishes = {
    requestId: options["requestId"],
    bucket: options["bucket"],
    key: options["key"],
    keyPrefix: options["prefix"],
    principal: options["principal"],
    operation: options["operation"],
    status: options["status"],
    code: options["code"],
    from: timeOf(options["since"]),
    to: timeOf(options["until"]),
  };
  const records = await search(connection, wishes, count);
  if (options["requestId"] !== undefined) return describe(records);
  const rows = records.map((record) => [
    record.time,
    record.operation === "-" ? record.logOperation : record.operation,
    record.bucket === undefined ? "" : `${record.bucket}/${record.key ?? ""}`,
    record.requester?.arn ?? record.claimedAccessKeyId,
    record.errorCode === undefined ? record.status : `${record.status} ${record.errorCode}`,
    record.requestId,
  ]);
  const headings = ["TIME", "OPERATION", "OBJECT", "WHO", "OUTCOME", "REQUEST ID"];
  return { json: records, text: renderTable(headings, rows, "Nothing was recorded.") };
}

/**
 * @param {Connection} connection
 * @param {Options} wishes
 * @param {number} count
 * @returns {Promise<any[]>}
 */
async function search(connection, wishes, count) {
  const records = [];
  for (let after; records.length < count; ) {
    const query = new URLSearchParams({ limit: String(Math.min(1000, count - records.length)) });
    for (const [name, value] of Object.entries({ ...wishes, after })) {
      if (value !== undefined) query.set(name, value);
    }
    const page = await callAdmin(connection, { method: "GET", path: `/audit?${query}` });
    records.push(...page.records);
    if (page.next === undefined) break;
    after = page.next;
  }
  return records;
}

/**
 * @param {any[]} records
 * @returns {Report}
 */
function describe(records) {
  const texts = records.map((record) => renderFacts(factsOf(record)));
  const text = texts.length === 0 ? "No record has this request id." : texts.join("\n\n");
  return { json: records, text };
}

/**
 * Everything of a record, nested names joined by dots.
 *
 * @param {object} record
 * @param {string} [start]
 * @returns {[string, unknown][]}
 */
function factsOf(record, start = "") {
  return Object.entries(record).flatMap(([name, value]) =>
    typeof value === "object" && value !== null
      ? factsOf(value, `${start}${name}.`)
      : /** @type {[string, unknown][]} */ ([[`${start}${name}`, value]]),
  );
}

const units = new Map([
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);

/**
 * @param {string | undefined} text
 */
function timeOf(text) {
  const [, number, unit = ""] = /^(\d{1,6})([mhd])$/.exec(text ?? "") ?? [];
  if (number === undefined) return text;
  return new Date(Date.now() - Number(number) * (units.get(unit) ?? 0)).toISOString();
}
