// @ts-check
// The screens beside the objects: open multipart uploads, connect, jobs.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { assertAccessible, describeConsole, openConsole, signIn } from "./support.mjs";

/** @typedef {Awaited<ReturnType<typeof openConsole>>} Opened */

const hostileKey = 'a<img src=x onerror="alert(1)">/\u202Egnp.exe';

describeConsole("the console's screens of upkeep", () => {
  /** @type {Opened} */
  let opened;

  before(async () => {
    opened = await openConsole();
    const { client } = opened;
    await client.send(new CreateBucketCommand({ Bucket: "photos" }));
    for (const Key of [hostileKey, "plain"]) {
      const place = { Bucket: "photos", Key };
      const { UploadId } = await client.send(new CreateMultipartUploadCommand(place));
      const part = { ...place, UploadId, PartNumber: 1, Body: "x".repeat(2048) };
      await client.send(new UploadPartCommand(part));
    }
  });
  after(() => opened.stop());

  /** @param {string} path */
  async function open(path) {
    const { page, problems } = await opened.openPage();
    await signIn(page, opened.server, { path: `/-/console${path}` });
    return { page, problems };
  }

  test("open uploads are listed with their size, and aborted", async () => {
    const { page, problems } = await open("/buckets/photos/uploads");
    await page.getByText("1 part, 2.00 KiB").first().waitFor();
    await assertAccessible(page, "uploads");
    await page.getByRole("row", { name: /plain/ }).getByRole("button", { name: "Abort" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Abort" }).click();
    await page.getByText("The upload is aborted.").waitFor();
    const { Uploads } = await opened.client.send(
      new ListMultipartUploadsCommand({ Bucket: "photos" }),
    );
    assert.deepEqual(
      Uploads?.map(({ Key }) => Key),
      [hostileKey],
    );
    assert.deepEqual(problems, []);
  });

  test("the connect page has a snippet for every client, and tests the connection", async () => {
    const { page, problems } = await open("/connect");
    const clients = ["AWS CLI", "boto3", "JavaScript", "Go", "rclone", "Terraform", "DuckDB"];
    for (const name of [...clients, "Spark", "restic", "s3cmd", "Cyberduck"]) {
      await page.getByRole("tab", { name, exact: true }).click();
      const shown = (await page.getByRole("tabpanel").textContent()) ?? "";
      assert.match(shown, /photos/, name);
      assert.ok(shown.includes(new URL(opened.server.endpoint).host), name);
    }
    await page.getByRole("button", { name: "Run the test" }).click();
    await page.getByText("The bytes are the same.").waitFor();
    await assertAccessible(page, "connect");
    const left = await opened.client.send(new ListObjectsV2Command({ Bucket: "photos" }));
    assert.equal(left.KeyCount, 0);
    assert.deepEqual(problems, []);
  });

  test("a check is started and its end is seen", async () => {
    const { page, problems } = await open("/jobs");
    await page.getByRole("button", { name: "Start a check" }).click();
    await page.getByLabel("Bucket").selectOption("photos");
    await assertAccessible(page, "start a check");
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.getByText("The check has started.").waitFor();
    await page.getByRole("row", { name: /scrub photos/ }).waitFor();
    await assertAccessible(page, "jobs");
    assert.deepEqual(problems, []);
  });
});
