// @ts-check
// A page of another origin in a real browser: fetch with CORS, presigned uploads, a form upload, and
// a website. What the browser sends by itself (preflights, Origin, the form) is the point.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutBucketCorsCommand,
  PutBucketPolicyCommand,
  PutBucketWebsiteCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
} from "@aws-sdk/client-s3";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { chromium } from "playwright-core";
import { openClient, serve } from "./support/server.mjs";

const executablePath = "/usr/bin/chromium";
const isInstalled = existsSync(executablePath);
const isRequired = process.env["CAIRN_REQUIRE_CLIENTS"] === "1";

/** Quiet: nothing but the pages of the test is asked of any network. */
const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

if (!isInstalled) {
  const reason = "not installed";
  test("chromium", { skip: isRequired ? false : reason }, () => assert.fail(reason));
} else {
  describe("chromium", suite);
}

/**
 * A page to run scripts in, on a host of its own.
 * @returns {Promise<{ url: string, stop(): Promise<void> }>}
 */
async function servePage() {
  const pages = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/html" });
    response.end("<!doctype html><title>page</title>");
  });
  await new Promise((resolve) => pages.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = pages.address();
  assert(address !== null && typeof address === "object");
  return {
    url: `http://app.localhost:${address.port}`,
    stop: () => new Promise((resolve) => pages.close(() => resolve())),
  };
}

