// @ts-check
// The object browser's rows: the menu each has, by pointer and by keyboard, and the grid with its
// small pictures.
import assert from "node:assert/strict";
import { crc32, deflateSync } from "node:zlib";
import { PutBucketVersioningCommand } from "@aws-sdk/client-s3";
import { openObjectBrowser } from "./object-browser.mjs";
import { assertAccessible, describeConsole, waitForReader } from "./support.mjs";

const Bucket = "wall";
const pictures = 12;

describeConsole("rows", () => {
  const { step, row, open, put, place } = openObjectBrowser(Bucket, {
    prepare: async ({ client }) => {
      const VersioningConfiguration = { Status: /** @type {const} */ ("Enabled") };
      await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
      await put("notes.txt", "first");
      await put("notes.txt", "second");
      for (let n = 0; n < pictures; n += 1) await put(`pictures/p${n}.png`, png(n));
      await put("pictures/drawing.svg", svg);
      await put("pictures/broken.png", "no picture at all");
    },
  });

  const menu = () => place().page.getByRole("menu");
  step(
    "Ctrl-K goes to screens, tabs of the bucket, and keys by their beginning",
    async ({ page }) => {
      const jump = async (/** @type {string} */ words, /** @type {string} */ to) => {
        await page.keyboard.press("Control+K");
        await page.getByRole("combobox").fill(words);
        await page.getByRole("option", { name: to }).first().waitFor();
        await assertAccessible(page, "jump to");
        await page.keyboard.press("Enter");
      };
      await jump("manage", "Management");
      await page.getByRole("heading", { name: "Lifecycle" }).waitFor();
      await jump("pictures/p1", "Keys that begin with pictures/p1 in wall");
      await row("p11.png").waitFor();
      assert.equal(await row("p7.png").count(), 0);
      await jump("webho", "Webhooks");
      await page.getByRole("heading", { name: "Webhooks" }).waitFor();
      await jump("not", "Keys that begin with not in wall");
      await row("notes.txt").waitFor();
      await jump("object", "Objects");
      await row("pictures/").waitFor();
    },
  );

  step(
    "a row has its menu: by the right button, by its own, and by Shift+F10",
    async ({ page }) => {
      await row("notes.txt").click({ button: "right" });
      await menu().getByRole("menuitem", { name: "Download" }).waitFor();
      await assertAccessible(page, "menu of a row");
      await menu().getByRole("menuitem", { name: "Delete…" }).click();
      await page.getByRole("dialog").getByText("notes.txt").first().waitFor();
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Actions for notes.txt" }).click();
      await menu().getByRole("menuitem", { name: "Share…" }).click();
      await page.getByRole("dialog").waitFor();
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
      const list = page.getByRole("grid");
      await list.focus();
      await page.keyboard.press("End");
      await page.keyboard.press("Shift+F10");
      await menu().getByRole("menuitem", { name: "Open" }).waitFor();
      await page.keyboard.press("Escape");
      await menu().waitFor({ state: "detached" });
      assert.equal(await list.evaluate((element) => element === document.activeElement), true);
    },
  );

  step(
    "a list that is refused, cut off, or asked for by an ended session says so, and comes after",
    async ({ page, site, problems }) => {
      const isList = (/** @type {URL} */ url) => url.searchParams.get("list-type") === "2";
      const refusal = (/** @type {string} */ code, /** @type {string} */ message) => ({
        status: 403,
        contentType: "application/xml",
        body: `<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
      });
      const again = page.getByRole("button", { name: "Try again" });
      const denied =
        "User: arn:aws:iam::1:user/anna is not authorized to perform: s3:ListBucket on resource: " +
        '"arn:aws:s3:::wall" because no identity-based policy allows the s3:ListBucket action';
      await open("");
      await row("pictures/").waitFor();
      // Errors come from there, too.
      await waitForReader(page);
      await page.route(isList, (route) => route.fulfill(refusal("AccessDenied", denied)));
      await page.getByRole("button", { name: "Refresh" }).click();
      await page.getByText("You are not allowed to do this").waitFor();
      await page.getByRole("alert").getByText("s3:ListBucket", { exact: true }).waitFor();
      await page.unroute(isList);
      await page.route(isList, (route) => route.abort());
      await again.click();
      await page.getByText("The server does not answer.").waitFor();
      await page.unroute(isList);
      await page.route(isList, (route) => route.fulfill(refusal("ExpiredToken", "It is over.")));
      await again.click();
      const dialog = page.getByRole("dialog", { name: "Your session has ended" });
      await dialog.waitFor();
      await page.unroute(isList);
      const { accessKeyId, secretAccessKey } = site.server.credentials;
      await dialog.getByLabel("Access key ID").fill(accessKeyId);
      await dialog.getByLabel("Secret access key").fill(secretAccessKey);
      await dialog.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("alert").waitFor({ state: "detached" });
      // The browser may log what was cut off.
      assert.deepEqual(
        problems.splice(0).filter((problem) => !/ERR_FAILED/.test(problem)),
        [],
      );
    },
  );

  step(
    "the class of an older version is not changed: it would become the current one",
    async ({ page }) => {
      await open("?versions=1");
      const older = page.getByRole("row").filter({ hasText: "Older" }).first();
      await older.click({ button: "right" });
      const entry = menu().getByRole("menuitem", { name: "Storage class…" });
      assert.equal(await entry.getAttribute("aria-disabled"), "true");
      await page.keyboard.press("Escape");
    },
  );

  step(
    "the grid shows small pictures, a few reads at a time, and is remembered",
    async ({ page, problems }) => {
      let most = 0;
      /** Those the page waits for: what it gave up counts no more. @type {Set<unknown>} */
      const running = new Set();
      const isPicture = (/** @type {{ url(): string }} */ request) =>
        /\/wall\/pictures\//.test(request.url());
      page.on("request", (request) => {
        if (isPicture(request)) most = Math.max(most, running.add(request).size);
      });
      for (const end of /** @type {const} */ (["requestfinished", "requestfailed"])) {
        page.on(/** @type {"requestfinished"} */ (end), (request) => running.delete(request));
      }
      await page.route(/\/wall\/pictures\//, async (route) => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        await route.continue();
      });
      await open("?prefix=pictures%2F");
      await page.getByRole("button", { name: "As a grid" }).click();
      await page.waitForFunction(
        (count) => document.querySelectorAll(".tile canvas").length === count,
        pictures + 1,
      );
      assert.ok(most >= 2 && most <= 4, `${most} at once`);
      assert.equal(await page.locator(".tile").filter({ hasText: "broken.png" }).count(), 1);
      const colour = await page
        .locator(".tile")
        .filter({ hasText: "p7.png" })
        .locator("canvas")
        .evaluate((/** @type {HTMLCanvasElement} */ canvas) => [
          ...(canvas.getContext("2d")?.getImageData(1, 1, 1, 1).data ?? []),
        ]);
      assert.deepEqual(colour, [7 * 20, 0, 0, 255]);
      assert.equal(await page.evaluate(() => "ranHere" in window), false);
      await assertAccessible(page, "grid");
      await page.unroute(/\/wall\/pictures\//);
      await page.reload();
      await page.locator(".tile canvas").first().waitFor();
      const grid = page.getByRole("grid");
      await grid.focus();
      await page.keyboard.press("Home");
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("Space");
      await page.getByText("1 chosen").first().waitFor();
      await page.getByRole("button", { name: "As a list" }).click();
      await page.getByRole("row").filter({ hasText: "drawing.svg" }).waitFor();
      assert.deepEqual(problems, []);
    },
  );
});

const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">
  <script>parent.ranHere = 1; window.ranHere = 1;</script><rect width="40" height="40" fill="red"/></svg>`;

/** An image of 8 by 8 pixels of one colour. @param {number} n */
function png(n) {
  const pixel = [n * 20, 0, 0];
  const line = Buffer.from([0, ...Array.from({ length: 8 }, () => pixel).flat()]);
  const header = Buffer.from([0, 0, 0, 8, 0, 0, 0, 8, 8, 2, 0, 0, 0]);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.concat(Array.from({ length: 8 }, () => line)))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** @param {string} type @param {Buffer} data */
function chunk(type, data) {
  const named = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}
