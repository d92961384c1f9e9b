// @ts-check
// What every command does first, on any Node from 20 on and even in a fresh clone: install what is
// missing, and go on under the Node the project pins. Imports nothing from node_modules.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

export const projectDirectory = fileURLToPath(new URL("..", import.meta.url));
const binaries = join(projectDirectory, "node_modules", ".bin");
/** wrangler, miniflare and node:sqlite need it; the pinned one is newer. */
const oldestNode = 24;

/** @param {string} path @returns {Record<string, any>} */
function readJson(path) {
  return JSON.parse(readFileSync(path, "utf8"));
}

/**
 * The pinned packages that are absent or of another version.
 * @param {{ development: boolean }} options whether the tools of the tests count, too
 */
export function missingPackages({ development }) {
  const { dependencies, devDependencies } = readJson(join(projectDirectory, "package.json"));
  const wanted = { ...dependencies, ...(development ? devDependencies : {}) };
  return Object.keys(wanted).filter((name) => {
    const file = join(projectDirectory, "node_modules", name, "package.json");
    return !existsSync(file) || readJson(file)["version"] !== wanted[name];
  });
}

/**
 * Installs what is missing. `npm install`, not `npm ci`: a registry may lack other systems' builds
 * of some packages, npm leaves those out of the lock, and `npm ci` then refuses that lock.
 * @param {{ development: boolean }} options
 */
export function ensureInstalled(options) {
  const missing = missingPackages(options);
  if (missing.length === 0) {
    return;
  }
  process.stderr.write("Installing what is missing (once; a minute or so) ...\n");
  const parameters = ["install", "--no-fund", "--no-audit", "--loglevel=error"];
  const { npm_execpath: npmScript, ...environment } = process.env;
  // `npm` itself is a script on Windows, which only a shell finds.
  const [command, first] = npmScript?.endsWith("js")
    ? [process.execPath, [npmScript]]
    : ["npm", []];
  const { status, error } = spawnSync(command, [...first, ...parameters], {
    cwd: projectDirectory,
    env: environment,
    stdio: ["ignore", 2, 2],
    shell: command === "npm" && process.platform === "win32",
  });
  if (status !== 0 || missingPackages(options).length > 0) {
    process.stderr.write(`npm install did not succeed${error ? `: ${error.message}` : ""}.\n`);
    process.exit(1);
  }
}

/** The environment in which the project's own tools are found first. */
export function toolEnvironment() {
  return { ...process.env, PATH: `${binaries}${delimiter}${process.env["PATH"] ?? ""}` };
}

/**
 * Returns at once under a Node that will do. Under an older one it runs the same command again with
 * the pinned Node, passes signals on, and ends as that ends.
 * @returns {Promise<void>} never settles in the older Node
 */
export async function ensureNode() {
  if (Number(process.versions.node.split(".")[0]) >= oldestNode) {
    return;
  }
  const node = join(binaries, process.platform === "win32" ? "node.exe" : "node");
  // Over the extra channel the child learns of our end, even by kill -9.
  const child = spawn(node, process.argv.slice(1), {
    env: toolEnvironment(),
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.on(signal, () => child.kill(signal));
  }
  child.on("exit", (code, signal) => {
    process.exit(code ?? 128 + (signal ? constants.signals[signal] : 0));
  });
  await new Promise(() => undefined);
}
