// @ts-check
// What "show as code" shows is what the console would send: the AWS CLI's commands are copied out of the
// page, run as they stand, and have the same effect, whatever signs the values hold.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import {
  CreateGroupCommand,
  CreateUserCommand,
  GetRoleCommand,
  IAMClient,
  ListAttachedUserPoliciesCommand,
  ListGroupsCommand,
  ListUsersCommand,
  ListUserTagsCommand,
} from "@aws-sdk/client-iam";
import { DescribeKeyCommand, KMSClient, ListKeysCommand } from "@aws-sdk/client-kms";
import {
  CreateBucketCommand,
  GetBucketCorsCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketTaggingCommand,
  HeadBucketCommand,
  ListBucketInventoryConfigurationsCommand,
} from "@aws-sdk/client-s3";
import { describeConsole, openConsole, signIn } from "./support.mjs";

const run = promisify(execFile);
const aws = "/usr/bin/aws";
const Bucket = "photos";
/** Every sign that a shell could take for its own. */
const hostile = `it's $(touch /tmp/x) \`y\` "z" \\ -x & ; | #`;

/** @typedef {import("playwright-core").Page} Page */

describeConsole("commands that the console shows", () => {
  /** @type {Awaited<ReturnType<typeof openConsole>>} */
  let opened;
  /** @type {IAMClient} */
  let iam;
  /** @type {KMSClient} */
  let kms;
  before(async () => {
    opened = await openConsole();
    const { endpoint, region, credentials } = opened.server;
    iam = new IAMClient({ endpoint, region, credentials });
    kms = new KMSClient({ endpoint, region, credentials });
    await opened.client.send(new CreateBucketCommand({ Bucket }));
    await iam.send(new CreateUserCommand({ UserName: "anna" }));
    await iam.send(new CreateGroupCommand({ GroupName: "readers" }));
  });
  after(() => opened?.stop());

  /** @param {string} path */
  async function open(path) {
    const { page, problems } = await opened.openPage();
    await signIn(page, opened.server, { path: `/-/console${path}` });
    return { page, problems };
  }

  /** Runs what a shell would, if a person pasted it. @param {string} command */
  async function paste(command) {
    const { accessKeyId, secretAccessKey } = opened.server.credentials;
    const env = {
      PATH: "/usr/bin:/bin",
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_DEFAULT_REGION: opened.server.region,
    };
    await run("/bin/sh", ["-ec", command.replaceAll("\n\n", "\n")], { env });
  }

  /** Opens "show as code" with the button, pastes the commands, closes it. @param {Page} page */
  async function copyAndRun(page, button = page.getByRole("button", { name: "Show as code" })) {
    await button.click();
    const shown = page.getByRole("dialog", { name: "The same, without the console" });
    const code = await shown.locator("pre code").textContent();
    assert.match(code ?? "", /^aws /);
    await paste(code ?? "");
    await page.keyboard.press("Escape");
    await shown.waitFor({ state: "detached" });
  }

  /** @param {Page} page @param {string} title */
  const edit = (page, title) =>
    page.getByRole("button", { name: new RegExp(`^(Edit|Set up) ${title}`) }).click();
  /** @param {Page} page */
  const inDialog = (page) => page.getByRole("dialog").getByRole("button", { name: "Show as code" });

  const skip = existsSync(aws) ? false : "not installed";

  test("settings of a bucket", { skip }, async () => {
    const { page, problems } = await open(`/buckets/${Bucket}/settings`);
    await edit(page, "Tags");
    await page.getByLabel("Key").fill("team");
    await page.getByLabel("Value").fill("-blue +1");
    await copyAndRun(page, inDialog(page));
    const { TagSet } = await opened.client.send(new GetBucketTaggingCommand({ Bucket }));
    assert.deepEqual(TagSet, [{ Key: "team", Value: "-blue +1" }]);
    await page.goto(`${opened.server.endpoint}/-/console/buckets/${Bucket}/permissions`);
    await edit(page, "Cross-origin");
    await page.getByLabel("Origins").fill(`https://a.example\nhttps://${hostile}`);
    await copyAndRun(page, inDialog(page));
    const { CORSRules } = await opened.client.send(new GetBucketCorsCommand({ Bucket }));
    assert.deepEqual(CORSRules?.[0]?.AllowedOrigins, ["https://a.example", `https://${hostile}`]);
    await page.goto(`${opened.server.endpoint}/-/console/buckets/${Bucket}/management`);
    await edit(page, "Lifecycle");
    await page.getByLabel("Name").fill(hostile);
    await page.getByLabel("Keys that begin with").fill(hostile);
    await copyAndRun(page, inDialog(page));
    const { Rules } = await opened.client.send(
      new GetBucketLifecycleConfigurationCommand({ Bucket }),
    );
    assert.equal(Rules?.[0]?.ID, hostile);
    assert.deepEqual(Rules?.[0]?.Filter, { Prefix: hostile });
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    await edit(page, "Inventory");
    await copyAndRun(page, inDialog(page));
    const inventory = await opened.client.send(
      new ListBucketInventoryConfigurationsCommand({ Bucket }),
    );
    assert.equal(inventory.InventoryConfigurationList?.[0]?.Id, "daily");
    assert.deepEqual(problems, []);
  });

  test("a new bucket, with what the wizard was told", { skip }, async () => {
    const { page } = await open("/buckets");
    await page.getByRole("button", { name: "Create bucket" }).first().click();
    await page.getByRole("dialog").getByLabel("Name").first().fill("made-by-hand");
    await copyAndRun(page, inDialog(page));
    await opened.client.send(new HeadBucketCommand({ Bucket: "made-by-hand" }));
  });

  test("identities: made, tagged, given and taken", { skip }, async () => {
    const { page, problems } = await open("/users");
    await page.getByRole("button", { name: "Create user" }).click();
    await page.getByLabel("Name").fill("bert");
    await copyAndRun(page, inDialog(page));
    const { Users = [] } = await iam.send(new ListUsersCommand({}));
    assert.ok(Users.some(({ UserName }) => UserName === "bert"));
    await page.keyboard.press("Escape");
    await page.getByRole("link", { name: "anna" }).click();
    await page.getByLabel("Key", { exact: true }).fill("team");
    await page.getByLabel("Value", { exact: true }).fill("-blue");
    const tags = page.locator("section", { has: page.getByRole("heading", { name: "Tags" }) });
    await copyAndRun(page, tags.getByRole("button", { name: "Show as code" }).last());
    const { Tags } = await iam.send(new ListUserTagsCommand({ UserName: "anna" }));
    assert.deepEqual(Tags, [{ Key: "team", Value: "-blue" }]);
    await page.getByRole("button", { name: "Attach policy" }).click();
    await copyAndRun(page, inDialog(page));
    const { AttachedPolicies } = await iam.send(
      new ListAttachedUserPoliciesCommand({ UserName: "anna" }),
    );
    assert.equal(AttachedPolicies?.length, 1);
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    // Deleting takes away first what stands in the way.
    await page.locator(".page-actions").getByRole("button", { name: "Delete" }).click();
    await page.waitForTimeout(500);
    await copyAndRun(page, inDialog(page));
    const { Users: left = [] } = await iam.send(new ListUsersCommand({}));
    assert.ok(!left.some(({ UserName }) => UserName === "anna"));
    await page.keyboard.press("Escape");
    await page.getByRole("link", { name: "Roles" }).click();
    await page.getByRole("button", { name: "Create role" }).click();
    await page.getByLabel("Name").fill("replicator");
    await page
      .getByLabel(/^A service/)
      .or(page.getByLabel(/S3/))
      .first()
      .check();
    await copyAndRun(page, inDialog(page));
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: "replicator" }));
    assert.match(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ""), /s3\.amazonaws\.com/);
    await page.keyboard.press("Escape");
    await page.getByRole("link", { name: "Groups" }).click();
    await page.getByRole("link", { name: "readers" }).click();
    await page.locator(".page-actions").getByRole("button", { name: "Delete" }).click();
    await page.waitForTimeout(500);
    await copyAndRun(page, inDialog(page));
    assert.deepEqual((await iam.send(new ListGroupsCommand({}))).Groups, []);
    assert.ok(
      problems.every((text) => /404/.test(text)),
      problems.join("\n"),
    );
  });

  test("keys of KMS", { skip }, async () => {
    const { page, problems } = await open("/kms");
    await page.getByRole("button", { name: "Create key" }).click();
    await page.getByLabel("Description").fill(hostile);
    await copyAndRun(page, inDialog(page));
    const { Keys = [] } = await kms.send(new ListKeysCommand({}));
    const describe = async () =>
      (await kms.send(new DescribeKeyCommand({ KeyId: Keys[0]?.KeyId }))).KeyMetadata;
    assert.equal((await describe())?.Description, hostile);
    await page.reload();
    const deed = page.locator(".deed", { has: page.getByRole("button", { name: "Disable" }) });
    await copyAndRun(page, deed.getByRole("button", { name: "Show as code" }));
    assert.equal((await describe())?.KeyState, "Disabled");
    assert.deepEqual(problems, []);
  });
});
