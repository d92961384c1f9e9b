// @ts-check
// A bucket's settings: form and document side by side, saved, refused in the server's words, undone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  CreateBucketCommand,
  GetBucketAccelerateConfigurationCommand,
  GetBucketAclCommand,
  GetBucketCorsCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetObjectAclCommand,
  ListBucketIntelligentTieringConfigurationsCommand,
  ListBucketInventoryConfigurationsCommand,
  ListBucketMetricsConfigurationsCommand,
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

    await edit(page, "Website");
    await save(page);
    const site = page.getByRole("link", { name: "Open the website" });
    assert.match(`${await site.getAttribute("href")}`, /^http:..photos\.website\.localhost:\d+.$/);

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
    const refusal = page.getByRole("dialog").locator(".error-panel");
    await refusal.getByText("while Block public access is on").waitFor();
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

  test("a document of another kind is marked and not sent; grants are made by form", async () => {
    const { page, problems } = await open("permissions");
    await edit(page, "Object ownership");
    await page.getByLabel("The writer", { exact: true }).check();
    await save(page);
    await page.getByText("Object ownership: saved.").waitFor();
    await edit(page, "Access control list");
    const dialog = page.getByRole("dialog");
    const before = (await dialog.locator(".cm-content").textContent()) ?? "";
    for (const wrong of ["null", '{"Grants": {}}', '{"Grant": []}', '[{"Permission": "LOOK"}]']) {
      await dialog.locator(".cm-content").click();
      await page.keyboard.press("Control+A");
      await page.keyboard.press("Delete");
      await page.keyboard.insertText(wrong);
      await page.locator(".cm-lint-marker-error").first().waitFor();
      const button = dialog.getByRole("button", { name: "Save" });
      assert.equal(await button.getAttribute("aria-disabled"), "true", wrong);
    }
    await page.keyboard.press("Control+A");
    await page.keyboard.press("Delete");
    await page.keyboard.insertText(before);
    await dialog.getByRole("button", { name: "Add rule" }).click();
    await dialog.getByLabel("Grantee").last().selectOption("Everybody who is signed in");
    await dialog.getByLabel("Permission").last().selectOption("READ_ACP");
    await assertAccessible(page, "grants");
    await save(page);
    // Public access by ACLs is still blocked.
    await dialog.locator(".error-panel").waitFor();
    await dialog.getByLabel("Grantee").last().selectOption("The delivery of logs");
    await save(page);
    await page.getByText("Access control list: saved.").waitFor();
    const { Grants } = await opened.client.send(new GetBucketAclCommand({ Bucket }));
    assert.deepEqual(Grants?.[1]?.Grantee?.URI, "http://acs.amazonaws.com/groups/s3/LogDelivery");
    assert.equal(Grants?.[1]?.Permission, "READ_ACP");

    await page.goto(
      `${opened.server.endpoint}/-/console/buckets/${Bucket}/object?key=a&tab=access`,
    );
    await edit(page, "Access control list");
    await dialog.getByRole("button", { name: "Add rule" }).click();
    await dialog.getByLabel("Grantee").last().selectOption("The delivery of logs");
    await save(page);
    await page.getByText("LogDelivery: READ").waitFor();
    const ofObject = new GetObjectAclCommand({ Bucket, Key: "a" });
    assert.equal((await opened.client.send(ofObject)).Grants?.length, 2);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("LogDelivery: READ").waitFor({ state: "detached" });
    assert.equal((await opened.client.send(ofObject)).Grants?.length, 1);
    await assertAccessible(page, "grants of an object");
    assert.deepEqual(problems, []);
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

    await edit(page, "Lifecycle");
    const dialog = page.getByRole("dialog");
    const editor = dialog.getByRole("textbox", { name: "Document" });
    await dialog.getByRole("button", { name: "Show as XML" }).click();
    await editor.getByText("<ID>old logs</ID>").waitFor();
    await page.getByLabel("Name").fill("old <logs>");
    await editor.getByText("<ID>old &lt;logs&gt;</ID>").waitFor();
    const replace = async (/** @type {string} */ xml) => {
      await editor.click();
      await page.keyboard.press("Control+A");
      await page.keyboard.press("Delete");
      await page.keyboard.insertText(xml);
    };
    const written = (await editor.locator(".cm-line").allTextContents()).join("\n");
    await replace(written.replace("Days>90</Days", "Date>soon</Date"));
    await page.locator(".cm-lint-marker-error").waitFor();
    for (const name of ["Save", "Show as JSON"]) {
      const button = dialog.getByRole("button", { name });
      assert.equal(await button.getAttribute("aria-disabled"), "true", name);
    }
    const moved = written.replace("Days>30</Days", "Date>2030-11-28T00:00:00Z</Date");
    await replace(moved.replace("Days>90</Days", "Date>2031-11-28T00:00:00Z</Date"));
    await assertAccessible(page, "lifecycle as XML");
    await dialog.getByRole("button", { name: "Show as JSON" }).click();
    await editor.getByText('"Date": "2031-11-28T00:00:00.000Z"').waitFor();
    // A date from the document's JSON is saved, too.
    const json = (await editor.locator(".cm-line").allTextContents()).join("\n");
    await replace(json.replace("2031-", "2032-"));
    await save(page);
    await dialog.waitFor({ state: "hidden" });
    const again = await opened.client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
    assert.equal(again.Rules?.[0]?.ID, "old <logs>");
    assert.deepEqual(again.Rules?.[0]?.Expiration, { Date: new Date("2032-11-28T00:00:00Z") });
    await edit(page, "Lifecycle");
    await dialog.getByRole("button", { name: "Show as XML" }).click();
    await replace("<LifecycleConfiguration><Rule><Sta");
    await page.getByRole("option", { name: "Status" }).click();
    await page.keyboard.type(">");
    await page.keyboard.press("Control+Space");
    await page.getByRole("option", { name: "Enabled" }).waitFor();
    await page.keyboard.press("Escape");
    await dialog.getByRole("button", { name: "Cancel" }).click();

    await edit(page, "Inventory");
    await page.getByLabel("Format").selectOption("Parquet");
    await page.getByLabel("Destination bucket").fill(`arn:aws:s3:::${Bucket}`);
    await page.getByLabel("ObjectOwner").check();
    await page.getByRole("dialog").locator(".cm-content").getByText('"Parquet"').waitFor();
    await assertAccessible(page, "inventory");
    await save(page);
    await page.getByText("1 report").waitFor();
    const list = await opened.client.send(new ListBucketInventoryConfigurationsCommand({ Bucket }));
    const [report] = list.InventoryConfigurationList ?? [];
    assert.equal(report?.Id, "daily");
    assert.equal(report?.Destination?.S3BucketDestination?.Format, "Parquet");
    assert.ok(report?.OptionalFields?.includes("ObjectOwner"));
    await edit(page, "Intelligent-Tiering archive");
    await page.getByLabel("Archive after, days without a read", { exact: true }).fill("120");
    await page.getByLabel("With all of these tags").fill("team=blue");
    await save(page);
    await page.getByText("1 configuration").waitFor();
    const tiers = new ListBucketIntelligentTieringConfigurationsCommand({ Bucket });
    const { IntelligentTieringConfigurationList: tiering } = await opened.client.send(tiers);
    assert.deepEqual(tiering?.[0]?.Filter, { Tag: { Key: "team", Value: "blue" } });
    assert.equal(tiering?.[0]?.Tierings?.[0]?.Days, 120);
    for (const title of ["Request metrics", "Storage class analysis"]) {
      await edit(page, title);
      await page.getByLabel("Keys that begin with").fill("logs/");
      await save(page);
      await page.getByText(`${title}: saved.`).waitFor();
    }
    const counted = new ListBucketMetricsConfigurationsCommand({ Bucket });
    const { MetricsConfigurationList: metrics } = await opened.client.send(counted);
    assert.deepEqual(metrics?.[0]?.Filter, { Prefix: "logs/" });
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
