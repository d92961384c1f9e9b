// @ts-check
// Runs the `cairn` command as a user would: a process of its own, in a folder of its own.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

// One listener for each folder.
process.setMaxListeners(0);

const command = fileURLToPath(new URL("../../cli/cairn.mjs", import.meta.url));

/** An empty folder that nobody else uses, gone when the tests end. */
export function emptyFolder() {
  const folder = mkdtempSync(join(tmpdir(), "cairn-cli-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * @param {string[]} words
 * @param {{ folder?: string, environment?: Record<string, string> }} [place]
 * @returns {Promise<{ exitCode: number, stdout: string, stderr: string }>}
 */
export function runCairn(words, { folder = emptyFolder(), environment = {} } = {}) {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("CAIRN_"));
  const env = { ...Object.fromEntries(inherited), ...environment };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [command, ...words],
      { cwd: folder, env },
      (error, stdout, stderr) => {
        const exitCode = typeof error?.code === "number" ? error.code : error ? -1 : 0;
        resolve({ exitCode, stdout, stderr });
      },
    );
  });
}

/**
 * The environment that names a server and a caller.
 *
 * @param {string} endpoint
 * @param {{ accessKeyId: string, secretAccessKey: string }} key
 */
export function asCaller(endpoint, key) {
  return {
    CAIRN_ENDPOINT: endpoint,
    CAIRN_ACCESS_KEY_ID: key.accessKeyId,
    CAIRN_SECRET_ACCESS_KEY: key.secretAccessKey,
  };
}
