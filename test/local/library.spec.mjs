// @ts-check
// `import { startCairn } from "cairn"`: what another project's tests use.
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe, test } from "node:test";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { StartError, startCairn } from "cairn";
import { openClient, scratchDirectory } from "./server-process.mjs";

/** @import { CairnServer } from "cairn" */

/** @param {CairnServer} server */
const clientOf = ({ endpoint, region, credentials }) =>
  openClient({ endpoint, region, ...credentials });

const throwAwayDirectories = () =>
  readdirSync(tmpdir()).filter((name) => /^cairn-\w{6}$/.test(name));

describe("startCairn", () => {
  test("gives an S3 endpoint that keeps nothing", async () => {
    const before = throwAwayDirectories();
    const server = await startCairn({ memory: true });
    const client = clientOf(server);
    await client.send(new CreateBucketCommand({ Bucket: "passing" }));
    await client.send(new PutObjectCommand({ Bucket: "passing", Key: "k", Body: "v" }));
    const answer = await client.send(new GetObjectCommand({ Bucket: "passing", Key: "k" }));
    assert.equal(await answer.Body?.transformToString(), "v");
    await server.stop();
    assert.deepEqual(throwAwayDirectories(), before);
    await assert.rejects(fetch(server.endpoint));
  });

  test("runs several servers side by side, each with keys of its own", async (t) => {
    const [one, two] = await Promise.all([
      startCairn({ memory: true }),
      startCairn({ memory: true, accessKeyId: "test", secretAccessKey: "test" }),
    ]);
    t.after(() => Promise.all([one.stop(), two.stop()]));
    assert.notEqual(one.endpoint, two.endpoint);
    assert.deepEqual(two.credentials, { accessKeyId: "test", secretAccessKey: "test" });
    await clientOf(one).send(new CreateBucketCommand({ Bucket: "same-name" }));
    await clientOf(two).send(new CreateBucketCommand({ Bucket: "same-name" }));
    const stranger = openClient({ ...one, ...two.credentials });
    await assert.rejects(stranger.send(new CreateBucketCommand({ Bucket: "not-mine" })), {
      name: "InvalidAccessKeyId",
    });
  });

  test("stops once however often it is told, and lets the folder go", async (t) => {
    const dataDir = scratchDirectory(t);
    const first = await startCairn({ dataDir });
    await assert.rejects(startCairn({ dataDir }), StartError);
    await Promise.all([first.stop(), first.stop()]);
    await first.stop();
    const second = await startCairn({ dataDir });
    assert.deepEqual(second.credentials, first.credentials);
    await second.stop();
    assert.ok(existsSync(dataDir));
  });

  test("leaves the owner's signal handlers alone", async () => {
    const before = process.listenerCount("SIGTERM");
    const server = await startCairn({ memory: true });
    assert.equal(process.listenerCount("SIGTERM"), before);
    await server.stop();
  });

  test("refuses what it cannot serve", async () => {
    await assert.rejects(startCairn({ port: 70_000 }), StartError);
    await assert.rejects(startCairn({ accessKeyId: "half" }), StartError);
    const vars = { ROOT_SECRET_ACCESS_KEY: "x" };
    await assert.rejects(startCairn({ memory: true, vars }), StartError);
  });
});
