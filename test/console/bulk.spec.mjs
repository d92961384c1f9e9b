// @ts-check
// What is done with many objects at once, judged at the server: tags, class, moves and restoring by a job
// with its counts, its pause and its report, and a copy of what is too large for one call.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectTaggingCommand,
  ListMultipartUploadsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  RestoreObjectCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { AwsClient } from "aws4fetch";
import { openObjectBrowser } from "./object-browser.mjs";
import { assertAccessible, describeConsole } from "./support.mjs";

/** @import { Page, Request } from "playwright-core" */
/** @import { S3Client } from "@aws-sdk/client-s3" */

const Bucket = "crowd";
const partBytes = 128 * 1024 * 1024;
const partsCount = 41;
const flock = Array.from({ length: 40 }, (_, at) => `flock/${String(at).padStart(2, "0")}.txt`);
/** Long enough to be seen under way, short enough to be over by the last step. */
const restoreSeconds = 20;

describeConsole("many objects at once", () => {
  const browser = openObjectBrowser(Bucket, {
    options: { vars: { RESTORE_DELAY_SECONDS: `${restoreSeconds}` } },
    prepare: ({ client }) => fill(client),
  });
  const { step, open, openMore, head, keys, put } = browser;

  /** Waits until the job with this title ended well, and takes it off the dock. */
  async function ended(/** @type {Page} */ page, /** @type {string} */ title) {
    await page.getByText(title).first().waitFor();
    await browser.finish();
  }

  /** The lines of the report of the only job there is. */
  async function saveReport(/** @type {Page} */ page) {
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: /^Save the report: / }).click();
    const saved = await download;
    assert.match(saved.suggestedFilename(), /^report-[\dTZ-]+\.jsonl$/);
    const lines = readFileSync(await saved.path(), "utf8")
      .trim()
      .split("\n");
    const [first, ...rest] = lines.map((line) => JSON.parse(line));
    return { first, rest: rest.toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
  }

  step(
    "a job that is paused sends nothing, goes on where it was, and reports each",
    async ({ page, site }) => {
      const [known = "", lost = ""] = [flock[39], flock[38]];
      const place = { Bucket, Key: known };
      await put(known, "known", { Tagging: "kept=yes&kind=sheep" });
      /** @type {string[]} */
      const sent = [];
      const listen = (/** @type {Request} */ request) => {
        const url = new URL(request.url());
        if (url.searchParams.has("tagging")) sent.push(`${request.method()} ${url.pathname}`);
      };
      page.on("request", listen);
      // Slow enough for a hand to come between.
      const isTagging = (/** @type {URL} */ url) => url.searchParams.has("tagging");
      await page.route(isTagging, async (route) => {
        await new Promise((resolve) => setTimeout(resolve, 150));
        await route.continue();
      });
      const dialog = await openMore("Tags", ["flock/"]);
      await dialog.getByText("40 objects").first().waitFor();
      await dialog.getByLabel("Tags: name 1").fill("kind");
      await dialog.getByLabel("Tags: value 1").fill("sheep");
      await assertAccessible(page, "tag many");
      await dialog.getByRole("button", { name: "Tags", exact: true }).click();
      await page.getByText(/^([89]|1\d) of 40/).waitFor();
      await page.getByRole("button", { name: /^Pause: Tag 40/ }).click();
      await page.getByText(/^Paused · \d+ of 40/).waitFor();
      // What was under way ends; then it is still.
      await page.waitForTimeout(1000);
      const [stillAt, text] = [sent.length, await page.getByText(/^Paused/).textContent()];
      await page.waitForTimeout(1500);
      assert.equal(sent.length, stillAt);
      assert.equal(await page.getByText(/^Paused/).textContent(), text);
      assert.ok(stillAt < 60, `${stillAt} requests before the pause`);
      const early = await saveReport(page);
      assert.equal(early.first.state, "paused");
      assert.equal(early.rest.length, early.first.done);
      await site.client.send(new DeleteObjectCommand({ Bucket, Key: lost }));
      await page.getByRole("button", { name: /^Resume: Tag 40/ }).click();
      await page.getByText("Not all done").waitFor();
      const { first, rest } = await saveReport(page);
      const { task, state, done, skipped, failed } = first;
      assert.deepEqual([task, state], ["Tag 40 in crowd", "failed"]);
      assert.deepEqual([done, skipped, failed], [38, 1, 1]);
      assert.deepEqual(
        rest.map(({ name }) => name),
        flock,
      );
      assert.deepEqual(rest[39], {
        name: known,
        outcome: "skipped",
        why: "has these tags already",
      });
      assert.deepEqual([rest[38].outcome, rest[38].code], ["failed", "NoSuchKey"]);
      // Each was tagged once, and what needed nothing was not touched.
      const puts = sent.filter((line) => line.startsWith("PUT"));
      assert.deepEqual(
        puts.toSorted(),
        flock.slice(0, 38).map((key) => `PUT /${Bucket}/${key}`),
      );
      await put(lost, "back");
      await page.getByRole("button", { name: /^Retry what failed: / }).click();
      await browser.done();
      assert.equal((await saveReport(page)).rest[38].outcome, "done");
      page.off("request", listen);
      await page.unroute(isTagging);
      await browser.finish();
      assert.deepEqual(await tagsOf(site.client, flock[0]), { kept: "yes", kind: "sheep" });
      assert.deepEqual(await tagsOf(site.client, lost), { kind: "sheep" });
      const { TagSet } = await site.client.send(new GetObjectTaggingCommand(place));
      assert.equal(TagSet?.length, 2);
    },
  );

  step("a job whose listing fails half-way goes on with it", async ({ page, site }) => {
    const { region, credentials } = site.server;
    const signer = new AwsClient({ ...credentials, region, service: "s3" });
    let isBroken = false;
    let pages = 0;
    // The server's own pages, of ten; the third is refused once the job runs.
    const isListing = (/** @type {URL} */ url) =>
      url.searchParams.has("list-type") && !url.searchParams.has("delimiter");
    await page.route(isListing, async (route) => {
      pages += 1;
      if (isBroken && pages > 2) return route.fulfill({ status: 403 });
      const url = new URL(route.request().url());
      url.searchParams.set("max-keys", "10");
      return route.fulfill({ body: await (await signer.fetch(url)).text() });
    });
    await open();
    const dialog = await openMore("Tags", ["flock/"]);
    await dialog.getByText("40 objects").first().waitFor();
    await dialog.getByLabel("Tags: name 1").fill("turn");
    await dialog.getByLabel("Tags: value 1").fill("two");
    [isBroken, pages] = [true, 0];
    await dialog.getByRole("button", { name: "Tags", exact: true }).click();
    await page.getByText(/^Not all done · 20 of 40/).waitFor();
    assert.equal((await saveReport(page)).first.failed, 1);
    isBroken = false;
    await page.getByRole("button", { name: /^Retry what failed: / }).click();
    await browser.done();
    await page.getByText(/^Done · 40 of 40/).waitFor();
    // Two pages before, two after: none was listed or changed twice.
    assert.equal(pages, 5);
    const { first, rest } = await saveReport(page);
    assert.deepEqual([first.done, first.skipped, first.failed], [40, 0, 0]);
    assert.deepEqual(
      rest.map(({ name }) => name),
      flock,
    );
    assert.equal((await tagsOf(site.client, flock[39]))["turn"], "two");
    await page.unroute(isListing);
    await browser.finish();
  });

  step("tags are replaced when that is asked", async ({ page, site }) => {
    await open("?prefix=flock%2F");
    const dialog = await openMore("Tags", ["00.txt", "01.txt"]);
    await dialog.getByLabel("Tags: name 1").fill("kind");
    await dialog.getByLabel("Tags: value 1").fill("goat");
    await dialog.getByLabel("Replace all tags").check();
    await dialog.getByRole("button", { name: "Tags", exact: true }).click();
    await ended(page, "Tag 2 in crowd");
    for (const key of flock.slice(0, 2)) {
      assert.deepEqual(await tagsOf(site.client, key), { kind: "goat" });
    }
  });

  step(
    "a folder is moved with what belongs to its objects; taken keys stay",
    async ({ page, site }) => {
      await put("meadow/05.txt", "was here first");
      await open();
      const dialog = await openMore("Move", ["flock/"]);
      await dialog.getByText("40 objects").first().waitFor();
      await dialog.getByLabel("To folder").fill("meadow/");
      await assertAccessible(page, "move");
      await dialog.getByLabel("To folder").fill("");
      const button = dialog.getByRole("button", { name: "Move", exact: true });
      assert.equal(await button.getAttribute("aria-disabled"), "true");
      await dialog.getByLabel("To folder").fill("valley");
      await button.click();
      await ended(page, "Move 40 in crowd");
      assert.deepEqual(await keys("flock/"), []);
      assert.deepEqual(
        await keys("valley/"),
        flock.map((key) => `valley/${key}`),
      );
      assert.equal((await head("valley/flock/07.txt")).Metadata?.["stone"], "granite");
      assert.deepEqual(await tagsOf(site.client, "valley/flock/00.txt"), { kind: "goat" });
      // Two of one folder to another, where one name is taken.
      await open("?prefix=valley%2Fflock%2F");
      const second = await openMore("Move", ["05.txt", "06.txt"]);
      await second.getByLabel("To folder").fill("meadow/");
      await second.getByRole("button", { name: "Move", exact: true }).click();
      await page.getByText("Not all done").waitFor();
      const { rest } = await saveReport(page);
      assert.deepEqual(
        rest.map(({ name, outcome, code }) => [name, outcome, code]),
        [
          ["valley/flock/05.txt", "failed", "PreconditionFailed"],
          ["valley/flock/06.txt", "done", undefined],
        ],
      );
      assert.equal(await browser.read("meadow/05.txt"), "was here first");
      assert.equal((await keys("valley/flock/")).length, 39);
      await page.getByRole("button", { name: /^Dismiss: / }).click();
    },
  );

  step(
    "the class changes of those that have another; metadata and tags stay",
    async ({ page, site }) => {
      await open();
      let copies = 0;
      page.on("request", (request) => {
        if (request.headers()["x-amz-copy-source"] !== undefined) copies += 1;
      });
      const dialog = await openMore("Storage class", ["classes/"]);
      await dialog.getByText("3 of 6 objects need it, 15 B").waitFor();
      await dialog.getByText("2 are left out: in this class already").waitFor();
      await dialog.getByText("1 is left out: archived: has to be restored first").waitFor();
      await assertAccessible(page, "change the class");
      await dialog.getByLabel("Storage class").selectOption("STANDARD");
      await dialog.getByText("2 of 6 objects need it, 10 B").waitFor();
      await dialog.getByLabel("Storage class").selectOption("STANDARD_IA");
      await dialog.getByRole("button", { name: "Storage class", exact: true }).click();
      await page.getByText("Change the class of 3").first().waitFor();
      await browser.done();
      await page.getByText("6 of 6 · 3 skipped").waitFor();
      const { first, rest } = await saveReport(page);
      assert.deepEqual([first.done, first.skipped, first.failed], [3, 3, 0]);
      assert.deepEqual(
        rest.map(({ name, why }) => [name, why]),
        [
          ["classes/archived.txt", "archived: has to be restored first"],
          ["classes/ia-0.txt", "in this class already"],
          ["classes/ia-1.txt", "in this class already"],
          ["classes/std-0.txt", undefined],
          ["classes/std-1.txt", undefined],
          ["classes/std-2.txt", undefined],
        ],
      );
      assert.equal(copies, 3);
      for (const Key of ["classes/std-0.txt", "classes/std-1.txt", "classes/std-2.txt"]) {
        const { StorageClass, Metadata } = await head(Key);
        assert.deepEqual([StorageClass, Metadata], ["STANDARD_IA", { stone: "granite" }]);
        assert.deepEqual(await tagsOf(site.client, Key), { kept: "yes" });
      }
      await browser.finish();
      // All have it now: there is nothing to start.
      await open("?prefix=classes%2F");
      const again = await openMore("Storage class", ["std-0.txt", "std-1.txt"]);
      await again.getByText("0 of 2 objects need it").waitFor();
      const button = again.getByRole("button", { name: "Storage class", exact: true });
      assert.equal(await button.getAttribute("aria-disabled"), "true");
      await button.hover();
      await page.getByRole("tooltip", { name: "None of them needs it." }).waitFor();
      await page.keyboard.press("Escape");
    },
  );

  step(
    "more than 5 GiB is copied in parts, with all that belongs to it",
    async ({ page, site, problems }) => {
      await makeLarge(site.client);
      await open();
      const dialog = await openMore("Copy", ["large.bin"]);
      await dialog.getByLabel("To folder").fill("copies/");
      await dialog.getByRole("button", { name: "Copy", exact: true }).click();
      await ended(page, "Copy 1");
      const copy = await head("copies/large.bin");
      assert.equal(copy.ContentLength, partBytes * partsCount);
      assert.deepEqual(
        [copy.ContentType, copy.CacheControl, copy.Metadata],
        ["text/x-stones", "max-age=60", { stone: "large" }],
      );
      assert.deepEqual(await tagsOf(site.client, "copies/large.bin"), { size: "large" });
      // So is an older version that is made current again.
      const VersioningConfiguration = /** @type {const} */ ({ Status: "Enabled" });
      await site.client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
      await site.client.send(new PutObjectCommand({ Bucket, Key: "copies/large.bin", Body: "x" }));
      await open("?prefix=copies%2F");
      await page.getByRole("link", { name: "large.bin" }).click();
      await page.getByRole("tab", { name: "Versions", exact: true }).click();
      await page
        .getByRole("button", { name: /^Actions for version/ })
        .last()
        .click();
      await page.getByRole("menuitem", { name: "Make current" }).click();
      await ended(page, "Make 1 version current");
      const current = await head("copies/large.bin");
      assert.equal(current.ContentLength, partBytes * partsCount);
      assert.deepEqual(current.Metadata, { stone: "large" });
      const uploads = await site.client.send(new ListMultipartUploadsCommand({ Bucket }));
      assert.equal(uploads.Uploads, undefined);
      assert.deepEqual(problems, []);
    },
  );

  step("what is archived is asked back, and nothing else is", async ({ page, site, problems }) => {
    for (let tries = 0; tries < 60; tries += 1) {
      if ((await head("cold/restored.bin")).Restore?.includes("expiry-date")) break;
      await page.waitForTimeout(1000);
    }
    await askBack(site.client, "cold/asked.bin");
    await open();
    const restores = await countRestores(page, async () => {
      const dialog = await openMore("Restore from archive", ["cold/"]);
      await dialog.getByText("3 of 6 objects need it").waitFor();
      for (const words of [
        "1 is left out: not archived",
        "1 is left out: being restored already",
        "1 is left out: restored already",
        "1 is in Intelligent-Tiering and is asked whether it is archived",
      ]) {
        await dialog.getByText(words).waitFor();
      }
      await assertAccessible(page, "restore");
      await dialog.getByLabel("Days").fill("3");
      await dialog.getByRole("button", { name: "Restore from archive", exact: true }).click();
      await page.getByText("Restore 3").first().waitFor();
      await browser.done();
    });
    assert.deepEqual(restores, ["cold/a.bin", "cold/b.bin"]);
    const { first, rest } = await saveReport(page);
    assert.deepEqual([first.done, first.skipped, first.failed], [2, 4, 0]);
    assert.deepEqual(
      rest.map(({ name, why }) => [name, why]),
      [
        ["cold/a.bin", undefined],
        ["cold/asked.bin", "being restored already"],
        ["cold/b.bin", undefined],
        ["cold/restored.bin", "restored already"],
        ["cold/tiered.bin", "not archived"],
        ["cold/warm.bin", "not archived"],
      ],
    );
    assert.match((await head("cold/a.bin")).Restore ?? "", /ongoing-request="true"/);
    await browser.finish();
    // Longer, when that is asked.
    const before = (await head("cold/restored.bin")).Restore;
    await open("?prefix=cold%2F");
    const dialog = await openMore("Restore from archive", ["restored.bin"]);
    await dialog.getByText("0 of 1 objects need it").waitFor();
    await dialog.getByLabel("Also what is restored already").check();
    await dialog.getByLabel("Days").fill("90");
    await dialog.getByRole("button", { name: "Restore from archive", exact: true }).click();
    await ended(page, "Restore 1");
    assert.notEqual((await head("cold/restored.bin")).Restore, before);
    assert.deepEqual(problems, []);
  });
});

