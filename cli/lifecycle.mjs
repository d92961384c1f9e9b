// @ts-check
// `cairn lifecycle status`, `preview` and `explain`: how the rules of buckets stand, what rules would do
// and save before they are put, and what will happen to one key.

import { readFileSync } from "node:fs";
import { exitCodes, Failure } from "./failure.mjs";
import { renderFacts, renderTable } from "./print.mjs";
import { callAdmin } from "./request.mjs";

/** @typedef {import("./connection.mjs").Connection} Connection */
/** @typedef {import("./commands.mjs").Report} Report */

/**
 * Adds the commands to the command line.
 *
 * @param {import("commander").Command} program
 * @param {(command: (connection: Connection) => Promise<Report>) => Promise<void>} run
 */
export function addLifecycleCommands(program, run) {
  const lifecycle = program.command("lifecycle").description("what rules do to objects");
  lifecycle
    .command("status")
    .description("last run, backlog, next due, errors")
    .argument("[bucket]", "bucket name; all with rules when absent (for the operator)")
    .action((bucket) =>
      run((connection) =>
        bucket === undefined ? listAll(connection) : showOne(connection, bucket),
      ),
    );
  lifecycle
    .command("preview")
    .description("what would happen when, and what it saves; changes nothing")
    .argument("<bucket>", "bucket name")
    .option("--rules <file>", "rules to try, as JSON of the AWS CLI; those in force when absent")
    .option("--days <number>", "how far to look", "365")
    .action((bucket, options) => run((connection) => preview(connection, bucket, options)));
  lifecycle
    .command("explain")
    .description("what will happen to the versions of one key")
    .argument("<bucket>", "bucket name")
    .argument("<key>", "object key")
    .action((bucket, key) => run((connection) => explain(connection, bucket, key)));
}

/**
 * @param {Connection} connection
 * @returns {Promise<Report>}
 */
async function listAll(connection) {
  const buckets = [];
  for (let path = "/lifecycle"; ; ) {
    const page = await callAdmin(connection, { method: "GET", path });
    buckets.push(...page.buckets);
    if (page.next === undefined) break;
    path = `/lifecycle?after=${encodeURIComponent(page.next)}`;
  }
  const rows = buckets.map((one) => [
    one.bucket,
    one.dueAt,
    one.lastCompletedAt,
    renderCounts(one.lastRun),
    one.error,
  ]);
  const headings = ["BUCKET", "DUE", "COMPLETED", "LAST RUN", "ERROR"];
  return { json: { buckets }, text: renderTable(headings, rows, "No bucket has lifecycle rules.") };
}

/** @param {Record<string, number>} counts */
function renderCounts(counts) {
  return Object.entries(counts)
    .filter(([name]) => name !== "ranges" && name !== "versions")
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
}

/**
 * @param {Connection} connection
 * @param {string} bucket
 * @returns {Promise<Report>}
 */
async function showOne(connection, bucket) {
  const path = `/buckets/${encodeURIComponent(bucket)}/lifecycle`;
  const status = await callAdmin(connection, { method: "GET", path });
  const facts = renderFacts([
    ["Bucket", status.bucket],
    ["Rules", status.hasRules ? "yes" : "none"],
    ["Due", status.dueAt],
    ["Last look", status.lastLookAt],
    ["Last completed", status.lastCompletedAt],
    ["Last run", renderCounts(status.lastRun ?? {})],
    ["Backlog", `${status.backlog.ranges} of ${status.backlog.ofRanges} ranges`],
    ["Next due", status.nextDueAt],
    ["Error", status.error],
  ]);
  const rows = status.days.map((/** @type {any} */ one) => [
    one.day,
    one.action,
    one.rule,
    one.count,
    one.bytes,
  ]);
  const table = renderTable(
    ["DAY", "ACTION", "RULE", "COUNT", "BYTES"],
    rows,
    "Nothing was done yet.",
  );
  return { json: status, text: `${facts}\n\n${table}` };
}

/**
 * A bucket larger than one answer is asked for piece by piece, and added up here.
 *
 * @param {Connection} connection
 * @param {string} bucket
 * @param {{ rules?: string, days: string }} options
 * @returns {Promise<Report>}
 */
