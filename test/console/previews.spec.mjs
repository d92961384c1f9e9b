// @ts-check
// Looks inside objects, as the browser really shows them: what plays, plays from ranges of the object;
// what is drawn has something on it; and of a large zip or Parquet file only the parts that tell are read.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { parquetWriteBuffer } from "hyparquet-writer";
import { assertAccessible, describeConsole, openConsole, signIn } from "./support.mjs";

/** @import { Page, Response } from "playwright-core" */

const Bucket = "gallery";
const mebibyte = 1024 * 1024;

describeConsole("previews", () => {
  /** @type {Awaited<ReturnType<typeof openConsole>>} */
  let site;
  /** @type {Page} */
  let page;
  /** @type {string[]} */
  let problems;
  /** Answers that carried bytes of objects. @type {Response[]} */
  let answers = [];

  before(async () => {
    site = await openConsole();
    await site.client.send(new CreateBucketCommand({ Bucket }));
    ({ page, problems } = await site.openPage());
    page.on("response", (response) => {
      const isObject = new URL(response.url()).pathname.startsWith(`/${Bucket}/`);
      if (isObject && response.request().method() === "GET") answers.push(response);
    });
    await signIn(page, site.server, { path: `/-/console/buckets/${Bucket}` });
  });
  after(() => site?.stop());

  /** Stores an object and opens its page. @param {string} Key @param {Uint8Array | string} Body */
  async function show(Key, Body, ContentType = "") {
    await site.client.send(new PutObjectCommand({ Bucket, Key, Body, ContentType }));
    answers = [];
    await page.evaluate((key) => {
      history.pushState(
        {},
        "",
        `/-/console/buckets/gallery/object?${new URLSearchParams({ key })}`,
      );
      dispatchEvent(new PopStateEvent("popstate"));
    }, Key);
    await page.getByRole("heading", { name: Key }).waitFor();
  }

  /** How many bytes of the object came; each answer has to be one of a range. */
  function countBytes() {
    assert.deepEqual([...new Set(answers.map((answer) => answer.status()))], [206]);
    return answers.reduce((sum, answer) => sum + Number(answer.headers()["content-length"]), 0);
  }

  const table = (/** @type {string} */ name) => page.getByRole("region", { name, exact: true });
  const cells = (/** @type {import("playwright-core").Locator} */ row) =>
    row.getByRole("cell").allTextContents();

  test("a film plays from a link, under the console's policy", async () => {
    const film = await page.evaluate(recordFilm);
    await show("film.webm", Buffer.from(film, "base64"), "video/webm");
    const video = page.locator("video");
    await video.waitFor();
    const size = await video.evaluate(async (element) => {
      const media = /** @type {HTMLVideoElement} */ (element);
      media.muted = true;
      await media.play();
      await new Promise((resolve) => media.addEventListener("ended", resolve));
      return [media.videoWidth, media.videoHeight, media.currentTime > 0.2, media.error];
    });
    assert.deepEqual(size, [64, 48, true, null]);
    assert.ok(countBytes() > 0);
    await assertAccessible(page, "a film");
    assert.deepEqual(problems, []);
  });

  test("a sound tells its length, and jumps without reading what is between", async () => {
    await show("tone.wav", makeWave(120), "audio/wav");
    const audio = page.locator("audio");
    await audio.waitFor();
    const length = await audio.evaluate(async (element) => {
      const media = /** @type {HTMLAudioElement} */ (element);
      if (media.readyState === 0) {
        await new Promise((resolve) => media.addEventListener("loadedmetadata", resolve));
      }
      media.muted = true;
      media.currentTime = 110;
      await new Promise((resolve) => media.addEventListener("seeked", resolve));
      await media.play();
      await new Promise((resolve) => media.addEventListener("timeupdate", resolve));
      return [media.duration, media.currentTime >= 110];
    });
    assert.deepEqual(length, [120, true]);
    const ranges = answers.map((answer) => answer.request().headers()["range"] ?? "");
    assert.ok(ranges.length > 1, ranges.join());
    assert.ok(
      ranges.some((range) => Number(/bytes=(\d+)/.exec(range)?.[1]) > 8 * mebibyte),
      ranges.join(),
    );
    await assertAccessible(page, "a sound");
  });

  test("a PDF is drawn, and nothing in it runs", async () => {
    await show("paper.pdf", makePdf(), "application/pdf");
    const sheet = page.getByRole("img", { name: "Page 1 of 1" });
    await sheet.waitFor();
    const ink = () =>
      sheet.evaluate((element) => {
        const canvas = /** @type {HTMLCanvasElement} */ (element);
        const { width, height } = canvas;
        const pixels = canvas.getContext("2d")?.getImageData(0, 0, width, height).data ?? [];
        let dark = 0;
        for (let at = 0; at < pixels.length; at += 4) {
          if ((pixels[at] ?? 255) < 128 && pixels[at + 3] === 255) dark += 1;
        }
        return dark;
      });
    for (let tries = 0; (await ink()) < 200 && tries < 50; tries++) await page.waitForTimeout(100);
    // A black square of 20 by 20 points, and letters beside it.
    assert.ok((await ink()) > 20 * 20 * 1.5 * 1.5 + 50, `${await ink()} dark pixels`);
    await assertAccessible(page, "a PDF");
    assert.deepEqual(problems, []);
  });

  test("CSV is a table, JSON is laid out", async () => {
    await show("list.csv", 'name;note\nanna;"one; two\nthree ""four"""\n', "text/csv");
    await table("Content").waitFor();
    assert.deepEqual(await table("Content").getByRole("columnheader").allTextContents(), [
      "name",
      "note",
    ]);
    assert.deepEqual(await cells(table("Content").getByRole("row").nth(1)), [
      "anna",
      // A line's end inside a value is shown as what it is.
      'one; twoU+000Athree "four"',
    ]);
    await assertAccessible(page, "CSV");
    await show("data.json", '{"stones":[1,{"kind":"<b>granite"}]}', "application/json");
    await page.locator(".cm-content").waitFor();
    const lines = await page.locator(".cm-line").allTextContents();
    assert.equal(lines[1], '  "stones": [');
    assert.equal(lines[4], '      "kind": "<b>granite"');
    await assertAccessible(page, "JSON");
    const noise = (/** @type {number} */ at) => `${at},${"x".repeat(90)}\n`;
    await show(
      "long.csv",
      `at,text\n${Array.from({ length: 20_000 }, (_, at) => noise(at)).join("")}`,
    );
    await page.getByText("The first 500 rows").waitFor();
    assert.equal(countBytes(), 256 * 1024);
    assert.deepEqual(problems, []);
  });

  /** Replaces the query. @param {string} query */
  async function write(query) {
    await page.getByRole("textbox", { name: "SQL query" }).click();
    await page.keyboard.press("Control+a");
    // What replaces coloured text would first be given its colour inline, which the policy forbids.
    await page.keyboard.press("Delete");
    await page.keyboard.insertText(query);
  }

  /** The texts of a file that a button gives. @param {string} button */
  async function save(button) {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: button }).click(),
    ]);
    return [download.suggestedFilename(), readFileSync(await download.path(), "utf8")];
  }

  test("CSV is queried with SQL, beside the page", async () => {
    const hostile = `<img src=x onerror=window.hit=1>\u202e`;
    const lines = Array.from({ length: 30_000 }, (_, at) => `${at % 3 ? "lime" : hostile};${at};`);
    await show("stones.csv", ["kind;size;", ...lines].join("\n"), "text/csv");
    await page.getByRole("button", { name: "Query with SQL" }).click();
    await page.getByText("Columns: kind, size, column2").waitFor();
    await page.getByRole("button", { name: "Run" }).click();
    await page.getByText(/^100 rows in /).waitFor();
    await write("SELECT kind, count(*) AS n, sum(size) AS total FROM object WHERE si");
    await page.getByRole("option", { name: /^size/ }).click();
    await page.keyboard.insertText(" >= 3 GROUP BY kind ORDER BY n");
    const frames = page.evaluate(longestFrame);
    await page.keyboard.press("Control+Enter");
    await page.getByText(/^2 rows in /).waitFor();
    assert.equal(await page.getByRole("option").count(), 0, "words are no longer offered");
    assert.ok((await frames) < 1000, `a frame took ${await frames} ms`);
    const [first, second] = [1, 2].map((at) => table("Result").getByRole("row").nth(at));
    assert.ok(first && second);
    const total = (29_999 * 30_000) / 2 - 3;
    const ofHostile = (9999 * 10_000 * 3) / 2;
    assert.deepEqual(await cells(first), [
      hostile.replace("\u202e", "U+202E"),
      "9999",
      `${ofHostile}`,
    ]);
    assert.deepEqual(await cells(second), ["lime", "19998", `${total - ofHostile}`]);
    const csv = `kind,n,total\r\n${hostile},9999,${ofHostile}\r\nlime,19998,${total - ofHostile}\r\n`;
    assert.deepEqual(await save("Save as CSV"), ["stones.csv", csv]);
    const [name, json] = await save("Save as JSON");
    assert.equal(name, "stones.json");
    const { kind, n } = JSON.parse(json ?? "")[1];
    assert.deepEqual([kind, n], ["lime", 19_998]);
    await assertAccessible(page, "a query");

    await write("SELECT town FROM object");
    await page.keyboard.press("Control+Enter");
    await page.getByRole("alert").getByText('Column "town" not found').waitFor();
    assert.equal(await page.locator(".cm-lintRange-error").textContent(), "town");
    await assertAccessible(page, "a query that failed");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    assert.equal(await page.getByRole("button", { name: "Run" }).evaluate(isFocused), true);

    // Every row with every other one: cancelled, the next query starts anew.
    await write("SELECT max(a.size) FROM object AS a JOIN object AS b ON a.size < b.size");
    await page.keyboard.press("Control+Enter");
    await page.getByRole("progressbar").waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByText("Cancelled.").waitFor();
    const countReads = () => answers.filter((answer) => answer.status() === 206).length;
    const read = countReads();
    await write("SELECT max(size) FROM object");
    await page.keyboard.press("Control+Enter");
    await table("Result").getByText("29999").waitFor();
    assert.equal(countReads(), read, "nothing is read again");
    const scripts = page.workers().map((worker) => worker.url());
    const script = await fetch(scripts.find((url) => /[/]workers[/]worker-/.test(url)) ?? "");
    const policy = script.headers.get("content-security-policy");
    assert.equal(policy, "default-src 'none'", "a query has no network");
    await page.getByRole("button", { name: "Show as DuckDB" }).click();
    const code = await page.getByRole("dialog").locator("code").textContent();
    assert.match(code ?? "", /read_csv\('s3:\/\/gallery\/stones\.csv'\);\nSELECT max\(size\)/);
    await page.keyboard.press("Escape");
    assert.equal(await page.evaluate("window.hit"), undefined);
    assert.deepEqual(problems, []);
  });

  test("JSON Lines are queried with SQL, what is no table is not", async () => {
    await show("events.jsonl", '{"at":"2026-11-28","by":{"name":"ana"}}\n{"at":"2026-11-29"}\n');
    await page.getByRole("button", { name: "Query with SQL" }).click();
    await page.getByText('Columns: at, "by"').waitFor();
    await write(`SELECT JSON_VALUE("by", '$.name') AS who FROM object WHERE at < '2026-11-29'`);
    await page.keyboard.press("Control+Enter");
    await table("Result").getByText("ana").waitFor();
    await show("settings.json", '{"at":"2026-11-28"}');
    await page.locator(".cm-content").waitFor();
    assert.equal(await page.getByRole("button", { name: "Query with SQL" }).count(), 0);
    assert.deepEqual(problems, []);
  });

  test("Parquet shows its schema and first rows, from a few ranges", async () => {
    const count = 200_000;
    const buffer = parquetWriteBuffer({
      columnData: [
        {
          name: "key",
          type: "STRING",
          data: Array.from({ length: count }, (_, at) => `k${at * 7919}`),
        },
        { name: "size", type: "INT64", data: Array.from({ length: count }, (_, at) => BigInt(at)) },
        { name: "at", type: "TIMESTAMP", data: Array.from({ length: count }, () => new Date(0)) },
        {
          name: "flag",
          type: "BOOLEAN",
          nullable: true,
          data: Array.from({ length: count }, () => null),
        },
      ],
      rowGroupSize: 10_000,
    });
    await show("rows.parquet", new Uint8Array(buffer));
    await page.getByText("200,000 rows, 4 columns").waitFor();
    const first = await cells(table("Content").getByRole("row").nth(2));
    assert.deepEqual(first, ["k7919", "1", "1970-01-01T00:00:00.000Z", ""]);
    assert.equal(await table("Content").getByRole("row").count(), 101);
    assert.deepEqual(await cells(table("Schema").getByRole("row").nth(4)), [
      "flag",
      "BOOLEAN",
      "optional",
    ]);
    const bytes = countBytes();
    assert.ok(bytes < buffer.byteLength / 4, `${bytes} of ${buffer.byteLength}`);
    await assertAccessible(page, "Parquet");
    answers = [];
    await page.getByRole("button", { name: "Query with SQL" }).click();
    await page.getByText("Columns: key, size, at, flag").waitFor();
    await write("SELECT max(size) AS most FROM object");
    await page.keyboard.press("Control+Enter");
    await table("Result").getByText("199999").waitFor();
    assert.ok(countBytes() < buffer.byteLength, "of one column alone");
    await show(
      "none.parquet",
      new Uint8Array(
        parquetWriteBuffer({ columnData: [{ name: "alone", type: "STRING", data: [] }] }),
      ),
    );
    await page.getByText("0 rows, 1 columns").waitFor();
    await table("Schema").getByText("alone").waitFor();
    assert.deepEqual(problems, []);
  });

  test("a large zip is listed from its end, one over 4 GiB by its long records", async () => {
    const names = Array.from({ length: 3000 }, (_, at) => `leaf/${at}-${"é".repeat(20)}.txt`);
    const files = names.map((name) => ({
      name,
      bytes: Buffer.alloc(name === names[0] ? 24 * mebibyte : 9),
    }));
    await show("leaves.zip", makeZip(files), "application/zip");
    await page.getByText("3,000 entries").waitFor();
    assert.deepEqual(await cells(table("Content").getByRole("row").nth(1)), [
      names[0],
      "24.0 MiB",
      "24.0 MiB",
    ]);
    await page.getByText("The first 1,000 rows").waitFor();
    const bytes = countBytes();
    assert.ok(bytes < 0.4 * mebibyte, `${bytes} bytes of a zip of 24 MiB`);
    await show("long.zip", makeZip([{ name: "huge.bin", bytes: Buffer.alloc(5) }], true));
    await page.getByText("1 entry").waitFor();
    assert.deepEqual(await cells(table("Content").getByRole("row").nth(1)), [
      "huge.bin",
      "5.00 GiB",
      "5 B",
    ]);
    await assertAccessible(page, "a zip");
    await show("torn.zip", makeZip([{ name: "a", bytes: Buffer.alloc(5) }]).subarray(0, -30));
    await page.getByText("This is no zip, or its end is damaged.").waitFor();
    assert.deepEqual(problems, []);
  });
});

