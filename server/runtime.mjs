// @ts-check
// Turns the built Worker and its description into Miniflare's options. Nothing of wrangler.toml is
// repeated here; what is local (names of simulated resources, sockets, no telemetry) is.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { eventQueues, queueConsumer } from "./queues.mjs";

/** @import { MiniflareOptions } from "miniflare" */
/** @import { Bundle, ConsoleBundle, HandOver } from "./types.d.mts" */

/** Local names never follow wrangler.toml: renaming a deployment must not hide a laptop's data. */
const workerName = "cairn";
/** The Worker of the web console, as wrangler.toml and console/wrangler.toml name it. */
const consoleName = "cairn-console";

/**
 * @param {Bundle} bundle
 * @param {object} local
 * @param {string} local.directory where the simulators keep their files
 * @param {string} local.host
 * @param {number} local.port 0 for any free one
 * @param {ConsoleBundle | undefined} local.console without it, the Worker shows a page of its own
 * @param {HandOver | undefined} local.handOver without it, the console asks for a key
 * @param {Record<string, string>} local.vars settings and secrets, as text
 * @param {MiniflareOptions["log"]} local.log
 * @param {MiniflareOptions["handleStructuredLogs"]} local.onLog what the Worker and workerd print
 * @returns {MiniflareOptions}
 */
export function runtimeOptions(bundle, local) {
  const { description } = bundle;
  return {
    host: "127.0.0.1",
    port: 0,
    // `cf: false` also keeps Miniflare from fetching a sample from the Internet.
    cf: false,
    logRequests: false,
    telemetry: { enabled: false },
    enableDevRegistry: false,
    unsafeLocalExplorer: false,
    resourcePersistencePath: local.directory,
    log: local.log,
    handleStructuredLogs: local.onLog,
    workers: [
      {
        config: {
          name: workerName,
          compatibilityDate: description.compatibilityDate,
          compatibilityFlags: description.compatibilityFlags,
          manifest: readModules(bundle),
          env: bindings(bundle, local),
          exports: Object.fromEntries(
            description.objects.map(({ className, sqlite }) => [
              className,
              { type: "durable-object", storage: sqlite ? "sqlite" : "legacy-kv" },
            ]),
          ),
        },
        dev: {
          rootPath: bundle.directory,
          unsafeRegisterWorker: false,
          // Three times cheaper per request than the entry port; Node is not in the way either.
          unsafeDirectSockets: [{ host: local.host, port: local.port }],
        },
      },
      ...(local.console === undefined
        ? []
        : [consoleWorker(local.console, description, local.handOver)]),
      ...queueConsumer(bundle, local.vars),
    ],
  };
}

/**
 * The console's Worker. It has no socket: only the other one reaches it.
 * @param {ConsoleBundle} built
 * @param {Bundle["description"]} description
 * @param {HandOver | undefined} handOver
 * @returns {MiniflareOptions["workers"][number]}
 */
function consoleWorker(built, description, handOver) {
  return {
    config: {
      name: consoleName,
      compatibilityDate: description.compatibilityDate,
      manifest: {
        mainModule: "worker.mjs",
        modulesRoot: built.assetsDirectory,
        modules: { "worker.mjs": { type: "esm", contents: built.worker } },
      },
      env: {
        ASSETS: { type: "assets" },
        ...(handOver && { HAND_OVER: { type: "text", value: JSON.stringify(handOver) } }),
      },
      assets: {
        directory: built.assetsDirectory,
        hasUserWorker: true,
        htmlHandling: "none",
        notFoundHandling: "none",
        runWorkerFirst: true,
      },
    },
    dev: { rootPath: built.assetsDirectory, unsafeRegisterWorker: false },
  };
}

/** @param {Bundle} bundle */
function readModules({ directory, mainModule, modules }) {
  return {
    mainModule,
    modulesRoot: directory,
    modules: Object.fromEntries(
      modules.map(({ name, type }) => {
        const bytes = readFileSync(join(directory, name));
        const isText = type === "esm" || type === "text";
        return [name, { type, contents: isText ? bytes.toString() : new Uint8Array(bytes) }];
      }),
    ),
  };
}

/**
 * @param {Bundle} bundle
 * @param {{ vars: Record<string, string>, console: ConsoleBundle | undefined }} local
 */
function bindings({ description }, local) {
  /** @type {NonNullable<MiniflareOptions["workers"][number]["config"]["env"]>} */
  const env = {};
  for (const [name, value] of Object.entries(local.vars)) {
    env[name] = { type: "text", value };
  }
  for (const { binding } of description.databases) {
    env[binding] = { type: "d1", id: binding };
  }
  for (const binding of description.stores) {
    env[binding] = { type: "r2", name: binding };
  }
  for (const { binding, className } of description.objects) {
    env[binding] = { type: "durable-object", worker: workerName, exportName: className };
  }
  for (const { binding, name } of eventQueues(local.vars)) {
    env[binding] = { type: "queue", name };
  }
  for (const { binding, service } of description.services) {
    if (service === consoleName && local.console !== undefined) {
      env[binding] = { type: "worker", worker: consoleName };
    }
  }
  return env;
}
