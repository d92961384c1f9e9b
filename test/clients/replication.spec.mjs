// @ts-check
// Replication to another Cairn and to another S3 server, each of them away for a part of the time:
// everything arrives in the end, once, in order, and the source says so.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketReplicationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { startCairn } from "../../server/index.mjs";
import { asCaller, runCairn } from "../cli/run-cairn.mjs";
import { clientEnvironment, describeClient, findPrograms, run } from "./support/programs.mjs";
import { openClient, scratchDirectory, serve } from "./support/server.mjs";

/** @import { CairnServer } from "../../server/index.d.mts" */

const source = await serve();
const s3 = openClient(source);
const iam = new IAMClient({
  endpoint: source.endpoint,
  region: source.region,
  credentials: source.credentials,
});
after(() => iam.destroy());

/** @param {object} statement */
const policy = (statement) => JSON.stringify({ Version: "2012-10-17", Statement: [statement] });

/** @param {string} name */
async function makeRole(name) {
  const trust = {
    Effect: "Allow",
    Principal: { Service: "s3.amazonaws.com" },
    Action: "sts:AssumeRole",
  };
  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: policy(trust) }),
  );
  const all = policy({ Effect: "Allow", Action: "s3:*", Resource: "*" });
  await iam.send(
    new PutRolePolicyCommand({ RoleName: name, PolicyName: "all", PolicyDocument: all }),
  );
  return Role?.Arn;
}

const Role = (await makeRole("replicator")) ?? "";

/** @param {S3Client} client @param {string} Bucket */
async function makeVersioned(client, Bucket) {
  await client.send(new CreateBucketCommand({ Bucket }));
  const VersioningConfiguration = /** @type {const} */ ({ Status: "Enabled" });
  await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
}

/** @param {string} Bucket @param {string} target */
async function replicate(Bucket, target) {
  const Rules = [
    {
      ID: "all",
      Priority: 1,
      Filter: { Prefix: "" },
      Status: /** @type {const} */ ("Enabled"),
      DeleteMarkerReplication: { Status: /** @type {const} */ ("Enabled") },
      Destination: { Bucket: target },
    },
  ];
  const ReplicationConfiguration = { Role, Rules };
  await s3.send(new PutBucketReplicationCommand({ Bucket, ReplicationConfiguration }));
}

/** @param {string[]} words */
async function cairn(...words) {
  const environment = asCaller(source.endpoint, source.credentials);
  const { exitCode, stdout, stderr } = await runCairn(["--json", ...words], { environment });
  assert.equal(exitCode, 0, stderr);
  return JSON.parse(stdout);
}

/** @param {S3Client} client @param {string} Bucket */
async function versionsOf(client, Bucket) {
  const { Versions = [], DeleteMarkers = [] } = await client.send(
    new ListObjectVersionsCommand({ Bucket }),
  );
  const lines = [
    ...Versions.map((one) => [
      one.Key,
      one.VersionId,
      one.IsLatest,
      one.ETag,
      one.Size,
      one.LastModified?.toISOString(),
    ]),
    ...DeleteMarkers.map((one) => [
      one.Key,
      one.VersionId,
      one.IsLatest,
      "marker",
      0,
      one.LastModified?.toISOString(),
    ]),
  ];
  return lines.map((line) => line.join(" ")).sort();
}

/**
 * @param {string} what
 * @param {() => Promise<boolean>} isSo
 */
