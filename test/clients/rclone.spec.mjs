// rclone: copies, checks and mirrors by either listing, in parts and inside the server.
import assert from "node:assert/strict";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { assertSameTree, noise, sha256OfFile, writeNoise, writeTree } from "./support/files.mjs";
import { fileKeys } from "./support/keys.mjs";
import { clientEnvironment, clientOf, describeClient, findPrograms } from "./support/programs.mjs";
import { scratchDirectory, serve } from "./support/server.mjs";

const server = await serve();
const mebibyte = 1024 * 1024;

describeClient("rclone", findPrograms("rclone", ["version"]), (program) => {
  const scratch = scratchDirectory();
  const path = (name) => join(scratch, name);
  // A remote named "cairn", made of the environment alone.
  const remote = {
    TYPE: "s3",
    PROVIDER: "Other",
    ENDPOINT: server.endpoint,
    REGION: server.region,
    ACCESS_KEY_ID: server.credentials.accessKeyId,
    SECRET_ACCESS_KEY: server.credentials.secretAccessKey,
  };
  const settings = Object.entries(remote).map(([name, value]) => [
    `RCLONE_CONFIG_CAIRN_${name}`,
    value,
  ]);
  const env = clientEnvironment(server, Object.fromEntries(settings));
  const { call, fail } = clientOf(program, {
    env,
    fixed: [
      ...["--retries", "1", "--low-level-retries", "1", "--config", "/dev/null"],
      // Two spellings of one word are two files here; rclone would take them for one.
      "--no-unicode-normalization",
    ],
  });
  const list = async (where, ...parameters) =>
    JSON.parse(await call("lsjson", where, ...parameters));

  before(async () => {
    const files = Object.fromEntries(fileKeys.map((key) => [key, `content of ${key}`]));
    writeTree(path("tree"), { ...files, "sub/large": noise(300_000), "sub/empty": "" });
    await call("mkdir", "cairn:rclone");
  });

  for (const version of ["1", "2"]) {
    test(`copy, check, sync and listings of version ${version}`, async () => {
      const listed = ["--s3-list-version", version];
      const there = `cairn:rclone/tree${version}`;
      await call("copy", ...listed, path("tree"), there);
      await call("check", ...listed, path("tree"), there);
      await call("check", ...listed, "--download", path("tree"), there);
      const back = path(`back${version}`);
      await call("sync", ...listed, there, back);
      await assertSameTree(path("tree"), back);
      const entries = await list(there, "-R", "--files-only", "--hash", ...listed);
      assert.equal(entries.length, fileKeys.length + 2);
      const folders = await list(there, ...listed, "--dirs-only");
      assert.ok(folders.some(({ Name }) => Name === "emoji"));
      rmSync(join(back, "plain.txt"));
      await call("sync", ...listed, back, there);
      await call("check", back, there);
      await call("delete", ...listed, `${there}/sub`);
      assert.deepEqual(await list(`${there}/sub`, ...listed).catch(() => []), []);
    });
  }

  test("parts of every size, server-side copies and moves, hashes", async () => {
    const digest = writeNoise(path("large"), 23 * mebibyte + 5);
    const inParts = ["--s3-chunk-size", "5M", "--s3-upload-cutoff", "6M"];
    await call("copyto", ...inParts, path("large"), "cairn:rclone/large");
    await call("copyto", "cairn:rclone/large", "cairn:rclone/copy");
    await call("copyto", "--s3-copy-cutoff", "8M", "cairn:rclone/large", "cairn:rclone/in parts");
    await call("moveto", "cairn:rclone/copy", "cairn:rclone/moved & done");
    await call("copyto", "cairn:rclone/moved & done", path("large-back"));
    assert.equal(await sha256OfFile(path("large-back")), digest);
    const [local, copied] = await Promise.all([
      call("hashsum", "MD5", path("large")),
      call("hashsum", "MD5", "cairn:rclone/in parts"),
    ]);
    // rclone keeps the MD5 of a multipart upload in its metadata, and a copy keeps the metadata.
    assert.equal(copied.slice(0, 32), local.slice(0, 32));
    assert.match(await call("size", "cairn:rclone"), /Total objects/);
  });

  test("streams of unknown length, cat and purge", async () => {
    await call("touch", "cairn:rclone/touched");
    assert.equal(await call("cat", "cairn:rclone/touched"), "");
    writeTree(path("one"), { "part.txt": "0123456789" });
    await call("copy", path("one"), "cairn:rclone/one");
    assert.equal(
      await call("cat", "--offset", "2", "--count", "3", "cairn:rclone/one/part.txt"),
      "234",
    );
    mkdirSync(path("empty"), { recursive: true });
    await call("purge", "cairn:rclone/one");
    assert.deepEqual(await list("cairn:rclone/one").catch(() => []), []);
    assert.match(await fail("lsf", "cairn:no-such-bucket-here"), /NoSuchBucket|not found/i);
  });

  test("rmdir refuses what is full, purge empties it", async () => {
    assert.match(await fail("rmdir", "cairn:rclone"), /BucketNotEmpty|not empty/i);
    await call("purge", "cairn:rclone");
    assert.ok(!(await list("cairn:")).some(({ Name }) => Name === "rclone"));
  });
});
