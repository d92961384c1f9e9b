// @ts-check
// The operating side: webhooks, keys of KMS, why somebody was denied, who can use what, settings.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import {
  CreateBucketCommand,
  GetBucketPolicyCommand,
  ListBucketIntelligentTieringConfigurationsCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { assertAccessible, describeConsole, openConsole, signIn } from "./support.mjs";

/** @typedef {Awaited<ReturnType<typeof openConsole>>} Opened */

const hostile = 'a<img src=x onerror="alert(1)">/\u202Egnp.exe';

describeConsole("the console's operating side", () => {
  /** @type {Opened} */
  let opened;
  /** @type {string[]} what the receiver was sent */
  const received = [];
  let answers = 200;
  const receiver = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      received.push(body);
      response.writeHead(answers).end();
    });
  });

  before(async () => {
    opened = await openConsole({ vars: { AUDIT: "all", METRICS: "on" } });
    await new Promise((resolve) => receiver.listen(0, "127.0.0.1", () => resolve(undefined)));
    const { client } = opened;
    await client.send(new CreateBucketCommand({ Bucket: "photos" }));
    await client.send(new PutObjectCommand({ Bucket: "photos", Key: hostile, Body: "x" }));
  });
  after(async () => {
    receiver.closeAllConnections();
    receiver.close();
    await opened.stop();
  });

  /** @param {string} path @param {import("./support.mjs").Look} [look] */
  async function open(path, look) {
    const { page, problems } = await opened.openPage(look);
    await signIn(page, opened.server, { path: `/-/console${path}` });
    return { page, problems };
  }

  test("a webhook is made, tried, replayed, switched off and deleted", async () => {
    const { page, problems } = await open("/webhooks");
    await page.getByText("No webhooks yet").waitFor();
    const { port } = /** @type {import("node:net").AddressInfo} */ (receiver.address());
    await page.getByRole("button", { name: "Create webhook" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("uploads");
    await dialog.getByLabel("URL").fill(`http://127.0.0.1:${port}/${encodeURI("<b>\u202E")}`);
    await assertAccessible(page, "create a webhook");
    await dialog.getByRole("button", { name: "Create webhook" }).click();
    await page.getByText("The webhook's secret").waitFor();
    assert.match((await page.getByRole("dialog").locator("code").textContent()) ?? "", /^whsec_/);
    await page.getByRole("button", { name: "I have kept it" }).click();
    await assertAccessible(page, "webhooks");
    await page.getByRole("link", { name: "uploads" }).click();
    answers = 500;
    await page.getByRole("button", { name: "Send a test" }).click();
    await page.getByText(/Test (pending|failed): status 500/).waitFor();
    answers = 200;
    await page
      .getByRole("row", { name: /TestEvent/ })
      .getByRole("button", { name: "Replay" })
      .click();
    await page.getByText("1 delivery sent again.").waitFor();
    await page
      .getByRole("row", { name: /TestEvent/ })
      .getByText("delivered")
      .waitFor();
    assert.equal(received.length, 2);
    assert.match(received[1] ?? "", /s3:TestEvent/);
    await page.getByRole("button", { name: "Show", exact: true }).first().click();
    await page.getByRole("dialog").getByText("s3:TestEvent").waitFor();
    await assertAccessible(page, "a delivery");
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
    await page.getByRole("button", { name: "Disable" }).click();
    await page.getByText("disabled", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("enabled", { exact: true }).waitFor();
    await assertAccessible(page, "a webhook");
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("textbox").fill("uploads");
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText("No webhooks yet").waitFor();
    assert.deepEqual(problems, []);
  });

  test("a KMS key is made with an alias, switched off and back", async () => {
    const { page, problems } = await open("/kms");
    await page.getByRole("button", { name: "Create key" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Description").fill('<img src=x onerror="alert(1)">');
    await dialog.getByLabel("Alias").fill("alias/photos");
    await dialog.getByRole("button", { name: "Create key" }).click();
    await page.getByRole("heading", { name: "alias/photos" }).waitFor();
    await page.getByText('<img src=x onerror="alert(1)">').waitFor();
    await assertAccessible(page, "keys");
    await page.getByRole("button", { name: "Disable" }).click();
    await page.getByText("The key is disabled.").waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("enabled", { exact: true }).waitFor();
    assert.deepEqual(problems, []);
  });

  test("a remote is added, its secret never shown, and deleted", async () => {
    const { page, problems } = await open("/remotes");
    await page.getByRole("button", { name: "Add a remote" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("far");
    await dialog.getByLabel("Endpoint").fill("http://127.0.0.1:9");
    await dialog.getByLabel("Bucket").fill("copies");
    await dialog.getByLabel("Access key ID").fill("KEY<b>");
    await dialog.getByLabel("Secret access key").fill("the-secret");
    await assertAccessible(page, "add a remote");
    await dialog.getByRole("button", { name: "Add a remote" }).click();
    await page.getByText("arn:cairn:replication:::far").waitFor();
    await assertAccessible(page, "remotes");
    assert.ok(!(await page.content()).includes("the-secret"));
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText("No remotes yet").waitFor();
    assert.deepEqual(problems, []);
  });

  test("a call is judged, and the statement that allows it goes into the policy", async () => {
    const { page, problems } = await open("/buckets/photos/access");
    await page.getByLabel("Key").fill(hostile);
    await page.getByRole("button", { name: "Look" }).click();
    await page.getByRole("link", { name: "Read: Root of the account: may", exact: true }).waitFor();
    await assertAccessible(page, "who can use it");
    await page.getByRole("link", { name: "Read: Anybody: may not" }).click();
    await page.getByRole("button", { name: "Judge" }).click();
    await page.getByRole("heading", { name: "What would allow it" }).waitFor();
    await assertAccessible(page, "why denied");
    await page.getByRole("button", { name: "Add to the bucket policy" }).first().click();
    await page
      .getByRole("dialog")
      .getByRole("button", { name: "Add to the bucket policy" })
      .click();
    // A new bucket blocks public policies, and says so where it was tried.
    await page.locator(".dialog .error-panel").waitFor();
    assert.deepEqual(problems, []);
    await assert.rejects(opened.client.send(new GetBucketPolicyCommand({ Bucket: "photos" })));
  });

  test("home tells what is stored, what needs somebody, and the buckets", async () => {
    const { page, problems } = await open("/");
    await page.getByRole("heading", { name: "Home" }).waitFor();
    await page.getByRole("link", { name: "photos" }).waitFor();
    await page.getByText("1 bucket looked at.").waitFor();
    await page.getByText("Nothing needs you.").waitFor();
    await page.getByText("Requests and errors").waitFor();
    await page.getByText("Time taken").first().waitFor();
    const stored = page.locator(".card").filter({ hasText: "as measured last" });
    await stored.getByText("Not measured yet").waitFor();
    await stored.getByRole("button", { name: "Measure now" }).click();
    await stored.locator(".usage-figures").getByText("1 B", { exact: true }).waitFor();
    await page.getByRole("figure", { name: "Stored, by class" }).waitFor();
    await assertAccessible(page, "home");
    await page.getByRole("link", { name: "All buckets" }).click();
    await page
      .getByRole("row", { name: /photos/ })
      .getByText("1 B", { exact: true })
      .waitFor();
    await page.getByRole("button", { name: "Size" }).click();
    await page.getByRole("columnheader", { name: "Size", exact: true }).waitFor();
    await assertAccessible(page, "buckets with their sizes");
    assert.deepEqual(problems, []);
  });

  test("the audit finds a denied request and says why", async () => {
    const { client, server } = opened;
    await client.send(new PutObjectCommand({ Bucket: "photos", Key: hostile, Body: "y" }));
    await fetch(`${server.endpoint}/photos/${encodeURIComponent(hostile)}`);
    const { page, problems } = await open("/audit");
    await page.getByRole("textbox", { name: "Bucket" }).fill("photos");
    await page.getByRole("textbox", { name: "Status" }).fill("403");
    await page.getByRole("button", { name: "Search", exact: true }).click();
    await page
      .getByRole("row", { name: /GetObject/ })
      .getByText("403 AccessDenied")
      .first()
      .waitFor();
    await assertAccessible(page, "audit");
    const isCut = () =>
      page
        .locator(".audit-found .table-scroll")
        .evaluate(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth);
    assert.equal(await isCut(), false);
    await page
      .getByRole("button", { name: /^GetObject / })
      .first()
      .click();
    await page.getByRole("dialog").getByText("Everything recorded").waitFor();
    await page.getByRole("dialog").getByText("Request id").waitFor();
    const whole = (await page.getByRole("dialog").textContent()) ?? "";
    assert.ok(!whole.includes("[object"), whole);
    await assertAccessible(page, "a recorded request");
    await page.keyboard.press("Escape");
    const operation = "ListBucketIntelligentTieringConfigurations";
    await client.send(new ListBucketIntelligentTieringConfigurationsCommand({ Bucket: "photos" }));
    await page.getByRole("textbox", { name: "Status" }).fill("");
    await page.getByRole("textbox", { name: "Operation" }).fill(operation);
    await page.getByRole("button", { name: "Search", exact: true }).click();
    const long = page.getByRole("button", { name: new RegExp(`^${operation} `) });
    // What is too long for its column breaks between its words.
    const words = await long.locator("bdi").evaluate(({ innerHTML }) => innerHTML.split("<wbr>"));
    assert.deepEqual(words, ["List", "Bucket", "Intelligent", "Tiering", "Configurations"]);
    assert.equal(await isCut(), false);
    assert.deepEqual(problems, []);
  });

  test("usage of a bucket is drawn, in the dark and on a phone too", async () => {
    const look = { viewport: { width: 390, height: 844 }, isDark: true };
    const { page, problems } = await open("/buckets/photos/usage", look);
    await page.getByText("Requests and errors").waitFor();
    await assertAccessible(page, "usage");
    assert.deepEqual(problems, []);
  });

  test("settings tell the server, the look and the session, on a phone in the dark too", async () => {
    const look = { viewport: { width: 390, height: 844 }, isDark: true };
    const { page, problems } = await open("/settings", look);
    await page.getByText("answers", { exact: true }).first().waitFor();
    await page.getByText("in memory, for what sessions may not do").waitFor();
    await assertAccessible(page, "settings");
    assert.deepEqual(problems, []);
  });
});
