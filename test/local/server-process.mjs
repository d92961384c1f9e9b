// @ts-check
// The server as people run it: a process of its own, started by the command and ended by signals.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { S3Client } from "@aws-sdk/client-s3";

/** @import { TestContext } from "node:test" */
/** @import { ChildProcess } from "node:child_process" */

export const projectDirectory = fileURLToPath(new URL("../..", import.meta.url));
const command = join(projectDirectory, "scripts", "start.mjs");

/** A folder that goes away with its test. @param {TestContext} context */
export function scratchDirectory(context) {
  const directory = mkdtempSync(join(tmpdir(), "cairn-spec-"));
  context.after(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));
  return directory;
}

/**
 * Runs the command until it serves, or ends.
 * @param {string[]} parameters
 * @param {{ detached?: boolean, env?: Record<string, string> }} [options] `detached` gives it a process
 *   group of its own; `env` is added to ours
 */
export async function startProcess(parameters, options = {}) {
  const child = spawn(process.execPath, [command, "--port", "0", ...parameters], {
    detached: options.detached ?? false,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => {
    output.stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    output.stderr += chunk;
  });
  const exited = once(child, "exit").then(([code, signal]) => ({ code, signal }));
  const isServing = new Promise((resolve) => {
    child.stdout.on("data", () => output.stdout.includes("rclone copy") && resolve(true));
  });
  const ended = await Promise.race([isServing.then(() => undefined), exited]);
  return { child, output, exited, ended, ...readIntroduction(output.stdout) };
}

/** Runs the command to its end. @param {string[]} parameters */
export async function runCommand(parameters) {
  const child = spawn(process.execPath, [command, ...parameters], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const [code] = await once(child, "close");
  return { code, stdout, stderr };
}

/** What the first-run output tells, read as a person would. @param {string} text */
function readIntroduction(text) {
  return {
    endpoint: /serves S3 on (\S+)/.exec(text)?.[1] ?? "",
    accessKeyId: /Access key {2}(\S+)/.exec(text)?.[1] ?? "",
    secretAccessKey: /Secret key {2}(\S+)/.exec(text)?.[1] ?? "",
    region: /Region {6}(\S+)/.exec(text)?.[1] ?? "",
  };
}

/**
 * @param {{ endpoint: string, region: string, accessKeyId: string, secretAccessKey: string }} server
 */
export function openClient({ endpoint, region, accessKeyId, secretAccessKey }) {
  return new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 1,
  });
}

/**
 * The processes a process started that still run, by its number.
 * @param {ChildProcess} parent
 * @returns {number[]}
 */
export function childrenOf(parent) {
  return runningProcesses()
    .filter(({ parentId }) => parentId === parent.pid)
    .map(({ id }) => id);
}

/** Those of the given processes that still run (a dead one nobody has fetched yet does not). */
export function stillRunning(/** @type {number[]} */ ids) {
  const running = runningProcesses().map(({ id }) => id);
  return ids.filter((id) => running.includes(id));
}

/** Linux only, as is everything that asks. */
function runningProcesses() {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const [, state, parentId] =
          /\) (\w) (\d+)/.exec(readFileSync(`/proc/${name}/stat`, "utf8")) ?? [];
        return state === "Z" ? [] : [{ id: Number(name), parentId: Number(parentId) }];
      } catch {
        return [];
      }
    });
}
