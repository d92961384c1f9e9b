// @ts-check
// The keyboard alone: on every screen each thing that can be reached shows that it is, in the order of
// the page; every dialog takes the focus, closes by Escape and gives the focus back.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
} from "@aws-sdk/client-iam";
import { everyScreen, furnish, goTo, settle, someScreens } from "./every-screen.mjs";
import { assertAccessible, describeConsole, openConsole, signIn } from "./support.mjs";

/** @import { Locator, Page } from "playwright-core" */

/** What acts at once, leaves the screen, or opens something of the browser's. */
const actsAtOnce =
  /^(Run the test|Send a test|Refresh|Search|Clear|Simulate|Look|Explain|Download|Measure|Copy|Ask|Upload|More|Create access key)/;

/** Where menus are, the buttons they hang from, and what in them opens a dialog. */
const menus = /** @type {const} */ ([
  ["/buckets", "Actions for backups", ["Empty", "Delete"]],
  ["/buckets/photos", "More", ["Copy…", "Tags…"]],
  // Its button is for the pointer: the list has the focus.
  ["/buckets/photos", "Actions for notes.txt", ["Delete…", "Share…"], "grid"],
  ["/users", "Signed in as", ["Switch role"]],
]);

describeConsole("the console by keyboard", () => {
  /** @type {Awaited<ReturnType<typeof openConsole>>} */
  let opened;
  before(async () => {
    opened = await openConsole({ vars: { AUDIT: "all", METRICS: "on" } });
    await furnish(opened);
  });
  after(() => opened?.stop());

  /** @param {import("./support.mjs").Look} [look] */
  async function open(look, credentials = opened.server.credentials) {
    const { page, problems } = await opened.openPage(look);
    await signIn(page, opened.server, { path: "/-/console/nowhere", credentials });
    return { page, problems };
  }

  /** The key of a user who may do all that root may, and take on roles beyond that. */
  async function makeAdministrator() {
    const { endpoint, region, credentials } = opened.server;
    const iam = new IAMClient({ endpoint, region, credentials });
    const UserName = "ruth";
    await iam.send(new CreateUserCommand({ UserName }));
    const PolicyArn = "arn:aws:iam::aws:policy/AdministratorAccess";
    await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    const { AccessKeyId = "", SecretAccessKey = "" } = AccessKey ?? {};
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey };
  }

  /** @param {Page} page @param {string} path */
  async function show(page, path) {
    await goTo(page, path);
    await page.locator("main h1").first().waitFor();
    await settle(page);
  }

  test("Tab goes through every screen in its order, and each stop is seen", async () => {
    const { page, problems } = await open();
    /** @type {string[]} */
    const faults = [];
    for (const [name, path] of someScreens(0, 4)) {
      await show(page, path);
      await page.locator("main").focus();
      /** @type {Set<string>} */
      const seen = new Set();
      for (let stop = 0; stop < 30; stop += 1) {
        await page.keyboard.press("Tab");
        const { fault, isOutside } = await page.evaluate(lookAtFocus);
        if (isOutside) break;
        if (fault !== undefined) seen.add(fault);
      }
      const order = await page.locator("[tabindex]:not([tabindex='0'],[tabindex='-1'])").count();
      if (order > 0) seen.add(`${order} things jump the queue`);
      faults.push(...[...seen].map((fault) => `${name}: ${fault}`));
    }
    assert.deepEqual(faults, []);
    assert.deepEqual(problems, []);
  });

  test("the first stop skips to the content, and a new screen is announced", async () => {
    const { page, problems } = await open();
    await show(page, "/users");
    await page.evaluate(() => {
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    });
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement?.id), "content");
    await page.keyboard.press("Tab");
    const first = await page.evaluate(() => document.activeElement?.textContent);
    assert.match(`${first}`, /Create user/);
    await page.getByRole("link", { name: "Roles" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "Roles" }).waitFor();
    const announced = page.locator("[role=status].announcement", { hasText: "Roles" });
    await announced.waitFor({ state: "attached" });
    assert.match(await page.title(), /^Roles/);
    await page.keyboard.press("?");
    const keys = page.getByRole("dialog", { name: "Keyboard shortcuts" });
    await keys.getByText("Choose all that is loaded").waitFor();
    await assertAccessible(page, "keyboard shortcuts");
    await page.keyboard.press("Escape");
    await keys.waitFor({ state: "detached" });
    assert.deepEqual(problems, []);
  });

  test("every dialog takes the focus and gives it back; on a phone its buttons are one row", async () => {
    const { page, problems } = await open({ viewport: { width: 390, height: 844 } });
    /** @type {string[]} */
    const faults = [];
    let count = 0;
    for (const [name, path] of everyScreen) {
      await show(page, path);
      const buttons = page.locator(
        "main :is(.page-actions, .card, .table-scroll, .page) button.button:not(.icon):not([aria-disabled])",
      );
      /** @type {Set<string>} */
      const tried = new Set();
      for (const button of await buttons.all()) {
        const what = ((await button.textContent()) ?? "").trim();
        const isDeed = await button.evaluate(
          (element) =>
            element.parentElement?.matches(".deed") || element.matches("[aria-haspopup]"),
        );
        if (isDeed || actsAtOnce.test(what) || tried.has(what)) continue;
        tried.add(what);
        await button.focus();
        await page.keyboard.press("Enter");
        const dialog = page.getByRole("dialog");
        const isOpen = await dialog
          .waitFor({ timeout: 700 })
          .then(() => true)
          .catch(() => false);
        if (!isOpen) continue;
        count += 1;
        await page.waitForTimeout(60);
        const found = await dialog.evaluate(lookAtDialog);
        await page.keyboard.press("Escape");
        const isClosed = await dialog
          .waitFor({ state: "detached", timeout: 2000 })
          .then(() => true)
          .catch(() => false);
        if (!isClosed) found.push("stays after Escape");
        await page.waitForTimeout(30);
        const isBack = await button.evaluate((element) => document.activeElement === element);
        if (!isBack) found.push("does not give the focus back");
        faults.push(...found.map((fault) => `${name}, ${what}: ${fault}`));
      }
    }
    assert.deepEqual(faults, []);
    assert.ok(count > 4, `${count} dialogs`);
    assert.deepEqual(problems, []);
  });

  test("menus, what they open, and Ctrl-K give the focus back to where it was", async () => {
    const { page, problems } = await open(undefined, await makeAdministrator());
    /** @type {string[]} */
    const faults = [];
    const check = async (/** @type {Locator} */ button, /** @type {string} */ what) => {
      await page.waitForTimeout(60);
      if (await button.evaluate((element) => document.activeElement === element)) return;
      const has = await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 80));
      faults.push(`${what} leaves the focus at ${has}`);
    };
    const press = async (/** @type {Locator} */ button) => {
      await button.focus();
      await page.keyboard.press("Enter");
    };
    const shut = async (/** @type {string} */ role) => {
      await page.keyboard.press("Escape");
      await page.getByRole(/** @type {"menu"} */ (role)).waitFor({ state: "detached" });
    };
    for (const [path, name, entries, keeper] of menus) {
      await show(page, path);
      if (name === "More") await page.getByRole("checkbox", { name: "Choose notes.txt" }).check();
      const button = page.getByRole("button", { name, exact: true }).first();
      const back = keeper ? page.getByRole(keeper) : button;
      await press(button);
      await page.getByRole("menu").waitFor();
      await shut("menu");
      await check(back, `${name}, closed,`);
      for (const entry of entries) {
        await press(button);
        await press(page.getByRole("menuitem", { name: entry }));
        await page.getByRole("dialog").waitFor();
        await shut("dialog");
        await check(back, `${name}, ${entry}`);
      }
      await page.keyboard.press("Control+K");
      await page.getByRole("combobox", { name: "Search or jump to" }).waitFor();
      await shut("dialog");
      await check(back, `Ctrl-K over ${name}`);
    }
    assert.deepEqual(faults, []);
    assert.deepEqual(problems, []);
  });
});

