// Real input: this project's own node_modules, thousands of small files with the names that people
// give to files, sent up and brought down again. All of it in `npm run test:full`, a slice otherwise.
import assert from "node:assert/strict";
import { cpSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { ListObjectsV2Command, paginateListObjectsV2 } from "@aws-sdk/client-s3";
import { assertSameTree } from "./support/files.mjs";
import { clientEnvironment, clientOf, describeClient, findPrograms } from "./support/programs.mjs";
import { isFull, openClient, scratchDirectory, serve } from "./support/server.mjs";

const modules = fileURLToPath(new URL("../../node_modules", import.meta.url));
const limits = isFull
  ? { files: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY }
  : { files: 2_000, bytes: 48 * 1024 * 1024 };
const timeoutMs = isFull ? 1_200_000 : 120_000;

const server = await serve();
const client = openClient(server);
const source = copyModules(join(scratchDirectory(), "node_modules"));
const files = listFiles(source);

/** Every file below a folder; links are left to those who make them. */
function listFiles(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/**
 * Copies the files, so that nobody changes them meanwhile: all of them, or as many as the limits
 * allow, odd names and empty files first and the others spread over the whole tree. Tools keep
 * their caches in folders that begin with a dot; those are not packages.
 */
function copyModules(target) {
  const candidates = readdirSync(modules)
    .filter((name) => !name.startsWith("."))
    .flatMap((name) => listFiles(join(modules, name)))
    .map((path) => ({
      path,
      name: path.slice(modules.length + 1),
      sizeBytes: statSync(path).size,
    }));
  const isOdd = ({ name, sizeBytes }) => sizeBytes === 0 || /[^\w./@-]/.test(name);
  const odd = candidates.filter(isOdd);
  const others = candidates.filter((candidate) => !isOdd(candidate));
  const step = Math.max(1, Math.floor(others.length / limits.files));
  const spread = others.filter((_, index) => index % step === 0);
  let left = limits.bytes;
  for (const { path, name, sizeBytes } of [...odd, ...spread].slice(0, limits.files)) {
    if (sizeBytes > left || sizeBytes > limits.bytes / 8) continue;
    left -= sizeBytes;
    mkdirSync(dirname(join(target, name)), { recursive: true });
    cpSync(path, join(target, name), { preserveTimestamps: true });
  }
  return target;
}

async function countObjects(Bucket) {
  let count = 0;
  for await (const page of paginateListObjectsV2({ client }, { Bucket })) count += page.KeyCount;
  return count;
}

describeClient("rclone", findPrograms("rclone", ["version"]), (program) => {
  const env = clientEnvironment(server, {
    RCLONE_CONFIG_CAIRN_TYPE: "s3",
    RCLONE_CONFIG_CAIRN_PROVIDER: "Other",
    RCLONE_CONFIG_CAIRN_ENDPOINT: server.endpoint,
    RCLONE_CONFIG_CAIRN_REGION: server.region,
    RCLONE_CONFIG_CAIRN_ACCESS_KEY_ID: server.credentials.accessKeyId,
    RCLONE_CONFIG_CAIRN_SECRET_ACCESS_KEY: server.credentials.secretAccessKey,
  });
  const fixed = ["--config", "/dev/null", "--transfers", "16", "--checkers", "16"];
  const { call } = clientOf(program, { env, fixed, timeoutMs });

  test(`${files.length} files go up, are the same there, and come down`, async () => {
    const down = scratchDirectory();
    await call("copy", source, "cairn:modules-by-rclone");
    assert.equal(await countObjects("modules-by-rclone"), files.length);
    await call("check", "--one-way", source, "cairn:modules-by-rclone");
    await call("copy", "cairn:modules-by-rclone", down);
    await assertSameTree(source, down);
  });
});

describeClient("AWS CLI", findPrograms("aws", ["--version"]).slice(0, 1), (program) => {
  const fixed = ["--endpoint-url", server.endpoint];
  const { call } = clientOf(program, { env: clientEnvironment(server), fixed, timeoutMs });

  test(`${files.length} files are synced up, down, and need no second time`, async () => {
    const down = scratchDirectory();
    await call("s3", "mb", "s3://modules-by-cli");
    const sync = (...places) => call("s3", "sync", "--quiet", ...places);
    await sync(source, "s3://modules-by-cli/node_modules");
    assert.equal(await countObjects("modules-by-cli"), files.length);
    await sync("s3://modules-by-cli/node_modules", down);
    await assertSameTree(source, down);
    const plan = ["--dryrun", source, "s3://modules-by-cli/node_modules"];
    assert.equal(await call("s3", "sync", ...plan), "");
    const { Contents } = await client.send(
      new ListObjectsV2Command({ Bucket: "modules-by-cli", MaxKeys: 1 }),
    );
    assert.match(Contents[0].Key, /^node_modules\//);
  });
});
