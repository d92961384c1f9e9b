// @ts-check
// The console as somebody sees it who may only look: no screen is a dead end, every refusal names the
// permission that is missing, what is switched off says why, and a change that is refused changes nothing.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  GetBucketTaggingCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { goTo } from "./payloads.mjs";
import { assertAccessible, describeConsole, openConsole, signIn } from "./support.mjs";

const Bucket = "photos";

/** Every screen, by its address. */
const screens = [
  "/home",
  "/buckets",
  `/buckets/${Bucket}`,
  `/buckets/${Bucket}/object?key=a`,
  `/buckets/${Bucket}/settings`,
  `/buckets/${Bucket}/permissions`,
  `/buckets/${Bucket}/management`,
  `/buckets/${Bucket}/uploads`,
  `/buckets/${Bucket}/usage`,
  `/buckets/${Bucket}/access`,
  "/connect",
  "/jobs",
  "/users",
  "/users/reader",
  "/groups",
  "/groups/x",
  "/roles",
  "/roles/x",
  "/policies",
  "/policies?scope=AWS",
  `/policies/${encodeURIComponent("arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")}`,
  "/providers",
  "/simulator",
  "/explain",
  "/audit",
  "/webhooks",
  "/webhooks/x",
  "/remotes",
  "/kms",
  "/settings",
];

/**
 * A user with a policy of its own, and its key.
 * @param {IAMClient} iam @param {string} UserName @param {string[]} Action
 */
async function addUser(iam, UserName, Action) {
  await iam.send(new CreateUserCommand({ UserName }));
  const Statement = { Effect: "Allow", Action, Resource: "*" };
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: "own", PolicyDocument }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  const { AccessKeyId = "", SecretAccessKey = "" } = AccessKey ?? {};
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey };
}

