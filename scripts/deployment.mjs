// @ts-check
// The steps of a deployment, each safe to repeat. Works through the wrangler command only, so that
// whoever deploys can do by hand what is printed. Never edits wrangler.toml: what an account answers
// (the database's id) goes into wrangler.deploy.toml beside it.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unstable_readConfig } from "wrangler";
import { wranglerScript } from "../server/bundle.mjs";
import { ensureConsole } from "../server/console.mjs";
import { makeKeys } from "../server/data-directory.mjs";
import { projectDirectory } from "./toolchain.mjs";

/** Thrown when a step fails in a way the person deploying can put right. */
export class DeployError extends Error {
  /** @override */
  name = "DeployError";
}

/**
 * @typedef {object} DeploymentSettings
 * @property {string | undefined} location where new resources are made; Cloudflare decides without
 * @property {boolean} makesMasterKey allow a fresh MASTER_KEY for a database that was there before
 * @property {string | undefined} wrangler the script to run instead of the installed wrangler
 * @property {string} [directory] the project; tests pass a copy
 */

const committedConfig = "wrangler.toml";
const consoleConfig = "console/wrangler.toml";
const generatedConfig = "wrangler.deploy.toml";
const secretsFile = "deploy-secrets.json";
const secretNames = ["MASTER_KEY", "ROOT_ACCESS_KEY_ID", "ROOT_SECRET_ACCESS_KEY"];

/**
 * The names wrangler.toml gives things.
 * @param {string} directory
 * @returns {{ worker: string, database: string, stores: string[], queues: string[] }}
 */
function readNames(directory) {
  /** @type {{ name?: string, d1_databases: { database_name?: string }[], r2_buckets: { bucket_name?: string }[], queues?: { producers?: { queue?: string }[] } }} */
  const config = unstable_readConfig({ config: join(directory, committedConfig) });
  return {
    worker: config.name ?? "cairn",
    database: config.d1_databases[0]?.database_name ?? "cairn-catalog",
    stores: config.r2_buckets.map((store) => store.bucket_name ?? ""),
    queues: (config.queues?.producers ?? []).flatMap(({ queue }) => queue ?? []),
  };
}

/** @param {DeploymentSettings} settings */
const locationFlags = ({ location }) => (location === undefined ? [] : ["--location", location]);

/**
 * Every call a deployment may make, as text.
 * @param {DeploymentSettings} settings
 */
export function planDeployment(settings) {
  const { worker, database, stores, queues } = readNames(settings.directory ?? projectDirectory);
  const where = locationFlags(settings).map((flag) => ` ${flag}`);
  const lines = [
    `Plan for the Worker "${worker}" (nothing has been called):`,
    "",
    "wrangler whoami --json",
    "wrangler d1 list --json",
    `wrangler d1 create ${database}${where.join("")}    # only when it is not there`,
    "wrangler r2 bucket list",
    ...stores.map((store) => `wrangler r2 bucket create ${store}${where.join("")}    # likewise`),
    ...queues.map((queue) => `wrangler queues create ${queue}    # likewise`),
    `# write ${generatedConfig}: ${committedConfig} with the id of the database`,
    `wrangler secret list --format json --config ${generatedConfig}`,
    `# make those of ${secretNames.join(", ")} that are not there; keep them in ${secretsFile}`,
    `wrangler d1 migrations apply ${database} --remote --config ${generatedConfig}`,
    "# build the web console, unless it is built",
    `wrangler deploy --config ${consoleConfig}    # first: the Worker binds it`,
    `wrangler deploy --config ${generatedConfig} [--secrets-file FILE]    # with those`,
  ];
  return `${lines.join("\n")}\n`;
}

/**
 * Brings the account to what wrangler.toml says and uploads the Worker.
 * @param {DeploymentSettings} settings
 * @throws {DeployError} at the first step that fails; the next run goes on from there
 */
export async function deploy(settings) {
  const directory = settings.directory ?? projectDirectory;
  const names = readNames(directory);
  const wrangler = openWrangler(directory, settings.wrangler ?? wranglerScript());
  checkLogin(wrangler);
  const database = ensureDatabase(wrangler, names.database, settings);
  ensureStores(wrangler, names.stores, settings);
  ensureQueues(wrangler, names.queues);
  writeConfig(directory, database.id);
  const secrets = missingSecrets(wrangler, directory);
  if (secrets["MASTER_KEY"]?.isFresh && !database.isFresh && !settings.makesMasterKey) {
    throw new DeployError(
      `The database ${names.database} was there before, but the Worker has no MASTER_KEY. A new key\n` +
        `cannot open what an old one sealed. Put the old one into ${secretsFile}, or, if the\n` +
        "database is empty or its keys may be lost, run again with --new-master-key.",
    );
  }
  saveSecrets(directory, secrets);
  const config = ["--config", generatedConfig];
  wrangler.run(["d1", "migrations", "apply", names.database, "--remote", ...config]);
  await ensureConsole();
  wrangler.run(["deploy", "--config", consoleConfig]);
  upload(wrangler, config, secrets);
  report(directory);
}

