#!/usr/bin/env node
// @ts-check
// The `cairn` command: accounts, access keys and the state of a server, over its admin API. This
// page is the command line; what the commands do is in `commands.mjs`.

import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { addAuditCommands } from "./audit.mjs";
import {
  createAccount,
  createKey,
  deleteAccount,
  deleteKey,
  listAccounts,
  listKeys,
  setKeyStatus,
  showStatus,
} from "./commands.mjs";
import { findConnection } from "./connection.mjs";
import { addEventCommands } from "./events.mjs";
import { addExplainCommands } from "./explain.mjs";
import { exitCodes, Failure } from "./failure.mjs";
import { addKmsCommands } from "./kms.mjs";
import { addLifecycleCommands } from "./lifecycle.mjs";
import { addReplicationCommands } from "./replication.mjs";
import { addUpkeepCommands } from "./upkeep.mjs";
import { addUsageCommands } from "./usage.mjs";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));

const notes = `
Without flags and environment the local server of this folder is asked (.cairn/credentials.json).
Exit codes: 0 done, 1 refused by the server, 2 wrong usage, 3 server not reached.`;

const program = new Command("cairn")
  .description("Manage the accounts and access keys of a Cairn server.")
  .version(version)
  .option("--endpoint <url>", "address of the server (CAIRN_ENDPOINT)")
  .option("--access-key <id>", "access key id (CAIRN_ACCESS_KEY_ID)")
  .option("--secret-key <key>", "secret key (CAIRN_SECRET_ACCESS_KEY)")
  .option("--region <name>", "region to sign for (CAIRN_REGION, else us-east-1)")
  .option("--json", "print JSON")
  .configureHelp({ showGlobalOptions: true })
  .addHelpText("after", notes)
  .exitOverride();

const account = program.command("account").description("accounts (for the operator)");

account
  .command("create")
  .description("make an account and its first access key")
  .requiredOption("--name <name>", "name to show")
  .requiredOption("--email <address>", "e-mail address, of no other account")
  .action((options) => run((connection) => createAccount(connection, options)));

account
  .command("list")
  .description("list all accounts")
  .action(() => run(listAccounts));

account
  .command("delete")
  .description("delete an account that owns no buckets, and its keys")
  .argument("<account>", "account id, 12 digits")
  .action((id) => run((connection) => deleteAccount(connection, id)));

const key = program.command("key").description("access keys of an account");

key
  .command("create")
  .description("make an access key")
  .option("--account <account>", "account id; your own when absent", "self")
  .action((options) => run((connection) => createKey(connection, options.account)));

key
  .command("list")
  .description("list access keys")
  .option("--account <account>", "account id; your own when absent", "self")
  .action((options) => run((connection) => listKeys(connection, options.account)));

key
  .command("disable")
  .description("switch an access key off")
  .argument("<key>", "access key id")
  .action((id) => run((connection) => setKeyStatus(connection, id, "Inactive")));

key
  .command("enable")
  .description("switch an access key on again")
  .argument("<key>", "access key id")
  .action((id) => run((connection) => setKeyStatus(connection, id, "Active")));

key
  .command("delete")
  .description("delete an access key for good")
  .argument("<key>", "access key id")
  .action((id) => run((connection) => deleteKey(connection, id)));

program
  .command("status")
  .description("version, counts and the state of the stores (for the operator)")
  .action(() => run(showStatus));

addAuditCommands(program, run);
addExplainCommands(program, run);
addKmsCommands(program, run);
addLifecycleCommands(program, run);
addUpkeepCommands(program, run);
addUsageCommands(program, run);
addReplicationCommands(program, run);
addEventCommands(program, run);

/**
 * Finds the server, runs the command, prints its report.
 *
 * @param {(connection: import("./connection.mjs").Connection) =>
 *   Promise<import("./commands.mjs").Report>} command
 */
async function run(command) {
  const flags = program.opts();
  const place = { environment: process.env, folder: process.cwd() };
  const report = await command(findConnection(flags, place));
  const text = flags["json"] ? JSON.stringify(report.json, null, 2) : report.text;
  process.stdout.write(`${text}\n`);
}

/**
 * Says what went wrong, on stderr; with `--json` as JSON. Gives the exit code.
 *
 * @param {unknown} error
 */
function fail(error) {
  if (error instanceof CommanderError) {
    // Commander has printed it. Asking for help or the version is no failure.
    return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  }
  if (!(error instanceof Failure)) throw error;
  const { code, message } = error;
  const text = program.opts()["json"]
    ? JSON.stringify({ error: { ...(code !== undefined && { code }), message } })
    : `cairn: ${message}`;
  process.stderr.write(`${text}\n`);
  return error.exitCode;
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = fail(error);
}