/** Runs in the page: whether what has the focus is in sight and drawn as what has it. */
function lookAtFocus() {
  const element = document.activeElement;
  if (!(element instanceof HTMLElement) || element.closest("main") === null) {
    return { isOutside: true };
  }
  const name = `${element.tagName} ${element.textContent?.slice(0, 30)}`;
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
  const isRinged = outlineStyle !== "none" && Number.parseFloat(outlineWidth) > 0;
  // An editor draws its own ring around all of itself, a date around its part.
  const isEditor = element.closest(".cm-editor, [type=datetime-local]") !== null;
  const { bottom, top, width } = element.getBoundingClientRect();
  const isSeen = bottom > 0 && top < innerHeight && width > 0;
  if (!isSeen) return { isOutside: false, fault: `${name} is out of sight` };
  if (isRinged || isEditor || boxShadow !== "none") return { isOutside: false };
  return { isOutside: false, fault: `${name} does not show the focus` };
}

/** Runs in the page. @param {Element} dialog */
function lookAtDialog(dialog) {
  /** @type {string[]} */
  const faults = [];
  const inner = document.activeElement?.closest("[role=dialog]");
  if (inner !== dialog) faults.push("leaves the focus outside");
  const { left, right } = dialog.getBoundingClientRect();
  if (left < 0 || right > innerWidth) faults.push("is wider than the screen");
  const body = dialog.querySelector(".dialog-body");
  if (body && body.scrollWidth > body.clientWidth) faults.push("scrolls sideways");
  const feet = [...dialog.querySelectorAll(".dialog-foot > *")];
  const tops = feet.map((foot) => foot.getBoundingClientRect()).map((box) => box.top);
  if (Math.max(...tops) - Math.min(...tops) > 20) faults.push("has its buttons in two rows");
  if (document.querySelectorAll("[role=dialog]").length > 1) faults.push("is not alone");
  return faults;
}
