// @ts-check
// What users store is text to the console, wherever it is shown: thirty payloads as keys, metadata,
// tags, folder names and bucket tags; and objects whose bytes would run if they were opened (SEC-109,
// SEC-110, SEC-111).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  CreateBucketCommand,
  PutBucketTaggingCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from "@aws-sdk/client-s3";
import { payloads } from "./payloads.mjs";
import { describeConsole, openConsole, signIn } from "./support.mjs";

const Bucket = "hostile";

const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="window.hit=1"><script>window.hit=1;parent.hit=1</script><foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" src="javascript:parent.hit=1"/></foreignObject></svg>`;
const html = `<!doctype html><script>window.hit=1;parent.hit=1;alert(1)</script><h1>page</h1>`;
const csv = `a,b\n"<img src=x onerror=window.hit=1>","=HYPERLINK(""//evil.example"")"\n`;
const pdf = `%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj\ntrailer<</Root 1 0 R>>`;

const files = {
  "picture.svg": ["image/svg+xml", svg],
  "page.html": ["text/html", html],
  "page.txt": ["text/html; charset=utf-8", html],
  "lie.png": ["text/html", html],
  "lie.json": ["image/svg+xml", svg],
  "table.csv": ["text/csv", csv],
  "paper.pdf": ["application/pdf", pdf],
};

describeConsole("hostile contents", () => {
  /** @type {Awaited<ReturnType<typeof openConsole>>} */
  let site;
  before(async () => {
    site = await openConsole();
    const { client } = site;
    await client.send(new CreateBucketCommand({ Bucket }));
    await client.send(
      new PutBucketTaggingCommand({
        Bucket,
        Tagging: { TagSet: [{ Key: "note", Value: "x+y @ z" }] },
      }),
    );
    const printable = payloads.filter((text) => /^[\x20-\x7e]+$/.test(text));
    const Metadata = Object.fromEntries(printable.map((text, index) => [`m${index}`, text]));
    await Promise.all(
      payloads.map((Key) =>
        client.send(new PutObjectCommand({ Bucket, Key, Body: Key, Metadata })),
      ),
    );
    for (const [Key, [ContentType, Body]] of Object.entries(files)) {
      await client.send(
        new PutObjectCommand({ Bucket, Key: `files/${Key}`, Body: Body ?? "", ContentType }),
      );
    }
    // Tags take few signs; what they take is tried.
    await client.send(
      new PutObjectTaggingCommand({
        Bucket,
        Key: payloads[0],
        Tagging: { TagSet: [{ Key: "javascript:window.hit=1", Value: "constructor.x=1//@" }] },
      }),
    );
  });
  after(() => site?.stop());

  /** What the page's title shows of a key. */
  const lastPart = (/** @type {string} */ key) =>
    (key.split("/").at(-1) || key).replace("\u202e", "U+202E");
  const readHit = () => /** @type {any} */ (window).hit;

  test("keys that XML cannot hold, or drops, are listed, opened and deleted", async () => {
    const odd = ["odd/bell\u0001", "odd/ \n", "odd/a+b %20\u00e9"];
    for (const Key of odd) await site.client.send(new PutObjectCommand({ Bucket, Key, Body: "x" }));
    const { page, problems } = await site.openPage();
    await signIn(page, site.server, { path: `/-/console/buckets/${Bucket}?prefix=odd%2F` });
    const rows = page.getByRole("row").filter({ hasText: "1 B" });
    await page.getByText("3 items").waitFor();
    assert.equal(await rows.count(), odd.length);
    await rows.filter({ hasText: "a+b %20\u00e9" }).waitFor();
    await page.goto(`${site.server.endpoint}/-/console/buckets/${Bucket}?prefix=odd%2F&versions=1`);
    await page.getByText("3 items").waitFor();
    assert.equal(await rows.count(), odd.length);
    await rows.filter({ hasText: "bell" }).getByRole("link").first().click();
    await page.getByRole("heading", { level: 1 }).filter({ hasText: "bell" }).waitFor();
    await page.getByText("1 B", { exact: false }).first().waitFor();
    assert.deepEqual(problems, []);
    await page.context().close();
  });

  test("keys, folders, metadata and tags stay text everywhere they are shown", async () => {
    // High enough for every row: a list draws only what is in sight.
    const { page, problems } = await site.openPage({ viewport: { width: 1280, height: 2400 } });
    await signIn(page, site.server, { path: `/-/console/buckets/${Bucket}` });
    await page.getByRole("grid").waitFor();
    // Keys with a slash are folders with the payload's first part as their name.
    const shown = payloads.filter((key) => !key.includes("/") && !key.includes("\u202e"));
    for (const key of shown) {
      await page.getByRole("link", { name: key, exact: true }).first().waitFor();
    }
    await page.getByText("U+202E").waitFor();
    await page.keyboard.press("Control+k");
    await page.keyboard.press("Escape");
    for (const key of payloads) {
      const address = new URLSearchParams({ key, tab: "tags" });
      await page.evaluate((path) => {
        history.pushState({}, "", path);
        dispatchEvent(new PopStateEvent("popstate"));
      }, `/-/console/buckets/${Bucket}/object?${address}`);
      await page.getByRole("heading", { level: 1 }).getByText(lastPart(key)).waitFor();
      await page.getByRole("button", { name: "Save metadata" }).waitFor();
      await page.getByRole("tab", { name: "Details" }).click();
      await page.getByText("Checksums").waitFor();
      assert.equal(await page.evaluate(readHit), undefined, key);
    }
    assert.deepEqual(problems, []);
  });

  test("objects that would run are pictures, drawings and text", async () => {
    const { page, problems } = await site.openPage();
    await signIn(page, site.server, { path: `/-/console/buckets/${Bucket}?prefix=files/` });
    for (const name of Object.keys(files)) {
      await page.getByRole("link", { name, exact: true }).click();
      await page
        .locator(".preview")
        .locator("img, .cm-content, canvas, table")
        .first()
        .waitFor({ state: "attached" });
      await page.waitForTimeout(150);
      assert.equal(await page.evaluate(readHit), undefined, name);
      // Nothing of the object is a document here: no frames, no embeds.
      assert.equal(await page.locator("iframe, object, embed").count(), 0, name);
      await page.goBack();
      await page.getByRole("link", { name, exact: true }).waitFor();
    }
    const about = problems.filter((text) => !/PDF|pdf/.test(text));
    assert.deepEqual(about, []);
  });

  test("an error that quotes a name shows it as text", async () => {
    const { page } = await site.openPage();
    const key = `gone/${payloads[0]}`;
    const path = `/-/console/buckets/${Bucket}/object?${new URLSearchParams({ key })}`;
    await signIn(page, site.server, { path });
    await page.getByText("There is no such object").waitFor();
    assert.equal(await page.evaluate(readHit), undefined);
  });

  test("the page's policy forbids what is not the console's", async () => {
    const answer = await fetch(`${site.server.endpoint}/-/console/buckets`);
    const policy = answer.headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'; script-src 'self';/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /unsafe/);
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
    assert.equal(answer.headers.get("referrer-policy"), "no-referrer");
    const text = await answer.text();
    assert.doesNotMatch(text, /<script(?![^>]*src=)/);
    const again = await (await fetch(`${site.server.endpoint}/-/console/buckets`)).text();
    assert.notEqual(text, again, "the nonce is new each time");
  });
});