/**
 * @typedef {object} Wrangler
 * @property {(parameters: string[]) => string} run prints the call and its output, returns the output
 * @property {(parameters: string[]) => { status: number, output: string }} attempt may fail, is quiet
 */

/**
 * @param {string} directory
 * @param {string} script
 * @returns {Wrangler}
 */
function openWrangler(directory, script) {
  /** @param {string[]} parameters */
  const attempt = (parameters) => {
    process.stdout.write(`$ wrangler ${parameters.join(" ")}\n`);
    // Without a terminal wrangler takes the default answer instead of asking.
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...parameters], {
      cwd: directory,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, CI: "true", NO_COLOR: "1", WRANGLER_SEND_METRICS: "false" },
    });
    return { status: status ?? 1, output: status === 0 ? stdout : `${stdout}${stderr}` };
  };
  /** @param {string[]} parameters */
  const run = (parameters) => {
    const { status, output } = attempt(parameters);
    if (status !== 0) {
      throw new DeployError(
        `${output.trim()}\n\nThis call failed: wrangler ${parameters.join(" ")}`,
      );
    }
    if (!parameters.includes("--json")) {
      process.stdout.write(`${output.trimEnd()}\n`);
    }
    return output;
  };
  return { run, attempt };
}

/** @param {Wrangler} wrangler */
function checkLogin(wrangler) {
  if (wrangler.attempt(["whoami", "--json"]).status !== 0) {
    throw new DeployError(
      "Not logged in. Run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN to a token that may edit\n" +
        "Workers, D1 and R2.",
    );
  }
}

/**
 * @param {Wrangler} wrangler
 * @param {string} name
 * @param {DeploymentSettings} settings
 * @returns {{ id: string, isFresh: boolean }}
 */
function ensureDatabase(wrangler, name, settings) {
  const known = findDatabase(wrangler, name);
  if (known !== undefined) {
    return { id: known, isFresh: false };
  }
  wrangler.run(["d1", "create", name, ...locationFlags(settings)]);
  const id = findDatabase(wrangler, name);
  if (id === undefined) {
    throw new DeployError(
      `The database ${name} was made but is not listed. Run again in a minute.`,
    );
  }
  return { id, isFresh: true };
}

/**
 * @param {Wrangler} wrangler
 * @param {string} name
 * @returns {string | undefined}
 */
function findDatabase(wrangler, name) {
  const output = wrangler.run(["d1", "list", "--json"]);
  /** @type {{ uuid: string, name: string }[]} */
  const databases = JSON.parse(output.slice(output.indexOf("[")));
  return databases.find((database) => database.name === name)?.uuid;
}

/**
 * Queues that events go to; none unless wrangler.toml binds some.
 * @param {Wrangler} wrangler
 * @param {string[]} queues
 */
function ensureQueues(wrangler, queues) {
  for (const queue of queues) {
    const made = wrangler.attempt(["queues", "create", queue]);
    if (made.status !== 0 && !/already taken|already exists|\b11009\b/.test(made.output)) {
      throw new DeployError(`${made.output.trim()}\n\nThe queue ${queue} could not be made.`);
    }
  }
}

/**
 * @param {Wrangler} wrangler
 * @param {string[]} stores
 * @param {DeploymentSettings} settings
 */
function ensureStores(wrangler, stores, settings) {
  const { status, output } = wrangler.attempt(["r2", "bucket", "list"]);
  if (status !== 0) {
    throw new DeployError(`${output.trim()}\n\nIs R2 enabled for this account? (Dashboard, R2)`);
  }
  const known = new Set([...output.matchAll(/^name:\s+(\S+)\s*$/gm)].map((match) => match[1]));
  for (const store of stores.filter((name) => !known.has(name))) {
    const made = wrangler.attempt(["r2", "bucket", "create", store, ...locationFlags(settings)]);
    // The listing is one page: a bucket can be ours without being on it.
    if (made.status !== 0 && !/already exists, and you own it|\b10004\b/.test(made.output)) {
      throw new DeployError(`${made.output.trim()}\n\nThe store ${store} could not be made.`);
    }
  }
}

