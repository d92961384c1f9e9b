// @ts-check
// A bucket's settings: form and document side by side, saved, refused in the server's words, undone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  CreateBucketCommand,
  GetBucketAccelerateConfigurationCommand,
  GetBucketCorsCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  ListBucketInventoryConfigurationsCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { assertAccessible, describeConsole, openConsole, signIn } from "./support.mjs";

/** @typedef {Awaited<ReturnType<typeof openConsole>>} Opened */
/** @typedef {import("playwright-core").Page} Page */

const Bucket = "photos";

describeConsole("the console's screens of a bucket's settings", () => {
  /** @type {Opened} */
  let opened;

  before(async () => {
    opened = await openConsole();
    await opened.client.send(new CreateBucketCommand({ Bucket }));
    await opened.client.send(new PutObjectCommand({ Bucket, Key: "a", Body: "hello" }));
  });
  after(() => opened.stop());

  /** @param {string} tab */
  async function open(tab) {
    const { page, problems } = await opened.openPage();
    await signIn(page, opened.server, { path: `/-/console/buckets/${Bucket}/${tab}` });
    return { page, problems };
  }

  /** @param {Page} page @param {string} title */
  const edit = (page, title) =>
    page.getByRole("button", { name: new RegExp(`^(Edit|Set up) ${title}$`) }).click();
  /** @param {Page} page */
  const save = (page) => page.getByRole("dialog").getByRole("button", { name: "Save" }).click();

  test("properties are changed by form or document, and taken back", async () => {
    const { page, problems } = await open("settings");
    await edit(page, "Versioning");
    await page.getByLabel("Enabled").check();
    await assertAccessible(page, "versioning");
    await save(page);
    await page.getByText("Versioning: saved.").waitFor();
    const versioning = await opened.client.send(new GetBucketVersioningCommand({ Bucket }));
    assert.equal(versioning.Status, "Enabled");

    await edit(page, "Tags");
    await page.getByLabel("Key").fill("team");
    await page.getByLabel("Value").fill("blue +1");
    await save(page);
    await page.getByText("team = blue +1").waitFor();
    const { TagSet } = await opened.client.send(new GetBucketTaggingCommand({ Bucket }));
    assert.deepEqual(TagSet, [{ Key: "team", Value: "blue +1" }]);
    await page.getByRole("button", { name: "Undo" }).last().click();
    await page.getByText("team = blue +1").waitFor({ state: "detached" });

    await edit(page, "Transfer acceleration");
    await save(page);
    await page.getByText("Transfer acceleration: saved.").waitFor();
    const asked = new GetBucketAccelerateConfigurationCommand({ Bucket });
    assert.equal((await opened.client.send(asked)).Status, "Enabled");

    await edit(page, "Default encryption");
    await page.getByRole("dialog").locator(".cm-content").click();
    await page.keyboard.press("Control+End");
    await page.keyboard.type("}");
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).hover();
    await page.getByText(/The document is no JSON/).waitFor();
    await page.getByLabel("A KMS key (SSE-KMS)").check();
    await page.getByLabel("Use a bucket key").check();
    await save(page);
    await page.getByText("Default encryption: saved.").waitFor();
    const { ServerSideEncryptionConfiguration: given } = await opened.client.send(
      new GetBucketEncryptionCommand({ Bucket }),
    );
    assert.equal(given?.Rules?.[0]?.BucketKeyEnabled, true);
    await assertAccessible(page, "properties");
    assert.deepEqual(problems, []);
  });

  test("a public policy is refused while public access is blocked, then opens the bucket", async () => {
    const { page } = await open("permissions");
    const url = `${opened.server.endpoint}/${Bucket}/a`;
    await edit(page, "Bucket policy");
    await page.getByLabel("Start from").selectOption("templatePublic");
    await save(page);
    await page.getByRole("dialog").locator(".error-panel").waitFor();
    await assertAccessible(page, "policy refused");
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    assert.equal((await fetch(url)).status, 403);

    await edit(page, "Block public access");
    await page.getByLabel("Refuse new public policies").uncheck();
    await page.getByLabel("Let a public policy open nothing beyond the account").uncheck();
    await save(page);
    await page.getByText("2 of 4 are on.").waitFor();
    await edit(page, "Bucket policy");
    await page.getByLabel("Start from").selectOption("templatePublic");
    await save(page);
    await page.getByText("public", { exact: true }).waitFor();
    assert.equal((await fetch(url)).status, 200);
    await assertAccessible(page, "permissions");

    await edit(page, "Cross-origin access .CORS.");
    await page.getByLabel("Origins").fill("https://a.example\nhttps://b.example");
    await save(page);
    await page.getByText("1 rule: https://a.example, https://b.example").waitFor();
    const { CORSRules } = await opened.client.send(new GetBucketCorsCommand({ Bucket }));
    assert.deepEqual(CORSRules?.[0]?.AllowedMethods, ["GET", "HEAD"]);
  });

  test("lifecycle rules are built, and reports are kept as a list", async () => {
    const { page, problems } = await open("management");
    await edit(page, "Lifecycle");
    await page.getByLabel("Name").fill("old logs");
    await page.getByLabel("Keys that begin with").fill("logs/");
    await page.getByLabel("Move to").selectOption("STANDARD_IA");
    await page.getByLabel("Delete after, days").fill("90");
    await page.getByLabel("Abort uploads in parts after, days").fill("7");
    await assertAccessible(page, "lifecycle");
    await save(page);
    await page.getByText("Lifecycle: saved.").waitFor();
    const { Rules } = await opened.client.send(
      new GetBucketLifecycleConfigurationCommand({ Bucket }),
    );
    assert.deepEqual(Rules, [
      {
        ID: "old logs",
        Status: "Enabled",
        Filter: { Prefix: "logs/" },
        Transitions: [{ Days: 30, StorageClass: "STANDARD_IA" }],
        Expiration: { Days: 90 },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
      },
    ]);

    await edit(page, "Inventory");
    await save(page);
    await page.getByText("1 report").waitFor();
    const list = await opened.client.send(new ListBucketInventoryConfigurationsCommand({ Bucket }));
    assert.equal(list.InventoryConfigurationList?.[0]?.Id, "daily");
    await edit(page, "Events");
    await page.getByLabel("Destination ARN").fill("arn:aws:sns:us-east-1:000000000000:nobody");
    await save(page);
    await page
      .getByRole("dialog")
      .getByText(/Unable to validate/)
      .waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    await assertAccessible(page, "management");
    assert.deepEqual(problems, []);
  });
});
