// @ts-check
// Every screen while the server fails it: away, broken, refusing, or slow. Each says what is wrong, in
// words that name the cause and a way on; none stays blank, spins for ever or claims that nothing is there.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { everyScreen, furnish, goTo, someScreens } from "./every-screen.mjs";
import { describeConsole, openConsole, signIn } from "./support.mjs";

/** @import { Page, Route } from "playwright-core" */

const sentence =
  "User: arn:aws:iam::123456789012:user/anna is not authorized to perform: s3:Example on resource: " +
  '"arn:aws:s3:::photos" because no identity-based policy allows the s3:Example action';

/** @param {Route} route @param {number} status @param {string} code @param {string} message */
function refuse(route, status, code, message) {
  const isAdmin = route.request().url().includes("/-/api/");
  const inner = `<Code>${code}</Code><Message>${message}</Message><RequestId>TESTID</RequestId>`;
  const isQuery = route.request().postData()?.includes("Version=2010-05-08") ?? false;
  const xml = isQuery
    ? `<ErrorResponse><Error><Type>Sender</Type>${inner}</Error></ErrorResponse>`
    : `<Error>${inner}</Error>`;
  const isJson = isAdmin || "x-amz-target" in route.request().headers();
  const json = isAdmin ? { error: { code, message } } : { __type: code, message };
  return route.fulfill({
    status,
    contentType: isJson ? "application/json" : "application/xml",
    body: isJson ? JSON.stringify(json) : xml,
  });
}

/** @type {Readonly<Record<string, { act: (route: Route) => Promise<void>, says: RegExp }>>} */
const failures = {
  away: { act: (route) => route.abort("connectionrefused"), says: /server does not answer/i },
  broken: {
    act: (route) => refuse(route, 500, "InternalError", "We encountered an internal error."),
    says: /InternalError|internal error/i,
  },
  refused: {
    act: (route) => refuse(route, 403, "AccessDenied", sentence),
    says: /s3:Example|may not see|operator/,
  },
  gone: {
    act: (route) => refuse(route, 404, "NoSuchBucket", "The specified bucket does not exist"),
    says: /NoSuchBucket|does not exist|not there|gone|No such/i,
  },
};

/** Screens that ask the server nothing before something is done there. */
const asksNothing = /^(connect|simulator|why-denied)$/;

