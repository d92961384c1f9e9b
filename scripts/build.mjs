// @ts-check
// `npm run build`: the Worker as it would be uploaded, in dist/worker, and what it weighs; and the
// console's files, in dist/console.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { ensureInstalled, ensureNode } from "./toolchain.mjs";

ensureInstalled({ development: false });
await ensureNode();
const { ensureBundle } = await import("../server/bundle.mjs");
const { ensureConsole } = await import("../server/console.mjs");

/** @param {number} bytes */
const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;

let isFresh = true;
const bundle = await ensureBundle({
  force: process.argv.includes("--force"),
  onBuild: () => {
    isFresh = false;
  },
});
let rawBytes = 0;
let gzipBytes = 0;
for (const { name, sizeBytes } of bundle.modules) {
  rawBytes += sizeBytes;
  gzipBytes += gzipSync(readFileSync(join(bundle.directory, name))).length;
}
console.log(
  `${isFresh ? "Up to date" : "Built"}: ${bundle.modules.length} modules, ` +
    `${kilobytes(rawBytes)} raw, ${kilobytes(gzipBytes)} gzip, in dist/worker`,
);
await ensureConsole();
console.log("The console is in dist/console.");
