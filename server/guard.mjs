// @ts-check
// Sees to it that no workerd outlives the process that started it, however that process ends. A
// clean stop is miniflare's own work; this is for kill -9, where nothing of ours runs any more.
// POSIX only: elsewhere an orphan is possible and the next start reports it.
import { spawn } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";

/** @import { ChildProcess } from "node:child_process" */

/**
 * The shell waits for the end of its standard input, which is the end of our process, and then kills
 * the runtime ($1) and removes the throw-away data ($2). It ignores Ctrl-C, which the terminal sends
 * to the whole group: we may still be draining then.
 */
const watch = 'trap "" INT TERM HUP; read -r _; kill -9 "$1"; [ -z "$2" ] || rm -rf -- "$2"';

/**
 * Watches every workerd this process starts until `release` is called. Miniflare does not name its
 * child, so Node's own diagnostics channel does; it also sees the restarts after a crash.
 * @param {{ throwAwayDirectory?: string, onStart?: (pid: number) => void }} [options]
 */
export function guardRuntime(options = {}) {
  /** @type {Set<ChildProcess>} */
  const runtimes = new Set();
  /** @param {unknown} message */
  const onChild = (message) => {
    const child = /** @type {{ process: ChildProcess }} */ (message).process;
    child.once("spawn", () => {
      if (child.spawnargs[1] === "serve" && /workerd/.test(child.spawnfile)) {
        runtimes.add(child);
        guardOne(child, options.throwAwayDirectory ?? "");
        options.onStart?.(child.pid ?? 0);
        child.once("exit", () => runtimes.delete(child));
      }
    });
  };
  subscribe("child_process", onChild);
  return {
    /** The runtimes alive now: one, but for the moment of a restart. */
    runtimes: () => [...runtimes],
    release: () => unsubscribe("child_process", onChild),
  };
}

/**
 * @param {ChildProcess} runtime
 * @param {string} throwAwayDirectory
 */
function guardOne(runtime, throwAwayDirectory) {
  if (process.platform === "win32" || runtime.pid === undefined) {
    return;
  }
  const parameters = ["-c", watch, "cairn-guard", String(runtime.pid), throwAwayDirectory];
  const guard = spawn("/bin/sh", parameters, { stdio: ["pipe", "ignore", "ignore"] });
  guard.unref();
  guard.on("error", () => undefined);
  // While we live the guard dies before the number of its runtime can be given to another process.
  runtime.once("exit", () => guard.kill("SIGKILL"));
}