/** The keys whose restore is asked for while `work` runs. */
async function countRestores(/** @type {Page} */ page, /** @type {() => Promise<void>} */ work) {
  /** @type {string[]} */
  const restores = [];
  const listen = (/** @type {Request} */ request) => {
    const url = new URL(request.url());
    if (url.searchParams.has("restore")) restores.push(url.pathname.slice(Bucket.length + 2));
  };
  page.on("request", listen);
  await work();
  page.off("request", listen);
  return restores.toSorted();
}

async function fill(/** @type {S3Client} */ client) {
  const facts = { Metadata: { stone: "granite" }, Tagging: "kept=yes" };
  const put = (/** @type {string} */ Key, /** @type {string} */ StorageClass = "STANDARD") =>
    client.send(
      new PutObjectCommand(
        /** @type {any} */ ({ Bucket, Key, Body: "stone", StorageClass, ...facts }),
      ),
    );
  await Promise.all(flock.map((key) => put(key)));
  await Promise.all([0, 1, 2].map((at) => put(`classes/std-${at}.txt`)));
  await Promise.all([0, 1].map((at) => put(`classes/ia-${at}.txt`, "STANDARD_IA")));
  await put("classes/archived.txt", "GLACIER");
  for (const name of ["a", "b", "asked", "restored"]) await put(`cold/${name}.bin`, "GLACIER");
  await put("cold/warm.bin");
  await put("cold/tiered.bin", "INTELLIGENT_TIERING");
  await askBack(client, "cold/restored.bin");
}

