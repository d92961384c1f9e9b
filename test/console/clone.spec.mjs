// @ts-check
// A new bucket like another one, with a report; and forms that ask for an ARN offer what there is.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CreateRoleCommand, GetRolePolicyCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import {
  CreateBucketCommand,
  DeletePublicAccessBlockCommand,
  GetBucketAclCommand,
  GetBucketCorsCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
  ListBucketInventoryConfigurationsCommand,
  PutBucketCorsCommand,
  PutBucketInventoryConfigurationCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLockConfigurationCommand,
} from "@aws-sdk/client-s3";
import { assertAccessible, describeConsole, openConsole, signIn } from "./support.mjs";

/** @import { Page } from "playwright-core" */

const Bucket = "pattern";

describeConsole("a bucket like another", () => {
  /** @type {Awaited<ReturnType<typeof openConsole>>} */
  let opened;
  /** @type {IAMClient} */
  let iam;
  before(async () => {
    opened = await openConsole();
    const { client, server } = opened;
    const { endpoint, region, credentials } = server;
    iam = new IAMClient({ endpoint, region, credentials });
    const kms = new KMSClient({ endpoint, region, credentials });
    await client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
    await client.send(new CreateBucketCommand({ Bucket: "target" }));
    const VersioningConfiguration = /** @type {const} */ ({ Status: "Enabled" });
    await client.send(
      new PutBucketVersioningCommand({ Bucket: "target", VersioningConfiguration }),
    );
    await kms.send(new CreateKeyCommand({ Description: "photos" }));
    await furnish();
  });
  after(() => opened?.stop());

  async function furnish() {
    const { client } = opened;
    const TagSet = [{ Key: "team", Value: "blue" }];
    await client.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
    await client.send(new DeletePublicAccessBlockCommand({ Bucket }));
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: {
        Effect: "Allow",
        Principal: "*",
        Action: "s3:GetObject",
        Resource: `arn:aws:s3:::${Bucket}/public/*`,
      },
    });
    await client.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    const CORSRules = [{ AllowedMethods: ["GET"], AllowedOrigins: ["https://a.example"] }];
    await client.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }));
    const Status = /** @type {const} */ ("Enabled");
    const Rules = [{ ID: "old", Status, Filter: { Prefix: "a/" }, Expiration: { Days: 9 } }];
    await client.send(
      new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }),
    );
    for (const Id of ["daily", "weekly"]) {
      const S3BucketDestination = /** @type {const} */ ({
        Bucket: "arn:aws:s3:::target",
        Format: "CSV",
      });
      const InventoryConfiguration = {
        ...{ Id, IsEnabled: true, Destination: { S3BucketDestination } },
        IncludedObjectVersions: /** @type {const} */ ("Current"),
        Schedule: { Frequency: /** @type {const} */ ("Daily") },
      };
      await client.send(
        new PutBucketInventoryConfigurationCommand({ Bucket, Id, InventoryConfiguration }),
      );
    }
    const Rule = { DefaultRetention: { Mode: /** @type {const} */ ("GOVERNANCE"), Days: 1 } };
    const ObjectLockConfiguration = { ObjectLockEnabled: Status, Rule };
    await client.send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }));
    await client.send(new PutObjectCommand({ Bucket, Key: "public/a", Body: "x" }));
  }

  /** @param {string} path */
  async function open(path) {
    const { page, problems } = await opened.openPage();
    await signIn(page, opened.server, { path: `/-/console${path}` });
    return { page, problems };
  }

  /** What is typed into the filter, and what the list says then. @param {Page} page */
  async function filterBuckets(page) {
    await page.getByRole("button", { name: "Created" }).click();
    const filter = page.getByLabel("Filter by name, setting, region or tag");
    for (const [typed, says] of [
      ["arg", "1 of 2 · 1 by name"],
      ["versioned", "2 of 2 · 2 by setting"],
      ["public", "1 of 2 · 1 by setting"],
      ["no such thing", "0 of 2"],
      ["team=bl", "1 of 2 · 1 by tag"],
      [opened.server.region, "2 of 2 · 2 by region"],
    ]) {
      await filter.fill(`${typed}`);
      await page.getByRole("status").getByText(`${says}`, { exact: true }).waitFor();
      if (says?.endsWith("tag")) await page.getByText("team=blue").waitFor();
    }
    await filter.fill("");
    await page.locator("th[aria-sort=descending]", { hasText: "Created" }).waitFor();
  }

  test("has every setting of it, under its own name, and a report", async () => {
    const { page, problems } = await open("/buckets");
    await filterBuckets(page);
    await page.getByRole("button", { name: "Create bucket" }).first().click();
    await page.getByLabel("Bucket name").fill("likeness");
    await page.getByLabel("Settings", { exact: true }).selectOption(Bucket);
    await page.getByText("This name is free.").waitFor();
    await assertAccessible(page, "create like another");
    await page.getByRole("dialog").getByRole("button", { name: "Create bucket" }).click();
    await page.getByText(/settings copied, 0 not/).waitFor();
    await assertAccessible(page, "report");
    await page.getByRole("button", { name: "Go to the bucket" }).click();
    await page.getByRole("heading", { name: "likeness" }).waitFor();
    const { client, server } = opened;
    const at = { Bucket: "likeness" };
    assert.equal((await client.send(new GetBucketVersioningCommand(at))).Status, "Enabled");
    const lock = await client.send(new GetObjectLockConfigurationCommand(at));
    assert.equal(lock.ObjectLockConfiguration?.Rule?.DefaultRetention?.Days, 1);
    await assert.rejects(client.send(new GetPublicAccessBlockCommand(at)), {
      name: "NoSuchPublicAccessBlockConfiguration",
    });
    const { Policy = "" } = await client.send(new GetBucketPolicyCommand(at));
    assert.match(Policy, /arn:aws:s3:::likeness\/public/);
    assert.equal((await client.send(new GetBucketTaggingCommand(at))).TagSet?.[0]?.Value, "blue");
    assert.equal((await client.send(new GetBucketCorsCommand(at))).CORSRules?.length, 1);
    const { Rules } = await client.send(new GetBucketLifecycleConfigurationCommand(at));
    assert.equal(Rules?.[0]?.ID, "old");
    const list = await client.send(new ListBucketInventoryConfigurationsCommand(at));
    const ids = list.InventoryConfigurationList?.map(({ Id }) => Id);
    assert.deepEqual(ids, ["daily", "weekly"]);
    assert.equal((await client.send(new GetBucketAclCommand(at))).Grants?.length, 1);
    assert.equal((await fetch(`${server.endpoint}/likeness/public/none`)).status, 403);
    assert.deepEqual(problems, []);
  });

  test("what was refused is told, and the rest is there", async () => {
    const { page } = await open("/buckets");
    await page.route(/second.*\bcors\b/, (route) => {
      const isTaken = route.request().method() === "PUT";
      const body =
        "<Error><Code>AccessDenied</Code><Message>User: arn:aws:iam::1:user/a is not authorized to" +
        ' perform: s3:PutBucketCORS on resource: "arn:aws:s3:::second"</Message></Error>';
      return isTaken ? route.fulfill({ status: 403, body }) : route.continue();
    });
    await page.getByRole("button", { name: "Create bucket" }).first().click();
    await page.getByLabel("Bucket name").fill("second");
    await page.getByLabel("Settings", { exact: true }).selectOption(Bucket);
    await page.getByText("This name is free.").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Create bucket" }).click();
    await page.getByText(/settings copied, 1 not/).waitFor();
    await page.getByText("AccessDenied: s3:PutBucketCORS").waitFor();
    const at = { Bucket: "second" };
    const { Rules: rules } = await opened.client.send(
      new GetBucketLifecycleConfigurationCommand(at),
    );
    assert.equal(rules?.length, 1);
  });

  test("forms offer roles, keys and buckets, and make a role in place", async () => {
    const Principal = { Service: "s3.amazonaws.com" };
    const Statement = { Effect: "Allow", Principal, Action: "sts:AssumeRole" };
    const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    const RoleName = "replicator";
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
    const { page, problems } = await open("/buckets/target/management");
    await page.getByRole("button", { name: "Set up Replication" }).click();
    const role = page.getByRole("combobox", { name: "Role" });
    const offered = () =>
      role.evaluate((field) => {
        const { list } = /** @type {HTMLInputElement} */ (field);
        return [...(list?.options ?? [])].map(({ value }) => value);
      });
    await page.waitForFunction(() => document.querySelector("datalist option") !== null);
    assert.deepEqual(
      (await offered()).map((arn) => arn.split("/").at(-1)),
      ["replicator"],
    );
    await page.getByLabel("Destination bucket").fill(`arn:aws:s3:::${Bucket}`);
    await page.getByRole("button", { name: "Create a role for replication" }).click();
    await page.getByLabel("Role name").waitFor();
    await assertAccessible(page, "a role for replication");
    await page.getByRole("button", { name: "Create a role for replication" }).last().click();
    await page.waitForFunction(() =>
      [...document.querySelectorAll("input")].some(({ value }) => /:role\/replicate-/.test(value)),
    );
    const { PolicyDocument = "" } = await iam.send(
      new GetRolePolicyCommand({ RoleName: "replicate-target", PolicyName: "replication" }),
    );
    assert.match(decodeURIComponent(PolicyDocument), /arn:aws:s3:::pattern\/\*/);
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await page.getByText("Replication: saved.").waitFor();
    await page.getByRole("link", { name: "Properties" }).click();
    await page.getByRole("button", { name: "Edit Default encryption" }).click();
    await page.getByLabel("A KMS key (SSE-KMS)").check();
    const keys = page.locator("datalist option");
    await keys.first().waitFor({ state: "attached" });
    assert.match((await keys.first().getAttribute("value")) ?? "", /^arn:aws:kms:.*:key\//);
    assert.deepEqual(problems, []);
  });
});
