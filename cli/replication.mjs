// @ts-check
// `cairn remote`, `cairn replicate` and `cairn replication`: where buckets replicate to besides this
// deployment, what was there before the rules, and how it goes; over the admin API.

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
export function addReplicationCommands(program, run) {
  const remote = program.command("remote").description("other S3 endpoints to replicate to");
  remote
    .command("create")
    .description(
      "register a bucket of another endpoint; rules name it arn:cairn:replication:::NAME",
    )
    .argument("<name>", "name for rules")
    .requiredOption("--url <url>", "its endpoint")
    .requiredOption("--bucket <bucket>", "bucket there")
    .requiredOption("--remote-access-key <id>", "access key id there")
    .option("--remote-secret-key <key>", "secret key there (else CAIRN_REMOTE_SECRET_KEY)")
    .option("--remote-region <region>", "region to sign for", "us-east-1")
    .option("--kind <kind>", "cairn (carries version ids) or s3", "s3")
    .option("--for <account>", "account whose buckets may name it, self, or *", "self")
    .action((name, options) => run((connection) => createRemote(connection, name, options)));
  remote
    .command("list")
    .description("the registered remotes, without their secrets")
    .action(() => run(listRemotes));
  remote
    .command("delete")
    .description("forget a remote and its secret; rules that name it fail from then on")
    .argument("<name>", "its name")
    .action((name) => run((connection) => deleteRemote(connection, name)));
  program
    .command("replicate")
    .description("replicate what was there before the rules, or what failed")
    .argument("<bucket>", "bucket with replication rules")
    .option("--existing", "versions that no rule was asked about (the default)")
    .option("--failed", "what failed for good, once more")
    .action((bucket, options) =>
      run((connection) => replicate(connection, bucket, options.failed ? "failed" : "existing")),
    );
  program
    .command("replication")
    .description("how replication goes")
    .command("status")
    .description("what waits, what was done, what failed and why")
    .argument("<bucket>", "bucket with replication rules")
    .action((bucket) => run((connection) => showStatus(connection, bucket)));
}

/**
 * Enrols everything; the server delivers by itself.
 *
 * @param {Connection} connection
 * @param {string} bucket
 * @param {"existing" | "failed"} what
 * @returns {Promise<Report>}
 */
async function replicate(connection, bucket, what) {
  const path = pathOf(bucket);
  const ask = () => callAdmin(connection, { method: "POST", path, body: { what } });
  let job = await ask();
  while (job.state === "running" && job.error === undefined) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    job = await ask();
  }
  const { seen = 0, enrolled = 0, sizeBytes = 0 } = job.counts;
  const text = `${enrolled} of ${seen} versions of ${bucket} wait to be replicated (${sizeBytes} bytes).`;
  return { json: job, text: job.error === undefined ? text : `Job ${job.jobId}: ${job.error}` };
}

/**
 * @param {Connection} connection
 * @param {string} bucket
 * @returns {Promise<Report>}
 */
async function showStatus(connection, bucket) {
  const status = await callAdmin(connection, { method: "GET", path: pathOf(bucket) });
  const rows = status.rules.map((/** @type {any} */ rule) => [
    rule.rule,
    rule.destination,
    rule.pendingOperations,
    rule.pendingBytes,
    rule.oldestAt,
    rule.completedOperations,
    rule.failedOperations,
    rule.averageLatencyMs,
  ]);
  const headings = ["RULE", "DESTINATION", "PENDING", "BYTES", "SINCE", "DONE", "FAILED", "AVG MS"];
  const table = renderTable(headings, rows, "Nothing was replicated yet, and nothing waits.");
  const failed = status.failures.map((/** @type {any} */ failure) => [
    failure.key,
    failure.versionId,
    failure.destination,
    failure.failedAt,
    failure.reason,
  ]);
  const causes = renderTable(
    ["KEY", "VERSION", "DESTINATION", "AT", "WHY"],
    failed,
    "Nothing failed.",
  );
  return { json: status, text: `${table}\n\n${causes}` };
}

/** @param {string} bucket */
function pathOf(bucket) {
  return `/replication/${encodeURIComponent(bucket)}`;
}

/**
 * @param {Connection} connection
 * @param {string} name
 * @param {Record<string, string>} options
 * @returns {Promise<Report>}
 */
async function createRemote(connection, name, options) {
  const secretAccessKey = options["remoteSecretKey"] ?? process.env["CAIRN_REMOTE_SECRET_KEY"];
  if (secretAccessKey === undefined) {
    throw new Failure(exitCodes.usage, "Give --remote-secret-key or CAIRN_REMOTE_SECRET_KEY.");
  }
  const body = {
    name,
    kind: options["kind"],
    account: options["for"],
    endpoint: options["url"],
    region: options["remoteRegion"],
    bucket: options["bucket"],
    accessKeyId: options["remoteAccessKey"],
    secretAccessKey,
  };
  const remote = await callAdmin(connection, { method: "POST", path: "/remotes", body });
  const text = renderFacts([
    ["Remote", remote.name],
    ["Destination", remote.arn],
    ["Kind", remote.kind],
    ["Endpoint", remote.endpoint],
    ["Bucket", remote.bucket],
    ["For account", remote.account],
  ]);
  return { json: remote, text };
}

/**
 * @param {Connection} connection
 * @returns {Promise<Report>}
 */
async function listRemotes(connection) {
  const { remotes } = await callAdmin(connection, { method: "GET", path: "/remotes" });
  const rows = remotes.map((/** @type {any} */ remote) => [
    remote.name,
    remote.kind,
    remote.endpoint,
    remote.bucket,
    remote.account,
    remote.accessKeyId,
  ]);
  const headings = ["REMOTE", "KIND", "ENDPOINT", "BUCKET", "FOR", "ACCESS KEY"];
  return { json: remotes, text: renderTable(headings, rows, "There are no remotes.") };
}

/**
 * @param {Connection} connection
 * @param {string} name
 * @returns {Promise<Report>}
 */
async function deleteRemote(connection, name) {
  if (!/^[a-z0-9-]+$/.test(name)) throw new Failure(exitCodes.usage, `${name} is no name.`);
  await callAdmin(connection, { method: "DELETE", path: `/remotes/${name}` });
  return { json: { name, deleted: true }, text: `Remote ${name} is forgotten.` };
}
