// @ts-check
// Every dialog that a button of a screen opens, judged by axe as soon as it stands: of a bucket's
// settings, of identities and of what operates the server. CAIRN_FULL=1 does it in the dark as well.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { furnish, goTo, settle } from "./every-screen.mjs";
import { assertAccessible, describeConsole, openConsole, signIn } from "./support.mjs";

/** @import { Page } from "playwright-core" */

const Bucket = "photos";

/** Screens, and how many dialogs each is known to open at the least. */
const screens = /** @type {const} */ ([
  [`/buckets/${Bucket}/settings`, 8],
  [`/buckets/${Bucket}/permissions`, 5],
  [`/buckets/${Bucket}/management`, 7],
  [`/buckets/${Bucket}/uploads`, 2],
  ["/buckets", 1],
  ["/users", 1],
  ["/users/anna", 5],
  ["/groups", 1],
  ["/groups/editors", 1],
  ["/roles", 1],
  ["/roles/deploy", 3],
  ["/policies", 1],
  ["/providers", 1],
  ["/webhooks", 1],
  ["/remotes", 1],
  ["/kms", 1],
  ["/jobs", 1],
]);

const opening = /^(Edit|Set up|Remove|Create|Add|Attach|New|Start|Rotate|Delete|Abort|Show as)\b/;
/** These act at once. */
const acting = /^(Add tag|Add to group|Add (user|audience|alias)|Attach$|Rotate .|Remove from)/;

const looks = process.env["CAIRN_FULL"] === "1" ? [false, true] : [false];

describeConsole("dialogs", () => {
  /** @type {Awaited<ReturnType<typeof openConsole>>} */
  let site;
  before(async () => {
    site = await openConsole();
    await furnish(site);
  });
  after(() => site?.stop());

  /** Opens each dialog in turn, and answers their names. @param {Page} page @param {string} path @param {number} least */
  async function walk(page, path, least) {
    await goTo(page, path);
    await settle(page);
    const buttons = page.locator("main").getByRole("button", { name: opening, disabled: false });
    // What is shown for those who may change things may come last.
    for (let tries = 0; (await buttons.count()) < least && tries < 100; tries += 1) {
      await page.waitForTimeout(100);
    }
    const names = new Set();
    for (let at = 0; at < (await buttons.count()); at += 1) {
      const button = buttons.nth(at);
      const name = (await button.getAttribute("aria-label")) ?? (await button.textContent()) ?? "";
      // One of a kind is enough: rows repeat them.
      if (names.has(name) || acting.test(name)) continue;
      if (name.startsWith("Remove") && !path.startsWith("/buckets")) continue;
      await button.click();
      await page
        .getByRole("dialog")
        .waitFor({ timeout: 5000 })
        .catch(() => assert.fail(`${path}: ${name} opens nothing`));
      names.add(name);
      await assertAccessible(page, `${path}: ${name}`);
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    }
    return [...names];
  }

  for (const isDark of looks) {
    test(`of every screen stand up to axe${isDark ? ", in the dark" : ""}`, async () => {
      const { page, problems } = await site.openPage({ isDark });
      await signIn(page, site.server, { path: "/-/console/buckets" });
      for (const [path, least] of screens) {
        const names = await walk(page, path, least);
        assert.ok(names.length >= least, `${path}: ${names}`);
      }
      assert.deepEqual(problems, []);
    });
  }
});
