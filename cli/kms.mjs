// @ts-check
// `cairn kms` and `cairn master-key`: the keys of SSE-KMS over the KMS API, and the change of the
// master key over the admin API.

import { AwsV4Signer } from "aws4fetch";
import { exitCodes, Failure } from "./failure.mjs";
import { renderFacts, renderTable } from "./print.mjs";
import { callAdmin } from "./request.mjs";

/** @typedef {import("./connection.mjs").Connection} Connection */
/** @typedef {import("./commands.mjs").Report} Report */

const TIMEOUT_MS = 30_000;

/**
 * Adds the commands to the command line.
 *
 * @param {import("commander").Command} program
 * @param {(command: (connection: Connection) => Promise<Report>) => Promise<void>} run
 */
export function addKmsCommands(program, run) {
  const kms = program.command("kms").description("keys of SSE-KMS");
  kms
    .command("create")
    .description("make a key")
    .option("--description <text>", "what it is for", "")
    .option("--alias <name>", "name it: alias/...")
    .action((options) => run((connection) => createKey(connection, options)));
  kms
    .command("list")
    .description("list keys and their names")
    .action(() => run(listKeys));
  kms
    .command("describe")
    .description("show a key")
    .argument("<key>", "key id, ARN or alias")
    .action((key) => run((connection) => describeKey(connection, key)));
  kms
    .command("alias")
    .description("name a key, or move the name to it")
    .argument("<alias>", "alias/...")
    .argument("<key>", "key id or ARN")
    .action((alias, key) => run((connection) => setAlias(connection, alias, key)));
  kms
    .command("enable")
    .description("switch a key on again")
    .argument("<key>", "key id or ARN")
    .action((key) => run((connection) => change(connection, "EnableKey", key, "enabled")));
  kms
    .command("disable")
    .description("switch a key off: what it encrypts cannot be read")
    .argument("<key>", "key id or ARN")
    .action((key) => run((connection) => change(connection, "DisableKey", key, "disabled")));
  kms
    .command("rotate")
    .description("give a key new material; what is encrypted stays readable")
    .argument("<key>", "key id or ARN")
    .action((key) => run((connection) => change(connection, "RotateKeyOnDemand", key, "rotated")));
  kms
    .command("schedule-deletion")
    .description("stop a key now and destroy it later, with all that it encrypts")
    .argument("<key>", "key id or ARN")
    .option("--days <number>", "7 to 30", "30")
    .action((key, options) => run((connection) => deleteLater(connection, key, options.days)));

  program
    .command("master-key")
    .description("the key that seals every secret in the catalog (for the operator)")
    .command("rotate")
    .description("seal everything anew under the present MASTER_KEY")
    .action(() => run(rotateMasterKey));
}

/**
 * @param {Connection} connection
 * @param {{ description: string, alias?: string }} options
 * @returns {Promise<Report>}
 */
async function createKey(connection, { description, alias }) {
  const { KeyMetadata: key } = await callKms(connection, "CreateKey", { Description: description });
  if (alias !== undefined) {
    await callKms(connection, "CreateAlias", { AliasName: alias, TargetKeyId: key.KeyId });
  }
  return { json: key, text: renderKey(key) };
}

/**
 * @param {Connection} connection
 * @returns {Promise<Report>}
 */
async function listKeys(connection) {
  const aliases = await listAll(connection, "ListAliases", "Aliases");
  const listed = await listAll(connection, "ListKeys", "Keys");
  const keys = [];
  for (const { KeyId } of listed) {
    const { KeyMetadata: key } = await callKms(connection, "DescribeKey", { KeyId });
    const names = aliases.filter((alias) => alias.TargetKeyId === KeyId);
    keys.push({ ...key, Aliases: names.map((alias) => alias.AliasName) });
  }
  const rows = keys.map((key) => [
    key.KeyId,
    key.KeyState,
    key.KeyManager,
    key.Aliases.join(", "),
    key.Description,
  ]);
  const headings = ["KEY", "STATE", "MANAGER", "ALIASES", "DESCRIPTION"];
  return { json: keys, text: renderTable(headings, rows, "There are no keys.") };
}

/**
 * @param {Connection} connection
 * @param {string} action
 * @param {string} field
 * @returns {Promise<any[]>}
 */
async function listAll(connection, action, field) {
  const entries = [];
  for (let marker; ; ) {
    const input = marker === undefined ? {} : { Marker: marker };
    const page = await callKms(connection, action, input);
    entries.push(...page[field]);
    if (!page.Truncated) return entries;
    marker = page.NextMarker;
  }
}

