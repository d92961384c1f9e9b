// @ts-check
// Signing in and out, what is kept where, and a session that ends while a screen is open.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { assertAccessible, describeConsole, openConsole, signIn } from "./support.mjs";

/** @import { Page } from "playwright-core" */

const Bucket = "outliving";
/** Four parts. */
const largeBytes = 25 * 1024 * 1024;

describeConsole("the session", () => {
  /** @type {Awaited<ReturnType<typeof openConsole>>} */
  let site;
  before(async () => {
    site = await openConsole();
  });
  const scratch = mkdtempSync(join(tmpdir(), "cairn-session-"));
  after(async () => {
    await site?.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  test("a wrong secret is told apart from a wrong key", async () => {
    const { page, problems } = await site.openPage();
    await page.goto(site.server.endpoint);
    await assertAccessible(page, "sign-in");
    await page.getByLabel("Access key ID").fill(site.server.credentials.accessKeyId);
    await page.getByLabel("Secret access key").fill("not-the-secret");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("The secret does not belong to this access key.").waitFor();
    await page.getByLabel("Access key ID").fill("AKIAAAAAAAAAAAAAAAAA");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("No such access key.").waitFor();
    assert.deepEqual(problems, []);
  });

  test("an address opened before signing in is shown after it, and survives a reload", async () => {
    const { page, problems } = await site.openPage();
    await signIn(page, site.server, { path: "/-/console/buckets" });
    await page.getByRole("heading", { name: "Buckets", level: 1 }).waitFor();
    await assertAccessible(page, "buckets");
    await page.reload();
    await page.getByRole("heading", { name: "Buckets", level: 1 }).waitFor();
    const stored = await page.evaluate(() => JSON.stringify([sessionStorage, localStorage]));
    assert.ok(!stored.includes(site.server.credentials.secretAccessKey), "the secret is stored");
    assert.deepEqual(problems, []);
  });

  test("a key that is used as it is, is never stored", async () => {
    const { page, problems } = await site.openPage();
    await page.goto(site.server.endpoint);
    await page.getByText("Session", { exact: true }).click();
    await page.getByLabel("Work with temporary credentials").uncheck();
    await page.getByText("The key itself is never stored").waitFor();
    await page.getByLabel("Access key ID").fill(site.server.credentials.accessKeyId);
    await page.getByLabel("Secret access key").fill(site.server.credentials.secretAccessKey);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("button", { name: "Signed in as" }).waitFor();
    assert.equal(await page.evaluate(() => sessionStorage.length), 0);
    assert.deepEqual(problems, []);
  });

  test("signing out leaves nothing", async () => {
    const { page, problems } = await site.openPage();
    await signIn(page, site.server);
    await page.getByRole("button", { name: "Signed in as" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByLabel("Access key ID").waitFor();
    assert.equal(await page.evaluate(() => sessionStorage.length), 0);
    await page.reload();
    await page.getByLabel("Access key ID").waitFor();
    assert.deepEqual(problems, []);
  });

  test("a session that ends asks again, and the screen goes on where it was", async () => {
    const { page, problems } = await site.openPage();
    await signIn(page, site.server, { path: "/-/console/buckets" });
    await page.getByRole("heading", { name: "Buckets", level: 1 }).waitFor();
    let refusals = 0;
    const isList = (/** @type {URL} */ url) => url.searchParams.get("x-id") === "ListBuckets";
    await page.route(isList, (route) => {
      refusals += 1;
      return route.fulfill({
        status: 400,
        contentType: "application/xml",
        body: "<Error><Code>ExpiredToken</Code><Message>The token has expired.</Message></Error>",
      });
    });
    await page.reload();
    const dialog = page.getByRole("dialog", { name: "Your session has ended" });
    await dialog.waitFor();
    await assertAccessible(page, "ended session");
    await page.unroute(isList);
    const { accessKeyId, secretAccessKey } = site.server.credentials;
    await dialog.getByLabel("Access key ID").fill(accessKeyId);
    await dialog.getByLabel("Secret access key").fill(secretAccessKey);
    await dialog.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("No buckets yet").waitFor();
    assert.ok(refusals > 0);
    assert.deepEqual(problems, []);
  });

  test("a role is worked with until the person stops, and a denial names what is missing", async () => {
    const { endpoint, region, credentials } = site.server;
    const iam = new IAMClient({ endpoint, region, credentials });
    const { Account } = await new STSClient({ endpoint, region, credentials }).send(
      new GetCallerIdentityCommand({}),
    );
    const { Role } = await iam.send(
      new CreateRoleCommand({
        RoleName: "reader",
        AssumeRolePolicyDocument: JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Principal: { AWS: Account }, Action: "sts:AssumeRole" }],
        }),
      }),
    );
    // Root may not assume roles, as on AWS: a user does.
    await iam.send(new CreateUserCommand({ UserName: "anna" }));
    const document = { Effect: "Allow", Action: ["sts:AssumeRole", "s3:*"], Resource: "*" };
    await iam.send(
      new PutUserPolicyCommand({
        UserName: "anna",
        PolicyName: "all",
        PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [document] }),
      }),
    );
    const made = await iam.send(new CreateAccessKeyCommand({ UserName: "anna" }));
    const { AccessKeyId = "", SecretAccessKey = "" } = made.AccessKey ?? {};
    const { page, problems } = await site.openPage();
    const key = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey };
    await signIn(page, site.server, { path: "/-/console/buckets", credentials: key });
    await page.getByRole("button", { name: "Signed in as" }).click();
    await page.getByRole("menuitem", { name: "Switch role" }).click();
    await page.getByLabel("Role ARN").fill(Role?.Arn ?? "");
    await assertAccessible(page, "switch role");
    await page.getByRole("button", { name: "Switch", exact: true }).click();
    await page.getByText("Acting as reader/console").waitFor();
    await page.getByText("You are not allowed to do this").waitFor();
    await page.getByText("s3:ListAllMyBuckets").first().waitFor();
    await assertAccessible(page, "denial");
    await page.getByRole("button", { name: "Stop acting" }).click();
    await page.getByText("No buckets yet").waitFor();
    assert.deepEqual(problems, []);
  });

  test("a phone has everything, in a drawer", async () => {
    const { page, problems } = await site.openPage({
      viewport: { width: 390, height: 800 },
      isDark: true,
    });
    await signIn(page, site.server);
    await page.locator("main h1").waitFor();
    await assertAccessible(page, "home on a phone, dark");
    await page.getByRole("button", { name: "Open navigation" }).click();
    const drawer = page.getByRole("navigation", { name: "Main navigation" });
    await drawer.getByRole("link", { name: "Buckets" }).click();
    await page.getByRole("heading", { name: "Buckets", level: 1 }).waitFor();
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 390, `${width} px wide`);
    assert.deepEqual(problems, []);
  });

  test("uploads and jobs outlive a session: renewed they go on, otherwise they wait and ask once", async () => {
    const { client, server } = site;
    await client.send(new CreateBucketCommand({ Bucket }));
    const keys = Array.from({ length: 30 }, (_, at) => `many/${at}.txt`);
    await Promise.all(
      keys.map((Key) => client.send(new PutObjectCommand({ Bucket, Key, Body: "x" }))),
    );
    const { page, problems } = await site.openPage();
    const session = await endableSession(page);
    await signIn(page, server, { path: `/-/console/buckets/${Bucket}` });
    const dialog = page.getByRole("dialog", { name: "Your session has ended" });
    const renew = async () => {
      const { accessKeyId, secretAccessKey } = server.credentials;
      await dialog.getByLabel("Access key ID").fill(accessKeyId);
      await dialog.getByLabel("Secret access key").fill(secretAccessKey);
      await dialog.getByRole("button", { name: "Sign in" }).click();
      await dialog.waitFor({ state: "detached" });
    };
    const upload = async (/** @type {string} */ name) => {
      await page.getByRole("button", { name: "Upload", exact: true }).first().click();
      const chooser = page.waitForEvent("filechooser");
      await page.getByRole("button", { name: "Choose files" }).click();
      const path = join(scratch, name);
      writeFileSync(path, Buffer.alloc(largeBytes, name));
      await (await chooser).setFiles(path);
      await page.getByRole("button", { name: "Upload 1 file" }).click();
    };
    const done = () => page.getByText("All done", { exact: true }).waitFor({ timeout: 60_000 });

    await upload("one.mp4");
    await session.endAfter("partNumber");
    await renew();
    await done();
    await page.getByRole("button", { name: "Clear finished" }).click();

    await page.getByRole("checkbox", { name: "Choose many/" }).check();
    await page.getByRole("button", { name: "More", exact: true }).first().click();
    await page.getByRole("menuitem", { name: "Tags…" }).click();
    const tags = page.getByRole("dialog");
    await tags.getByText("30 objects").first().waitFor();
    await tags.getByLabel("Tags: name 1").fill("kind");
    await tags.getByLabel("Tags: value 1").fill("sheep");
    await tags.getByRole("button", { name: "Tags", exact: true }).click();
    await upload("two.mp4");
    await session.endAfter("partNumber");
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    const reason = page.getByText("Your session has ended. Resume to sign in and go on.");
    await reason.nth(1).waitFor();
    // Nothing is asked any more: neither the server nor the person.
    await page.waitForTimeout(300);
    const { refused } = session;
    await page.waitForTimeout(1200);
    assert.equal(session.refused, refused);
    assert.ok(refused > 2 && refused < 40, `${refused} refused`);
    assert.equal(await page.getByRole("dialog").count(), 0);
    await assertAccessible(page, "a session that ended");
    await page.getByRole("button", { name: /^Resume: two\.mp4/ }).click();
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    await reason.nth(1).waitFor();
    await page.getByRole("button", { name: "Sign in again" }).first().click();
    await renew();
    // What waited for the key goes on by itself.
    await done();
    await page.getByText(/^Done · 30 of 30/).waitFor();
    assert.equal(await page.getByRole("dialog").count(), 0);
    for (const Key of ["one.mp4", "two.mp4"]) {
      const head = await client.send(new HeadObjectCommand({ Bucket, Key }));
      assert.equal(head.ContentLength, largeBytes);
    }
    for (const Key of keys) {
      const { TagSet } = await client.send(new GetObjectTaggingCommand({ Bucket, Key }));
      assert.equal(TagSet?.length, 1);
    }
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket }));
    assert.deepEqual(Uploads, []);
    assert.deepEqual(problems, []);
  });

  /**
   * Slows what concerns the bucket a little, and refuses it as of a session that has ended once that is told.
   * Parts are too large to go through here: in the page their token is spoilt, and the server refuses them.
   * @param {Page} page
   */
  async function endableSession(page) {
    /** @type {Set<string>} */
    const ended = new Set();
    const seen = { token: "", refused: 0 };
    await page.addInitScript(() => {
      const { setRequestHeader } = XMLHttpRequest.prototype;
      XMLHttpRequest.prototype.setRequestHeader = function set(name, value) {
        const isSpoilt = /** @type {any} */ (globalThis).endedToken === value;
        setRequestHeader.call(this, name, isSpoilt ? "over" : value);
      };
    });
    await page.route(
      ({ pathname, searchParams }) =>
        pathname.startsWith(`/${Bucket}`) && !searchParams.has("partNumber"),
      async (route) => {
        const request = route.request();
        const token = request.headers()["x-amz-security-token"] ?? "";
        seen.token = token;
        await new Promise((resolve) => setTimeout(resolve, 100));
        if (!ended.has(token)) return route.continue();
        seen.refused += 1;
        const body = "<Error><Code>ExpiredToken</Code><Message>Over.</Message></Error>";
        const isHead = request.method() === "HEAD";
        return route.fulfill({ status: 400, ...(!isHead && { body }) });
      },
    );
    /** Ends it after an answer to a request that has the parameter. @param {string} parameter */
    const endAfter = async (parameter) => {
      await page.waitForResponse((response) => new URL(response.url()).searchParams.has(parameter));
      ended.add(seen.token);
      await page.evaluate((token) => Object.assign(globalThis, { endedToken: token }), seen.token);
    };
    return {
      endAfter,
      get refused() {
        return seen.refused;
      },
    };
  }
});
