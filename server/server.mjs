// @ts-check
// The local server: the built Worker on Miniflare's simulators, kept in a folder, on one port. A
// library first (index.mjs); `npm start` is a thin command around it. Installs no signal handlers and
// prints nothing of its own: that is the caller's business.
import { randomBytes } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Log, LogLevel, Miniflare } from "miniflare";
import { ensureBundle } from "./bundle.mjs";
import { ensureConsole } from "./console.mjs";
import { driveCrons, driveTicks } from "./crons.mjs";
import {
  checkRootKey,
  loadKeys,
  makeKeys,
  openDataDirectory,
  saveCredentials,
} from "./data-directory.mjs";
import { guardRuntime } from "./guard.mjs";
import { migrate } from "./migrate.mjs";
import { runtimeOptions } from "./runtime.mjs";
import { StartError } from "./start-error.mjs";

/** @import { CairnOptions, CairnServer } from "./index.d.mts" */
/** @import { Bundle, ConsoleBundle, HandOver } from "./types.d.mts" */

/** How long requests in flight may take to finish once `stop` is called. */
const drainMs = 10_000;
/** How long the link to sign in by waits to be opened. */
const handOverMs = 3_600_000;
/** What the deployment keeps as secrets; `--var` must not half-change a key that lives on disk. */
const secretNames = ["MASTER_KEY", "ROOT_ACCESS_KEY_ID", "ROOT_SECRET_ACCESS_KEY"];
const signals = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);

/**
 * @typedef {object} Home where one server keeps its data and keys
 * @property {string} path
 * @property {ReturnType<typeof makeKeys>} keys
 * @property {boolean} isThrowAway
 * @property {(pid: number) => void} recordRuntime
 * @property {() => void} release
 */

/**
 * Starts a server in this process. See `index.d.mts` for what the options mean.
 * @param {CairnOptions} [options]
 * @returns {Promise<CairnServer>}
 * @throws {StartError} for what the caller can put right: a taken port, a folder in use, half a key
 */
export async function startServer(options = {}) {
  checkOptions(options);
  const { bundle, built } = await buildAll(options);
  const home = await openHome(options);
  const guard = guardRuntime({
    throwAwayDirectory: home.isThrowAway ? home.path : "",
    onStart: home.recordRuntime,
  });
  /** @type {Miniflare | undefined} */
  let miniflare;
  try {
    const handOver = built && offerKey(home, options);
    miniflare = openRuntime(bundle, built, { home, options, handOver });
    const server = await describeServer(miniflare, home, bundle, options);
    const stop = stopper({
      miniflare,
      home,
      guard,
      stopCrons: startCrons(miniflare, bundle, options),
    });
    const consoleUrl = `${server.endpoint}/-/console/`;
    const signInUrl = handOver ? `${consoleUrl}#sign-in=${handOver.code}` : consoleUrl;
    return { ...server, signInUrl, stop };
  } catch (error) {
    await miniflare?.dispose().catch(() => undefined);
    guard.release();
    home.release();
    throw asStartError(error, options);
  }
}

/**
 * The Worker, and the console beside it. A console that does not build costs nobody the storage.
 * @param {CairnOptions} options
 * @returns {Promise<{ bundle: Bundle, built: ConsoleBundle | undefined }>}
 */
async function buildAll(options) {
  let isTold = false;
  const onBuild = () => {
    if (!isTold) {
      isTold = true;
      options.onBuild?.();
    }
  };
  const [bundle, built] = await Promise.all([
    ensureBundle({ onBuild }),
    ensureConsole({ onBuild }).catch((error) => {
      logger(options)("error", error.message);
      return undefined;
    }),
  ]);
  return { bundle, built };
}

/**
 * The link by which whoever started a server on their own machine signs in, without copying a key: it
 * holds a code, of no use once it was used. Nothing of the kind where other machines can ask.
 * @param {Home} home
 * @param {CairnOptions} options
 * @returns {HandOver | undefined}
 */
