// @ts-check
// Storage classes against a real server: boto3 and the AWS CLI put, restore and read; two classes are
// held elsewhere, one by a second Cairn, one by another S3 server, over real connections.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { noise } from "./support/files.mjs";
import {
  clientEnvironment,
  clientOf,
  describeClient,
  findPrograms,
  run,
} from "./support/programs.mjs";
import { openClient, scratchDirectory, serve } from "./support/server.mjs";

const mebibyte = 1024 * 1024;
const require = createRequire(import.meta.url);

const vault = await serve();
const there = openClient(vault);
await there.send(new CreateBucketCommand({ Bucket: "vault" }));

const S3rver = require("s3rver");
const other = new S3rver({
  port: 0,
  address: "127.0.0.1",
  silent: true,
  directory: scratchDirectory(),
  configureBuckets: [{ name: "vault", configs: [] }],
});
const { port } = await other.run();
after(() => (other.httpServer?.listening === true ? other.close() : undefined));

/** @param {object} more */
const remote = (more) => JSON.stringify({ bucket: "vault", region: "us-east-1", ...more });
const server = await serve({
  vars: {
    RESTORE_DELAY_SECONDS: "1",
    REMOTE_CLASS_STANDARD_IA: remote({
      endpoint: vault.endpoint,
      prefix: "cairn/",
      ...vault.credentials,
    }),
    REMOTE_CLASS_ONEZONE_IA: remote({
      endpoint: `http://127.0.0.1:${port}`,
      accessKeyId: "S3RVER",
      secretAccessKey: "S3RVER",
    }),
  },
});
const here = openClient(server);
await here.send(new CreateBucketCommand({ Bucket: "held" }));

const held = async () =>
  (await there.send(new ListObjectsV2Command({ Bucket: "vault" }))).Contents ?? [];

describe("a class held elsewhere", () => {
  for (const [StorageClass, where] of /** @type {const} */ ([
    ["STANDARD_IA", "a second Cairn"],
    ["ONEZONE_IA", "another S3 server"],
  ])) {
    test(`by ${where}: written, read whole and by ranges, small and large`, async () => {
      for (const [Key, size] of /** @type {const} */ ([
        ["empty", 0],
        ["small", 1000],
        ["large", 9 * mebibyte + 1],
      ])) {
        const place = { Bucket: "held", Key: `${StorageClass}/${Key}` };
        const Body = noise(size);
        await here.send(new PutObjectCommand({ ...place, Body, StorageClass }));
        const got = await here.send(new GetObjectCommand(place));
        assert.equal(got.StorageClass, StorageClass);
        assert.ok(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(Body));
        if (size === 0) continue;
        const Range = "bytes=500-599";
        const some = await here.send(new GetObjectCommand({ ...place, Range }));
        const bytes = Buffer.from((await some.Body?.transformToByteArray()) ?? []);
        assert.ok(bytes.equals(Body.subarray(500, 600)));
      }
    });
  }

  test("is plain to see for the other side, and says whose it is", async () => {
    const objects = await held();
    assert.equal(objects.length, 3);
    const [{ Key } = { Key: "" }] = objects;
    assert.match(Key ?? "", /^cairn\/2u[0-9a-z]{29}$/);
    const { Metadata = {} } = await there.send(new HeadObjectCommand({ Bucket: "vault", Key }));
    assert.equal(Metadata["class"], "STANDARD_IA");
    assert.match(Metadata["key"] ?? "", /^STANDARD_IA\//);
  });

  test("answers 503 when what it holds cannot be reached, and other classes work on", async () => {
    const place = { Bucket: "held", Key: "ONEZONE_IA/small" };
    await new Promise((resolve) => other.httpServer?.close(resolve) ?? other.close(resolve));
    other.httpServer?.closeAllConnections?.();
    const read = here.send(new GetObjectCommand(place));
    await assert.rejects(read, { name: "ServiceUnavailable" });
    await here.send(new DeleteObjectCommand(place));
    const near = { Bucket: "held", Key: "STANDARD_IA/small" };
    assert.equal((await here.send(new GetObjectCommand(near))).ContentLength, 1000);
  });
});

const script = fileURLToPath(new URL("storage_checks.py", import.meta.url));
const pythons = findPrograms("python3", ["-c", "import boto3; print(boto3.__version__)"]);

describeClient("boto3, storage classes", pythons, ({ path }) => {
  test("puts, restores and reads", async () => {
    const classes = await serve({ vars: { RESTORE_DELAY_SECONDS: "1" } });
    const env = clientEnvironment(classes);
    const { code, stdout, stderr } = await run(path, [script, classes.endpoint], { env });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /all as expected/);
  });
});

describeClient("AWS CLI, storage classes", findPrograms("aws", ["--version"]), (program) => {
  test("cp into a class, restore-object, cp back", async () => {
    const classes = await serve({ vars: { RESTORE_DELAY_SECONDS: "1" } });
    const env = clientEnvironment(classes);
    const { call, fail } = clientOf(program, { env, fixed: ["--endpoint-url", classes.endpoint] });
    const scratch = scratchDirectory();
    await call("s3", "mb", "s3://cold");
    await call("s3", "cp", script, "s3://cold/k", "--storage-class", "DEEP_ARCHIVE");
    assert.match(
      await fail("s3api", "get-object", "--bucket", "cold", "--key", "k", `${scratch}/x`),
      /InvalidObjectState/,
    );
    const wish = "Days=2,GlacierJobParameters={Tier=Bulk}";
    await call(
      "s3api",
      "restore-object",
      "--bucket",
      "cold",
      "--key",
      "k",
      "--restore-request",
      wish,
    );
    for (let round = 0; round < 60; round += 1) {
      const head = JSON.parse(await call("s3api", "head-object", "--bucket", "cold", "--key", "k"));
      if (head.Restore.includes("expiry-date")) break;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    await call("s3", "cp", "s3://cold/k", `${scratch}/k`, "--force-glacier-transfer");
    await call(
      "s3",
      "cp",
      "s3://cold/k",
      "s3://cold/warm",
      "--storage-class",
      "STANDARD",
      "--force-glacier-transfer",
    );
    await call("s3", "cp", "s3://cold/warm", `${scratch}/warm`);
  });
});