/** @param {S3Client} client @param {string} Key */
async function askBack(client, Key) {
  await client.send(new RestoreObjectCommand({ Bucket, Key, RestoreRequest: { Days: 2 } }));
}

/** @param {S3Client} client @param {string | undefined} Key */
async function tagsOf(client, Key) {
  const { TagSet = [] } = await client.send(new GetObjectTaggingCommand({ Bucket, Key }));
  return Object.fromEntries(TagSet.map(({ Key: name, Value }) => [name, Value]));
}
/** An object of 5.1 GiB whose parts all name the same bytes: nothing is sent for them. */
async function makeLarge(/** @type {S3Client} */ client) {
  const Key = "large.bin";
  await client.send(
    new PutObjectCommand({ Bucket, Key: "piece.bin", Body: new Uint8Array(partBytes) }),
  );
  const { UploadId } = await client.send(
    new CreateMultipartUploadCommand({
      Bucket,
      Key,
      ContentType: "text/x-stones",
      CacheControl: "max-age=60",
      Metadata: { stone: "large" },
      Tagging: "size=large",
    }),
  );
  const Parts = [];
  for (let PartNumber = 1; PartNumber <= partsCount; PartNumber += 1) {
    const CopySource = `${Bucket}/piece.bin`;
    const { CopyPartResult } = await client.send(
      new UploadPartCopyCommand({ Bucket, Key, UploadId, PartNumber, CopySource }),
    );
    Parts.push({ PartNumber, ETag: CopyPartResult?.ETag });
  }
  const done = { Bucket, Key, UploadId, MultipartUpload: { Parts } };
  await client.send(new CompleteMultipartUploadCommand(done));
}
