// @ts-check
// How files get in: dropped or chosen, with everything an object can be given at birth, what happens where
// a key is taken, and what a reload leaves of an upload. Drops are the browser's own: Chromium is told
// that files of the disk are dragged over the page.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { before } from "node:test";
import {
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { openObjectBrowser } from "./object-browser.mjs";
import { assertAccessible, describeConsole, signIn } from "./support.mjs";

/** @import { Page } from "playwright-core" */

const Bucket = "inbox";
const mebibyte = 1024 * 1024;

describeConsole("files that get in", () => {
  /** @type {ReturnType<ReturnType<typeof openObjectBrowser>["place"]>["site"]} */
  let site;
  /** @type {Page} */
  let page;
  /** @type {string[]} */
  let problems;
  const browser = openObjectBrowser(Bucket, { hasLock: true });
  const { step, scratch, write, giveFiles, finish, keys, read } = browser;

  before(async () => {
    ({ site, page, problems } = browser.place());
    await page.getByText("This bucket is empty").waitFor();
  });

  /**
   * Drags files or folders of the disk over the page, runs `over`, and lets go.
   * @param {string[]} files
   * @param {() => Promise<void>} [over]
   * @param {Page} [on]
   */
  async function drop(files, over, on = page) {
    const devtools = await on.context().newCDPSession(on);
    const data = { items: [], files, dragOperationsMask: 1 };
    for (const type of /** @type {const} */ (["dragEnter", "dragOver", "drop"])) {
      if (type === "drop") await over?.();
      await devtools.send("Input.dispatchDragEvent", { type, x: 640, y: 500, data });
    }
    await devtools.detach();
  }

  step("a folder and a file dropped on the list go in with their paths", async () => {
    const many = Array.from({ length: 120 }, (_, at) => [`trip/many/${at}.txt`, `${at}`]);
    const [letter = ""] = write({
      "letter.txt": "dear all\n",
      "trip/day one/a#1.txt": "one",
      "trip/day one/deep/ü.txt": "two",
      ...Object.fromEntries(many),
    });
    await drop([join(scratch, "trip"), letter], async () => {
      await page.getByText("Drop to upload here").waitFor();
      await assertAccessible(page, "while something is dragged");
    });
    await page.getByRole("button", { name: "Upload 123 files" }).waitFor();
    assert.equal(await page.getByText("Drop to upload here").count(), 0);
    // What is dropped while the dialog is open comes with it.
    await drop(write({ "more.txt": "more" }));
    await page.getByRole("button", { name: "Upload 124 files" }).click();
    await page.getByRole("link", { name: "trip/" }).waitFor();
    await finish();
    assert.equal((await keys("trip/many/")).length, 120);
    assert.deepEqual(await keys("trip/day one/"), [
      "trip/day one/a#1.txt",
      "trip/day one/deep/ü.txt",
    ]);
    assert.equal(await read("trip/day one/deep/ü.txt"), "two");
    assert.equal(await read("letter.txt"), "dear all\n");
    assert.deepEqual(problems, []);
  });

  step("without a network an upload waits, and goes on by itself", async () => {
    await drop(write({ "patience.bin": "x".repeat(300 * 1024) }));
    // Not before: what drops the file ends what says that there is no network.
    await page.context().setOffline(true);
    await page.getByRole("button", { name: "Upload 1 file" }).click();
    // Neither the file nor the worker that digests it gets through.
    await page.getByText("No network. This goes on by itself").waitFor();
    await assertAccessible(page, "an upload without a network");
    await page.context().setOffline(false);
    await finish();
    await site.client.send(new HeadObjectCommand({ Bucket, Key: "patience.bin" }));
    assert.deepEqual(
      problems.filter((text) => !text.includes("ERR_INTERNET_DISCONNECTED")),
      [],
    );
    problems.length = 0;
  });

  step("a folder that cannot be read is told, and the rest goes in", async () => {
    // The entries of a drop as the browser gives them, one of them unreadable.
    await page.getByRole("grid").evaluate((grid) => {
      const file = new File(["fine"], "fine.txt");
      const entry = (/** @type {object} */ facts) => ({ isDirectory: false, ...facts });
      const entries = [
        entry({ name: "fine.txt", file: (/** @type {(file: File) => void} */ give) => give(file) }),
        entry({ name: "lost.txt", file: (/** @type {any} */ _, /** @type {any} */ no) => no() }),
      ];
      const readEntries = (/** @type {(list: object[]) => void} */ give) => give(entries.splice(0));
      const directory = { isDirectory: true, name: "half", createReader: () => ({ readEntries }) };
      const item = { kind: "file", webkitGetAsEntry: () => directory, getAsFile: () => null };
      const event = new Event("drop", { bubbles: true, cancelable: true });
      const dataTransfer = { types: ["Files"], items: [item] };
      grid.dispatchEvent(Object.assign(event, { dataTransfer }));
    });
    await page.getByText("1 file or folder could not be read").waitFor();
    await page.getByRole("button", { name: "Upload 1 file" }).click();
    await finish();
    assert.deepEqual(await keys("half/"), ["half/fine.txt"]);
  });

  step("class, tags, metadata, retention and a legal hold are given at birth", async () => {
    await giveFiles(write({ "deed.txt": "all mine\n" }));
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Storage class, tags, metadata, encryption, lock").click();
    await dialog.getByLabel("Storage class", { exact: true }).selectOption("STANDARD_IA");
    await dialog.getByLabel("Cache-Control").fill("max-age=60");
    const pair = async (/** @type {string} */ label, /** @type {string[]} */ [name, value]) => {
      await dialog.getByRole("group", { name: label }).getByRole("button", { name: "Add" }).click();
      await dialog.getByLabel(`${label}: name 1`).fill(name ?? "");
      await dialog.getByLabel(`${label}: value 1`).fill(value ?? "");
    };
    await pair("Tags", ["who + when", "anna = today"]);
    await pair("Metadata", ["Écrit", "x"]);
    const send = dialog.getByRole("button", { name: "Upload 1 file" });
    const isOff = async (/** @type {string} */ reason) => {
      assert.equal(await send.getAttribute("aria-disabled"), "true");
      await send.hover();
      await page.getByRole("tooltip", { name: reason }).waitFor();
    };
    await isOff("Metadata takes plain letters");
    await dialog.getByLabel("Metadata: name 1").fill("Written-By");
    await dialog.getByLabel("Retention").selectOption("GOVERNANCE");
    await isOff("Enter until when they are retained");
    await dialog.getByLabel("Retain until").fill("2020-01-01T00:00");
    await isOff("Enter until when they are retained");
    await dialog.getByLabel("Retain until").fill("2099-06-01T12:30");
    await dialog.getByLabel("Legal hold").check();
    await assertAccessible(page, "everything an upload can be given");
    await send.click();
    await finish();
    const place = { Bucket, Key: "deed.txt" };
    const head = await site.client.send(new HeadObjectCommand(place));
    assert.equal(head.StorageClass, "STANDARD_IA");
    assert.equal(head.CacheControl, "max-age=60");
    assert.equal(head.ContentType, "text/plain");
    assert.deepEqual(head.Metadata, { "written-by": "x" });
    assert.equal(head.ObjectLockMode, "GOVERNANCE");
    assert.equal(head.ObjectLockRetainUntilDate?.getFullYear(), 2099);
    assert.equal(head.ObjectLockLegalHoldStatus, "ON");
    const { TagSet } = await site.client.send(new GetObjectTaggingCommand(place));
    assert.deepEqual(TagSet, [{ Key: "who + when", Value: "anna = today" }]);
  });

  step(
    "where a key is taken a file replaces, stays beside, or is left out; large ones too",
    async () => {
      const large = Buffer.alloc(17 * mebibyte, "b");
      const paths = write({ "a/new.txt": "new", "a/big.bin": large });
      const put = async (/** @type {string} */ Key, /** @type {string} */ Body) =>
        await site.client.send(new PutObjectCommand({ Bucket, Key, Body }));
      const upload = async (/** @type {string} */ conflict) => {
        await giveFiles(paths);
        await page.getByRole("radio", { name: conflict }).check();
        await page.getByRole("button", { name: "Upload 2 files" }).click();
        await page.getByText("All done", { exact: true }).waitFor({ timeout: 60_000 });
      };
      await put("new.txt", "old");
      await put("big.bin", "old");
      await upload("Skip the file");
      await page.getByText("2 of 2 · 2 skipped").waitFor();
      assert.equal(await read("new.txt"), "old");
      assert.equal(await read("big.bin"), "old");
      await page.getByRole("button", { name: "Clear finished" }).click();
      await upload("Keep both");
      assert.equal(await read("new.txt"), "old");
      assert.equal(await read("new (1).txt"), "new");
      const beside = await site.client.send(new HeadObjectCommand({ Bucket, Key: "big (1).bin" }));
      assert.equal(beside.ContentLength, large.length);
      await page.getByRole("button", { name: "Clear finished" }).click();
      await upload("Overwrite");
      assert.equal(await read("new.txt"), "new");
      const replaced = await site.client.send(new HeadObjectCommand({ Bucket, Key: "big.bin" }));
      assert.equal(replaced.ContentLength, large.length);
      const { Uploads = [] } = await site.client.send(new ListMultipartUploadsCommand({ Bucket }));
      assert.deepEqual(Uploads, []);
      await page.getByRole("button", { name: "Clear finished" }).click();
      assert.deepEqual(problems, []);
    },
  );

  /** Lets so many files arrive, and no more until the page is loaded anew. @param {number} count */
  async function letThrough(count) {
    const isFile = (/** @type {URL} */ url) => url.pathname.startsWith(`/${Bucket}/`);
    let seen = 0;
    await page.route(isFile, async (route) => {
      if (route.request().method() !== "PUT" || seen++ < count) await route.continue();
    });
    return () => page.unroute(isFile);
  }

  step("small files that a reload cut off go on from the bytes that were kept", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 30 }, (_, at) => [`pile/${at}.txt`, `leaf ${at}\n`]),
    );
    write(files);
    const open = await letThrough(10);
    await drop([join(scratch, "pile")]);
    await page.getByRole("radio", { name: "Keep both" }).check();
    await page.getByRole("button", { name: "Upload 30 files" }).click();
    await page.getByText("10 of 30").waitFor();
    // Another tab leaves what this one is at alone.
    const other = await page.context().newPage();
    await signIn(other, site.server, { path: `/-/console/buckets/${Bucket}` });
    await other.getByRole("grid").waitFor();
    assert.equal(await other.getByText("A reload cut").count(), 0);
    await other.close();
    await page.reload();
    await open();
    // The disk's own files are not needed any more.
    rmSync(join(scratch, "pile"), { recursive: true });
    await page.getByText(/A reload cut this upload off\. 2\d files are kept here/).waitFor();
    await assertAccessible(page, "an upload that was cut off");
    await page.getByRole("button", { name: /^Resume: / }).click();
    await finish();
    // None is there twice, though the browser cannot know of the last ones that arrived.
    assert.deepEqual(await keys("pile/"), Object.keys(files).toSorted());
    assert.equal(await read("pile/29.txt"), "leaf 29\n");
    await page.reload();
    await page.getByRole("link", { name: "pile/" }).waitFor();
    assert.equal(await page.getByText("A reload cut").count(), 0);
    assert.deepEqual(problems, []);
  });

  step("what was not kept is chosen again, and nothing goes twice", async () => {
    const [one, note] = ["heap/one.bin", "heap/note.txt"];
    write({ [one]: Buffer.alloc(17 * mebibyte, 1), [note]: "small\n" });
    const open = await letThrough(0);
    await page.getByRole("button", { name: "Upload", exact: true }).first().click();
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Choose a folder" }).click();
    await (await chooser).setFiles(join(scratch, "heap"));
    await page.getByRole("button", { name: "Upload 2 files" }).click();
    await page.getByText("0 of 2").waitFor();
    await page.waitForTimeout(300);
    await page.reload();
    await open();
    await page.getByText("Resume it: 1 is kept here; 1 has to be chosen again.").waitFor();
    await page.getByRole("button", { name: /^Resume: / }).click();
    await page.getByText("Resume it and choose heap again.").waitFor();
    const again = async (/** @type {string} */ folder) => {
      const asked = page.waitForEvent("filechooser");
      await page.getByRole("button", { name: /^Resume: / }).click();
      await (await asked).setFiles(join(scratch, folder));
    };
    await again("trip");
    await page.getByText("They were not among what you chose. Choose heap again").waitFor();
    await again("heap");
    await page.getByText("All done", { exact: true }).waitFor({ timeout: 60_000 });
    assert.deepEqual(await keys("heap/"), [note, one]);
    assert.equal(await read(note), "small\n");
    const head = await site.client.send(new HeadObjectCommand({ Bucket, Key: one }));
    assert.equal(head.ContentLength, 17 * mebibyte);
    assert.deepEqual(problems, []);
  });

  step("a large file of a dropped folder is read again by its handle", async () => {
    const key = "den/deep/bear.bin";
    const bytes = Buffer.alloc(17 * mebibyte, 7);
    write({ [key]: bytes });
    // The private file system's handles need nobody's leave; those of the disk ask the person.
    await page.evaluate(async (path) => {
      let folder = await navigator.storage.getDirectory();
      for (const name of path.slice(0, -1)) {
        folder = await folder.getDirectoryHandle(name, { create: true });
      }
      const file = await folder.getFileHandle(path.at(-1) ?? "", { create: true });
      const writable = await file.createWritable();
      await writable.write(new Uint8Array(17 * 1024 * 1024).fill(7));
      await writable.close();
      const getAsFileSystemHandle = async () =>
        (await navigator.storage.getDirectory()).getDirectoryHandle(path[0] ?? "");
      Object.assign(DataTransferItem.prototype, { getAsFileSystemHandle });
    }, key.split("/"));
    const isBear = (/** @type {URL} */ url) => url.pathname === `/${Bucket}/${key}`;
    await page.route(isBear, () => undefined);
    await drop([join(scratch, "den")]);
    await page.getByRole("button", { name: "Upload 1 file" }).click();
    await page.getByText("0 of 1").or(page.getByText("1 task running")).first().waitFor();
    await page.waitForTimeout(300);
    await page.reload();
    await page.unroute(isBear);
    await page.getByText("Resume it: 1 is read again once you let the browser;").waitFor();
    await page.getByRole("button", { name: /^Resume: / }).click();
    await finish();
    const head = await site.client.send(new HeadObjectCommand({ Bucket, Key: key }));
    assert.equal(head.ContentLength, 17 * mebibyte);
    const { Uploads = [] } = await site.client.send(new ListMultipartUploadsCommand({ Bucket }));
    assert.deepEqual(Uploads, []);
    assert.deepEqual(problems, []);
  });

  step("signing out leaves no bytes of files behind", async () => {
    await letThrough(0);
    await drop(write({ "secret.txt": "between us" }));
    await page.getByRole("button", { name: "Upload 1 file" }).click();
    await page.getByText("1 task running").waitFor();
    const kept = () =>
      page.evaluate(async () => {
        const open = indexedDB.open("cairn-uploads");
        await new Promise((resolve) => open.addEventListener("success", resolve));
        const all = open.result.transaction(["files"]).objectStore("files").getAll();
        await new Promise((resolve) => all.addEventListener("success", resolve));
        open.result.close();
        return all.result.map((row) => [row.path, row.copy !== undefined]);
      });
    for (let tries = 0; (await kept()).length === 0 && tries < 20; tries++) {
      await page.waitForTimeout(100);
    }
    assert.deepEqual(await kept(), [["secret.txt", true]]);
    await page.getByRole("button", { name: "Signed in as" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByLabel("Access key ID").waitFor();
    assert.deepEqual(await kept(), [["secret.txt", false]]);
  });

  step("a file dropped on another screen does not replace the console", async () => {
    // The last, and on a page of its own: after such a drop Chromium takes two seconds for each click.
    const other = await page.context().newPage();
    await signIn(other, site.server, { path: "/-/console/buckets" });
    await other.getByRole("button", { name: "Create bucket" }).waitFor();
    await drop(write({ "lost.html": "<h1>Gone</h1>" }), undefined, other);
    await other.getByRole("button", { name: "Create bucket" }).waitFor();
    assert.equal(new URL(other.url()).pathname, "/-/console/buckets");
    await other.close();
  });
});
