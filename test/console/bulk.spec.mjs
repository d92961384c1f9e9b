// @ts-check
// What is done with many objects at once, judged at the server: class, tags and restoring by a job
// with its counts, and a copy of what is too large for one call.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import {
  assertAccessible,
  describeConsole,
  openConsole,
  orderedTests,
  signIn,
} from "./support.mjs";

/** @import { Page } from "playwright-core" */

const Bucket = "crowd";
const keys = ["a.txt", "b.txt", "c.txt"];
const partBytes = 128 * 1024 * 1024;
const partsCount = 41;

describeConsole("many objects at once", () => {
  /** @type {Awaited<ReturnType<typeof openConsole>>} */
  let site;
  /** @type {Page} */
  let page;
  /** @type {string[]} */
  let problems;
  const step = orderedTests();

  before(async () => {
    site = await openConsole();
    await site.client.send(new CreateBucketCommand({ Bucket }));
    for (const Key of keys) {
      const Metadata = { stone: "granite" };
      await site.client.send(
        new PutObjectCommand({ Bucket, Key, Body: Key, Metadata, Tagging: "kept=yes" }),
      );
    }
    const cold = { Bucket, Key: "cold.bin", Body: "cold", StorageClass: "GLACIER" };
    await site.client.send(new PutObjectCommand(/** @type {any} */ (cold)));
    ({ page, problems } = await site.openPage());
    await signIn(page, site.server, { path: `/-/console/buckets/${Bucket}` });
  });
  after(() => site?.stop());

  /** Chooses rows, opens one entry of "More", and gives its dialog. */
  async function open(/** @type {string} */ entry, /** @type {string[]} */ names) {
    for (const name of names) await page.getByRole("checkbox", { name: `Choose ${name}` }).check();
    await page.getByRole("button", { name: "More", exact: true }).first().click();
    await page.getByRole("menuitem", { name: `${entry}…` }).click();
    return page.getByRole("dialog");
  }

  /** Waits until the job with this title ended well. */
  async function ended(/** @type {string} */ title) {
    const job = page.getByText(title).first();
    await job.waitFor();
    await page.getByText("All done", { exact: true }).waitFor({ timeout: 60_000 });
  }

  const head = (/** @type {string} */ Key) =>
    site.client.send(new HeadObjectCommand({ Bucket, Key }));

  step("their class changes; metadata and tags stay", async () => {
    const dialog = await open("Storage class", keys);
    await dialog.getByText("3 objects").first().waitFor();
    await dialog.getByLabel("Storage class").selectOption("STANDARD_IA");
    await assertAccessible(page, "change the class");
    await dialog.getByRole("button", { name: "Storage class", exact: true }).click();
    await ended("Change the class of 3");
    for (const Key of keys) {
      const { StorageClass, Metadata } = await head(Key);
      assert.deepEqual([StorageClass, Metadata], ["STANDARD_IA", { stone: "granite" }]);
      const { TagSet } = await site.client.send(new GetObjectTaggingCommand({ Bucket, Key }));
      assert.deepEqual(TagSet, [{ Key: "kept", Value: "yes" }]);
    }
  });

  step("what is archived is asked back", async () => {
    await page.reload();
    const dialog = await open("Restore from archive", ["cold.bin"]);
    await dialog.getByLabel("Days").fill("3");
    await dialog.getByRole("button", { name: "Restore from archive", exact: true }).click();
    await ended("Restore 1");
    assert.match((await head("cold.bin")).Restore ?? "", /ongoing-request="true"/);
  });

  step("more than 5 GiB is copied in parts, with all that belongs to it", async () => {
    await makeLarge(site.client);
    await page.reload();
    const dialog = await open("Copy", ["large.bin"]);
    await dialog.getByLabel("To folder").fill("copies/");
    await dialog.getByRole("button", { name: "Copy", exact: true }).click();
    await ended("Copy 1");
    const copy = await head("copies/large.bin");
    assert.equal(copy.ContentLength, partBytes * partsCount);
    assert.deepEqual(
      [copy.ContentType, copy.CacheControl, copy.Metadata],
      ["text/x-stones", "max-age=60", { stone: "large" }],
    );
    const tags = await site.client.send(
      new GetObjectTaggingCommand({ Bucket, Key: "copies/large.bin" }),
    );
    assert.deepEqual(tags.TagSet, [{ Key: "size", Value: "large" }]);
    const uploads = await site.client.send(new ListMultipartUploadsCommand({ Bucket }));
    assert.equal(uploads.Uploads, undefined);
    assert.deepEqual(problems, []);
  });
});

/** An object of 5.1 GiB whose parts all name the same bytes: nothing is sent for them. */
async function makeLarge(/** @type {import("@aws-sdk/client-s3").S3Client} */ client) {
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
