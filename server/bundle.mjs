// @ts-check
// Builds the Worker with wrangler into dist/worker, and only when a source changed. The result is
// what `wrangler deploy` would upload, so the laptop runs the program of the edge. Several builds at
// once are safe: each works in a folder of its own and moves it into place.
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { distDirectory, hashSources, moveIntoPlace, projectDirectory } from "./built.mjs";
import { StartError } from "./start-error.mjs";

/** @import { Bundle, Description, ModuleType } from "./types.d.mts" */

const run = promisify(execFile);

const workerDirectory = join(distDirectory, "worker");
const describeScript = fileURLToPath(new URL("describe.mjs", import.meta.url));

/** Everything that shapes the bundle. A change anywhere below builds again. */
const sources = [
  "src",
  "migrations",
  "wrangler.toml",
  "package.json",
  "server/bundle.mjs",
  "server/built.mjs",
  "server/describe.mjs",
];

/** @type {Record<string, ModuleType>} */
const moduleTypes = {
  ".js": "esm",
  ".mjs": "esm",
  ".wasm": "wasm",
  ".html": "text",
  ".txt": "text",
  ".sql": "text",
  ".bin": "data",
};

/**
 * The build going on in this process, so that servers started together share it.
 * @type {Promise<Bundle> | undefined}
 */
let current;

/**
 * The built Worker; builds it first when a source changed since.
 * @param {{ force?: boolean, onBuild?: () => void }} [options] `onBuild` runs before a build starts
 * @returns {Promise<Bundle>}
 * @throws {StartError} with the compiler's words when it does not build
 */
export function ensureBundle(options = {}) {
  current ??= readOrBuild(options).finally(() => {
    current = undefined;
  });
  return current;
}

/**
 * @param {{ force?: boolean, onBuild?: () => void }} options
 * @returns {Promise<Bundle>}
 */
async function readOrBuild(options) {
  const sourceHash = await hashSources(sources);
  const known = options.force ? undefined : await readManifest();
  if (known?.sourceHash === sourceHash) {
    return known;
  }
  options.onBuild?.();
  return build(sourceHash);
}

/** @returns {Promise<Bundle | undefined>} */
async function readManifest() {
  try {
    const text = await readFile(join(workerDirectory, "manifest.json"), "utf8");
    return { ...JSON.parse(text), directory: workerDirectory };
  } catch {
    return undefined;
  }
}

/**
 * @param {string} sourceHash
 * @returns {Promise<Bundle>}
 */
async function build(sourceHash) {
  const scratch = join(distDirectory, `build-${randomUUID()}`);
  await mkdir(scratch, { recursive: true });
  try {
    const [description] = await Promise.all([readDescription(), bundleInto(scratch)]);
    const modules = await listModules(scratch);
    const manifest = { sourceHash, mainModule: "index.js", modules, description };
    await writeFile(join(scratch, "manifest.json"), JSON.stringify(manifest));
    await moveIntoPlace(scratch, workerDirectory);
    return { ...manifest, directory: workerDirectory };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** @returns {Promise<Description>} */
async function readDescription() {
  const { stdout } = await wranglerEnvironment((env) =>
    run(process.execPath, [describeScript, projectDirectory], { env, cwd: projectDirectory }),
  );
  return JSON.parse(stdout.slice(stdout.lastIndexOf("\n{") + 1));
}

/** The script behind the `wrangler` command, wherever npm put the package. */
export function wranglerScript() {
  const packageFile = createRequire(import.meta.url).resolve("wrangler/package.json");
  return join(dirname(packageFile), "bin", "wrangler.js");
}

/** @param {string} outputDirectory */
async function bundleInto(outputDirectory) {
  const wrangler = wranglerScript();
  const parameters = ["deploy", "--dry-run", "--outdir", outputDirectory];
  try {
    await wranglerEnvironment((env) =>
      run(process.execPath, [wrangler, ...parameters], { env, cwd: projectDirectory }),
    );
  } catch (error) {
    const { stdout = "", stderr = "" } = /** @type {{ stdout?: string, stderr?: string }} */ (
      error
    );
    throw new StartError(`The Worker does not build.\n${stdout}${stderr}`);
  }
}

/**
 * wrangler asks nobody, phones nowhere and prints no colours while we build.
 * @template T
 * @param {(env: NodeJS.ProcessEnv) => T} action
 * @returns {T}
 */
function wranglerEnvironment(action) {
  const quiet = { CI: "true", WRANGLER_SEND_METRICS: "false", WRANGLER_WRITE_LOGS: "false" };
  return action({ ...process.env, ...quiet, NO_COLOR: "1", FORCE_COLOR: "0" });
}

/**
 * @param {string} directory
 * @returns {Promise<Bundle["modules"]>}
 */
async function listModules(directory) {
  const modules = [];
  for (const name of await readdir(directory)) {
    const type = moduleTypes[extname(name)];
    if (type !== undefined) {
      modules.push({ name, type, sizeBytes: (await stat(join(directory, name))).size });
    }
  }
  return modules.sort((a, b) => (a.name < b.name ? -1 : 1));
}
