// @ts-check
// The way of somebody who has never seen Cairn: from what the terminal prints to a link that a
// stranger can open, by nothing but what the page shows. On a desk, and in the dark on a phone.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { assertAccessible, describeConsole, openConsole } from "./support.mjs";

/** @import { Page } from "playwright-core" */

/** Everything the page holds fits its width. @param {Page} page @param {string} where */
async function assertFits(page, where) {
  const [needed = 0, shown = 0] = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return [scrollWidth, clientWidth];
  });
  assert.ok(needed <= shown, `${where} is ${needed} wide in ${shown}`);
}

describeConsole("a newcomer", () => {
  /** @type {Awaited<ReturnType<typeof openConsole>>} */
  let site;
  const directory = mkdtempSync(join(tmpdir(), "cairn-newcomer-"));
  const file = join(directory, "report.txt");
  writeFileSync(file, "for everybody\n");
  before(async () => {
    site = await openConsole();
  });
  after(async () => {
    await site?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  /**
   * From the first screen of a signed-in person to the text that a stranger reads.
   * @param {Page} page
   * @param {string} bucket
   */
  async function shareFirstFile(page, bucket) {
    await page.getByLabel("Bucket name").fill(bucket);
    await page.getByText("This name is free").waitFor();
    await assertFits(page, "creating a bucket");
    await page.keyboard.press("Enter");
    await page.getByText("This bucket is empty").waitFor();
    await assertFits(page, "an empty bucket");
    await page.locator(".empty").getByRole("button", { name: "Upload" }).click();
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Choose files" }).click();
    await (await chooser).setFiles(file);
    await assertFits(page, "an upload");
    await page.getByRole("button", { name: "Upload 1 file" }).click();
    await page.getByRole("link", { name: "report.txt" }).click();
    await page.getByRole("button", { name: "Share" }).click();
    const link = await page.getByLabel("Link", { exact: true }).inputValue();
    await assertFits(page, "sharing");
    await assertAccessible(page, "sharing");
    const stranger = await site.browser.newContext();
    const theirs = await stranger.newPage();
    await theirs.goto(link);
    assert.equal(await theirs.locator("body").textContent(), "for everybody\n");
    await stranger.close();
  }

  test("opens the printed link, and shares a file in one go", async () => {
    const { page, problems } = await site.openPage();
    await page.goto(site.server.signInUrl);
    await page.getByRole("button", { name: "Signed in as" }).waitFor();
    assert.ok(!page.url().includes("#"), "the code is gone from the address");
    await page.getByRole("link", { name: "Create bucket" }).click();
    await shareFirstFile(page, "first");
    assert.deepEqual(problems, []);
  });

  test("with the link used up, pastes both lines of the key: in the dark, on a phone", async () => {
    const look = { viewport: { width: 390, height: 844 }, isDark: true };
    const { page, problems } = await site.openPage(look);
    await page.goto(site.server.signInUrl);
    await page.getByText("This link was used before").waitFor();
    await assertAccessible(page, "a used link");
    const { accessKeyId, secretAccessKey } = site.server.credentials;
    await page.getByLabel("Access key ID").evaluate((field, lines) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text", lines);
      field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
    }, `  Access key  ${accessKeyId}\n  Secret key  ${secretAccessKey}\n`);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("button", { name: "Open navigation" }).click();
    await page.getByRole("link", { name: "Buckets", exact: true }).click();
    await page.getByRole("button", { name: "Create bucket" }).click();
    await shareFirstFile(page, "second");
    assert.deepEqual(problems, []);
  });

  test("the code is worth nothing a second time, nor to anybody who guesses", async () => {
    const code = new URL(site.server.signInUrl).hash.slice("#sign-in=".length);
    for (const given of [code, "x".repeat(32), ""]) {
      const headers = { "x-cairn-sign-in": given };
      const address = `${site.server.endpoint}/-/console/sign-in`;
      const answer = await fetch(address, { method: "POST", headers });
      assert.equal(answer.status, 403);
      assert.equal(await answer.text(), "");
    }
  });
});