/** Whether an element has the focus. Runs in the page. @param {Element} element */
const isFocused = (element) => element === document.activeElement;

/** The longest time between two frames until a result has two rows, in ms. Runs in the page. */
async function longestFrame() {
  const isThere = () =>
    document.querySelector('[aria-label="Result"] tbody tr:nth-child(2):last-child') !== null;
  let longest = 0;
  for (let last = performance.now(); !isThere(); ) {
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }
  return longest;
}

/** A short film of moving colours, in base64. Runs in the page. */
async function recordFilm() {
  const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 48 });
  const brush = canvas.getContext("2d");
  const recorder = new MediaRecorder(canvas.captureStream(20), { mimeType: "video/webm" });
  /** @type {Blob[]} */
  const parts = [];
  recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
  const stopped = new Promise((resolve) => recorder.addEventListener("stop", resolve));
  recorder.start();
  for (let frame = 0; frame < 12; frame++) {
    if (brush) {
      brush.fillStyle = `hsl(${frame * 30} 90% 50%)`;
      brush.fillRect(0, 0, 64, 48);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  recorder.stop();
  await stopped;
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/** Silence of so many seconds: 44.1 kHz, 16 bits, mono. @param {number} seconds */
function makeWave(seconds) {
  const bytes = Buffer.alloc(44 + seconds * 88_200);
  bytes.write("RIFF", 0);
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write("WAVEfmt ", 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(44_100, 24);
  bytes.writeUInt32LE(88_200, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write("data", 36);
  bytes.writeUInt32LE(bytes.length - 44, 40);
  return bytes;
}

/** One page with a black square and words, and an action that would open a dialog. */
function makePdf() {
  const drawing = "0 g 20 120 20 20 re f BT /F1 24 Tf 60 120 Td (Granite) Tj ET";
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 160] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
    `<< /Length ${drawing.length} >>\nstream\n${drawing}\nendstream`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ];
  let text = "%PDF-1.4\n";
  const places = objects.map((object, at) => {
    const place = text.length;
    text += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(place).padStart(10, "0")} 00000 n \n`;
  });
  const start = text.length;
  text += `xref\n0 6\n0000000000 65535 f \n${places.join("")}`;
  return Buffer.from(`${text}trailer << /Size 6 /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`);
}

/**
 * A zip of files as they are. Long: with the records of zips over 4 GiB, which says of a file that it is
 * 5 GiB unpacked.
 * @param {{ name: string, bytes: Buffer }[]} files
 */
function makeZip(files, isLong = false) {
  const parts = [];
  const directory = [];
  let offset = 0;
  for (const { name, bytes } of files) {
    const encoded = Buffer.from(name);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt32LE(bytes.length, 18);
    local.writeUInt32LE(bytes.length, 22);
    local.writeUInt16LE(encoded.length, 26);
    const extra = Buffer.alloc(isLong ? 12 : 0);
    if (isLong) {
      extra.writeUInt16LE(1, 0);
      extra.writeUInt16LE(8, 2);
      extra.writeBigUInt64LE(5n * 1024n ** 3n, 4);
    }
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt32LE(bytes.length, 20);
    entry.writeUInt32LE(isLong ? 0xffffffff : bytes.length, 24);
    entry.writeUInt16LE(encoded.length, 28);
    entry.writeUInt16LE(extra.length, 30);
    entry.writeUInt32LE(offset, 42);
    parts.push(local, encoded, bytes);
    directory.push(entry, encoded, extra);
    offset += local.length + encoded.length + bytes.length;
  }
  const length = directory.reduce((sum, part) => sum + part.length, 0);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(isLong ? 0xffffffff : length, 12);
  end.writeUInt32LE(isLong ? 0xffffffff : offset, 16);
  const long = Buffer.alloc(isLong ? 76 : 0);
  if (isLong) {
    long.writeUInt32LE(0x06064b50, 0);
    long.writeBigUInt64LE(44n, 4);
    long.writeBigUInt64LE(BigInt(length), 40);
    long.writeBigUInt64LE(BigInt(offset), 48);
    long.writeUInt32LE(0x07064b50, 56);
    long.writeBigUInt64LE(BigInt(offset + length), 64);
  }
  return Buffer.concat([...parts, ...directory, long, end]);
}