async function preview(connection, bucket, options) {
  const days = Number(options.days);
  if (!Number.isInteger(days)) throw new Failure(exitCodes.usage, "--days must be a number.");
  const rules = options.rules === undefined ? undefined : readRules(options.rules);
  const path = `/buckets/${encodeURIComponent(bucket)}/lifecycle/preview`;
  /** @type {any} */
  let sum;
  for (let after; ; ) {
    const body = {
      days,
      ...(rules !== undefined && { rules }),
      ...(after !== undefined && { after }),
    };
    const { next, ...page } = await callAdmin(connection, { method: "POST", path, body });
    sum = sum === undefined ? page : add(sum, page);
    if (next === undefined) break;
    after = next;
  }
  return { json: sum, text: renderPreview(sum) };
}

/** @param {string} file */
function readRules(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Failure(exitCodes.usage, `Cannot read rules from ${file}: ${error}`);
  }
}

/**
 * @param {any} one
 * @param {any} other
 */
function add(one, other) {
  const days = new Map();
  for (const day of [...one.days, ...other.days]) {
    const name = JSON.stringify([day.day, day.action, day.rule, day.from, day.to]);
    const before = days.get(name) ?? { count: 0, bytes: 0 };
    days.set(name, { ...day, count: day.count + before.count, bytes: day.bytes + before.bytes });
  }
  const inOrder = [...days.values()].sort((left, right) => (left.day < right.day ? -1 : 1));
  return {
    ...one,
    keys: one.keys + other.keys,
    versions: one.versions + other.versions,
    days: inOrder,
    samples: [...one.samples, ...other.samples].slice(0, 50),
    savings: one.savings.map((/** @type {any} */ saving, /** @type {number} */ at) => ({
      ...saving,
      storage: saving.storage + other.savings[at].storage,
      transitions: saving.transitions + other.savings[at].transitions,
      net: saving.net + other.savings[at].net,
    })),
  };
}

/** @param {any} sum */
function renderPreview(sum) {
  const rows = sum.days.map((/** @type {any} */ one) => [
    one.day.slice(0, 10),
    one.action,
    one.rule,
    one.from,
    one.to === null ? "removed" : one.to === one.from ? "hidden" : one.to,
    one.count,
    one.bytes,
  ]);
  const headings = ["DAY", "ACTION", "RULE", "FROM", "TO", "COUNT", "BYTES"];
  const savings = sum.savings.map((/** @type {any} */ one) => [
    one.prices,
    one.asOf,
    one.storage.toFixed(4),
    one.transitions.toFixed(4),
    one.net.toFixed(4),
  ]);
  const samples = sum.samples.map((/** @type {any} */ one) => [
    one.at,
    one.action,
    one.rule,
    one.key,
    one.versionId,
  ]);
  return [
    `${sum.versions} versions of ${sum.keys} keys, until ${sum.until}`,
    renderTable(headings, rows, "Nothing would happen."),
    renderTable(["SAVES (USD)", "AS OF", "STORAGE", "MOVES", "NET"], savings, ""),
    renderTable(["AT", "ACTION", "RULE", "FOR EXAMPLE", "VERSION"], samples, ""),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/**
 * @param {Connection} connection
 * @param {string} bucket
 * @param {string} key
 * @returns {Promise<Report>}
 */
async function explain(connection, bucket, key) {
  const name = encodeURIComponent(bucket);
  const path = `/buckets/${name}/lifecycle/explain?key=${encodeURIComponent(key)}`;
  const answer = await callAdmin(connection, { method: "GET", path });
  const rows = answer.versions.flatMap((/** @type {any} */ one) => {
    const own = [one.versionId, one.isDeleteMarker ? "marker" : one.storageClass];
    const events = one.events.length > 0 ? one.events : [undefined];
    return events.map((/** @type {any} */ event) => [
      ...own,
      event?.at,
      event === undefined ? "nothing" : event.action,
      event?.rule,
      event === undefined ? undefined : (event.to ?? "removed"),
      one.lockedUntil === null ? "held" : one.lockedUntil,
    ]);
  });
  const headings = ["VERSION", "IS", "AT", "ACTION", "RULE", "TO", "LOCKED"];
  return { json: answer, text: renderTable(headings, rows, "There is no such key.") };
}
