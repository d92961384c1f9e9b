// @ts-check
// Thirty payloads in every place of the operating screens that shows text of users: identities, keys,
// webhooks, remotes, uploads, the audit, every document of a bucket's settings, addresses, and the
// answers of a server that lies. Nothing executes, and all of it is shown as text (SEC-110, SEC-111).
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { Bucket, fillPlaces } from "./hostile-places.mjs";
import { fillSettings, hostileSettings, SettingsBucket } from "./hostile-settings.mjs";
import { assertHarmless, goTo, payloads, waitForTexts, watchPolicy } from "./payloads.mjs";
import { describeConsole, openConsole, signIn } from "./support.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {Awaited<ReturnType<typeof openConsole>>} Opened */
/** @typedef {Awaited<ReturnType<typeof fillPlaces>>} Filled */

describeConsole("hostile text in every place", () => {
  /** @type {Opened} */
  let opened;
  /** @type {Filled} */
  let filled;
  /** @type {Record<string, string[]>} */
  let taken;
  // Takes every delivery, with words of its own.
  const receiver = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end(payloads[0]);
  });

  before(async () => {
    opened = await openConsole({ vars: { AUDIT: "all", METRICS: "on" } });
    await new Promise((resolve) => receiver.listen(0, "127.0.0.1", () => resolve(undefined)));
    const { port } = /** @type {import("node:net").AddressInfo} */ (receiver.address());
    filled = await fillPlaces({ ...opened, receiver: `http://127.0.0.1:${port}` });
    const { role, topic, clients } = filled;
    taken = await fillSettings({ s3: clients.s3, role, topic });
    for (const Key of payloads) {
      await clients.s3.send(new PutObjectCommand({ Bucket: SettingsBucket, Key, Body: "x" }));
    }
  });
  after(async () => {
    receiver.closeAllConnections();
    receiver.close();
    await opened.stop();
  });

  /** A signed-in page, high enough for long lists. @param {Parameters<typeof signIn>[2]} [options] */
  async function open(options) {
    const { page, problems } = await opened.openPage({ viewport: { width: 1400, height: 2600 } });
    await watchPolicy(page);
    await signIn(page, opened.server, { path: "/-/console/connect", ...options });
    return { page, problems };
  }

  /** What the API took of a place. @param {string} name */
  const textsOf = (name) => filled.filled[name]?.taken ?? [];

  /** @param {Page} page @param {string} path @param {readonly string[]} texts */
  async function look(page, path, texts) {
    await goTo(page, path);
    await waitForTexts(page, texts, path);
    await assertHarmless(page, path);
  }

  test("the API takes as many of the payloads as the tables say", () => {
    const places = Object.entries(filled.filled).map(([name, one]) => [name, one.taken.length]);
    const promised = Object.entries(filled.filled).map(([name, one]) => [name, one.takes]);
    assert.deepEqual(places, promised);
    const settings = hostileSettings.map(({ title }) => [title, taken[title]?.length]);
    const promisedSettings = hostileSettings.map(({ title, takes }) => [title, takes]);
    assert.deepEqual(settings, promisedSettings);
  });

  test("identities: names, paths, descriptions, tags, trust, documents, audiences", async () => {
    const { page, problems } = await open();
    await look(page, "/users", [...textsOf("user names"), ...textsOf("user paths")]);
    await look(page, "/users/__proto__", ["__proto__"]);
    const own = [...textsOf("user tags"), ...textsOf("inline policies")];
    await look(page, "/users/anna", own);
    await page.getByRole("button", { name: "Edit" }).first().click();
    await waitForTexts(page, payloads.slice(0, 3), "an inline policy");
    await assertHarmless(page, "an inline policy");
    await page.keyboard.press("Escape");
    for (const index of textsOf("user paths").map((text) => payloads.indexOf(text))) {
      await look(page, `/users/path${index}`, [payloads[index] ?? ""]);
    }
    await look(page, "/groups", []);
    await look(page, "/groups/path1", []);
    await look(page, "/roles", []);
    for (const at of [0, 14]) {
      await look(page, `/roles/role${at}`, payloads.slice(at, at + 14));
    }
    await look(page, "/roles/trusting", [...textsOf("role tags"), ...payloads.slice(0, 9)]);
    await look(page, "/policies", ["policy0"]);
    await page.getByRole("link", { name: "policy0", exact: true }).click();
    await page.waitForURL(/policies\/arn/);
    const first = new URL(page.url()).pathname.replace("/-/console", "");
    for (const at of [0, 10, 20]) {
      const texts = payloads.slice(at, at + 10);
      await look(page, first.replace("policy0", `policy${at}`), [
        ...texts,
        ...payloads.slice(0, 5),
      ]);
    }
    await look(page, "/providers", [...textsOf("audiences"), ...textsOf("provider paths")]);
    assert.deepEqual(problems, []);
  });

  test("keys, webhooks, their deliveries, remotes and uploads", async () => {
    const { page, problems } = await open();
    await look(page, "/kms", [...textsOf("key descriptions"), ...textsOf("key aliases")]);
    await look(page, `/buckets/${Bucket}/uploads`, textsOf("multipart uploads"));
    await page.getByRole("button", { name: "Abort", exact: true }).first().click();
    await page.getByRole("dialog").waitFor();
    await assertHarmless(page, "abort an upload");
    await page.keyboard.press("Escape");
    await look(page, "/webhooks", textsOf("webhook addresses"));
    await look(page, "/webhooks/hook1", [payloads[1] ?? ""]);
    await look(page, "/remotes", textsOf("remote endpoints"));
    await look(page, "/webhooks/events", payloads);
    await page.getByRole("button", { name: "Show", exact: true }).first().click();
    await page.getByRole("dialog").getByText("ObjectCreated:Put").first().waitFor();
    await assertHarmless(page, "a delivery");
    assert.deepEqual(problems, []);
  });

  test("the audit: keys, user agents, addresses and denials of strangers", async () => {
    const { page, problems } = await open();
    await look(page, `/audit?bucket=${Bucket}&status=403`, payloads);
    const rows = page.getByRole("button", { name: /^GetObject / });
    assert.equal(await rows.count(), payloads.length);
    for (let at = 0; at < payloads.length; at++) {
      await rows.nth(at).click();
      const dialog = page.getByRole("dialog");
      // The denial's own message is opened and told in words, with the key it was about.
      await dialog.getByRole("region", { name: "Why it was denied" }).locator("h3 + div").waitFor();
      await dialog.locator(".cm-content").waitFor();
      await assertHarmless(page, `audit row ${at}`);
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
    }
    assert.deepEqual(problems, []);
  });

  test("every document of a bucket's settings, on its card, in its form and its editor", async () => {
    const { page, problems } = await open();
    for (const { title, tab, hasForm } of hostileSettings) {
      await goTo(page, `/buckets/${SettingsBucket}/${tab}`);
      await page.getByRole("button", { name: `Edit ${title}`, exact: true }).click();
      const dialog = page.getByRole("dialog");
      await dialog.locator(".cm-content").waitFor();
      const all = taken[title] ?? [];
      // A prefix of logs holds fewer than all; an editor draws what is in sight.
      const shown = title === "Access logs" ? all.slice(0, 9) : hasForm ? all : all.slice(0, 1);
      await waitForTexts(page, shown, title);
      await dialog.locator(".cm-scroller").evaluate((box) => box.scrollTo(0, box.scrollHeight));
      await dialog.getByRole("button", { name: "Show as code" }).click();
      await page.getByRole("dialog", { name: "The same, without the console" }).waitFor();
      await assertHarmless(page, title);
      await page.keyboard.press("Escape");
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
    }
    assert.deepEqual(problems, []);
  });

  test("addresses and what is typed: names, keys, messages, questions, searches", async () => {
    const { page, problems } = await open();
    await look(page, `/buckets/${Bucket}/usage`, [Bucket]);
    await page.waitForFunction(() => Object.keys(localStorage).join().includes("cairn.recent."));
    await page.evaluate(
      (list) => {
        const account = Object.keys(localStorage).find((key) => key.startsWith("cairn.recent."));
        if (account === undefined) throw new Error("no visit noted");
        localStorage.setItem(account, JSON.stringify(list.slice(0, 8)));
      },
      [...payloads],
    );
    // Buckets that are not there are not shown.
    await look(page, "/home", [Bucket]);
    for (const text of payloads) {
      const value = encodeURIComponent(text);
      await look(page, `/users/${value}`, [text]);
      await look(page, `/buckets/${Bucket}/access?key=${value}`, [text]);
      await look(page, `/explain?message=${value}`, [text]);
      await look(page, `/explain?principal=${value}&action=${value}&resource=${value}`, [text]);
      await look(page, `/simulator?principal=${value}`, [text]);
      await look(page, `/audit?operation=${value}`, [text]);
    }
    await look(page, `/nothing/${encodeURIComponent(payloads.join(" "))}`, []);
    await goTo(page, "/simulator?principal=arn:aws:iam::000000000000:user/anna");
    await page.getByLabel("Resources").fill(payloads.join("\n"));
    await page.getByLabel("Conditions").fill(payloads.map((text) => `${text}=${text}`).join("\n"));
    await page.getByRole("button", { name: "Simulate" }).click();
    await page.locator(".error-panel, table").first().waitFor();
    await assertHarmless(page, "a simulation");
    await page.keyboard.press("Control+k");
    for (const text of payloads) await page.getByRole("combobox").fill(text);
    await assertHarmless(page, "the palette");
    assert.deepEqual(problems, []);
  });

  test("a session whose own name is hostile", async () => {
    const credentials = filled.key;
    const { page, problems } = await open({ credentials, path: "/-/console/settings" });
    await waitForTexts(page, ["<script>window.hit=1</script>"], "settings");
    await page.getByRole("button", { name: "Signed in as" }).click();
    await assertHarmless(page, "the account's menu");
    await page.keyboard.press("Escape");
    await look(page, `/buckets/${Bucket}`, ["<script>window.hit=1</script>"]);
    assert.deepEqual(problems, []);
  });

  test("what a job found: every name in it", async () => {
    const { page, problems } = await open();
    const startedAt = new Date().toISOString();
    const job = { jobId: "1", kind: "check", bucket: Bucket, state: "done", stuck: false };
    const jobs = [{ ...job, startedAt, counts: { findings: payloads.length } }];
    const findings = payloads.map((text) => ({
      ...{ kind: "missing-blob", bucket: text, key: text, detail: text },
      ...{ repaired: true, foundAt: startedAt },
    }));
    await page.route("**/-/api/v1/jobs?*", (route) => route.fulfill({ json: { jobs } }));
    await page.route("**/-/api/v1/jobs/*/findings*", (route) =>
      route.fulfill({ json: { findings } }),
    );
    await goTo(page, "/jobs");
    await page.getByRole("button", { name: /finding/i }).click();
    await page.getByRole("dialog").getByRole("row").nth(payloads.length).waitFor();
    await waitForTexts(page, payloads, "findings");
    await assertHarmless(page, "findings");
    assert.deepEqual(problems, []);
  });

  test("a server that lies: every text of its answers", async () => {
    const { page, problems } = await open();
    await page.route("**/-/api/v1/**", async (route) => {
      const answer = await route.fetch();
      const type = answer.headers()["content-type"] ?? "";
      if (!type.includes("json")) return route.fulfill({ response: answer });
      return route.fulfill({ response: answer, json: lie(await answer.json()) });
    });
    const paths = ["/home", "/jobs", "/webhooks", "/webhooks/events", "/remotes", "/settings"];
    const tabs = ["usage", "access", "management"].map(
      (tab) => `/buckets/${SettingsBucket}/${tab}`,
    );
    for (const path of [...paths, ...tabs, "/audit"]) {
      await goTo(page, path);
      await page.locator("main h1").waitFor();
      await page.waitForTimeout(250);
      await assertHarmless(page, path);
      const crash = page.getByText("Something went wrong");
      assert.equal(await crash.count(), 0, `${path} falls over`);
    }
    assert.deepEqual(problems, []);
  });
});

/** Names, words and errors become payloads; what is an enumeration, a number or a time stays. */
function lie(/** @type {any} */ value, name = "", at = { count: 0 }) {
  const isText =
    /name|error|message|key|bucket|url|agent|uri|arn|account|words|reason|event|detail/i;
  if (Array.isArray(value)) return value.map((one) => lie(one, name, at));
  if (value !== null && typeof value === "object") {
    /** @type {Record<string, unknown>} */
    const copy = {};
    for (const [key, one] of Object.entries(value)) copy[key] = lie(one, key, at);
    return copy;
  }
  if (typeof value !== "string" || !isText.test(name)) return value;
  at.count += 1;
  return payloads[at.count % payloads.length];
}