async function suite() {
  const server = await serve();
  const client = openClient(server);
  const site = await servePage();
  const Bucket = "browsed";
  /** @type {import("playwright-core").Browser} */
  let browser;
  /** @type {import("playwright-core").Page} */
  let page;
  /** Every request that arrived, as `METHOD status`: preflights too. @type {string[]} */
  let sent = [];

  before(async () => {
    await client.send(new CreateBucketCommand({ Bucket }));
    await client.send(
      new PutBucketCorsCommand({
        Bucket,
        CORSConfiguration: {
          CORSRules: [
            {
              AllowedMethods: ["GET", "PUT", "POST"],
              AllowedOrigins: [site.url],
              AllowedHeaders: ["content-type", "x-amz-*"],
              ExposeHeaders: ["ETag"],
            },
          ],
        },
      }),
    );
    browser = await chromium.launch({ executablePath, args: flags });
    page = await browser.newPage();
    const session = await page.context().newCDPSession(page);
    await session.send("Network.enable");
    /** @type {Map<string, string>} */
    const methods = new Map();
    session.on("Network.requestWillBeSent", ({ requestId, request }) => {
      methods.set(requestId, request.method);
    });
    session.on("Network.responseReceived", ({ requestId, response }) => {
      // Not the icon that a browser asks every page for.
      if (response.url.includes("favicon")) return;
      sent.push(`${methods.get(requestId)} ${response.status}`);
    });
    await page.goto(site.url);
  });

  after(async () => {
    await browser?.close();
    await site.stop();
  });

  /**
   * Runs fetch in the page; what the page can see of the answer, or the browser's refusal.
   * @param {string} url
   * @param {RequestInit} [init]
   */
  async function fetchInPage(url, init = {}) {
    sent = [];
    const seen = await page.evaluate(
      async ({ url, init }) => {
        try {
          const answer = await fetch(url, init);
          const etag = answer.headers.get("etag");
          const id = answer.headers.get("x-amz-request-id");
          return { status: answer.status, text: await answer.text(), etag, id };
        } catch (error) {
          return String(error);
        }
      },
      { url, init },
    );
    return seen;
  }

  /**
   * The browser tells of its requests a little later than the page does.
   * @param {string[]} expected
   */
  async function assertSent(expected) {
    for (let round = 0; round < 40 && sent.length < expected.length; round += 1) await sleep(50);
    assert.deepEqual(sent, expected);
  }

  const blocked = "TypeError: Failed to fetch";

  test("a presigned PUT is preflighted and stored, a presigned GET read back", async () => {
    const put = new PutObjectCommand({ Bucket, Key: "a b.txt", ContentType: "text/plain" });
    const url = await getSignedUrl(client, put);
    const headers = { "content-type": "text/plain" };
    const stored = await fetchInPage(url, { method: "PUT", headers, body: "from a page" });
    assert(typeof stored === "object", String(stored));
    assert.equal(stored.status, 200);
    assert.match(stored.etag ?? "", /^"[0-9a-f]{32}"$/);
    assert.equal(stored.id, null, "only what is exposed is seen");
    await assertSent(["OPTIONS 200", "PUT 200"]);
    const got = await fetchInPage(
      await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: "a b.txt" })),
    );
    assert(typeof got === "object", String(got));
    assert.deepEqual([got.status, got.text], [200, "from a page"]);
    await assertSent(["GET 200"]);
  });

  test("a refusal can be read by the page", async () => {
    const url = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: "missing" }));
    const answer = await fetchInPage(url, { credentials: "include" });
    assert(typeof answer === "object", String(answer));
    assert.equal(answer.status, 404);
    assert.match(answer.text, /NoSuchKey/);
  });

  test("what no rule allows is never sent: a method, a header", async () => {
    const url = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: "a b.txt" }));
    assert.equal(await fetchInPage(url, { method: "DELETE" }), blocked);
    await assertSent(["OPTIONS 403"]);
    assert.equal(await fetchInPage(url, { headers: { "x-other": "1" } }), blocked);
    await assertSent(["OPTIONS 403"]);
  });

  test("another origin sees nothing", async () => {
    const url = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: "a b.txt" }));
    await page.goto(site.url.replace("app.localhost", "evil.localhost"));
    assert.equal(await fetchInPage(url), blocked);
    await page.goto(site.url);
  });

  test("a form uploads a file, by fetch and by itself", async () => {
    const Key = "form/${filename}";
    const { url, fields } = await createPresignedPost(client, { Bucket, Key });
    sent = [];
    const status = await page.evaluate(
      async ({ url, fields }) => {
        const form = new FormData();
        for (const [name, value] of Object.entries(fields)) form.append(name, value);
        form.append("file", new Blob(["by fetch"]), "one.txt");
        return (await fetch(url, { method: "POST", body: form })).status;
      },
      { url, fields },
    );
    assert.equal(status, 204);
    await assertSent(["POST 204"]);
    const Fields = { success_action_redirect: `${site.url}/done` };
    const itself = await createPresignedPost(client, { Bucket, Key, Fields });
    const inputs = Object.entries(itself.fields)
      .map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`)
      .join("");
    await page.setContent(
      `<form action="${url}" method="post" enctype="multipart/form-data">${inputs}<input type="file" name="file"><button>send</button></form>`,
    );
    const file = { name: "two.txt", mimeType: "text/plain", buffer: Buffer.from("by itself") };
    await page.setInputFiles("input[type=file]", file);
    await page.click("button");
    await page.waitForURL(`${site.url}/done?**`);
    assert.match(page.url(), /key=form%2Ftwo\.txt/);
    for (const [stored, text] of [
      ["form/one.txt", "by fetch"],
      ["form/two.txt", "by itself"],
    ]) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: stored }));
      assert.equal(await Body?.transformToString(), text);
    }
  });

  test("a website is browsed: folders, links, its error page, no script from a key", async () => {
    const PublicAccessBlockConfiguration = { BlockPublicPolicy: false };
    await client.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
    const Statement = [
      {
        Effect: "Allow",
        Principal: "*",
        Action: ["s3:GetObject", "s3:ListBucket"],
        Resource: [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/site/*`],
      },
    ];
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
    await client.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    await client.send(
      new PutBucketWebsiteCommand({
        Bucket,
        WebsiteConfiguration: { IndexDocument: { Suffix: "index.html" } },
      }),
    );
    const html = { Bucket, ContentType: "text/html" };
    const Body = '<title>home</title><a href="next.html">next</a>';
    await client.send(new PutObjectCommand({ ...html, Key: "site/index.html", Body }));
    await client.send(
      new PutObjectCommand({ ...html, Key: "site/next.html", Body: "<title>next</title>" }),
    );
    const { port } = new URL(server.endpoint);
    const root = `http://${Bucket}.website.localhost:${port}`;
    await page.goto(`${root}/site`);
    assert.equal(page.url(), `${root}/site/`);
    await page.click("a");
    await page.waitForURL(`${root}/site/next.html`);
    assert.equal(await page.title(), "next");
    let dialogs = 0;
    page.on("dialog", (dialog) => {
      dialogs += 1;
      void dialog.dismiss();
    });
    const lost = await page.goto(`${root}/site/%3Cimg src=x onerror=alert(1)%3E`);
    assert.equal(lost?.status(), 404);
    assert.match(
      (await page.textContent("body")) ?? "",
      /Key: site\/<img src=x onerror=alert\(1\)>/,
    );
    assert.equal(dialogs, 0);
    assert.deepEqual(await page.context().cookies(), []);
  });
}