/**
 * @param {Connection} connection
 * @param {string} key
 * @returns {Promise<Report>}
 */
async function describeKey(connection, key) {
  const { KeyMetadata: found } = await callKms(connection, "DescribeKey", { KeyId: key });
  const status = await callKms(connection, "GetKeyRotationStatus", { KeyId: found.KeyId });
  return { json: { ...found, ...status }, text: renderKey({ ...found, ...status }) };
}

/**
 * @param {Connection} connection
 * @param {string} alias
 * @param {string} key
 * @returns {Promise<Report>}
 */
async function setAlias(connection, alias, key) {
  const input = { AliasName: alias, TargetKeyId: key };
  try {
    await callKms(connection, "CreateAlias", input);
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== "AlreadyExistsException") throw error;
    await callKms(connection, "UpdateAlias", input);
  }
  return { json: input, text: `${alias} now names the key ${key}.` };
}

/**
 * @param {Connection} connection
 * @param {string} action
 * @param {string} key
 * @param {string} done
 * @returns {Promise<Report>}
 */
async function change(connection, action, key, done) {
  await callKms(connection, action, { KeyId: key });
  return { json: { KeyId: key, [done]: true }, text: `The key ${key} is ${done}.` };
}

/**
 * @param {Connection} connection
 * @param {string} key
 * @param {string} days
 * @returns {Promise<Report>}
 */
async function deleteLater(connection, key, days) {
  const input = { KeyId: key, PendingWindowInDays: Number(days) };
  const answer = await callKms(connection, "ScheduleKeyDeletion", input);
  const date = new Date(answer.DeletionDate * 1000).toISOString();
  const text = `The key ${key} works no more. It is destroyed on ${date}, unless its deletion is cancelled.`;
  return { json: answer, text };
}

/**
 * @param {Connection} connection
 * @returns {Promise<Report>}
 */
async function rotateMasterKey(connection) {
  let resealed = 0;
  for (;;) {
    const call = { method: "POST", path: "/master-key/reseal", body: {} };
    const slice = await callAdmin(connection, call);
    resealed += slice.resealed;
    if (slice.left === 0) break;
    if (slice.resealed === 0) {
      throw new Failure(
        exitCodes.refused,
        `${slice.left} secrets are sealed under a key that is in neither MASTER_KEY nor MASTER_KEY_PREVIOUS.`,
      );
    }
  }
  const text = `${resealed} secrets were sealed anew. Nothing needs an earlier key: remove MASTER_KEY_PREVIOUS.`;
  return { json: { resealed, left: 0 }, text };
}

/** @param {any} key */
function renderKey(key) {
  /** @type {[string, unknown][]} */
  const rotation = key.RotationPeriodInDays
    ? [["Rotation", `every ${key.RotationPeriodInDays} days`]]
    : [];
  return renderFacts([
    ["Key", key.KeyId],
    ["ARN", key.Arn],
    ["State", key.KeyState],
    ["Manager", key.KeyManager],
    ["Description", key.Description],
    ["Created", new Date(key.CreationDate * 1000).toISOString()],
    ...rotation,
  ]);
}

/**
 * One signed call of the KMS API. Throws a Failure: `refused` with KMS's own code, or `unreachable`.
 *
 * @param {Connection} connection
 * @param {string} action
 * @param {object} input
 * @returns {Promise<any>}
 */
async function callKms(connection, action, input) {
  const body = JSON.stringify(input);
  const signer = new AwsV4Signer({
    method: "POST",
    url: `${connection.endpoint}/`,
    accessKeyId: connection.accessKeyId,
    secretAccessKey: connection.secretAccessKey,
    service: "kms",
    region: connection.region,
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `TrentService.${action}`,
    },
    body,
  });
  const { url, headers } = await signer.sign();
  const options = { method: "POST", headers, body, signal: AbortSignal.timeout(TIMEOUT_MS) };
  const response = await fetch(url, options).catch((error) => {
    throw new Failure(exitCodes.unreachable, `Cannot reach ${connection.endpoint} (${error}).`);
  });
  const text = await response.text();
  const answer = text === "" ? {} : JSON.parse(text);
  if (response.ok) return answer;
  throw new Failure(exitCodes.refused, `${answer.message} (${answer.__type})`, answer.__type);
}
