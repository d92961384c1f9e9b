// @ts-check
// Signing in and out, what is kept where, and a session that ends while a screen is open.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
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
});
