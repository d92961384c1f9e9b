// @ts-check
// `cairn remote`: buckets behind other S3 endpoints that replication may write to, over the admin API.

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
