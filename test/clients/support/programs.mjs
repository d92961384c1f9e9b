// @ts-check
// Finds the client programs a machine has, and runs them as a stranger's machine would: a home of
// their own, no settings of yours, only the server's keys. A client that is missing is a skip with
// its name, or a failure when CAIRN_REQUIRE_CLIENTS=1 says that all of them belong here.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { accessSync, constants, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, test } from "node:test";
import { scratchDirectory } from "./server.mjs";

/** @import { CairnServer } from "../../../server/index.d.mts" */

/**
 * @typedef {object} Program
 * @property {string} path
 * @property {string} version as it names itself
 */

const isRequired = process.env["CAIRN_REQUIRE_CLIENTS"] === "1";

/** Ample for a loaded machine, short enough that a hang shows. */
const timeoutMs = 60_000;

/**
 * Every program of that name on the PATH, links to the same file once.
 * @param {string} name
 * @param {string[]} versionParameters
 * @returns {Program[]}
 */
export function findPrograms(name, versionParameters) {
  const paths = (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, name));
  const seen = new Set();
  return paths.flatMap((path) => {
    try {
      accessSync(path, constants.X_OK);
      const real = realpathSync(path);
      if (seen.has(real)) return [];
      seen.add(real);
      const output = execFileSync(path, versionParameters, { encoding: "utf8", stdio: "pipe" });
      return [{ path, version: /\d+(?:\.\d+)+/.exec(output)?.[0] ?? "unknown" }];
    } catch {
      return [];
    }
  });
}

/**
 * A suite for each of the programs found; without any, one skipped (or failed) test in its place.
 * @param {string} title
 * @param {Program[]} programs
 * @param {(program: Program) => void} suite
 */
export function describeClient(title, programs, suite) {
  if (programs.length === 0) {
    const reason = `${title} is not installed`;
    test(title, { skip: isRequired ? false : reason }, () => assert.fail(reason));
  }
  for (const program of programs) {
    describe(`${title} ${program.version}`, () => suite(program));
  }
}

/**
 * The environment a client runs in.
 * @param {CairnServer} server
 * @param {Record<string, string>} [extra]
 * @returns {NodeJS.ProcessEnv}
 */
export function clientEnvironment(server, extra = {}) {
  const kept = Object.entries(process.env).filter(([name]) =>
    /^(PATH|PYENV_.*|TMPDIR)$/.test(name),
  );
  return {
    ...Object.fromEntries(kept),
    HOME: scratchDirectory(),
    LANG: "C.UTF-8",
    AWS_ACCESS_KEY_ID: server.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: server.credentials.secretAccessKey,
    AWS_DEFAULT_REGION: server.region,
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_MAX_ATTEMPTS: "1",
    AWS_PAGER: "",
    // Scripts share modules, and leave nothing beside them.
    PYTHONDONTWRITEBYTECODE: "1",
    ...extra,
  };
}

/**
 * @typedef {object} Run
 * @property {number} code
 * @property {string} stdout
 * @property {string} stderr
 */

/**
 * Runs a program to its end and gives back what it said. Throws when it takes too long.
 * @param {string} path
 * @param {string[]} parameters
 * @param {{ env: NodeJS.ProcessEnv, cwd?: string, input?: string | Buffer, timeoutMs?: number }} options
 * @returns {Promise<Run>}
 */
export function run(path, parameters, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(path, parameters, {
      env: options.env,
      cwd: options.cwd,
      stdio: ["pipe", "pipe", "pipe"],
    });
    /** @type {Buffer[]} */
    const stdout = [];
    /** @type {Buffer[]} */
    const stderr = [];
    child.stdout.on("data", (chunk) => stdout.push(chunk));
    child.stderr.on("data", (chunk) => stderr.push(chunk));
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input);
    const limit = options.timeoutMs ?? timeoutMs;
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`${path} ${parameters.join(" ")} took over ${limit} ms`));
    }, limit);
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({
        code: code ?? 1,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      });
    });
  });
}

/**
 * A client with its fixed parameters: `call` expects success and answers standard output, `fail`
 * expects a refusal and answers everything the client said.
 * @param {Program} program
 * @param {{ env: NodeJS.ProcessEnv, fixed?: string[], timeoutMs?: number }} options
 */
export function clientOf(program, { env, fixed = [], timeoutMs }) {
  /** @param {string[]} parameters */
  const start = (parameters) =>
    run(program.path, [...fixed, ...parameters], { env, ...(timeoutMs && { timeoutMs }) });
  return {
    /** @param {string[]} parameters */
    async call(...parameters) {
      const { code, stdout, stderr } = await start(parameters);
      assert.equal(code, 0, `${parameters.join(" ")}: exit ${code}\n${stderr}${stdout}`);
      return stdout;
    },
    /** @param {string[]} parameters */
    async fail(...parameters) {
      const { code, stdout, stderr } = await start(parameters);
      assert.notEqual(code, 0, `${parameters.join(" ")} was expected to fail\n${stdout}`);
      return stdout + stderr;
    },
  };
}
