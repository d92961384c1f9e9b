// @ts-check
// A server of its own, Chromium, and a page that is signed in: what every spec of the console needs.
// A page that logs an error, throws, opens a dialog or asks another origin fails its test.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, test } from "node:test";
import { S3Client } from "@aws-sdk/client-s3";
import { chromium } from "playwright-core";
import { startCairn } from "../../server/index.mjs";

/** @import { Browser, Page } from "playwright-core" */
/** @import { CairnServer } from "../../server/index.d.mts" */

const executablePath = "/usr/bin/chromium";
const axeFile = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** Quiet: nothing but the pages of the test is asked of any network. */
const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Like `describe`, and skipped (or failed, where clients are required) without Chromium. */
export function describeConsole(/** @type {string} */ name, /** @type {() => void} */ suite) {
  if (existsSync(executablePath)) {
    describe(name, suite);
    return;
  }
  const reason = "not installed";
  const isRequired = process.env["CAIRN_REQUIRE_CLIENTS"] === "1";
  test("chromium", { skip: isRequired ? false : reason }, () => assert.fail(reason));
}

/**
 * `test` for tests that need what came before them: after a failure the others would only wait in vain,
 * and are skipped.
 */
export function orderedTests() {
  let isBroken = false;
  return (/** @type {string} */ name, /** @type {() => Promise<void>} */ work) =>
    test(name, async (context) => {
      if (isBroken) return context.skip("an earlier step failed");
      isBroken = true;
      await work();
      isBroken = false;
    });
}

/** @typedef {{ viewport?: { width: number, height: number }, isDark?: boolean }} Look */

/**
 * Starts a server and a browser. `stop` ends both.
 * @param {{ vars?: Record<string, string> }} [options]
 */
export async function openConsole(options = {}) {
  const server = await startCairn({ memory: true, quiet: true, port: 0, ...options });
  const browser = await chromium.launch({ executablePath, args: flags });
  return {
    server,
    browser,
    client: openClient(server),
    /** @param {Look} [look] */
    openPage: (look) => openPage(browser, server, look),
    stop: async () => {
      await browser.close();
      await server.stop();
    },
  };
}

/** The SDK's client with the root key. @param {CairnServer} server */
function openClient({ endpoint, region, credentials }) {
  return new S3Client({ endpoint, region, credentials, forcePathStyle: true });
}

/**
 * A page of its own session. `problems` collects what must not happen.
 * @param {Browser} browser
 * @param {CairnServer} server
 * @param {Look} [look]
 */
async function openPage(browser, server, { viewport, isDark } = {}) {
  const context = await browser.newContext({
    viewport: viewport ?? { width: 1280, height: 800 },
    colorScheme: isDark ? "dark" : "light",
    acceptDownloads: true,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  /** @type {string[]} */
  const problems = [];
  page.on("pageerror", (error) => problems.push(`threw: ${error.stack ?? error.message}`));
  page.on("console", (message) => {
    // Refusals are part of some tests; the browser logs each.
    if (message.type() === "error" && !/status of 4\d\d/.test(message.text())) {
      problems.push(`logged: ${message.text()}`);
    }
  });
  page.on("dialog", (dialog) => {
    if (dialog.type() === "beforeunload") {
      dialog.accept().catch(() => undefined);
      return;
    }
    problems.push(`opened a dialog: ${dialog.message()}`);
    dialog.dismiss().catch(() => undefined);
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(server.endpoint) && !/^(blob|data):/.test(url)) {
      problems.push(`asked ${url}`);
    }
  });
  return { page, problems, context };
}

/**
 * Signs in with a key, the root's unless told otherwise, and waits for the frame.
 * @param {Page} page
 * @param {CairnServer} server
 * @param {{ path?: string, credentials?: CairnServer["credentials"] }} [options]
 */
export async function signIn(page, server, options = {}) {
  const { accessKeyId, secretAccessKey } = options.credentials ?? server.credentials;
  await page.goto(`${server.endpoint}${options.path ?? "/"}`);
  await page.getByLabel("Access key ID").fill(accessKeyId);
  await page.getByLabel("Secret access key").fill(secretAccessKey);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Signed in as" }).waitFor();
}

/** Waits for the worker that reads lists: it starts once the first page is here. @param {Page} page */
export async function waitForReader(page) {
  const reader = page.workers()[0] ?? (await page.waitForEvent("worker"));
  await reader.evaluate(() => undefined);
}

/**
 * Fails for any finding of axe on what the page shows now.
 * @param {Page} page
 * @param {string} name of the screen, for the message
 */
export async function assertAccessible(page, name) {
  await page.evaluate(readFileSync(axeFile, "utf8"));
  const run = () =>
    page.evaluate(async () => {
      const { axe } = /** @type {any} */ (globalThis);
      const { violations } = await axe.run(document, {
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
      });
      // A menu hangs beside the page: no landmark is around it, as none is around a dialog.
      const isOfMenu = (/** @type {any} */ node) =>
        document.querySelector(node.target[0])?.closest("[role=menu]") !== null;
      return violations
        .filter((/** @type {any} */ v) => v.id !== "region" || !v.nodes.every(isOfMenu))
        .map((/** @type {any} */ v) => `${v.id}: ${v.nodes[0].html} ${v.nodes[0].failureSummary}`);
    });
  // What an editor marks late may vanish while it is looked at, and axe trips over that: once more.
  const findings = await run().catch(run);
  assert.deepEqual(findings, [], `axe on ${name}`);
}
