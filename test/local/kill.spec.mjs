// @ts-check
// kill -9 under load, twenty times on one folder: what was acknowledged is there, whole, and what was
// not is there whole or not at all. The client keeps its own book with SHA-256 of every content.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateBucketCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { ABSENT, Load } from "./kill-load.mjs";
import { openClient, scratchDirectory, startProcess } from "./server-process.mjs";

const cycles = process.env["CAIRN_FULL"] ? 60 : 20;
const bucket = "kill";

/**
 * Every other time the whole process group dies at once, workerd included; else the server alone,
 * whose guard has to end workerd.
 * @param {Awaited<ReturnType<typeof startProcess>>} server
 * @param {number} cycle
 */
async function kill(server, cycle) {
  const { pid = 0 } = server.child;
  process.kill(cycle % 2 === 0 ? -pid : pid, "SIGKILL");
  await server.exited;
}

/** @param {ReturnType<typeof openClient>} client */
async function listKeys(client) {
  /** @type {Map<string, number>} */
  const sizes = new Map();
  /** @type {string | undefined} */
  let token;
  do {
    const command = new ListObjectsV2Command({ Bucket: bucket, ContinuationToken: token });
    const page = await client.send(command);
    for (const { Key = "", Size = -1 } of page.Contents ?? []) {
      sizes.set(Key, Size);
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return sizes;
}

/**
 * Compares the server with the book, key by key and against the listing.
 * @param {ReturnType<typeof openClient>} client
 * @param {Load} load
 * @param {string[]} keys
 */
async function verify(client, load, keys) {
  const sizes = await listKeys(client);
  const queue = [...keys];
  const check = async () => {
    for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
      const found = await load.observe(client, key);
      assert.equal(
        sizes.get(key),
        found === ABSENT ? undefined : found.sizeBytes,
        `size of ${key}`,
      );
    }
  };
  await Promise.all(Array.from({ length: 8 }, check));
  for (const key of sizes.keys()) {
    assert.ok(load.knows(key), `the listing shows ${key}, which nobody wrote`);
  }
}

test(`kill -9 under load, ${cycles} cycles: no acknowledged write lost, no partial object`, async (t) => {
  const data = scratchDirectory(t);
  const load = new Load(bucket);
  let interrupted = 0;
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    const server = await startProcess(["--data", data], { detached: true });
    assert.equal(server.ended, undefined, `cycle ${cycle}: ${server.output.stderr}`);
    const client = openClient(server);
    try {
      if (cycle === 0) {
        await client.send(new CreateBucketCommand({ Bucket: bucket }));
      }
      await load.finishUploads(client);
      await verify(client, load, load.touchedKeys());
      const running = load.run(client);
      await sleep(300 + Math.random() * 700);
      await kill(server, cycle);
      interrupted += await running;
    } finally {
      client.destroy();
      server.child.kill("SIGKILL");
    }
  }
  const server = await startProcess(["--data", data]);
  t.after(() => server.child.kill());
  const client = openClient(server);
  await load.finishUploads(client);
  await verify(client, load, load.allKeys());
  client.destroy();
  t.diagnostic(`${load.acknowledged} acknowledged, ${interrupted} interrupted`);
  assert.ok(load.acknowledged > cycles * 10, "too little was acknowledged to prove anything");
  assert.ok(interrupted > cycles, "too little was interrupted to prove anything");
});
