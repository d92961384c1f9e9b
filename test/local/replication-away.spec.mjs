// @ts-check
// Replication of many versions (`CAIRN_FULL=1`): from one server, killed with -9 on the way, to another
// Cairn and to a server of another kind, both away for a part of the time. What was acknowledged is at
// both in the end; how long that took is told.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { startCairn } from "../../server/index.mjs";
import { asCaller, runCairn } from "../cli/run-cairn.mjs";
import { openClient, scratchDirectory, startProcess } from "./server-process.mjs";

/** @typedef {Awaited<ReturnType<typeof startProcess>>} Source */
/** @typedef {ReturnType<typeof openClient>} Client */

const isFull = process.env["CAIRN_FULL"] === "1";
const skip = isFull ? false : "takes a minute or more: CAIRN_FULL=1 runs it";
const [versionCount, keyCount, sizeBytes, cycles] = [800, 200, 8192, 4];
const own = { accessKeyId: "AKIAREMOTEREMOTE0000", secretAccessKey: "s".repeat(40) };
const s3rverKeys = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" };
const Bucket = "from";

/** @param {object} statement */
const policy = (statement) => JSON.stringify({ Version: "2012-10-17", Statement: [statement] });

/** @param {Client} client @param {string} name */
async function makeVersioned(client, name) {
  await client.send(new CreateBucketCommand({ Bucket: name }));
  const VersioningConfiguration = /** @type {const} */ ({ Status: "Enabled" });
  await client.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration }));
}

/** A rule to each of the remotes. @param {Source} source @param {Record<string, string[]>} remotes */
async function configure(source, remotes) {
  const { endpoint, region, accessKeyId, secretAccessKey } = source;
  const credentials = { accessKeyId, secretAccessKey };
  const iam = new IAMClient({ endpoint, region, credentials });
  const RoleName = "replicator";
  const Principal = { Service: "s3.amazonaws.com" };
  const trust = policy({ Effect: "Allow", Principal, Action: "sts:AssumeRole" });
  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }),
  );
  const PolicyDocument = policy({ Effect: "Allow", Action: "s3:*", Resource: "*" });
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "all", PolicyDocument }));
  iam.destroy();
  const environment = asCaller(endpoint, credentials);
  const client = openClient(source);
  await makeVersioned(client, Bucket);
  const Rules = [];
  for (const [name, words] of Object.entries(remotes)) {
    const made = await runCairn(["remote", "create", name, ...words], { environment });
    assert.equal(made.exitCode, 0, made.stderr);
    Rules.push({
      ...{ ID: name, Priority: Rules.length + 1, Filter: { Prefix: "" } },
      Status: /** @type {const} */ ("Enabled"),
      DeleteMarkerReplication: { Status: /** @type {const} */ ("Enabled") },
      Destination: { Bucket: `arn:cairn:replication:::${name}` },
    });
  }
  const ReplicationConfiguration = { Role: Role?.Arn, Rules };
  await client.send(new PutBucketReplicationCommand({ Bucket, ReplicationConfiguration }));
  client.destroy();
}

/** @param {Client} client @param {string} name */
async function versionsOf(client, name) {
  const lines = [];
  for (let more = {}; ; ) {
    const page = await client.send(new ListObjectVersionsCommand({ Bucket: name, ...more }));
    for (const { Key, VersionId, IsLatest, ETag } of page.Versions ?? []) {
      lines.push(`${Key} ${VersionId} ${IsLatest} ${ETag}`);
    }
    if (page.IsTruncated !== true) return lines.sort();
    more = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
  }
}

/** Each key with its digest. @param {Client} client @param {string} name */
async function objectsOf(client, name) {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: name }));
  return Contents.map(({ Key, ETag }) => `${Key} ${ETag}`).sort();
}

/** @param {Source} source */
function kill({ child }) {
  try {
    process.kill(-(child.pid ?? 0), "SIGKILL");
  } catch {
    // It is gone already.
  }
}

/** Until they are the same; seconds it took. @param {() => Promise<string[]>} look @param {string[]} wanted @param {number} startedAt */
async function converge(look, wanted, startedAt) {
  const endsAt = Date.now() + 600_000;
  let seen = await look();
  while (seen.join() !== wanted.join() && Date.now() < endsAt) {
    await sleep(500);
    seen = await look();
  }
  assert.deepEqual(seen, wanted);
  return (Date.now() - startedAt) / 1000;
}