describeConsole("the console while the server fails", () => {
  /** @type {Awaited<ReturnType<typeof openConsole>>} */
  let opened;
  before(async () => {
    opened = await openConsole({ vars: { AUDIT: "all", METRICS: "on" } });
    await furnish(opened);
  });
  after(() => opened?.stop());

  test("every screen says it when the server is away, broken, refusing, or without the bucket", async () => {
    // At the same time: most of it is waiting until the SDK has tried again.
    const found = await Promise.all(Object.keys(failures).map(walk));
    assert.deepEqual(found.flat(), []);
  });

  /** @param {string} kind */
  async function walk(kind) {
    const failure = failures[kind];
    assert.ok(failure);
    const { page } = await opened.openPage();
    await signIn(page, opened.server, { path: "/-/console/nowhere" });
    // The programs of the screens come; what they ask does not.
    await page.route(/^(?!.*[/]-[/]console[/]).*$/, failure.act);
    /** @type {string[]} */
    const faults = [];
    const isGone = kind === "gone";
    const screens = isGone ? everyScreen : someScreens(Object.keys(failures).indexOf(kind), 4);
    for (const [name, path] of screens) {
      if (isGone && !path.startsWith("/buckets/photos")) continue;
      await goTo(page, path);
      const found = await stateOf(page, failure.says, asksNothing.test(name));
      faults.push(...found.map((fault) => `${kind}, ${name}: ${fault}`));
      await goTo(page, "/nowhere");
      await page.getByText("No such page").waitFor();
    }
    await page.close();
    return faults;
  }

  test("a key that a reload forgot is said to be what is missing, and can be given later", async () => {
    const { page, problems } = await opened.openPage();
    const { accessKeyId, secretAccessKey } = opened.server.credentials;
    await page.goto(`${opened.server.endpoint}/-/console/home`);
    await page.getByLabel("Access key ID").fill(accessKeyId);
    await page.getByLabel("Secret access key").fill(secretAccessKey);
    await page.getByText("Session", { exact: true }).click();
    await page.getByLabel("Stay signed in when this page reloads").check();
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("button", { name: "Signed in as" }).waitFor();
    await page.reload();
    await page.getByText("asked for with the access key itself").waitFor();
    assert.equal(await page.getByText("this identity may not see").count(), 0);
    await page.getByRole("button", { name: "Use the access key" }).waitFor();

    await goTo(page, "/users");
    const dialog = page.getByRole("dialog", { name: "This needs your access key" });
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    // Nothing turns for ever, and the way on stays.
    await page.getByRole("button", { name: "Enter the key" }).click();
    await dialog.getByLabel("Access key ID").fill(accessKeyId);
    await dialog.getByLabel("Secret access key").fill(secretAccessKey);
    await dialog.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("link", { name: "anna" }).waitFor();
    await goTo(page, "/home");
    await page.getByText("Cost this month").waitFor();
    assert.deepEqual(problems, []);
  });

  test("a screen that is left stays what it was until the next one's program is here", async () => {
    const { page, problems } = await opened.openPage();
    /** @type {string[]} */
    const listed = [];
    page.on("request", (request) => {
      const { pathname, searchParams } = new URL(request.url());
      const prefix = searchParams.get("prefix");
      if (pathname === "/photos/" && prefix !== null) listed.push(prefix);
    });
    await signIn(page, opened.server, { path: "/-/console/buckets/photos?prefix=2026/" });
    await page.route(/[/]assets[/]object-\w+\.js/, async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 600));
      await route.continue();
    });
    await page.getByRole("link", { name: "hills.svg" }).click();
    await page.getByRole("button", { name: "Download" }).waitFor();
    assert.deepEqual([...new Set(listed)], ["2026/"]);
    assert.deepEqual(problems, []);
  });

  test("an answer that takes over a second shows that it is waited for", async () => {
    const { page } = await opened.openPage();
    await signIn(page, opened.server, { path: "/-/console/nowhere" });
    await page.route(/^(?!.*[/]-[/]console[/]).*$/, async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 1500));
      await route.continue().catch(() => undefined);
    });
    /** @type {string[]} */
    const faults = [];
    for (const [name, path] of someScreens(3, 4)) {
      if (asksNothing.test(name)) continue;
      await goTo(page, path);
      const waiting = page.locator(
        "main :is([role=progressbar], [aria-busy=true], .loading, .spinner)",
      );
      await waiting
        .first()
        .waitFor({ timeout: 1000 })
        .catch(() => faults.push(`${name}: shows nothing of it`));
    }
    await page.unrouteAll({ behavior: "ignoreErrors" });
    assert.deepEqual(faults, []);
  });
});

/**
 * What is wrong with the screen once it has come to rest.
 * @param {Page} page @param {RegExp} says @param {boolean} asksNothing
 */
async function stateOf(page, says, asksNothing) {
  const main = page.locator("main");
  await main
    .locator("h1")
    .first()
    .waitFor({ timeout: 5000 })
    .catch(() => undefined);
  /** @type {string[]} */
  const faults = [];
  await page.waitForTimeout(150);
  await page
    .waitForFunction(() => document.querySelector("main :is(.loading, .spinner)") === null, null, {
      timeout: 8000,
    })
    .catch(() => faults.push("goes on turning"));
  await page.waitForTimeout(150);
  const words = (await main.textContent()) ?? "";
  if (words.trim() === "") faults.push("is blank");
  if (!asksNothing && !says.test(words)) faults.push(`says: ${words.slice(0, 160)}`);
  if (/undefined|\[object|Something went wrong/.test(words)) faults.push(`fell over: ${words}`);
  const empty = (await main.locator(".empty h2").allTextContents()).filter((title) =>
    /^No .* yet|is empty|Nothing/.test(title),
  );
  for (const title of empty) faults.push(`claims "${title}"`);
  return faults;
}
