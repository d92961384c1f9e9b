// @ts-check
// Servers that are plain S3 remotes of each other, two and three in a ring: every version is on each of
// them once, and nothing goes round again.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { asCaller, runCairn } from "../cli/run-cairn.mjs";
import { isFull, openClient, serve } from "./support/server.mjs";

/** @import { S3Client } from "@aws-sdk/client-s3" */

/** @param {object} statement */
const policy = (statement) => JSON.stringify({ Version: "2012-10-17", Statement: [statement] });

/** A server, its client and the role that replicates. */
async function open() {
  const server = await serve();
  const client = openClient(server);
  const iam = new IAMClient({ ...server });
  after(() => iam.destroy());
  const trust = policy({
    ...{ Effect: "Allow", Action: "sts:AssumeRole" },
    Principal: { Service: "s3.amazonaws.com" },
  });
  const role = { RoleName: "replicator", AssumeRolePolicyDocument: trust };
  const { Role } = await iam.send(new CreateRoleCommand(role));
  const all = policy({ Effect: "Allow", Action: "s3:*", Resource: "*" });
  const granted = { RoleName: "replicator", PolicyName: "all", PolicyDocument: all };
  await iam.send(new PutRolePolicyCommand(granted));
  return { server, client, role: Role?.Arn ?? "" };
}

const places = await Promise.all([open(), open(), open()]);
const [a, b, c] = /** @type {[Place, Place, Place]} */ (places);

/** @typedef {Awaited<ReturnType<typeof open>>} Place */

/** @param {Place} place @param {string[]} words */
async function cairn({ server }, ...words) {
  const environment = asCaller(server.endpoint, server.credentials);
  const { exitCode, stdout, stderr } = await runCairn(["--json", ...words], { environment });
  assert.equal(exitCode, 0, stderr);
  return JSON.parse(stdout);
}

/** The bucket on every one of them, each with a rule to the next. @param {Place[]} ring @param {string} Bucket */
async function close(ring, Bucket) {
  await Promise.all(
    ring.map(async ({ client }) => {
      await client.send(new CreateBucketCommand({ Bucket }));
      const VersioningConfiguration = /** @type {const} */ ({ Status: "Enabled" });
      await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    }),
  );
  for (const [index, place] of ring.entries()) {
    const { server } = ring[(index + 1) % ring.length] ?? place;
    const { accessKeyId, secretAccessKey } = server.credentials;
    const { arn } = await cairn(
      place,
      ...["remote", "create", `next-${Bucket}`, "--url", server.endpoint, "--bucket", Bucket],
      ...["--remote-access-key", accessKeyId, "--remote-secret-key", secretAccessKey],
    );
    const rule = {
      ...{ ID: "on", Priority: 1, Filter: { Prefix: "" } },
      Status: /** @type {const} */ ("Enabled"),
      DeleteMarkerReplication: { Status: /** @type {const} */ ("Enabled") },
      Destination: { Bucket: arn },
    };
    const ReplicationConfiguration = { Role: place.role, Rules: [rule] };
    await place.client.send(new PutBucketReplicationCommand({ Bucket, ReplicationConfiguration }));
  }
}

/** Ids differ from place to place: key, whether it is current, and content. @param {S3Client} client @param {string} Bucket */
async function contents(client, Bucket) {
  const page = await client.send(new ListObjectVersionsCommand({ Bucket }));
  const { Versions = [], DeleteMarkers = [] } = page;
  const lines = [
    ...Versions.map((one) => [one.Key, one.IsLatest, one.ETag, one.Size]),
    ...DeleteMarkers.map((one) => [one.Key, one.IsLatest, "marker", 0]),
  ];
  return lines.map((line) => line.join(" ")).sort();
}

/** All of them have the same, that many, and nothing waits. @param {Place[]} ring @param {string} Bucket @param {number} count */
async function settle(ring, Bucket, count) {
  const look = () => Promise.all(ring.map(({ client }) => contents(client, Bucket)));
  const isSo = async () => {
    const all = await look();
    if (all.some((lines) => lines.length < count)) return false;
    const states = await Promise.all(
      ring.map((place) => cairn(place, "replication", "status", Bucket)),
    );
    return states.every(({ rules }) => rules[0]?.pendingOperations === 0);
  };
  const endsAt = Date.now() + 60_000;
  while (!(await isSo()) && Date.now() < endsAt) await sleep(300);
  const all = await look();
  for (const lines of all) assert.deepEqual(lines, all[0]);
  assert.equal(all[0]?.length, count);
  for (const place of ring) {
    const { failed } = await cairn(place, "replication", "status", Bucket);
    assert.equal(failed, 0);
  }
}

describe("plain S3 remotes of each other", () => {
  // A ring of three is what a pair is, and more.
  const rings = { three: [a, b, c], ...(isFull && { two: [a, b] }) };
  for (const [name, ring] of Object.entries(rings)) {
    test(`${name}: versions, markers and tags arrive once, and settle`, async () => {
      const Bucket = `ring-of-${name}`;
      await close(ring, Bucket);
      const [first, second] = ring.map(({ client }) => client);
      if (first === undefined || second === undefined) throw new Error("no ring");
      const put = (/** @type {string} */ Key, /** @type {string} */ Body) =>
        first.send(new PutObjectCommand({ Bucket, Key, Body, Metadata: { colour: "blue" } }));
      await put("one", "first");
      await put("gone", "x");
      await put("empty", "");
      const Body = Buffer.alloc(6 * 1024 * 1024, "x");
      const params = { Bucket, Key: "parts", Body };
      await new Upload({ client: first, params, partSize: 5 * 1024 * 1024 }).done();
      await settle(ring, Bucket, 4);

      await put("one", "second");
      await first.send(new DeleteObjectCommand({ Bucket, Key: "gone" }));
      const Tagging = { TagSet: [{ Key: "k", Value: "v" }] };
      await first.send(new PutObjectTaggingCommand({ Bucket, Key: "empty", Tagging }));
      await settle(ring, Bucket, 6);
      for (const { client } of ring) {
        const { TagSet } = await client.send(new GetObjectTaggingCommand({ Bucket, Key: "empty" }));
        assert.deepEqual(TagSet, Tagging.TagSet);
      }

      // An older version that its owner makes the current one is news, whoever wrote it first.
      const { Versions = [] } = await second.send(
        new ListObjectVersionsCommand({ Bucket, Prefix: "one" }),
      );
      const older = Versions.find(({ IsLatest }) => IsLatest === false)?.VersionId;
      const CopySource = `${Bucket}/one?versionId=${older}`;
      await second.send(new CopyObjectCommand({ Bucket, Key: "one", CopySource }));
      await settle(ring, Bucket, 7);
      // A version that goes round comes back within a second or two.
      await sleep(2500);
      await settle(ring, Bucket, 7);
      const { Metadata } = await second.send(new HeadObjectCommand({ Bucket, Key: "one" }));
      assert.deepEqual(Metadata, { colour: "blue" }, "a copy says nothing of where it came from");

      // So is what a tool writes with the metadata that it found.
      const kept = await second.send(new HeadObjectCommand({ Bucket, Key: "empty" }));
      assert.ok(kept.Metadata?.["cairn-source-version-id"]);
      const again = { Bucket, Key: "empty", Body: "no more", Metadata: kept.Metadata };
      await second.send(new PutObjectCommand(again));
      await settle(ring, Bucket, 8);
    });
  }
});