/**
 * @param {string} directory
 * @param {string} databaseId
 */
function writeConfig(directory, databaseId) {
  const committed = readFileSync(join(directory, committedConfig), "utf8");
  const line = /^database_id\s*=.*$/gm;
  if ((committed.match(line) ?? []).length !== 1) {
    throw new DeployError(`${committedConfig} should have exactly one line "database_id = ...".`);
  }
  const note = `# Made by npm run deploy from ${committedConfig}; edit that one.\n`;
  const config = committed.replace(line, `database_id = "${databaseId}"`);
  writeFileSync(join(directory, generatedConfig), note + config);
}

/**
 * The secrets the Worker lacks, with values: from an earlier run that did not get to the end, or new.
 * @param {Wrangler} wrangler
 * @param {string} directory
 * @returns {Record<string, { value: string, isFresh: boolean }>}
 */
function missingSecrets(wrangler, directory) {
  const list = ["secret", "list", "--format", "json", "--config", generatedConfig];
  const { status, output } = wrangler.attempt(list);
  const isNew = status !== 0 && /\b10007\b|not found|does not exist/i.test(output);
  if (status !== 0 && !isNew) {
    throw new DeployError(`${output.trim()}\n\nThe secrets of the Worker could not be listed.`);
  }
  /** @type {{ name: string }[]} */
  const known = isNew ? [] : JSON.parse(output.slice(output.indexOf("[")));
  const missing = secretNames.filter((name) => !known.some((secret) => secret.name === name));
  const kept = readSecrets(directory);
  const keys = makeKeys();
  /** @type {Record<string, string>} */
  const fresh = {
    MASTER_KEY: keys.masterKey,
    ROOT_ACCESS_KEY_ID: keys.accessKeyId,
    ROOT_SECRET_ACCESS_KEY: keys.secretAccessKey,
  };
  return Object.fromEntries(
    missing.map((name) => {
      const value = kept[name];
      return [name, { value: value ?? fresh[name] ?? "", isFresh: value === undefined }];
    }),
  );
}

/** @param {string} directory @returns {Record<string, string>} */
function readSecrets(directory) {
  const path = join(directory, secretsFile);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
}

/**
 * Cloudflare never shows a secret again, so the only other copy is written before the upload.
 * @param {string} directory
 * @param {Record<string, { value: string }>} secrets
 */
function saveSecrets(directory, secrets) {
  const names = Object.keys(secrets);
  if (names.length === 0) {
    return;
  }
  const path = join(directory, secretsFile);
  const values = Object.fromEntries(names.map((name) => [name, secrets[name]?.value]));
  const text = `${JSON.stringify({ ...readSecrets(directory), ...values }, null, 2)}\n`;
  rmSync(path, { force: true });
  writeFileSync(path, text, { mode: 0o600 });
  process.stdout.write(`# wrote ${names.join(", ")} to ${secretsFile}\n`);
}

/**
 * Uploads the Worker, with the missing secrets only: one that is there may be newer than our copy.
 * @param {Wrangler} wrangler
 * @param {string[]} config
 * @param {Record<string, { value: string }>} secrets
 */
function upload(wrangler, config, secrets) {
  const names = Object.keys(secrets);
  if (names.length === 0) {
    wrangler.run(["deploy", ...config]);
    return;
  }
  const scratch = mkdtempSync(join(tmpdir(), "cairn-deploy-"));
  const path = join(scratch, "secrets.json");
  try {
    const values = Object.fromEntries(names.map((name) => [name, secrets[name]?.value]));
    writeFileSync(path, JSON.stringify(values), { mode: 0o600 });
    wrangler.run(["deploy", ...config, "--secrets-file", path]);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** @param {string} directory */
function report(directory) {
  const lines = ["", "Deployed. The address is in wrangler's output above."];
  if (existsSync(join(directory, secretsFile))) {
    lines.push(
      `The root key and the MASTER_KEY are in ${secretsFile}, which git ignores. Move them to where`,
      "you keep secrets and delete the file: nothing can show them again, and without the MASTER_KEY",
      "a restored database is of no use.",
    );
  }
  lines.push("Own domain, uploads above 100 MB, backups: docs/OPERATIONS.md");
  process.stdout.write(`${lines.join("\n")}\n`);
}
