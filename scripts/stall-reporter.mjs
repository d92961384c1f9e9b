// @ts-check
// A reporter for the suites inside workerd: ends a run in which nothing moves any more, and names what
// was running. A test that blocks its isolate cannot be ended from inside, its own limit included, and
// the runner waits for it for ever.
import { spawnSync } from "node:child_process";

/** Longer than the longest test that says nothing (120 s), with room for a busy machine. */
const quietMs = 300_000;

/** A Reporter of vitest. */
export default class StallReporter {
  /** @type {Set<string>} */
  #running = new Set();
  /** @type {NodeJS.Timeout | undefined} */
  #timer;

  onTestRunStart() {
    this.#moved();
  }

  /** @param {import("vitest/node").TestModule} module */
  onTestModuleQueued(module) {
    this.#running.add(module.relativeModuleId);
    this.#moved();
  }

  /** @param {import("vitest/node").TestModule} module */
  onTestModuleEnd(module) {
    this.#running.delete(module.relativeModuleId);
    this.#moved();
  }

  /** @param {import("vitest/node").TestCase} test */
  onTestCaseReady(test) {
    this.#running.add(`${test.module.relativeModuleId} > ${test.fullName}`);
    this.#moved();
  }

  /** @param {import("vitest/node").TestCase} test */
  onTestCaseResult(test) {
    this.#running.delete(`${test.module.relativeModuleId} > ${test.fullName}`);
    this.#moved();
  }

  onTestRunEnd() {
    clearTimeout(this.#timer);
  }

  #moved() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end(), quietMs);
    this.#timer.unref();
  }

  /** Whether workerd still computes tells an endless loop from a message that never came. */
  #end() {
    const processes = spawnSync("ps", ["-eo", "pid,ppid,etimes,time,stat,comm"], {
      encoding: "utf8",
    });
    const lines = (processes.stdout ?? "").split("\n");
    process.stderr.write(
      [
        `\nNothing moved for ${quietMs / 1000} s. Still running:`,
        ...(this.#running.size > 0 ? [...this.#running].map((name) => `  ${name}`) : ["  nothing"]),
        ...lines.filter((line) => /workerd|ELAPSED/.test(line)),
        "",
      ].join("\n"),
    );
    process.exit(1);
  }
}
