// @ts-check
// `npm test`: every suite, one after the other, and one plain line at the end that sums them. Each
// suite starts what it needs on free ports and ends it; nothing is left behind.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ensureInstalled, ensureNode, projectDirectory, toolEnvironment } from "./toolchain.mjs";

/** @typedef {{ passed: number, failed: number, skipped: number }} Tally */

const parts = /** @type {const} */ (["unit", "local", "cli", "clients", "console"]);
const help = `Usage: npm test -- [options]

  --only PART   run one part: ${parts.join(", ")}
  --full        add the largest tests
  --help        this page

Clients that are not installed are skipped, and named. CAIRN_REQUIRE_CLIENTS=1 makes that a failure.
`;

/** @returns {{ only: string | undefined, full: boolean }} */
function parseOptions() {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: "string" },
        full: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) {
      process.stdout.write(help);
      process.exit(0);
    }
    if (values.only !== undefined && !parts.some((part) => part === values.only)) {
      throw new Error(`No such part: ${values.only}`);
    }
    return { only: values.only, full: values.full };
  } catch (error) {
    process.stderr.write(`${/** @type {Error} */ (error).message}\n\n${help}`);
    process.exit(2);
  }
}

/**
 * What the tests see: our tools first, no account of yours, no certificates for a plain endpoint.
 * @param {boolean} full
 */
function testEnvironment(full) {
  const environment = { ...toolEnvironment(), CAIRN_FULL: full ? "1" : "" };
  for (const name of Object.keys(environment)) {
    // Debian's rclone refuses to start while AWS_CA_BUNDLE is set.
    if (/^(AWS|CAIRN)_/.test(name) && !/^CAIRN_(FULL|REQUIRE_CLIENTS)$/.test(name)) {
      delete (/** @type {NodeJS.ProcessEnv} */ (environment)[name]);
    }
  }
  return { ...environment, AWS_EC2_METADATA_DISABLED: "true" };
}

/** The longest part takes a quarter of it; the full ones are given what they need. */
const longestPartMs = 40 * 60_000;

/**
 * Runs a program with its output on ours, and says how it ended. Neither a part that hangs nor a
 * process that one leaves behind keeps the run from ending: each part is a process group, ended whole.
 * @param {string[]} parameters of the Node that runs now
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>} the exit code
 */
function runNode(parameters, env) {
  const grouped = process.platform !== "win32";
  const child = spawn(process.execPath, parameters, {
    cwd: projectDirectory,
    env,
    stdio: ["ignore", "inherit", "inherit"],
    detached: grouped,
  });
  const endGroup = () => {
    try {
      process.kill(grouped ? -Number(child.pid) : Number(child.pid), "SIGKILL");
    } catch {
      // Nothing was left.
    }
  };
  const interrupted = () => {
    endGroup();
    process.exit(130);
  };
  process.on("SIGINT", interrupted).on("SIGTERM", interrupted);
  const limit = setTimeout(
    () => {
      process.stderr.write("\nNot done in the time a part has: ended.\n");
      endGroup();
    },
    options.full ? 6 * longestPartMs : longestPartMs,
  );
  return new Promise((resolve) => {
    child.on("exit", (code) => {
      clearTimeout(limit);
      process.off("SIGINT", interrupted).off("SIGTERM", interrupted);
      endGroup();
      resolve(code ?? 1);
    });
  });
}

/**
 * The suites that run inside workerd.
 * @param {string} scratch
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Tally>}
 */
