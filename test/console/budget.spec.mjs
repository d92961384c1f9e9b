// @ts-check
// What the console weighs and how fast it is: the shell's size on the wire, the time until somebody can
// type, and frames while a list of 100,000 keys scrolls. The pages of that list are made up here, one
// after the other as the server would give them: what is measured is the browser's side. The figures
// are those of docs/BENCHMARKS.md.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { ensureConsole } from "../../server/console.mjs";
import { describeConsole, openConsole, signIn } from "./support.mjs";

const keys = 100_000;
const pageSize = 1000;
const Bucket = "long";
const largestShellBytes = 300_000;
/** What the form to sign in by waits for: React is most of it. */
const largestFormBytes = 100_000;

/** @typedef {{ file: string, isEntry?: boolean, imports?: string[], css?: string[] }} Chunk */

test("the shell is under 300 kB on the wire", async () => {
  const { assetsDirectory } = await ensureConsole();
  const path = join(assetsDirectory, ".vite", "manifest.json");
  /** @type {Record<string, Chunk>} */
  const manifest = JSON.parse(readFileSync(path, "utf8"));
  /** @type {Set<string>} */
  const files = new Set();
  const add = (/** @type {string} */ name) => {
    const chunk = manifest[name];
    if (chunk === undefined || files.has(chunk.file)) return;
    files.add(chunk.file);
    for (const css of chunk.css ?? []) files.add(css);
    for (const other of chunk.imports ?? []) add(other);
  };
  for (const [name, chunk] of Object.entries(manifest)) if (chunk.isEntry) add(name);
  const weigh = () =>
    [...files].reduce(
      (sum, file) => sum + gzipSync(readFileSync(join(assetsDirectory, file))).length,
      0,
    );
  const formBytes = weigh();
  assert.ok(formBytes < largestFormBytes, `the form: ${formBytes} bytes gzipped`);
  // The frame comes while somebody signs in.
  add("src/app.tsx");
  const bytes = weigh();
  assert.ok(bytes > 50_000, "the manifest names what is loaded");
  assert.ok(bytes < largestShellBytes, `${bytes} bytes gzipped`);
  const names = readdirSync(join(assetsDirectory, "assets"));
  console.log(
    `shell: ${files.size} of ${names.length} files, ${Math.round(bytes / 1000)} kB gzipped, ` +
      `${Math.round(formBytes / 1000)} kB of it before the form`,
  );
});

const nameOf = (/** @type {number} */ index) => `key-${String(index).padStart(6, "0")}.txt`;

/** A page of the listing, as ListObjectsV2 answers. @param {number} start */
function renderPage(start) {
  const contents = Array.from({ length: pageSize }, (_, offset) => {
    const facts = `<LastModified>2026-11-27T20:00:00.000Z</LastModified><ETag>"0"</ETag>`;
    const size = `<Size>${start + offset}</Size><StorageClass>STANDARD</StorageClass>`;
    return `<Contents><Key>${nameOf(start + offset)}</Key>${facts}${size}</Contents>`;
  });
  const next = start + pageSize;
  const more =
    next < keys
      ? `<IsTruncated>true</IsTruncated><NextContinuationToken>${next}</NextContinuationToken>`
      : "<IsTruncated>false</IsTruncated>";
  const space = "http://s3.amazonaws.com/doc/2006-03-01/";
  return `<ListBucketResult xmlns="${space}">${more}${contents.join("")}</ListBucketResult>`;
}

describeConsole("speed", () => {
  /** @type {Awaited<ReturnType<typeof openConsole>>} */
  let site;
  before(async () => {
    site = await openConsole();
    await site.client.send(new CreateBucketCommand({ Bucket }));
  });
  after(() => site?.stop());

  test(`a list of ${keys} keys loads and scrolls`, async () => {
    const { page, problems } = await site.openPage();
    const isListing = (/** @type {URL} */ url) => url.searchParams.has("list-type");
    await page.route(isListing, (route) => {
      const start = Number(new URL(route.request().url()).searchParams.get("continuation-token"));
      return route.fulfill({ contentType: "application/xml", body: renderPage(start) });
    });
    const startedMs = performance.now();
    await page.goto(site.server.endpoint);
    await page.getByLabel("Access key ID").waitFor();
    const interactiveMs = performance.now() - startedMs;
    await signIn(page, site.server, { path: `/-/console/buckets/${Bucket}` });
    await page.getByRole("grid").waitFor();
    const loadMs = performance.now();
    await page.getByRole("button", { name: "Load all" }).click();
    await page.getByText(`${keys.toLocaleString("en")} items`).waitFor({ timeout: 240_000 });
    const loadedMs = performance.now() - loadMs;
    const wheel = describeFrames(await page.evaluate(measureFrames, { steps: 240, pixels: 400 }));
    const jumps = describeFrames(
      await page.evaluate(measureFrames, { steps: 120, pixels: 33_000 }),
    );
    console.log(
      `interactive ${Math.round(interactiveMs)} ms; ${keys} keys loaded in ${Math.round(loadedMs)} ms; ` +
        `frames at 10 rows each: ${wheel.text}; at 825 rows each: ${jumps.text}`,
    );
    // Generous: the machine is shared. A list that draws every row takes seconds.
    assert.ok(wheel.p95 < 300, `p95 ${wheel.p95} ms`);
    const rows = await page.getByRole("row").count();
    assert.ok(rows < 80, `${rows} rows are drawn`);
    await page.getByRole("button", { name: "Size" }).click();
    await page.getByRole("grid").focus();
    await page.keyboard.press("End");
    // By size, largest first: the other end of the list.
    await page.getByText(nameOf(0)).waitFor();
    assert.deepEqual(problems, []);
  });
});

/** @param {number[]} frames */
function describeFrames(frames) {
  const sorted = frames.toSorted((a, b) => a - b);
  const at = (/** @type {number} */ share) => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
  const text = [at(0.5), at(0.95), at(1)].map((ms) => ms.toFixed(0)).join(" / ");
  return { p95: at(0.95), text: `${text} ms (median, p95, longest)` };
}

/**
 * Scrolls so many pixels in each frame and answers how long each took, in milliseconds.
 * @param {{ steps: number, pixels: number }} wish
 * @returns {Promise<number[]>}
 */
async function measureFrames({ steps, pixels }) {
  const list = document.querySelector(".rows");
  if (list === null) throw new Error("no list");
  list.scrollTop = 0;
  /** @type {number[]} */
  const frames = [];
  let lastMs = await new Promise((resolve) => requestAnimationFrame(resolve));
  for (let step = 1; step <= steps; step++) {
    list.scrollTop = step * pixels;
    const nowMs = await new Promise((resolve) => requestAnimationFrame(resolve));
    frames.push(nowMs - lastMs);
    lastMs = nowMs;
  }
  return frames;
}
