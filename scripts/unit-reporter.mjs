// @ts-check
// A reporter for the suites inside workerd: writes what they came to into the file that UNIT_TALLY
// names, and ends a run in which nothing moves any more. The runner can wait for ever for a worker
// whose file is done and reported (cloudflare/workers-sdk#15498), and for a test that blocks its
// isolate, which no limit inside it can end. The first loses nothing; the second is named, and fails.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";

/** Longer than the longest test that says nothing (120 s), with room for a busy machine. */
const quietMs = 300_000;
/** For a run whose every file is reported: all that is left is to close the workers. */
const closingMs = 60_000;

/** A Reporter of vitest. */
export default class UnitReporter {
  /** @type {import("vitest/node").Vitest | undefined} */
  #vitest;
  /** The files that are not reported yet. @type {Set<string>} */
  #open = new Set();
  #tally = { passed: 0, failed: 0, skipped: 0 };
  /** @type {NodeJS.Timeout | undefined} */
  #timer;

  /** @param {import("vitest/node").Vitest} vitest */
  onInit(vitest) {
    this.#vitest = vitest;
  }

  /** @param {readonly import("vitest/node").TestSpecification[]} specifications */
  onTestRunStart(specifications) {
    this.#open = new Set(specifications.map(({ moduleId }) => moduleId));
    this.#moved();
  }

  /** @param {import("vitest/node").TestModule} module */
  onTestModuleEnd(module) {
    this.#open.delete(module.moduleId);
    const before = this.#tally.failed;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      this.#tally[state === "pending" ? "failed" : state] += 1;
    }
    // A file that does not even load, or whose hooks fail, fails without failing a test.
    if (module.state() === "failed" && this.#tally.failed === before) {
      this.#tally.failed += 1;
    }
    this.#moved();
  }

  onTestCaseResult() {
    this.#moved();
  }

  onTestRunEnd() {
    clearTimeout(this.#timer);
    this.#write();
  }

  #moved() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end(), this.#open.size > 0 ? quietMs : closingMs);
    this.#timer.unref();
  }

  #write() {
    this.#tally.failed += this.#vitest?.state.getUnhandledErrors().length ?? 0;
    const { UNIT_TALLY } = process.env;
    if (UNIT_TALLY !== undefined) {
      writeFileSync(UNIT_TALLY, JSON.stringify(this.#tally));
    }
  }

  /** Whether workerd still computes tells an endless loop from a message that never came. */
  #end() {
    const list = spawnSync("ps", ["-eo", "pid,etimes,time,stat,comm"], { encoding: "utf8" });
    const workers = (list.stdout ?? "").split("\n").filter((line) => /workerd|ELAPSED/.test(line));
    const names = [...this.#open].map((file) => `  not reported: ${file}`);
    const all = names.length === 0 ? ["  Every file is reported; the runner did not end."] : names;
    process.stderr.write(["\nNothing moves any more:", ...all, ...workers, ""].join("\n"));
    this.#tally.failed += this.#open.size;
    this.#write();
    process.exit(this.#tally.failed > 0 ? 1 : 0);
  }
}
