// @ts-check
// `cairn usage`: what buckets hold, as it was measured last, or one bucket day by day; and its requests
// by the hour.

import { renderTable } from "./print.mjs";
import { callAdmin } from "./request.mjs";
import { runJobs } from "./upkeep.mjs";

/** @typedef {import("./connection.mjs").Connection} Connection */
/** @typedef {import("./commands.mjs").Report} Report */

/**
 * @param {import("commander").Command} program
 * @param {(command: (connection: Connection) => Promise<Report>) => Promise<void>} run
 */
export function addUsageCommands(program, run) {
  program
    .command("usage")
    .description("what buckets hold, by class; of one bucket, day by day")
    .argument("[bucket]", "bucket name; the latest of all buckets when absent")
    .option("--requests", "how it was used, by the hour (METRICS must be on)")
    .option("--measure", "measure now, first; the daily job does it otherwise")
    .option("--from <day>", "from that day on: 2026-11-01")
    .option("--to <day>", "up to that day")
    .action((bucket, options) =>
      run(async (connection) => {
        if (options.measure) await runJobs(connection, { kind: "usage", bucket });
        if (options.requests) return showRequests(connection, bucket, options);
        return bucket === undefined ? showAll(connection) : showOne(connection, bucket, options);
      }),
    );
  program
    .command("cost")
    .description("a month's bill at Cloudflare's prices and at Amazon's, side by side")
    .argument("[bucket]", "bucket name; all buckets when absent")
    .option("--month <month>", "that month: 2026-11; the present one when absent")
    .action((bucket, options) => run((connection) => showCost(connection, bucket, options)));
}

/**
 * @param {Connection} connection
 * @param {string | undefined} bucket
 * @param {{ month?: string }} options
 * @returns {Promise<Report>}
 */
async function showCost(connection, bucket, options) {
  const query = new URLSearchParams();
  if (bucket !== undefined) query.set("bucket", bucket);
  if (options.month !== undefined) query.set("month", options.month);
  const report = await callAdmin(connection, { method: "GET", path: `/cost?${query}` });
  const dollars = (/** @type {number} */ value) => `$${value.toFixed(value < 1 ? 4 : 2)}`;
  const rows = report.bills.map((/** @type {any} */ bill) => [
    bill.name,
    dollars(bill.storage),
    dollars(bill.requests),
    dollars(bill.egress),
    dollars(bill.total),
    dollars(bill.forecast),
    bill.pricesOf,
  ]);
  const titles = ["AT", "STORAGE", "REQUESTS", "EGRESS", "SO FAR", "WHOLE MONTH", "PRICES OF"];
  const table = renderTable(titles, rows, "There is nothing to pay.");
  const measured = `${report.month}: ${report.daysMeasured} of ${report.daysInMonth} days measured.`;
  return { json: report, text: `${measured}\n\n${table}` };
}

const headings = ["CLASS", "OBJECTS", "OLDER", "MARKERS", "UPLOADS", "BYTES", "OLDER", "UPLOADS"];

/** @param {any} one */
const cellsOf = (one) => [
  one.storageClass,
  one.objects,
  one.noncurrentVersions,
  one.deleteMarkers,
  one.uploads,
  one.currentBytes,
  one.noncurrentBytes,
  one.uploadBytes,
];

/**
 * @param {Connection} connection
 * @returns {Promise<Report>}
 */
async function showAll(connection) {
  const buckets = [];
  for (let after; ; ) {
    const path = after === undefined ? "/usage" : `/usage?after=${encodeURIComponent(after)}`;
    const page = await callAdmin(connection, { method: "GET", path });
    buckets.push(...page.buckets);
    if (page.next === undefined) break;
    after = page.next;
  }
  const rows = buckets.flatMap((bucket) =>
    bucket.classes.map((/** @type {any} */ one) => [bucket.bucket, bucket.day, ...cellsOf(one)]),
  );
  const text = renderTable(["BUCKET", "DAY", ...headings], rows, "Nothing was measured yet.");
  return { json: buckets, text };
}

/**
 * @param {Connection} connection
 * @param {string} bucket
 * @param {{ from?: string, to?: string }} span
 * @returns {Promise<Report>}
 */
async function showOne(connection, bucket, { from, to }) {
  const query = queryOf({ bucket, from, to });
  const { days } = await callAdmin(connection, { method: "GET", path: `/usage?${query}` });
  const rows = days.flatMap((/** @type {any} */ day) =>
    day.classes.map((/** @type {any} */ one) => [day.day, ...cellsOf(one)]),
  );
  const text = renderTable(["DAY", ...headings], rows, "Nothing was measured yet.");
  return { json: days, text };
}

/**
 * @param {Connection} connection
 * @param {string | undefined} bucket
 * @param {{ from?: string, to?: string }} span
 * @returns {Promise<Report>}
 */
async function showRequests(connection, bucket, { from, to }) {
  const path = `/usage/requests?${queryOf({ bucket, from, to })}`;
  const { points } = await callAdmin(connection, { method: "GET", path });
  const rows = points.map((/** @type {any} */ point) => [
    point.time,
    point.AllRequests,
    point["4xxErrors"],
    point["5xxErrors"],
    point.BytesUploaded,
    point.BytesDownloaded,
    point.TotalRequestLatency.average,
  ]);
  const names = ["HOUR", "REQUESTS", "4XX", "5XX", "BYTES IN", "BYTES OUT", "AVERAGE MS"];
  return { json: points, text: renderTable(names, rows, "Nothing was counted.") };
}

/** @param {Record<string, string | undefined>} wishes */
function queryOf(wishes) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(wishes)) {
    if (value !== undefined) query.set(name, value);
  }
  return query;
}
