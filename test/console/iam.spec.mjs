// @ts-check
// Users, groups, roles, policies, providers and the simulator, as a person uses them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { IAMClient, ListAccessKeysCommand, ListUsersCommand } from "@aws-sdk/client-iam";
import { CreateBucketCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { assertAccessible, describeConsole, openConsole, signIn } from "./support.mjs";

/** @typedef {Awaited<ReturnType<typeof openConsole>>} Opened */

describeConsole("the console's screens of identities", () => {
  /** @type {Opened} */
  let opened;

  before(async () => {
    opened = await openConsole();
    await opened.client.send(new CreateBucketCommand({ Bucket: "photos" }));
  });
  after(() => opened.stop());

  /** @param {string} path */
  async function open(path) {
    const { page, problems } = await opened.openPage();
    await signIn(page, opened.server, { path: `/-/console${path}` });
    return { page, problems };
  }

  /**
   * Rotates a key by the dialog's steps, each of which waits for the one before, and answers the new key.
   * @param {import("playwright-core").Page} page
   * @param {string} old
   */
  async function rotate(page, old) {
    await page.getByRole("button", { name: "Rotate" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText(`the place of ${old}`).waitFor();
    const remove = dialog.getByRole("button", { name: "Delete" });
    assert.equal(await remove.getAttribute("aria-disabled"), "true");
    await dialog.getByRole("button", { name: "Create access key" }).click();
    const codes = dialog.locator("code");
    await codes.nth(1).waitFor();
    const accessKeyId = (await codes.nth(0).textContent()) ?? "";
    const secretAccessKey = (await codes.nth(1).textContent()) ?? "";
    await assertAccessible(page, "rotation of a key");
    assert.equal(await remove.getAttribute("aria-disabled"), "true");
    await dialog.getByRole("button", { name: "Switch off" }).click();
    await dialog.getByRole("button", { name: "Switch on" }).waitFor();
    await remove.click();
    await dialog.getByText("done", { exact: true }).nth(3).waitFor();
    await dialog.getByRole("button", { name: "Close" }).last().click();
    await page.getByRole("row").filter({ hasText: old }).waitFor({ state: "detached" });
    return { accessKeyId, secretAccessKey };
  }

  test("a user with a key and a policy of its own can do just that, until deleted", async () => {
    const { page, problems } = await open("/users");
    await page.getByText("There are no users").waitFor();
    await assertAccessible(page, "no users");
    await page.getByRole("button", { name: "Create user" }).click();
    await page.getByLabel("Name").fill("anna");
    await page.getByRole("button", { name: "Create", exact: true }).click();
    await page.getByRole("heading", { name: "anna" }).waitFor();

    await page.getByRole("button", { name: "Create access key" }).click();
    const codes = page.getByRole("dialog").locator("code");
    await codes.nth(1).waitFor();
    const accessKeyId = (await codes.nth(0).textContent()) ?? "";
    const secretAccessKey = (await codes.nth(1).textContent()) ?? "";
    await assertAccessible(page, "new key");
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).last().click();

    const { endpoint, region } = opened.server;
    const credentials = { accessKeyId, secretAccessKey };
    const openTheirs = (/** @type {typeof credentials} */ key) =>
      new S3Client({ endpoint, region, credentials: key, forcePathStyle: true });
    let theirs = openTheirs(credentials);
    const list = () => theirs.send(new ListObjectsV2Command({ Bucket: "photos" }));
    await assert.rejects(list, { name: "AccessDenied" });

    await page.getByRole("button", { name: "Add inline policy" }).click();
    await page.getByLabel("Policy name").fill("photos");
    await page.getByLabel("Start from").selectOption("templateRead");
    await page.locator(".cm-content").first().waitFor();
    await assertAccessible(page, "policy editor");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved.").waitFor();
    assert.equal((await list()).KeyCount, 0);

    await page.getByRole("button", { name: "Simulate" }).click();
    await page.getByLabel("Resources").fill("arn:aws:s3:::photos/a");
    await page.getByRole("button", { name: "Simulate" }).click();
    await page.getByRole("row", { name: /s3:GetObject .*allowed/ }).waitFor();
    await page.getByRole("row", { name: /s3:PutObject .*not allowed/ }).waitFor();
    await assertAccessible(page, "simulator");

    await page.goBack();
    const rotated = await rotate(page, accessKeyId);
    await assert.rejects(list, { name: "InvalidAccessKeyId" });
    theirs.destroy();
    theirs = openTheirs(rotated);
    assert.equal((await list()).KeyCount, 0);
    await page.getByRole("button", { name: "Switch off" }).click();
    await page.getByText("switched off").waitFor();
    await assert.rejects(list, { name: "InvalidAccessKeyId" });
    await assertAccessible(page, "user");
    await page.locator(".page-actions").getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("textbox").fill("anna");
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText("anna is deleted.").waitFor();
    const iam = new IAMClient({ endpoint, region, credentials: opened.server.credentials });
    assert.deepEqual((await iam.send(new ListUsersCommand({}))).Users, []);
    await assert.rejects(iam.send(new ListAccessKeysCommand({ UserName: "anna" })), {
      name: "NoSuchEntityException",
    });
    assert.deepEqual(problems, []);
  });

  test("a policy has versions, is attached to a group, and goes with its attachments", async () => {
    const { page, problems } = await open("/policies");
    await page.getByRole("button", { name: "Create policy" }).click();
    await page.getByLabel("Policy name").fill("reading");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("in force").waitFor();
    await page.getByRole("button", { name: "New version" }).click();
    await page.getByLabel("Start from").selectOption("templateWrite");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("button", { name: "Put in force" }).click();
    await page.getByText("v1 is in force now").waitFor();
    await assertAccessible(page, "policy");

    await page.getByRole("link", { name: "Groups" }).click();
    await page.getByRole("button", { name: "Create group" }).click();
    await page.getByLabel("Name").fill("readers");
    await page.getByRole("button", { name: "Create", exact: true }).click();
    await page.getByRole("button", { name: "Attach policy" }).click();
    await page.getByLabel("Policy", { exact: true }).selectOption({ label: "reading" });
    await page.getByRole("dialog").getByRole("button", { name: "Attach policy" }).click();
    await page.getByRole("link", { name: "reading" }).waitFor();
    await assertAccessible(page, "group");
    await page.getByRole("link", { name: "reading" }).click();
    await page.getByRole("link", { name: "readers" }).waitFor();
    await page.locator(".page-actions").getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText("reading is deleted.").waitFor();
    assert.deepEqual(problems, []);
  });

  test("a wrong document is refused in the server's words, and stays to be mended", async () => {
    const { page } = await open("/policies");
    await page.getByRole("button", { name: "Create policy" }).click();
    await page.getByLabel("Policy name").fill("broken");
    await page.locator(".cm-content").fill('{"Statement": 1}');
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText(/MalformedPolicyDocument/).waitFor();
    assert.equal(await page.getByLabel("Policy name").inputValue(), "broken");
  });

  test("roles and providers are made, and shown with whom they trust", async () => {
    const { page, problems } = await open("/providers");
    await page.getByRole("button", { name: "Add provider" }).click();
    await page.getByLabel("URL").fill("https://ci.example.com");
    await page.getByRole("button", { name: "Create", exact: true }).click();
    await page.getByRole("heading", { name: "ci.example.com" }).waitFor();
    await assertAccessible(page, "providers");
    await page.getByRole("link", { name: "Roles" }).click();
    await page.getByRole("button", { name: "Create role" }).click();
    await page.getByLabel("Name").fill("deploy");
    await page.getByLabel("An identity provider").first().check();
    await assertAccessible(page, "create role");
    await page.getByRole("button", { name: "Create", exact: true }).click();
    await page.getByText("sts:AssumeRoleWithWebIdentity").waitFor();
    await assertAccessible(page, "role");
    assert.deepEqual(problems, []);
  });
});
