// @ts-check
// Builds the web console with Vite into dist/console, and only when a source of it changed. A child
// process builds, so that the server carries nothing of Vite.
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { distDirectory, hashSources, moveIntoPlace, projectDirectory } from "./built.mjs";
import { StartError } from "./start-error.mjs";

/** @import { ConsoleBundle } from "./types.d.mts" */

const run = promisify(execFile);

/** Where the built console lies; console/wrangler.toml uploads its folder `assets`. */
export const consoleDirectory = join(distDirectory, "console");

/**
 * Everything that shapes the console, with what its editor of policies shares with the server. The lock
 * stands for the versions of its libraries.
 */
const sources = [
  "console",
  "src/auth/policy",
  "src/auth/strict-json.ts",
  "src/iam/actions.ts",
  "package.json",
  "package-lock.json",
  "server/console.mjs",
];

/**
 * The build going on in this process, so that servers started together share it.
 * @type {Promise<ConsoleBundle> | undefined}
 */
let current;

/**
 * The built console; builds it first when a source changed since.
 * @param {{ onBuild?: () => void }} [options] `onBuild` runs before a build starts
 * @returns {Promise<ConsoleBundle>}
 * @throws {StartError} with the compiler's words when it does not build
 */
export function ensureConsole(options = {}) {
  current ??= readOrBuild(options).finally(() => {
    current = undefined;
  });
  return current;
}

/**
 * @param {{ onBuild?: () => void }} options
 * @returns {Promise<ConsoleBundle>}
 */
async function readOrBuild(options) {
  const sourceHash = await hashSources(sources);
  if ((await readHash()) !== sourceHash) {
    options.onBuild?.();
    await build(sourceHash);
  }
  return {
    assetsDirectory: join(consoleDirectory, "assets"),
    worker: await readFile(join(projectDirectory, "console", "worker.mjs"), "utf8"),
  };
}

async function readHash() {
  try {
    const text = await readFile(join(consoleDirectory, "manifest.json"), "utf8");
    return JSON.parse(text).sourceHash;
  } catch {
    return undefined;
  }
}

/** @param {string} sourceHash */
async function build(sourceHash) {
  const scratch = join(distDirectory, `console-${randomUUID()}`);
  await mkdir(scratch, { recursive: true });
  const vite = join(packageDirectory("vite"), "bin", "vite.js");
  const config = join(projectDirectory, "console", "vite.config.ts");
  const parameters = ["build", "--config", config, "--outDir", join(scratch, "assets")];
  try {
    await run(process.execPath, [vite, ...parameters, "--logLevel", "warn"], {
      cwd: projectDirectory,
      env: { ...process.env, NO_COLOR: "1", NODE_ENV: "production" },
    });
    await writeFile(join(scratch, "manifest.json"), JSON.stringify({ sourceHash }));
    await moveIntoPlace(scratch, consoleDirectory);
  } catch (error) {
    const { stdout = "", stderr = "" } = /** @type {{ stdout?: string, stderr?: string }} */ (
      error
    );
    throw new StartError(`The console does not build.\n${stdout}${stderr || error}`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** @param {string} name */
function packageDirectory(name) {
  return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
}
