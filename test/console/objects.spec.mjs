// @ts-check
// From an empty server to objects, and everything that is done with them: what a new user does in the
// first minutes, and what an old one does in bulk. CAIRN_FULL=1 makes the numbers large.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
} from "@aws-sdk/client-s3";
import { openObjectBrowser } from "./object-browser.mjs";
import { assertAccessible, describeConsole } from "./support.mjs";

const isFull = process.env["CAIRN_FULL"] === "1";
const smallFiles = isFull ? 2000 : 40;
const largeBytes = (isFull ? 300 : 24) * 1024 * 1024;
const Bucket = "stones";

describeConsole("objects", () => {
  const browser = openObjectBrowser(Bucket, { isBare: true });
  const { step, row, choose, giveFiles, done, finish, open, scratch } = browser;

  step(
    "a bucket is made by the wizard, which says when a name is wrong or taken",
    async ({ page }) => {
      await page.getByRole("button", { name: "Create bucket" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("Bucket name").fill("Stones");
      await dialog.getByText("Only lower-case letters, digits, hyphens and dots.").waitFor();
      await dialog.getByLabel("Bucket name").fill(Bucket);
      await dialog.getByText("This name is free.").waitFor();
      await dialog.getByLabel("Keep versions").check();
      await dialog.getByRole("button", { name: "Show as code" }).click();
      const code = page.getByRole("dialog", { name: "The same, without the console" });
      await code.getByText("aws s3api create-bucket").waitFor();
      await page.keyboard.press("Escape");
      await assertAccessible(page, "create bucket");
      await dialog.getByRole("button", { name: "Create bucket" }).click();
      await page.getByText("This bucket is empty").waitFor();
      await assertAccessible(page, "empty bucket");
    },
  );

  step(`a folder of ${smallFiles} files is uploaded and shown`, async ({ page, site }) => {
    const folder = join(scratch, "quarry");
    mkdirSync(join(folder, "deep"), { recursive: true });
    for (let index = 0; index < smallFiles; index++) {
      const name = join(index % 2 ? "deep" : ".", `stone-${String(index).padStart(4, "0")}.txt`);
      writeFileSync(join(folder, name), `stone ${index}\n`);
    }
    await giveFiles([folder], true);
    await page
      .getByRole("button", { name: `Upload ${smallFiles.toLocaleString("en")} files` })
      .click();
    await done(120_000);
    await page.getByRole("link", { name: "quarry/" }).click();
    await page.getByRole("link", { name: "deep/" }).waitFor();
    const { KeyCount } = await site.client.send(
      new ListObjectsV2Command({ Bucket, Prefix: "quarry/", MaxKeys: 1000 }),
    );
    assert.equal(KeyCount, Math.min(1000, smallFiles));
    await assertAccessible(page, "list");
  });

  step(
    "a large upload goes on after a reload, with only the parts that were missing",
    async ({ page, site }) => {
      const path = join(scratch, "boulder.bin");
      writeFileSync(path, randomBytes(largeBytes));
      await open();
      // From the third part on nothing arrives, until the page is loaded again.
      let sentParts = 0;
      const isPart = (/** @type {URL} */ url) => url.searchParams.has("partNumber");
      await page.route(isPart, async (route) => {
        const number = Number(new URL(route.request().url()).searchParams.get("partNumber"));
        if (number <= 2) await route.continue();
      });
      await giveFiles([path]);
      await page.getByRole("button", { name: "Upload 1 file" }).click();
      await page.getByText(/16\.0 MiB \//).waitFor({ timeout: 60_000 });
      await page.reload();
      await page.unroute(isPart);
      page.on("request", (request) => {
        if (isPart(new URL(request.url()))) sentParts += 1;
      });
      await page.getByText("A reload cut this upload off.").waitFor();
      const chooser = page.waitForEvent("filechooser");
      await page.getByRole("button", { name: /^Resume: boulder/ }).click();
      await (await chooser).setFiles(path);
      await done(300_000);
      // Digests of parts are none of the drawing thread's work.
      assert.ok(page.workers().some((worker) => worker.url().includes("digest-worker")));
      assert.equal(sentParts, Math.ceil(largeBytes / (8 * 1024 * 1024)) - 2);
      const stored = await site.client.send(new GetObjectCommand({ Bucket, Key: "boulder.bin" }));
      const hash = createHash("sha256");
      for await (const chunk of /** @type {AsyncIterable<Uint8Array>} */ (stored.Body)) {
        hash.update(chunk);
      }
      assert.equal(
        hash.digest("hex"),
        createHash("sha256").update(readFileSync(path)).digest("hex"),
      );
      const { Uploads = [] } = await site.client.send(new ListMultipartUploadsCommand({ Bucket }));
      assert.deepEqual(Uploads, []);
      await page.getByRole("button", { name: "Clear finished" }).click();
    },
  );

  step("a taken key is kept beside the new one, or skipped", async ({ page, site }) => {
    const path = join(scratch, "note.txt");
    writeFileSync(path, "first\n");
    const upload = async (/** @type {string} */ conflict) => {
      await giveFiles([path]);
      await page.getByRole("radio", { name: conflict }).check();
      await page.getByRole("button", { name: "Upload 1 file" }).click();
      await finish();
    };
    await upload("Overwrite");
    writeFileSync(path, "second\n");
    await upload("Skip the file");
    await upload("Keep both: number the new one");
    await page.getByRole("link", { name: "note (1).txt" }).waitFor();
    const text = async (/** @type {string} */ Key) =>
      (await site.client.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();
    assert.equal(await text("note.txt"), "first\n");
    assert.equal(await text("note (1).txt"), "second\n");
  });

  step(
    "an object is looked at, tagged, and compared with its older version",
    async ({ page, site }) => {
      const path = join(scratch, "note.txt");
      writeFileSync(path, "first\nand more\n");
      await giveFiles([path]);
      await page.getByRole("button", { name: "Upload 1 file" }).click();
      await finish();
      await page.getByRole("link", { name: "note.txt" }).click();
      await page.getByText("and more").waitFor();
      await assertAccessible(page, "preview");
      for (const name of ["Details", "Annotations", "Protection"]) {
        await page.getByRole("tab", { name }).click();
        await assertAccessible(page, name);
      }
      await page.getByRole("tab", { name: "Tags and metadata" }).click();
      await page.getByRole("button", { name: "Save tags" }).waitFor();
      await page.getByRole("button", { name: "Add" }).first().click();
      await page.getByLabel("Tags: name 1").fill("kind");
      await page.getByLabel("Tags: value 1").fill("granite");
      await page.getByRole("button", { name: "Save tags" }).click();
      await page.getByText("Tags saved").waitFor();
      await assertAccessible(page, "tags");
      await page.getByRole("tab", { name: "Versions", exact: true }).click();
      await page
        .getByRole("button", { name: /^Actions for version/ })
        .last()
        .click();
      await page.getByRole("menuitem", { name: "Compare with the current" }).click();
      await page.locator(".diff-line.added").getByText("and more").waitFor();
      await assertAccessible(page, "differences");
      await page.keyboard.press("Escape");
      const makeCurrent = async () => {
        await page
          .getByRole("button", { name: /^Actions for version/ })
          .last()
          .click();
        await page.getByRole("menuitem", { name: "Make current" }).click();
        await page.getByText("The version is current again").waitFor();
      };
      const size = async () => {
        const head = await site.client.send(new HeadObjectCommand({ Bucket, Key: "note.txt" }));
        return head.ContentLength;
      };
      await makeCurrent();
      assert.equal(await size(), 6);
      await page.getByRole("button", { name: "Undo" }).last().click();
      await page.getByText("The version is current again").waitFor({ state: "detached" });
      assert.equal(await size(), 15);
      await makeCurrent();
      assert.equal(await size(), 6);
    },
  );

  step("a shared link gives the object to somebody without a key", async ({ page }) => {
    await page.getByRole("button", { name: "Share" }).click();
    await assertAccessible(page, "share");
    const link = await page.getByLabel("Link", { exact: true }).inputValue();
    await page.getByRole("img", { name: "QR code of the link" }).waitFor();
    const answer = await fetch(link);
    assert.equal(await answer.text(), "first\n");
    await page.getByRole("radio", { name: "Replace it", exact: true }).check();
    const put = await page.getByLabel("Link", { exact: true }).inputValue();
    assert.equal((await fetch(put, { method: "PUT", body: "third\n" })).status, 200);
    await page.getByRole("radio", { name: "Replace it by a form" }).check();
    await page.getByText("-F 'policy=").or(page.getByText("-F Policy=")).waitFor();
    await page.keyboard.press("Escape");
  });

  step("a link with a key of its own is listed, and ended", async ({ page, site }) => {
    await page.getByRole("button", { name: "Share" }).click();
    await page.getByRole("checkbox", { name: "A link that can be ended" }).check();
    assert.equal(await page.getByLabel("Link", { exact: true }).count(), 0);
    await page.getByLabel("Only from these addresses").fill("127.0.0.1, ::1/128 10.0.0.0/33");
    await page.getByText("This is no address or range: 10.0.0.0/33").first().waitFor();
    // No address is known of who asks a server on a laptop.
    await page.getByLabel("Only from these addresses").fill("");
    await page.getByRole("button", { name: "Make the link" }).click();
    // The page was loaded anew, and has its session alone: IAM needs the key.
    const question = page.getByRole("dialog", { name: "This needs your access key" });
    const { accessKeyId, secretAccessKey } = site.server.credentials;
    await question.getByLabel("Access key ID").fill(accessKeyId);
    await question.getByLabel("Secret access key").fill(secretAccessKey);
    await question.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("The link is shown this once").waitFor();
    await assertAccessible(page, "share, to be ended");
    const link = await page.getByLabel("Link", { exact: true }).inputValue();
    assert.equal(await (await fetch(link)).text(), "third\n");
    assert.equal((await fetch(link, { method: "DELETE" })).status, 403);
    await page.keyboard.press("Escape");
    await page.getByRole("link", { name: "Shared links" }).click();
    const listed = page.getByRole("row").filter({ hasText: "note.txt" });
    await listed.getByText("Works").waitFor();
    await listed.getByText("anywhere").waitFor();
    await listed.getByRole("button", { name: "End" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "End", exact: true }).click();
    await page.getByText("No link that can be ended").waitFor();
    assert.equal((await fetch(link)).status, 403);
    await page.goBack();
    await page.getByRole("button", { name: "Share" }).waitFor();
  });

  step("the download saves the object under its name", async ({ page }) => {
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download", exact: true }).click();
    const saved = await download;
    assert.equal(saved.suggestedFilename(), "note.txt");
    assert.equal(readFileSync(await saved.path(), "utf8"), "third\n");
  });

  step("a deletion is undone, from the note and from the versions", async ({ page, site }) => {
    await open();
    await row("note.txt").waitFor();
    await choose("note.txt", "note (1).txt");
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByRole("dialog").getByText("2 objects").waitFor();
    await assertAccessible(page, "delete");
    await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByText("2 objects deleted").waitFor();
    await row("note.txt").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Undo", exact: true }).click();
    await row("note.txt").waitFor();
    await choose("note.txt");
    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByText("1 object deleted").waitFor();
    await page.getByRole("button", { name: "Versions", exact: true }).click();
    const marker = page.getByRole("row").filter({ hasText: "Deleted" }).first();
    await marker.getByRole("checkbox").check();
    await assertAccessible(page, "versions");
    await page.getByRole("button", { name: "Undelete", exact: true }).click();
    await marker.waitFor({ state: "detached" });
    await site.client.send(new HeadObjectCommand({ Bucket, Key: "note.txt" }));
    await page.getByRole("button", { name: "Versions", exact: true }).click();
  });

  step("a folder is renamed, copied and saved as a zip", async ({ page }) => {
    await open();
    await choose("quarry/");
    await page.getByRole("button", { name: "More", exact: true }).click();
    await page.getByRole("menuitem", { name: "Rename" }).click();
    await page.getByLabel("New name").fill("pit");
    await page.getByText(`${smallFiles.toLocaleString("en")} objects, `).waitFor();
    await assertAccessible(page, "rename");
    await page.getByRole("dialog").getByRole("button", { name: "Rename", exact: true }).click();
    await done(120_000);
    await row("pit/").waitFor();
    await row("quarry/").waitFor({ state: "detached" });
    await choose("pit/");
    await page.evaluate(() => Reflect.deleteProperty(window, "showSaveFilePicker"));
    const download = page.waitForEvent("download", { timeout: 120_000 });
    await page.getByRole("button", { name: "Download", exact: true }).click();
    const saved = await download;
    assert.equal(saved.suggestedFilename(), `${Bucket}.zip`);
    assert.ok(statSync(await saved.path()).size > smallFiles * 100);
  });

  step("the keyboard alone walks, chooses, opens and goes back", async ({ page }) => {
    await open();
    await row("pit/").waitFor();
    await page.getByRole("grid").focus();
    await page.keyboard.press("End");
    await page.keyboard.press("Space");
    await page.getByText("1 chosen").waitFor();
    await page.keyboard.press("Control+a");
    await page.getByText("4 chosen").waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Home");
    await page.keyboard.press("Enter");
    await page.getByRole("grid").getByText("stone-0000.txt").waitFor();
    await page.goBack();
    await row("note.txt").waitFor();
    await page.keyboard.press("Control+k");
    await page.keyboard.type("ston");
    // The bucket itself, before the keys that begin so.
    await page.getByRole("option", { name: new RegExp(`^${Bucket}`) }).waitFor();
    await page.keyboard.press("Enter");
    await row("note.txt").waitFor();
  });

  step(
    "a bucket goes only once it is empty, and after its name was typed",
    async ({ page, site, problems }) => {
      await page.goto(`${site.server.endpoint}/-/console/buckets`);
      await page.getByRole("button", { name: `Actions for ${Bucket}` }).click();
      await page.getByRole("menuitem", { name: "Delete", exact: true }).click();
      await page.getByRole("button", { name: "Empty it first" }).click();
      await page.getByText("versions and markers,").waitFor();
      await page.getByLabel(`Type ${Bucket} to confirm`).fill(Bucket);
      await assertAccessible(page, "empty");
      await page.getByRole("dialog").getByRole("button", { name: "Empty" }).click();
      await done(120_000);
      await page.getByRole("button", { name: `Actions for ${Bucket}` }).click();
      await page.getByRole("menuitem", { name: "Delete", exact: true }).click();
      await page.getByLabel(`Type ${Bucket} to confirm`).fill(Bucket);
      await page.keyboard.press("Enter");
      await page.getByText("No buckets yet").waitFor();
      assert.deepEqual(problems, []);
    },
  );
});
