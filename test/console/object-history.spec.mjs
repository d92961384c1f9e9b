// @ts-check
// The history of an object: who made each version and change, as the audit knows it; and what stands there
// when the identity may not read the audit.
import assert from "node:assert/strict";
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import {
  DeleteObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { goTo } from "./every-screen.mjs";
import { openObjectBrowser } from "./object-browser.mjs";
import { assertAccessible, describeConsole, signIn } from "./support.mjs";

const Bucket = "diary";
const Key = "day.txt";

describeConsole("the history of an object", () => {
  /** @type {{ accessKeyId: string, secretAccessKey: string }} */
  let anna;
  const { step, put } = openObjectBrowser(Bucket, {
    options: { vars: { AUDIT: "changes" } },
    prepare: async ({ server, client }) => {
      const { endpoint, region, credentials } = server;
      const VersioningConfiguration = { Status: /** @type {const} */ ("Enabled") };
      await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
      const iam = new IAMClient({ endpoint, region, credentials });
      const UserName = "anna";
      await iam.send(new CreateUserCommand({ UserName }));
      const Statement = [{ Effect: "Allow", Action: "s3:*", Resource: "*" }];
      const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
      const policy = { UserName, PolicyName: "all", PolicyDocument };
      await iam.send(new PutUserPolicyCommand(policy));
      const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
      anna = {
        accessKeyId: AccessKey?.AccessKeyId ?? "",
        secretAccessKey: AccessKey?.SecretAccessKey ?? "",
      };
      const hers = new S3Client({ endpoint, region, credentials: anna, forcePathStyle: true });
      await put(Key, "by root");
      await hers.send(new PutObjectCommand({ Bucket, Key, Body: "by anna" }));
      const Tagging = { TagSet: [{ Key: "mood", Value: "fine" }] };
      await hers.send(new PutObjectTaggingCommand({ Bucket, Key, Tagging }));
      await client.send(new DeleteObjectCommand({ Bucket, Key }));
      // Another key, whose name begins alike, is another object's history.
      await put(`${Key}.old`, "other");
    },
  });
  const path = `/-/console/buckets/${Bucket}/object?key=${Key}&tab=versions`;

  step("says who made each version and change", async ({ site }) => {
    const { page, problems } = await site.openPage();
    await signIn(page, site.server, { path });
    const history = page.getByRole("table", { name: "History" });
    await history.getByText("PutObjectTagging").waitFor();
    const rows = (await history.getByRole("row").allInnerTexts()).slice(1);
    const told = rows.map((row) => row.split(/\s*\t\s*/).slice(1, 3));
    assert.deepEqual(
      told.map(([what, who]) => [what, who?.replace(/^\d+:/, "")]),
      [
        ["DeleteObject", "root"],
        ["PutObjectTagging", "user/anna"],
        ["PutObject", "user/anna"],
        ["PutObject", "root"],
      ],
    );
    const versions = await page
      .getByRole("table", { name: "Versions" })
      .getByRole("row")
      .allInnerTexts();
    assert.deepEqual(
      versions.slice(1).map((row) => /root|user\/anna/.exec(row)?.[0]),
      ["root", "user/anna", "root"],
    );
    await assertAccessible(page, "history");
    assert.deepEqual(problems, []);
  });

  step("says whose the audit is, to somebody who may not read it", async ({ site }) => {
    const { page, problems } = await site.openPage();
    await signIn(page, site.server, { path, credentials: anna });
    await page.getByText("it takes the deployment's root key, and no IAM policy").waitFor();
    assert.equal(await page.getByRole("table", { name: "Versions" }).getByRole("row").count(), 4);
    assert.equal(await page.getByRole("columnheader", { name: "Made by" }).count(), 0);
    await assertAccessible(page, "history that may not be read");
    assert.deepEqual(problems, []);
  });

  step("undeletes what was deleted, takes that back, and warns of an archive", async ({ site }) => {
    const { page, problems } = await site.openPage();
    await signIn(page, site.server, { path });
    await page.getByText("This object was deleted").waitFor();
    await page.locator(".empty").getByRole("button", { name: "Undelete" }).click();
    await page.getByRole("button", { name: "Download" }).waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("This object was deleted").waitFor();
    // Nothing of what it was before offers to share what is gone.
    assert.equal(await page.getByRole("button", { name: "Download" }).count(), 0);

    const cold = {
      Bucket,
      Key: "cold.txt",
      Body: "brr",
      StorageClass: /** @type {const} */ ("GLACIER"),
    };
    await site.client.send(new PutObjectCommand(cold));
    await goTo(page, `/buckets/${Bucket}/object?key=cold.txt`);
    await page.locator('[aria-disabled="true"]', { hasText: "Download" }).waitFor();
    await page.getByRole("button", { name: "Share" }).click();
    await page.getByText("the link answers with an error until it is restored").waitFor();
    await page.keyboard.press("Escape");

    // A look at another tab loses nothing of what was typed.
    const tab = (/** @type {string} */ name) => page.getByRole("tab", { name }).click();
    await tab("Tags and metadata");
    await page.getByRole("group", { name: "Tags" }).getByRole("button", { name: "Add" }).click();
    await page.getByLabel("Tags: name 1").fill("mood");
    await tab("Details");
    await page.getByText("Storage class").waitFor();
    await tab("Tags and metadata");
    assert.equal(await page.getByLabel("Tags: name 1").inputValue(), "mood");
    assert.deepEqual(problems, []);
  });
});
