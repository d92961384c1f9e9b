// @ts-check
// `cairn fsck`, `scrub`, `sweep`, `rebuild` and `jobs`: upkeep over the admin API. The server does the
// work in slices, with its crons too; a command that waits pushes its own job along.

import { exitCodes, Failure } from "./failure.mjs";
import { renderFacts, renderTable } from "./print.mjs";
import { callAdmin } from "./request.mjs";

/** @typedef {import("./connection.mjs").Connection} Connection */
/** @typedef {import("./commands.mjs").Report} Report */
/** @typedef {{ kind: string, bucket?: string | undefined, repair?: boolean, read?: boolean,
 *   configuration?: string }} Wish */

/** What a job may find without anything being wrong. */
const harmless = new Set(["abandoned-upload"]);

/**
 * Adds the commands to the command line.
 *
 * @param {import("commander").Command} program
 * @param {(command: (connection: Connection) => Promise<Report>) => Promise<void>} run
 */
export function addUpkeepCommands(program, run) {
  program
    .command("fsck")
    .description("compare index and stores, both ways; exit code 1 when something is wrong")
    .argument("[bucket]", "bucket name; all buckets when absent")
    .option("--repair", "repair counts, order and leftovers; never removes an object")
    .option("--read", "read every byte and compare its digests")
    .action((bucket, options) =>
      run((connection) => runJobs(connection, { kind: "fsck", bucket, ...options })),
    );
  const scrub = program.command("scrub").description("are all bytes there and unchanged?");
  scrub
    .command("start")
    .description("begin a scrub; it goes on by itself")
    .argument("[bucket]", "bucket name; all buckets when absent")
    .option("--read", "read every byte and compare its digests")
    .option("--wait", "wait for its end")
    .action((bucket, { wait, ...options }) => {
      const wish = { kind: "scrub", bucket, ...options };
      return run((connection) => (wait ? runJobs : startJobs)(connection, wish));
    });
  scrub
    .command("status")
    .description("the latest scrubs and what they found")
    .action(() => run((connection) => listJobs(connection, "scrub")));
  program
    .command("sweep")
    .description("remove blobs that nothing names, older than two days")
    .action(() => run((connection) => runJobs(connection, { kind: "sweep" })));
  program
    .command("rebuild")
    .description("make the lost index of a bucket anew from the stores")
    .argument("<bucket>", "bucket name")
    .action((bucket) => run((connection) => runJobs(connection, { kind: "rebuild", bucket })));
  program
    .command("inventory")
    .description("inventory reports of a bucket")
    .command("run")
    .description("make a report now; exit code 1 when it could not be delivered")
    .argument("<bucket>", "bucket name")
    .argument("<id>", "id of the inventory configuration")
    .action((bucket, configuration) =>
      run((connection) => runJobs(connection, { kind: "inventory", bucket, configuration })),
    );
  program
    .command("jobs")
    .description("what the crons do, and the latest jobs; or what one job found")
    .argument("[job]", "job id")
    .action((job) =>
      run((connection) => (job === undefined ? showWork(connection) : showJob(connection, job))),
    );
}

/**
 * Starts the jobs and works on them to their end.
 *
 * @param {Connection} connection
 * @param {Wish} wish
 * @returns {Promise<Report>}
 */
export async function runJobs(connection, wish) {
  const finished = [];
  for (const job of await start(connection, wish)) {
    finished.push(await finish(connection, job.jobId));
  }
  const findings = finished.flatMap((each) => each.findings);
  const isBad =
    finished.some(({ job }) => job.state !== "done") ||
    findings.some(({ kind, repaired }) => !repaired && !harmless.has(kind));
  if (isBad) process.exitCode = exitCodes.refused;
  const text = finished.map(({ job }) => renderJob(job)).join("\n\n");
  const json = { jobs: finished.map(({ job }) => job), findings };
  return { json, text: `${text}\n\n${renderFindings(findings)}` };
}

/**
 * @param {Connection} connection
 * @param {Wish} wish
 * @returns {Promise<Report>}
 */
async function startJobs(connection, wish) {
  const jobs = await start(connection, wish);
  return { json: { jobs }, text: jobs.map(renderJob).join("\n\n") };
}

/**
 * @param {Connection} connection
 * @param {Wish} wish
 * @returns {Promise<any[]>}
 */
async function start(connection, { kind, bucket, repair = false, read = false, configuration }) {
  const body = { kind, bucket: bucket ?? null, repair, read, configuration: configuration ?? null };
  const { jobs } = await callAdmin(connection, { method: "POST", path: "/jobs", body });
  return jobs;
}