async function eventually(what, isSo) {
  const endsAt = Date.now() + 90_000;
  while (Date.now() < endsAt) {
    if (await isSo().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.fail(`did not become so: ${what}`);
}

/** @param {string} bucket */
async function isAllDone(bucket) {
  const { rules } = await cairn("replication", "status", bucket);
  const pending = rules.reduce(
    (/** @type {number} */ sum, /** @type {any} */ rule) => sum + rule.pendingOperations,
    0,
  );
  return rules.length > 0 && pending === 0;
}

describe("replication to another Cairn", () => {
  test("converges, versions and all, although the other one was away", async () => {
    const dataDir = scratchDirectory();
    const own = {
      accessKeyId: "AKIAREMOTEREMOTE0000",
      secretAccessKey: "remote-secret-remote-secret-0000000000",
    };
    /** @type {CairnServer} */
    let target = await startCairn({ dataDir, ...own, quiet: true });
    after(() => target.stop());
    const { port } = new URL(target.endpoint);
    const there = openClient({ ...target, credentials: own });
    await makeVersioned(s3, "to-cairn");
    await makeVersioned(there, "mirror");
    const made = await cairn(
      ...[
        "remote",
        "create",
        "other",
        "--url",
        target.endpoint,
        "--bucket",
        "mirror",
        "--kind",
        "cairn",
      ],
      ...["--remote-access-key", own.accessKeyId, "--remote-secret-key", own.secretAccessKey],
    );
    assert.equal(made.arn, "arn:cairn:replication:::other");
    await replicate("to-cairn", made.arn);

    const Bucket = "to-cairn";
    const put = (/** @type {string} */ Key, /** @type {string} */ Body, more = {}) =>
      s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
    await put("a b/ü&+.txt", "first", {
      Metadata: { colour: "blue" },
      Tagging: "k=v",
      ContentType: "text/x-a",
    });
    await put("empty", "");
    const five = Buffer.alloc(5 * 1024 * 1024, "x");
    const params = { Bucket, Key: "parts", Body: Buffer.concat([five, Buffer.from("end")]) };
    await new Upload({ client: s3, params, partSize: five.length }).done();
    await eventually("the first objects are there", () => isAllDone(Bucket));
    assert.deepEqual(await versionsOf(there, "mirror"), await versionsOf(s3, Bucket));

    await target.stop();
    for (let round = 0; round < 5; round += 1) {
      await put("hot", `state ${round}`);
      await put(`cold-${round}`, "x".repeat(round));
    }
    await s3.send(new DeleteObjectCommand({ Bucket, Key: "empty" }));
    const Tagging = { TagSet: [{ Key: "k", Value: "w" }] };
    await s3.send(new PutObjectTaggingCommand({ Bucket, Key: "a b/ü&+.txt", Tagging }));
    await new Promise((resolve) => setTimeout(resolve, 2500));
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: "hot" }));
    assert.equal(head.ReplicationStatus, "PENDING");
    target = await startCairn({ dataDir, ...own, port: Number(port), quiet: true });
    await eventually("everything is there", () => isAllDone(Bucket));

    assert.deepEqual(await versionsOf(there, "mirror"), await versionsOf(s3, Bucket));
    const copy = await there.send(new GetObjectCommand({ Bucket: "mirror", Key: "a b/ü&+.txt" }));
    assert.equal(await copy.Body?.transformToString(), "first");
    assert.deepEqual(copy.Metadata, { colour: "blue" });
    assert.equal(copy.ReplicationStatus, "REPLICA");
    assert.equal(copy.ContentType, "text/x-a");
    const tags = await there.send(
      new GetObjectTaggingCommand({ Bucket: "mirror", Key: "a b/ü&+.txt" }),
    );
    assert.deepEqual(tags.TagSet, Tagging.TagSet);
    const hot = await there.send(new GetObjectCommand({ Bucket: "mirror", Key: "hot" }));
    assert.equal(await hot.Body?.transformToString(), "state 4");
    const again = await s3.send(new HeadObjectCommand({ Bucket, Key: "hot" }));
    assert.equal(again.ReplicationStatus, "COMPLETED");
  });

  test("replicates what was there before, by batch", async () => {
    const Bucket = "was-there";
    await makeVersioned(s3, Bucket);
    await makeVersioned(s3, "was-there-copy");
    for (const Key of ["a", "b"]) await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: "b" }));
    await replicate(Bucket, "arn:aws:s3:::was-there-copy");
    const job = await cairn("replicate", Bucket, "--existing");
    assert.equal(job.state, "done");
    assert.equal(job.counts.enrolled, 3);
    await eventually("the old versions are there", () => isAllDone(Bucket));
    assert.deepEqual(await versionsOf(s3, "was-there-copy"), await versionsOf(s3, Bucket));
    assert.equal((await cairn("replicate", Bucket)).counts.enrolled, 1, "the marker has no status");
  });
});

