// @ts-check
// Signing in and out, what is kept where, and a session that ends while a screen is open.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { assertAccessible, describeConsole, openConsole, signIn } from "./support.mjs";

describeConsole("the session", () => {
  /** @type {Awaited<ReturnType<typeof openConsole>>} */
  let site;
  before(async () => {
    site = await openConsole();
  });
  after(() => site?.stop());

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
});
