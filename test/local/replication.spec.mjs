// @ts-check
// kill -9 while objects are written and replicated at once: whatever was acknowledged is at the
// destination in the end, under the same id, and nothing waits or has failed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { openClient, scratchDirectory, startProcess } from "./server-process.mjs";

const cycles = process.env["CAIRN_FULL"] ? 20 : 4;
const [source, target] = ["source-bucket", "target-bucket"];
const policy = (/** @type {object} */ statement) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [statement] });

/** @param {Awaited<ReturnType<typeof startProcess>>} server */
async function configure(server) {
  const client = openClient(server);
  const { endpoint, region, accessKeyId, secretAccessKey } = server;
  const iam = new IAMClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey } });
  const Service = "s3.amazonaws.com";
  const trust = policy({ Effect: "Allow", Principal: { Service }, Action: "sts:AssumeRole" });
  const made = await iam.send(
    new CreateRoleCommand({ RoleName: "replicator", AssumeRolePolicyDocument: trust }),
  );
  const PolicyDocument = policy({ Effect: "Allow", Action: "s3:*", Resource: "*" });
  await iam.send(
    new PutRolePolicyCommand({ RoleName: "replicator", PolicyName: "all", PolicyDocument }),
  );
  for (const Bucket of [source, target]) {
    await client.send(new CreateBucketCommand({ Bucket }));
    const VersioningConfiguration = /** @type {const} */ ({ Status: "Enabled" });
    await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  }
  const rule = {
    ...{ ID: "all", Priority: 1, Filter: { Prefix: "" } },
    Status: /** @type {const} */ ("Enabled"),
    DeleteMarkerReplication: { Status: /** @type {const} */ ("Enabled") },
    Destination: { Bucket: `arn:aws:s3:::${target}` },
  };
  const ReplicationConfiguration = { Role: made.Role?.Arn, Rules: [rule] };
  await client.send(new PutBucketReplicationCommand({ Bucket: source, ReplicationConfiguration }));
  client.destroy();
  iam.destroy();
}

/** @param {ReturnType<typeof openClient>} client @param {string} Bucket */
async function versionsOf(client, Bucket) {
  const lines = [];
  let more = {};
  for (;;) {
    const page = await client.send(new ListObjectVersionsCommand({ Bucket, ...more }));
    for (const one of [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])]) {
      lines.push([one.Key, one.VersionId, one.IsLatest, one.LastModified?.toISOString()].join(" "));
    }
    if (page.IsTruncated !== true) return lines.sort();
    more = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
  }
}

/** Ends the server and what it started, as a power cut would. @param {Awaited<ReturnType<typeof startProcess>>} server */
function kill({ child }) {
  try {
    process.kill(-(child.pid ?? 0), "SIGKILL");
  } catch {
    // It is gone already.
  }
}

test(`kill -9 while replicating, ${cycles} cycles: nothing is lost, nothing is there twice`, async (t) => {
  const data = scratchDirectory(t);
  /** @type {Set<string>} */
  const acknowledged = new Set();
  let written = 0;
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    const server = await startProcess(["--data", data], { detached: true });
    t.after(() => kill(server));
    assert.equal(server.ended, undefined, server.output.stderr);
    if (cycle === 0) await configure(server);
    const client = openClient(server);
    let isUp = true;
    const write = async () => {
      while (isUp) {
        written += 1;
        const wish = { Bucket: source, Key: `k${written % 25}` };
        const command =
          written % 9 === 0
            ? new DeleteObjectCommand(wish)
            : new PutObjectCommand({ ...wish, Body: "x".repeat(written * 7) });
        const answer = /** @type {any} */ (
          await client.send(/** @type {any} */ (command)).catch(() => undefined)
        );
        if (answer?.VersionId !== undefined) acknowledged.add(`${wish.Key} ${answer.VersionId}`);
      }
    };
    const running = Promise.all([write(), write(), write()]);
    // Deliveries begin a second after the first change.
    await sleep(1500 + Math.random() * 1000);
    kill(server);
    await server.exited;
    isUp = false;
    await running;
    client.destroy();
  }
  const server = await startProcess(["--data", data]);
  t.after(() => server.child.kill());
  const client = openClient(server);
  const here = await versionsOf(client, source);
  const endsAt = Date.now() + 120_000;
  let there = await versionsOf(client, target);
  while (there.length < here.length && Date.now() < endsAt) {
    await sleep(300);
    there = await versionsOf(client, target);
  }
  assert.deepEqual(there, here);
  const known = new Set(here.map((line) => line.split(" ").slice(0, 2).join(" ")));
  for (const one of acknowledged) assert.ok(known.has(one), `${one} was acknowledged`);
  for (const line of here.filter((one) => one.includes(" true "))) {
    const [Key = "", VersionId] = line.split(" ");
    const wish = new HeadObjectCommand({ Bucket: source, Key, VersionId });
    const head = await client.send(wish).catch((error) => error);
    if (head.$metadata.httpStatusCode === 405) continue;
    let { ReplicationStatus: status } = head;
    for (let round = 0; status === "PENDING" && round < 50; round += 1) {
      await sleep(200);
      status = (await client.send(wish)).ReplicationStatus;
    }
    assert.equal(status, "COMPLETED", Key);
  }
  client.destroy();
  t.diagnostic(`${acknowledged.size} acknowledged, ${here.length} versions on both sides`);
  assert.ok(acknowledged.size > cycles * 10, "too little was acknowledged to prove anything");
});