describe("replication to another S3 server", () => {
  const require = createRequire(import.meta.url);
  const S3rver = require("s3rver");
  const keys = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" };

  /** @param {string} directory @param {number} port */
  const startOther = async (directory, port) => {
    const configureBuckets = [{ name: "vault", configs: [] }];
    const options = { port, address: "127.0.0.1", silent: true, directory, configureBuckets };
    const server = new S3rver(options);
    const address = await server.run();
    return { server, port: address.port };
  };

  test("converges to the newest state, although the other one was away", async () => {
    const directory = scratchDirectory();
    let other = await startOther(directory, 0);
    const endpoint = `http://127.0.0.1:${other.port}`;
    const there = new S3Client({
      endpoint,
      region: "us-east-1",
      credentials: keys,
      forcePathStyle: true,
      requestChecksumCalculation: "WHEN_REQUIRED",
    });
    after(async () => {
      there.destroy();
      await other.server.close();
    });
    const Bucket = "to-other";
    await makeVersioned(s3, Bucket);
    await cairn(
      ...["remote", "create", "vault", "--url", endpoint, "--bucket", "vault"],
      ...["--remote-access-key", keys.accessKeyId, "--remote-secret-key", keys.secretAccessKey],
    );
    await replicate(Bucket, "arn:cairn:replication:::vault");
    const put = (/** @type {string} */ Key, /** @type {string | Buffer} */ Body, more = {}) =>
      s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
    const { VersionId } = await put("kept/one", "one", {
      Metadata: { a: "b" },
      ContentType: "text/x-b",
    });
    await put("gone", "x");
    await eventually("the first objects are there", () => isAllDone(Bucket));
    await other.server.close();
    for (let round = 0; round < 5; round += 1) await put("hot", `state ${round}`);
    const large = Buffer.alloc(3 * 1024 * 1024, "y");
    await put("large", large);
    await s3.send(new DeleteObjectCommand({ Bucket, Key: "gone" }));
    await new Promise((resolve) => setTimeout(resolve, 2500));
    other = await startOther(directory, other.port);
    await eventually("everything is there", () => isAllDone(Bucket));

    const { Contents = [] } = await there.send(new ListObjectsV2Command({ Bucket: "vault" }));
    assert.deepEqual(Contents.map(({ Key }) => Key).sort(), ["hot", "kept/one", "large"]);
    const read = async (/** @type {string} */ Key) =>
      there.send(new GetObjectCommand({ Bucket: "vault", Key }));
    assert.equal(await (await read("hot")).Body?.transformToString(), "state 4");
    const copied = Buffer.from((await (await read("large")).Body?.transformToByteArray()) ?? []);
    assert.ok(copied.equals(large));
    const one = await read("kept/one");
    assert.equal(one.ContentType, "text/x-b");
    assert.deepEqual(one.Metadata, { a: "b", "cairn-source-version-id": VersionId });
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: "large" }));
    assert.equal(head.ReplicationStatus, "COMPLETED");
    const { failed } = await cairn("replication", "status", Bucket);
    assert.equal(failed, 0);
  });
});

const pythons = findPrograms("python3", ["-c", "import boto3; print(boto3.__version__)"]).slice(
  0,
  1,
);
describeClient("replication through boto3", pythons, (python) => {
  const checks = fileURLToPath(new URL("replication_checks.py", import.meta.url));
  test("is configured, followed and ended", async () => {
    const env = clientEnvironment(source, { PYTHONWARNINGS: "ignore" });
    const { stdout, stderr } = await run(python.path, [checks, source.endpoint, Role], { env });
    assert.equal(stdout.trim(), "done", stderr);
  });
});

const clis = findPrograms("aws", ["--version"]).slice(0, 1);
describeClient("replication through the AWS CLI", clis, (cli) => {
  test("is told as it was put", async () => {
    const env = clientEnvironment(source);
    const words = ["--endpoint-url", source.endpoint, "--output", "json", "s3api"];
    const s3api = async (/** @type {string[]} */ ...more) => {
      const { stdout } = await run(cli.path, [...words, ...more], { env });
      return stdout.trim() === "" ? {} : JSON.parse(stdout);
    };
    const { ReplicationConfiguration } = await s3api(
      "get-bucket-replication",
      "--bucket",
      "to-cairn",
    );
    assert.equal(ReplicationConfiguration.Role, Role);
    const text = JSON.stringify(ReplicationConfiguration);
    await s3api(
      ...["put-bucket-replication", "--bucket", "to-cairn", "--replication-configuration", text],
    );
    const head = await s3api("head-object", "--bucket", "to-cairn", "--key", "hot");
    assert.equal(head.ReplicationStatus, "COMPLETED");
  });
});
