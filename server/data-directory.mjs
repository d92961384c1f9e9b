// @ts-check
// The folder the data lives in: one server at a time, and the keys beside the data they open.
// Two servers on one folder would corrupt it; the lock is the operating system's, so that it ends
// with its holder and kill -9 leaves nothing stale behind.
import { randomBytes, randomInt } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { StartError } from "./start-error.mjs";

/** @import { StoredCredentials } from "./types.d.mts" */

/**
 * Opens a data folder, making it if need be, and holds it until `release`.
 * @param {string} path
 * @returns {Promise<{ path: string, recordRuntime(pid: number): void, release(): void }>}
 * @throws {StartError} when another server holds the folder
 */
export async function openDataDirectory(path) {
  const directory = resolve(path);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const lock = lockDirectory(directory);
  const pidFile = join(directory, "runtime.pid");
  await waitForOldRuntime(pidFile);
  return {
    path: directory,
    recordRuntime: (pid) => writeFileSync(pidFile, String(pid)),
    release: () => {
      rmSync(pidFile, { force: true });
      lock.close();
    },
  };
}

/**
 * SQLite's exclusive transaction is a lock of the operating system on every platform Node runs on.
 * @param {string} directory
 */
function lockDirectory(directory) {
  const lock = new DatabaseSync(join(directory, "lock"), { timeout: 0 });
  try {
    lock.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock.close();
    if (/** @type {{ errcode?: number }} */ (error).errcode === 5) {
      throw new StartError(
        `Another Cairn server is using ${directory}. Stop it, or give this one its own: --data DIR`,
      );
    }
    throw error;
  }
}

/**
 * After kill -9 the old workerd is killed by its guard within milliseconds. Its files must be closed
 * before a new one opens them.
 * @param {string} pidFile
 */
async function waitForOldRuntime(pidFile) {
  const pid = Number(readText(pidFile) ?? 0);
  for (let waited = 0; pid > 0 && isRuntime(pid); waited += 10) {
    if (waited >= 5_000) {
      throw new StartError(`A runtime of an earlier server still runs (process ${pid}). End it.`);
    }
    await sleep(10);
  }
}

/**
 * Whether a process is a living workerd. Where /proc is missing, being alive has to do.
 * @param {number} pid
 */
function isRuntime(pid) {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const command = readText(`/proc/${pid}/cmdline`);
  return command === undefined ? process.platform !== "linux" : command.includes("workerd");
}

/** @param {string} path @returns {string | undefined} */
function readText(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/**
 * The keys kept with the data; made at random when there are none yet.
 * @param {string} directory
 * @param {{ accessKeyId?: string, secretAccessKey?: string }} root the root key asked for, if any
 * @returns {Omit<StoredCredentials, "endpoint" | "region">}
 * @throws {StartError} when the file is there but unreadable: guessing new keys would lose the data
 */
export function loadKeys(directory, root) {
  const path = join(directory, "credentials.json");
  const text = readText(path);
  const stored = text === undefined ? makeKeys() : parseKeys(path, text);
  const { accessKeyId, secretAccessKey } = checkRootKey(root) ?? stored;
  return { accessKeyId, secretAccessKey, masterKey: stored.masterKey };
}

/** Fresh keys in the shapes AWS gives them. */
export function makeKeys() {
  const capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  // Letters and digits only: a secret that begins with `-` is an option to a command line.
  return {
    accessKeyId: `AKIA${randomText(16, `${capitals}234567`)}`,
    secretAccessKey: randomText(40, `${capitals}${capitals.toLowerCase()}0123456789`),
    masterKey: randomBytes(32).toString("base64"),
  };
}

/**
 * @param {number} length
 * @param {string} alphabet
 */
function randomText(length, alphabet) {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join("");
}

/**
 * @param {string} path
 * @param {string} text
 * @returns {StoredCredentials}
 */
function parseKeys(path, text) {
  try {
    const value = JSON.parse(text);
    const masterKeyBytes = Buffer.from(value.masterKey, "base64").length;
    if (value.accessKeyId && value.secretAccessKey && masterKeyBytes === 32) {
      return value;
    }
  } catch {
    // Answered below, the same as for a file that is JSON but not ours.
  }
  throw new StartError(`${path} is damaged. Restore it from a backup: the data needs its keys.`);
}

/**
 * @param {{ accessKeyId?: string, secretAccessKey?: string }} root
 * @returns {{ accessKeyId: string, secretAccessKey: string } | undefined}
 * @throws {StartError} for half a key, or one no S3 client could sign with
 */
export function checkRootKey({ accessKeyId, secretAccessKey }) {
  if (accessKeyId === undefined && secretAccessKey === undefined) {
    return undefined;
  }
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new StartError("An access key and a secret key go together: give both or neither.");
  }
  // A slash or comma would break the credential scope the key id travels in.
  if (!/^[\w.-]{3,128}$/.test(accessKeyId)) {
    throw new StartError("An access key is 3 to 128 letters, digits, dots, dashes or underscores.");
  }
  if (!/^[\x21-\x7e]{1,128}$/.test(secretAccessKey)) {
    throw new StartError("A secret key is 1 to 128 printable ASCII characters without spaces.");
  }
  return { accessKeyId, secretAccessKey };
}

/**
 * Writes `credentials.json`, readable by its owner only, whole or not at all.
 * @param {string} directory
 * @param {StoredCredentials} credentials
 */
export function saveCredentials(directory, credentials) {
  const path = join(directory, "credentials.json");
  const fresh = `${path}.new`;
  rmSync(fresh, { force: true });
  writeFileSync(fresh, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(fresh, path);
}