/**
 * @param {Connection} connection
 * @param {string} jobId
 */
async function finish(connection, jobId) {
  const path = `/jobs/${jobId}`;
  let job;
  for (let pauseMs = 0; ; pauseMs = Math.min(pauseMs + 250, 5_000)) {
    const updated = job?.updatedAt;
    job = await callAdmin(connection, { method: "POST", path: `${path}/advance` });
    if (job.state !== "running") break;
    // Somebody else works on it, or it failed for now: no hurry.
    if (job.updatedAt === updated) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    else pauseMs = 0;
    if (job.error !== undefined && pauseMs >= 5_000) break;
  }
  return { job, findings: await listFindings(connection, jobId) };
}

/**
 * @param {Connection} connection
 * @param {string} jobId
 * @returns {Promise<any[]>}
 */
async function listFindings(connection, jobId) {
  const findings = [];
  for (let after = "0"; ; ) {
    const path = `/jobs/${jobId}/findings?after=${after}`;
    const page = await callAdmin(connection, { method: "GET", path });
    findings.push(...page.findings);
    if (page.next === undefined) return findings;
    after = page.next;
  }
}

/**
 * @param {Connection} connection
 * @param {string} [kind]
 * @returns {Promise<Report>}
 */
async function listJobs(connection, kind) {
  const path = kind === undefined ? "/jobs" : `/jobs?kind=${kind}`;
  const { jobs } = await callAdmin(connection, { method: "GET", path });
  const rows = jobs.map((/** @type {any} */ job) => [
    job.jobId,
    job.kind,
    job.bucket ?? (job.store === undefined ? "all" : `store ${job.store}`),
    job.read ? "bytes" : "",
    job.stuck ? "stuck" : job.state,
    job.counts.findings ?? 0,
    job.startedAt,
    job.finishedAt,
    job.error,
  ]);
  const headings = [
    ...["JOB", "KIND", "WHERE", "READS", "STATE", "FINDINGS", "STARTED", "FINISHED", "ERROR"],
  ];
  return { json: jobs, text: renderTable(headings, rows, "There are no jobs.") };
}

/**
 * The duties of the crons, then the jobs.
 *
 * @param {Connection} connection
 * @returns {Promise<Report>}
 */
async function showWork(connection) {
  const { duties } = await callAdmin(connection, { method: "GET", path: "/duties" });
  const jobs = await listJobs(connection);
  const rows = duties.map((/** @type {any} */ duty) => [
    duty.name,
    duty.cron,
    duty.state,
    duty.startedAt,
    `${duty.tookMs} ms`,
    duty.nextDueAt,
    duty.backlog,
    duty.error,
  ]);
  const headings = ["DUTY", "CRON", "STATE", "LAST RUN", "TOOK", "NEXT DUE", "BACKLOG", "ERROR"];
  const table = renderTable(headings, rows, "No cron has fired yet.");
  return { json: { duties, jobs: jobs.json }, text: `${table}\n\n${jobs.text}` };
}

/**
 * @param {Connection} connection
 * @param {string} jobId
 * @returns {Promise<Report>}
 */
async function showJob(connection, jobId) {
  if (!/^[A-Z0-9]{16}$/.test(jobId)) throw new Failure(exitCodes.usage, `${jobId} is no job id.`);
  const job = await callAdmin(connection, { method: "GET", path: `/jobs/${jobId}` });
  const findings = await listFindings(connection, jobId);
  return { json: { ...job, findings }, text: `${renderJob(job)}\n\n${renderFindings(findings)}` };
}

/** @param {any} job */
function renderJob(job) {
  return renderFacts([
    ["Job", job.jobId],
    ["Kind", job.kind],
    ["Bucket", job.bucket ?? (job.store === undefined ? "all" : undefined)],
    ["State", job.state],
    ["Started", job.startedAt],
    ["Finished", job.finishedAt],
    ["Error", job.error],
    ...Object.entries(job.counts).map(([name, count]) => /** @type {const} */ ([name, count])),
  ]);
}

/** @param {any[]} findings */
function renderFindings(findings) {
  const rows = findings.map(({ kind, bucket, repaired, foundAt: _, ...subject }) => [
    kind,
    repaired ? "repaired" : "",
    bucket,
    Object.entries(subject)
      .map(([name, value]) => `${name}=${value}`)
      .join(" "),
  ]);
  return renderTable(["FINDING", "", "BUCKET", "WHERE"], rows, "Nothing was found to be wrong.");
}