/** A few writers until one share of all is acknowledged. @param {Client} client @param {Set<string>} acknowledged @param {number} until */
async function write(client, acknowledged, until) {
  let next = acknowledged.size;
  const one = async () => {
    while (acknowledged.size < until) {
      next += 1;
      const Key = `k${String(next % keyCount).padStart(3, "0")}`;
      const Body = Buffer.alloc(sizeBytes, `${next} `);
      const { VersionId } = await client.send(new PutObjectCommand({ Bucket, Key, Body }));
      acknowledged.add(`${Key} ${VersionId}`);
    }
  };
  await Promise.all([one(), one(), one(), one()]);
}

test("replication of many versions loses nothing, whoever is away or killed", {
  skip,
}, async (t) => {
  const S3rver = createRequire(import.meta.url)("s3rver");
  const otherDirectory = scratchDirectory(t);
  const startOther = async (/** @type {number} */ port) => {
    const configureBuckets = [{ name: "vault", configs: [] }];
    const options = { port, address: "127.0.0.1", silent: true, configureBuckets };
    const server = new S3rver({ ...options, directory: otherDirectory });
    return { server, port: (await server.run()).port };
  };
  const dataDir = scratchDirectory(t);
  let far = await startCairn({ dataDir, ...own, quiet: true });
  t.after(() => far.stop());
  let other = await startOther(0);
  t.after(() => other.server.close());
  const otherEndpoint = `http://127.0.0.1:${other.port}`;
  const farClient = openClient({ ...far, ...own });
  const otherClient = openClient({ ...far, ...s3rverKeys, endpoint: otherEndpoint });
  await makeVersioned(farClient, "mirror");

  const data = scratchDirectory(t);
  const acknowledged = /** @type {Set<string>} */ (new Set());
  const startedAt = Date.now();
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    const source = await startProcess(["--data", data], { detached: true });
    t.after(() => kill(source));
    assert.equal(source.ended, undefined, source.output.stderr);
    const remote = (/** @type {typeof own} */ keys) => [
      ...["--remote-access-key", keys.accessKeyId, "--remote-secret-key", keys.secretAccessKey],
    ];
    if (cycle === 0) {
      await configure(source, {
        far: ["--kind", "cairn", "--url", far.endpoint, "--bucket", "mirror", ...remote(own)],
        other: ["--url", otherEndpoint, "--bucket", "vault", ...remote(s3rverKeys)],
      });
    }
    if (cycle === 1) await Promise.all([far.stop(), other.server.close()]);
    const client = openClient(source);
    await write(client, acknowledged, ((cycle + 1) * versionCount) / cycles).catch((error) => {
      throw new Error(source.output.stderr, { cause: error });
    });
    client.destroy();
    kill(source);
    await source.exited;
  }
  const writtenSeconds = (Date.now() - startedAt) / 1000;
  far = await startCairn({
    dataDir,
    ...own,
    port: Number(new URL(far.endpoint).port),
    quiet: true,
  });
  other = await startOther(other.port);
  const source = await startProcess(["--data", data], { detached: true });
  t.after(() => kill(source));
  const client = openClient(source);
  const backAt = Date.now();
  const here = await versionsOf(client, Bucket);
  const inFar = () => versionsOf(farClient, "mirror");
  const before = (await inFar()).length;
  const current = await objectsOf(client, Bucket);
  const [toFar, toOther] = await Promise.all([
    converge(inFar, here, backAt),
    // It answers InternalError to a listing now and then while it writes.
    converge(() => objectsOf(otherClient, "vault").catch(() => []), current, backAt),
  ]);
  const known = new Set(here.map((line) => line.split(" ").slice(0, 2).join(" ")));
  for (const one of acknowledged) assert.ok(known.has(one), `${one} was acknowledged`);
  const copy = await otherClient.send(new GetObjectCommand({ Bucket: "vault", Key: "k001" }));
  assert.equal((await copy.Body?.transformToByteArray())?.length, sizeBytes);
  for (const one of [client, farClient, otherClient]) one.destroy();
  const rate = (here.length - before) / toFar;
  t.diagnostic(
    `${here.length} versions of ${sizeBytes} bytes over ${keyCount} keys, written in ` +
      `${writtenSeconds} s with ${cycles} kills; ${here.length - before} waited; then to the other ` +
      `Cairn ${toFar} s (${rate.toFixed(1)} a second), to the other server ${toOther} s`,
  );
});