describeConsole("somebody who may only look", () => {
  /** @type {Awaited<ReturnType<typeof openConsole>>} */
  let opened;
  /** @type {{ accessKeyId: string, secretAccessKey: string }} */
  let credentials;
  /** May list the keys of a bucket, and nothing else. @type {typeof credentials} */
  let lister;
  before(async () => {
    opened = await openConsole({ vars: { AUDIT: "all", METRICS: "on" } });
    const { client, server } = opened;
    const { endpoint, region } = server;
    const iam = new IAMClient({ endpoint, region, credentials: server.credentials });
    await client.send(new CreateBucketCommand({ Bucket }));
    await client.send(new PutObjectCommand({ Bucket, Key: "a", Body: "hello" }));
    credentials = await addUser(iam, "reader", ["s3:Get*", "s3:List*"]);
    lister = await addUser(iam, "lister", ["s3:ListBucket"]);
  });
  after(() => opened?.stop());

  async function open(path = "/-/console/home", whose = credentials) {
    const { page, problems } = await opened.openPage();
    await signIn(page, opened.server, { path, credentials: whose });
    return { page, problems };
  }

  test("every screen shows what may be seen, and says what is missing for the rest", async () => {
    const { page, problems } = await open();
    /** @type {string[]} */
    const ends = [];
    for (const path of screens) {
      await goTo(page, path);
      await page.locator("main h1").first().waitFor();
      await page.waitForFunction(() => document.querySelector("main .loading") === null);
      await page.waitForTimeout(100);
      await page.waitForFunction(() => document.querySelector("main .loading") === null);
      const said = await page.evaluate(() => {
        const main = document.querySelector("main");
        const panels = [...(main?.querySelectorAll(".error-panel") ?? [])].map((panel) => ({
          words: panel.textContent ?? "",
          permission: [...panel.querySelectorAll("dt")].some(({ textContent }) =>
            /permission/i.test(textContent ?? ""),
          ),
        }));
        const ways = main?.querySelectorAll("a, button, input, select").length ?? 0;
        const silent = [...(main?.querySelectorAll("button[aria-disabled]") ?? [])]
          .filter((button) => !button.hasAttribute("data-state"))
          .map(({ textContent }) => textContent ?? "");
        return { panels, ways, silent };
      });
      for (const { words, permission } of said.panels) {
        // What no policy can grant says whose it is, and offers to be them.
        const isOthers = /root|operator/.test(words) && /Sign in with another key/.test(words);
        const isDenial = /not allowed/i.test(words);
        if (isDenial && !permission && !isOthers) ends.push(`${path}: ${words}`);
        if (!permission && /a policy that allows/.test(words)) ends.push(`${path}: ${words}`);
        if (/InternalError|TypeError|undefined/.test(words)) ends.push(`${path}: ${words}`);
      }
      if (said.ways === 0) ends.push(`${path}: nothing to go on with`);
      for (const name of said.silent) ends.push(`${path}: ${name} is off without a reason`);
      if (/^[/](users|remotes|kms|home)$/.test(path)) await assertAccessible(page, path);
      if (await page.getByText("Something went wrong").count()) ends.push(`${path}: fell over`);
    }
    assert.deepEqual(ends, []);
    assert.deepEqual(problems, []);
  });

  test("a screen of the operator's leads to the sign-in and back", async () => {
    const { page, problems } = await open("/-/console/remotes");
    await page.getByRole("button", { name: "Sign in with another key" }).click();
    const { accessKeyId, secretAccessKey } = opened.server.credentials;
    await page.getByLabel("Access key ID").fill(accessKeyId);
    await page.getByLabel("Secret access key").fill(secretAccessKey);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("No remotes yet").waitFor();
    assert.deepEqual(problems, []);
  });

  test("who may not list buckets opens one by its name, and later finds it again", async () => {
    const { page, problems } = await open("/-/console/buckets", lister);
    await page.getByText("s3:ListAllMyBuckets").first().waitFor();
    await assertAccessible(page, "opening a bucket by its name");
    await page.getByLabel("Bucket name").fill(Bucket);
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "a", exact: true }).click();
    // The answer to a HEAD has no words; the permission is named all the same.
    await page.locator(".error-panel").getByText("s3:GetObject").first().waitFor();
    await goTo(page, "/home");
    await page.locator("main").getByRole("link", { name: Bucket }).waitFor();
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox").fill("never-made");
    await page.getByRole("option", { name: "Open the bucket never-made" }).click();
    await page.getByText("s3:ListBucket").or(page.getByText("does not exist")).first().waitFor();
    assert.deepEqual(problems, []);
  });

  test("changes are refused in words that name the permission, and nothing is changed", async () => {
    const { page, problems } = await open(`/-/console/buckets/${Bucket}/settings`);
    const dialog = page.getByRole("dialog");
    await page.getByRole("button", { name: "Set up Tags" }).click();
    await page.getByLabel("Key").fill("team");
    await page.getByLabel("Value").fill("blue");
    // A slip loses nothing: a click beside the dialog, Escape for something else.
    await page.mouse.click(4, 400);
    await page.keyboard.press("Escape");
    await dialog.getByText("Not saved yet. Escape again").waitFor();
    await assertAccessible(page, "what is not saved");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByText("s3:PutBucketTagging").first().waitFor();
    await dialog.getByRole("link", { name: "Explain it" }).waitFor();
    // What was typed is still there, to be copied or tried with another key.
    assert.equal(await page.getByLabel("Key").inputValue(), "team");
    await dialog.getByRole("button", { name: "Cancel" }).click();

    await goTo(page, "/buckets");
    await page.getByRole("button", { name: "Create bucket" }).first().click();
    await page.getByLabel("Bucket name").fill("another");
    await page.getByText("This name is free.").waitFor();
    await dialog.getByRole("button", { name: "Create bucket" }).click();
    await dialog.getByText("s3:CreateBucket").first().waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();

    // Nobody may be listed, and still somebody can be asked about.
    await goTo(page, "/simulator");
    await page.getByLabel("Principal").fill("arn:aws:iam::000000000000:user/reader");
    await page.getByRole("button", { name: "Simulate" }).click();
    await page.locator(".error-panel").getByText("iam:ListUsers").first().waitFor();
    await goTo(page, "/users");
    await page.locator(".error-panel").getByText("iam:ListUsers").first().waitFor();
    await goTo(page, "/kms");
    await page.locator(".error-panel").getByText("kms:ListKeys").first().waitFor();
    assert.deepEqual(problems, []);
    const { client } = opened;
    await assert.rejects(client.send(new GetBucketTaggingCommand({ Bucket })));
    const { Buckets } = await client.send(new ListBucketsCommand({}));
    assert.equal(Buckets?.length, 1);
    assert.equal((await client.send(new ListObjectsV2Command({ Bucket }))).KeyCount, 1);
  });
});