async function runUnit(scratch, env) {
  const report = join(scratch, "unit.json");
  const vitest = join(projectDirectory, "node_modules", "vitest", "vitest.mjs");
  const ours = join(projectDirectory, "scripts", "unit-reporter.mjs");
  const reporters = ["default", ours].map((name) => `--reporter=${name}`);
  const code = await runNode([vitest, "run", ...reporters], { ...env, UNIT_TALLY: report });
  if (!existsSync(report)) {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  /** @type {Tally} */
  const tally = JSON.parse(readFileSync(report, "utf8"));
  return code !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
}

/** What measures: nothing runs beside these. */
const aloneSpecs = ["console/budget.spec.mjs", "console/newcomer.spec.mjs"];

/**
 * The suites that talk to a started server, with Node's own runner: two files at a time, for most of a
 * file's time is spent waiting (a client that starts, a page that is drawn); then those that measure.
 * @param {string} part
 * @param {string} scratch
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Tally>}
 */
async function runSpecs(part, scratch, env) {
  const directory = join(projectDirectory, "test", part);
  const specs = existsSync(directory)
    ? readdirSync(directory, { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".spec.mjs"))
        .sort()
    : [];
  if (specs.length === 0) {
    process.stdout.write(`No specs in test/${part}.\n`);
    return { passed: 0, failed: 0, skipped: 0 };
  }
  const isAlone = (/** @type {string} */ name) => aloneSpecs.includes(`${part}/${name}`);
  const shared = await runFiles({
    paths: specs.filter((name) => !isAlone(name)).map((name) => join(directory, name)),
    atOnce: 2,
    report: join(scratch, `${part}.tap`),
    env,
  });
  const alone = specs.filter(isAlone).map((name) => join(directory, name));
  if (alone.length === 0) return shared;
  const report = join(scratch, `${part}-alone.tap`);
  return plus(shared, await runFiles({ paths: alone, atOnce: 1, report, env }));
}

/**
 * @param {{ paths: string[], atOnce: number, report: string, env: NodeJS.ProcessEnv }} wish
 * @returns {Promise<Tally>}
 */
async function runFiles({ paths, atOnce, report, env }) {
  const parameters = [
    "--test",
    `--test-concurrency=${atOnce}`,
    "--test-reporter=spec",
    "--test-reporter-destination=stdout",
    "--test-reporter=tap",
    `--test-reporter-destination=${report}`,
    ...paths,
  ];
  const code = await runNode(parameters, env);
  return tallyTap(existsSync(report) ? readFileSync(report, "utf8") : "", code);
}

/** @param {Tally} a @param {Tally} b @returns {Tally} */
function plus(a, b) {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  };
}

/**
 * Reads the sums at the end of Node's TAP, and names every skip.
 * @param {string} tap
 * @param {number} code
 * @returns {Tally}
 */
function tallyTap(tap, code) {
  /** @param {string} name */
  const sum = (name) => Number(new RegExp(`^# ${name} (\\d+)`, "m").exec(tap)?.[1] ?? 0);
  const skips = [...tap.matchAll(/^\s*ok \d+ - (.*?) # SKIP ?(.*)$/gm)];
  for (const [, name, reason] of skips) {
    process.stdout.write(`skipped: ${name}${reason ? ` (${reason})` : ""}\n`);
  }
  const missing = skips.filter(([, , reason]) => /not installed/.test(reason ?? "")).length;
  const unforgiven = process.env["CAIRN_REQUIRE_CLIENTS"] === "1" ? missing : 0;
  const failed = sum("fail") + sum("cancelled") + unforgiven;
  return {
    passed: sum("pass"),
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: sum("skipped") + sum("todo") - unforgiven,
  };
}

const options = parseOptions();
ensureInstalled({ development: true });
await ensureNode();
const scratch = mkdtempSync(join(tmpdir(), "cairn-test-"));
const environment = testEnvironment(options.full);
if (options.only !== "unit") {
  // Once, so that two servers that start at the same time do not each build.
  await runNode([join(projectDirectory, "scripts", "build.mjs")], environment);
}
/** @type {Tally} */
let total = { passed: 0, failed: 0, skipped: 0 };
for (const part of parts.filter((name) => options.only === undefined || options.only === name)) {
  const started = performance.now();
  process.stdout.write(`\n--- ${part}\n`);
  const run = part === "unit" ? runUnit : runSpecs.bind(undefined, part);
  const tally = await run(scratch, environment);
  total = plus(total, tally);
  const seconds = Math.round((performance.now() - started) / 1000);
  process.stdout.write(`${part}: ${tally.passed} passed, ${tally.failed} failed, ${seconds} s\n`);
}
rmSync(scratch, { recursive: true, force: true });
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed${skipped}\n`);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);
