// The three servers under comparison, each in a workerd of its own on a direct socket, with its data
// in a fresh folder. Nothing of them is shared but this machine.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Log, LogLevel, Miniflare } from "miniflare";
import { guardRuntime } from "../../server/guard.mjs";
import { startCairn } from "../../server/index.mjs";

const sourceOf = (name) => readFileSync(new URL(name, import.meta.url), "utf8");

/**
 * @typedef {object} Server
 * @property {string} name
 * @property {string} endpoint without a slash at the end
 * @property {{ accessKeyId: string, secretAccessKey: string }} credentials
 * @property {number} pid of its workerd
 * @property {boolean} isFloor
 * @property {() => Promise<void>} stop
 */

/** Starts a server and finds the workerd that came with it. */
async function watched(start) {
  let pid = 0;
  const guard = guardRuntime({
    onStart: (started) => {
      pid = started;
    },
  });
  try {
    const server = await start();
    return { ...server, pid };
  } finally {
    guard.release();
  }
}

const store = { type: "r2", name: "STORE" };
const index = { type: "durable-object", worker: "floor", exportName: "FloorIndex" };

function startFloor(name, bindings, source = "floor.worker.mjs") {
  return watched(async () => {
    const directory = mkdtempSync(join(tmpdir(), "cairn-bench-"));
    const miniflare = new Miniflare(floorOptions(directory, bindings, sourceOf(source)));
    const { href } = await miniflare.unsafeGetDirectURL();
    return {
      name,
      endpoint: href.replace(/\/$/, ""),
      credentials: { accessKeyId: "AKIAFLOOR", secretAccessKey: "the floor does not look at it" },
      isFloor: true,
      stop: async () => {
        await miniflare.dispose();
        rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
      },
    };
  });
}

function floorOptions(directory, env, contents) {
  const isIndexed = "INDEX" in env;
  return {
    host: "127.0.0.1",
    port: 0,
    cf: false,
    logRequests: false,
    telemetry: { enabled: false },
    enableDevRegistry: false,
    unsafeLocalExplorer: false,
    resourcePersistencePath: directory,
    log: new Log(LogLevel.NONE),
    workers: [
      {
        config: {
          name: "floor",
          compatibilityDate: "2026-10-30",
          compatibilityFlags: ["nodejs_compat"],
          manifest: {
            mainModule: "index.js",
            modulesRoot: directory,
            modules: { "index.js": { type: "esm", contents } },
          },
          env,
          ...(isIndexed && {
            exports: { FloorIndex: { type: "durable-object", storage: "sqlite" } },
          }),
        },
        dev: {
          rootPath: directory,
          unsafeRegisterWorker: false,
          unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
        },
      },
    ],
  };
}

const starters = {
  floor: () => startFloor("floor", { STORE: store }),
  "floor + object": () => startFloor("floor + object", { STORE: store, INDEX: index }),
  cairn: () => startCairnWith({}),
};

/** What moves bytes between two stores and does nothing else. */
export function startMoversFloor() {
  const other = { type: "r2", name: "OTHER" };
  return startFloor("floor", { STORE: store, OTHER: other }, "movers.worker.mjs");
}

/**
 * A Cairn with these settings.
 * @param {Record<string, string>} vars
 */
export function startCairnWith(vars) {
  return watched(async () => ({
    ...(await startCairn({ memory: true, quiet: true, vars })),
    name: "cairn",
    isFloor: false,
  }));
}

export const serverNames = Object.keys(starters);

/**
 * Starts the servers named. Where one does not start, those before it are stopped.
 * @param {readonly string[]} names
 * @returns {Promise<Server[]>}
 */
export async function startServers(names) {
  const servers = [];
  try {
    // One after the other: each watches for the one workerd that starts meanwhile.
    for (const name of names) servers.push(await starters[name]());
    return servers;
  } catch (error) {
    await Promise.all(servers.map((server) => server.stop()));
    throw error;
  }
}