function offerKey({ keys }, { host = "127.0.0.1" }) {
  if (!/^(127(\.\d{1,3}){3}|localhost|\[?::1\]?)$/.test(host)) return undefined;
  const { accessKeyId, secretAccessKey } = keys;
  return {
    code: randomBytes(24).toString("base64url"),
    untilMs: Date.now() + handOverMs,
    key: { accessKeyId, secretAccessKey },
  };
}

/** @param {CairnOptions} options */
function checkOptions(options) {
  const secret = Object.keys(options.vars ?? {}).find((name) => secretNames.includes(name));
  if (secret !== undefined) {
    throw new StartError(`${secret} is kept with the data. Use the options for the root key.`);
  }
  checkRootKey(options);
  const { port = 0 } = options;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new StartError(`Not a port: ${port}`);
  }
}

/**
 * @param {CairnOptions} options
 * @returns {Promise<Home>}
 */
async function openHome(options) {
  if (options.memory || options.dataDir === undefined) {
    const path = mkdtempSync(join(tmpdir(), "cairn-"));
    const release = () => rmSync(path, { recursive: true, force: true, maxRetries: 3 });
    const keys = { ...makeKeys(), ...checkRootKey(options) };
    return { path, keys, isThrowAway: true, recordRuntime: () => undefined, release };
  }
  const directory = await openDataDirectory(options.dataDir);
  try {
    return { ...directory, keys: loadKeys(directory.path, options), isThrowAway: false };
  } catch (error) {
    directory.release();
    throw error;
  }
}

/**
 * Miniflare keeps a folder under the temporary directory, which kill -9 would leave there for good.
 * It asks for the directory while it is constructed, so for that moment it is one of ours.
 * @param {string} directory emptied first
 * @param {import("miniflare").MiniflareOptions} options
 */
function openMiniflare(directory, options) {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = directory;
  try {
    return new Miniflare(options);
  } finally {
    if (before === undefined) {
      delete process.env["TMPDIR"];
    } else {
      process.env["TMPDIR"] = before;
    }
  }
}

/**
 * @param {Bundle} bundle
 * @param {ConsoleBundle | undefined} built
 * @param {{ home: Home, options: CairnOptions, handOver: HandOver | undefined }} local
 */
function openRuntime(bundle, built, { home, options, handOver }) {
  const onLog = logger(options);
  const before = new Map(signals.map((signal) => [signal, process.listeners(signal)]));
  const miniflare = openMiniflare(
    join(home.path, "tmp"),
    runtimeOptions(bundle, {
      directory: join(home.path, "state"),
      host: options.host ?? "127.0.0.1",
      port: options.port ?? 0,
      console: built && copyConsole(built, home),
      handOver,
      vars: {
        ...bundle.description.vars,
        ...options.vars,
        LOCAL: "true",
        MASTER_KEY: home.keys.masterKey,
        ROOT_ACCESS_KEY_ID: home.keys.accessKeyId,
        ROOT_SECRET_ACCESS_KEY: home.keys.secretAccessKey,
      },
      log: new Log(LogLevel.NONE),
      onLog: ({ level, message }) => onLog(level, message),
    }),
  );
  // Miniflare ends the whole process on a signal, in the middle of whatever its owner is doing.
  for (const signal of signals) {
    for (const listener of process.listeners(signal)) {
      if (!before.get(signal)?.includes(listener)) {
        process.removeListener(signal, listener);
      }
    }
  }
  return miniflare;
}

/**
 * The console's files beside the data of this server: a build by somebody else, in the same project,
 * must not take them away from under it.
 * @param {ConsoleBundle} built
 * @param {Home} home
 * @returns {ConsoleBundle}
 */
function copyConsole(built, home) {
  const assetsDirectory = join(home.path, "console");
  rmSync(assetsDirectory, { recursive: true, force: true });
  cpSync(built.assetsDirectory, assetsDirectory, { recursive: true });
  return { ...built, assetsDirectory };
}

/**
 * Where the lines of the Worker go.
 * @param {CairnOptions} options
 * @returns {(level: string, message: string) => void}
 */
