// Keeps the house as docs/ARCHITECTURE.md says it is: floors, sizes, no orphan files, no clock or
// randomness taken from the air. Rules of style that a linter can check are in biome.json.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const source = join(root, "src");

/** Rooms by floor; a file straight under src/ stands on the top floor unless it is named here. */
const floorOfRoom = {
  s3: 1,
  checksums: 1,
  lifecycle: 1,
  "env.ts": 1,
  "prices.ts": 1,
  "cost.ts": 1,
  "cron.ts": 1,
  auth: 2,
  bucket: 2,
  storage: 2,
  catalog: 2,
  outbound: 2,
  operations: 3,
  iam: 3,
  kms: 3,
  jobs: 3,
  admin: 3,
};
const topFloor = 4;

/** The table, the error list and the SDK's type map are lists: long, and read by searching. */
const longFiles = new Set(["s3/operations.ts", "s3/errors.ts", "s3/operation-types.ts"]);
const maximumLines = 400;

function filesBelow(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return filesBelow(path);
    return /\.tsx?$/.test(path) && !path.endsWith(".d.ts") ? [path] : [];
  });
}

const files = filesBelow(source).map((path) => ({
  path,
  name: relative(source, path),
  room: relative(source, path).split("/")[0],
  text: readFileSync(path, "utf8"),
}));
const floorOf = (room) => floorOfRoom[room] ?? topFloor;

function importsOf(file) {
  const found = [];
  for (const match of file.text.matchAll(/(?:from|import)\s*\(?\s*"(\.{1,2}\/[^"]+)"/g)) {
    found.push(relative(source, resolve(dirname(file.path), match[1])));
  }
  return found;
}

test("imports go down only, and rooms of one floor do not import each other", () => {
  const wrong = [];
  for (const file of files) {
    for (const target of importsOf(file)) {
      const room = target.split("/")[0];
      if (room === file.room || floorOf(room) < floorOf(file.room)) continue;
      const isPure = floorOf(room) === 1 && floorOf(file.room) === 1;
      if (isPure || (floorOf(room) === topFloor && floorOf(file.room) === topFloor)) continue;
      wrong.push(`${file.name} imports ${target}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test("no source file is longer than its limit", () => {
  const long = files
    .filter((file) => !longFiles.has(file.name))
    .filter((file) => file.text.split("\n").length > maximumLines + 1)
    .map((file) => file.name);
  assert.deepEqual(long, []);
});

test("the console's files keep the same sizes, and say what they promise", () => {
  const wrong = filesBelow(join(root, "console", "src")).filter((path) => {
    const text = readFileSync(path, "utf8");
    return text.split("\n").length > maximumLines + 1 || !text.startsWith("// ");
  });
  assert.deepEqual(wrong, []);
});

test("no source file is imported by nobody", () => {
  const imported = new Set(files.flatMap(importsOf));
  const orphans = files
    .map((file) => file.name)
    .filter((name) => name !== "index.ts" && !imported.has(name));
  assert.deepEqual(orphans, []);
});

test("every source file opens by saying what it promises", () => {
  const silent = files.filter((file) => !file.text.startsWith("// ")).map((file) => file.name);
  assert.deepEqual(silent, []);
});

test("the clock and randomness come from the seams alone", () => {
  const wrong = files
    .filter((file) => file.name !== "env.ts")
    .filter((file) =>
      /\bDate\.now\(|\bMath\.random\(|\bnew Date\(\)|getRandomValues/.test(file.text),
    )
    .map((file) => file.name);
  assert.deepEqual(wrong, []);
});

test("SQL is constant text: nothing is pasted into a statement", () => {
  const wrong = files
    .filter((file) => /(?:\.exec|\.prepare)\(\s*`[^`]*\$\{/.test(file.text))
    .map((file) => file.name);
  assert.deepEqual(wrong, []);
});

test("every operation that is built has a file of its own name", () => {
  const handlers = files.find((file) => file.name === "operations/handlers.ts");
  const wrong = [];
  for (const [, name, value] of handlers.text.matchAll(/^ {2}(\w+): (\w+|"unbuilt"),$/gm)) {
    if (value === '"unbuilt"') continue;
    const expected = name.charAt(0).toLowerCase() + name.slice(1);
    if (value !== expected) wrong.push(`${name}: ${value}`);
  }
  assert.deepEqual(wrong, []);
});

test("docs/COMPATIBILITY.md says what the code says", () => {
  execFileSync(process.execPath, ["scripts/compatibility.mjs", "--check"], { cwd: root });
});