function logger({ onLog, quiet }) {
  /** @type {(level: string, message: string) => void} */
  const print = (level, message) => process.stderr.write(`${level}: ${message}\n`);
  return onLog ?? (quiet ? () => undefined : print);
}

/**
 * Waits until the server answers with its catalog up to date, and says where it is.
 * @param {Miniflare} miniflare
 * @param {Home} home
 * @param {Bundle} bundle
 * @param {CairnOptions} options
 * @returns {Promise<Omit<CairnServer, "stop" | "signInUrl">>}
 */
async function describeServer(miniflare, home, bundle, options) {
  const { href } = await miniflare.unsafeGetDirectURL();
  await Promise.all(
    bundle.description.databases.map(async ({ binding, migrations }) =>
      migrate(await miniflare.getD1Database(binding), migrations),
    ),
  );
  const endpoint = href.replace(/\/$/, "");
  const region = options.vars?.["REGION"] ?? bundle.description.vars["REGION"] ?? "us-east-1";
  const { accessKeyId, secretAccessKey, masterKey } = home.keys;
  if (!home.isThrowAway) {
    const credentials = { endpoint, accessKeyId, secretAccessKey, masterKey, region };
    saveCredentials(home.path, credentials);
  }
  return { endpoint, region, credentials: { accessKeyId, secretAccessKey } };
}

/**
 * @param {Miniflare} miniflare
 * @param {Bundle} bundle
 * @param {CairnOptions} options
 */
function startCrons(miniflare, bundle, options) {
  /**
   * @param {string} cron
   * @param {Date} scheduledTime
   */
  const fire = async (cron, scheduledTime) => {
    try {
      const worker = await miniflare.getWorker();
      await worker.scheduled({ cron, scheduledTime });
    } catch (error) {
      // A run that fails is a line in the log, as at the edge; the next one picks up its work.
      logger(options)("error", `The cron "${cron}" failed: ${error}`);
    }
  };
  const stopCrons = driveCrons(bundle.description.crons, fire);
  const dayMs = 1000 * Number(options.vars?.["LIFECYCLE_DAY_SECONDS"] ?? 0);
  if (!(dayMs > 0 && dayMs < shortDayMs)) return stopCrons;
  // Days too short for crons: lifecycle rules are looked at twice in each.
  const everyMs = Math.max(dayMs / 2, shortestTickMs);
  const stopTicks = driveTicks(everyMs, () => fire("lifecycle", new Date()));
  return () => {
    stopTicks();
    stopCrons();
  };
}

/** Crons come every five minutes. */
const shortDayMs = 600_000;
const shortestTickMs = 100;

/**
 * What ends everything, once, however often it is called.
 * @param {object} parts
 * @param {Miniflare} parts.miniflare
 * @param {Home} parts.home
 * @param {ReturnType<typeof guardRuntime>} parts.guard
 * @param {() => void} parts.stopCrons
 */
function stopper({ miniflare, home, guard, stopCrons }) {
  const stopAll = async () => {
    stopCrons();
    await Promise.all(guard.runtimes().map(drain));
    await miniflare.dispose();
    guard.release();
    home.release();
  };
  /** @type {Promise<void> | undefined} */
  let stopped;
  return () => {
    stopped ??= stopAll();
    return stopped;
  };
}

/**
 * workerd answers SIGTERM by refusing new connections and finishing what it has begun.
 * @param {import("node:child_process").ChildProcess} runtime
 */
async function drain(runtime) {
  const exited = new Promise((resolve) => runtime.once("exit", resolve));
  runtime.kill("SIGTERM");
  await Promise.race([exited, sleep(drainMs, undefined, { ref: false })]);
}

/**
 * @param {unknown} error
 * @param {CairnOptions} options
 */
function asStartError(error, { host = "127.0.0.1", port }) {
  const { code, message = "" } = /** @type {{ code?: string, message?: string }} */ (error);
  if (code === "ERR_ADDRESS_IN_USE" || /address already in use/i.test(message)) {
    return new StartError(`Port ${port} on ${host} is taken. Choose another one: --port NUMBER`);
  }
  return error;
}
