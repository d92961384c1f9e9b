// Tags, versions and Object Lock, as the AWS SDK, boto3 and the AWS CLI use them. Each rule by itself
// is in test/operations; here the clients must understand the answers and their errors.
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectLegalHoldCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectLockConfigurationCommand,
  PutObjectRetentionCommand,
  PutObjectTaggingCommand,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { noise, writeNoise } from "./support/files.mjs";
import {
  clientEnvironment,
  clientOf,
  describeClient,
  findPrograms,
  run,
} from "./support/programs.mjs";
import { openClient, scratchDirectory, serve } from "./support/server.mjs";

const server = await serve();
const client = openClient(server);
const Bucket = "locked";
const dayMs = 86_400_000;
const inDays = (days) => new Date(Math.ceil(Date.now() / 1000) * 1000 + days * dayMs);
await client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));

/** What the SDK throws, by status and name. */
async function refusal(promise) {
  const error = await promise.then(
    () => assert.fail("was expected to be refused"),
    (caught) => caught,
  );
  return `${error.$metadata?.httpStatusCode} ${error.name}`;
}

const put = (Key, more = {}) =>
  client.send(new PutObjectCommand({ Bucket, Key, Body: "bytes", ...more }));
const head = (Key) => client.send(new HeadObjectCommand({ Bucket, Key }));
const retain = (Key, Retention, more = {}) =>
  client.send(new PutObjectRetentionCommand({ Bucket, Key, Retention, ...more }));

describe("AWS SDK", () => {
  test("sets and reads tags", async () => {
    const { VersionId } = await put("tagged", { Tagging: "a=1&b=%40+x" });
    const told = await client.send(new GetObjectTaggingCommand({ Bucket, Key: "tagged" }));
    assert.deepEqual(told.TagSet, [
      { Key: "a", Value: "1" },
      { Key: "b", Value: "@ x" },
    ]);
    assert.equal(told.VersionId, VersionId);
    const TagSet = [{ Key: "ключ", Value: "значение" }];
    const Tagging = { TagSet };
    await client.send(new PutObjectTaggingCommand({ Bucket, Key: "tagged", Tagging }));
    const again = await client.send(new GetObjectTaggingCommand({ Bucket, Key: "tagged" }));
    assert.deepEqual(again.TagSet, TagSet);
    assert.equal((await head("tagged")).TagCount, 1);
  });

  test("sets retention and legal hold, and is refused while they last", async () => {
    const RetainUntilDate = inDays(2);
    const { VersionId } = await put("kept");
    await retain("kept", { Mode: "COMPLIANCE", RetainUntilDate });
    const told = await client.send(new GetObjectRetentionCommand({ Bucket, Key: "kept" }));
    assert.deepEqual(told.Retention, { Mode: "COMPLIANCE", RetainUntilDate });
    const gone = () => client.send(new DeleteObjectCommand({ Bucket, Key: "kept", VersionId }));
    assert.equal(await refusal(gone()), "403 AccessDenied");
    const shorter = { Mode: "COMPLIANCE", RetainUntilDate: inDays(1) };
    const bypass = { BypassGovernanceRetention: true };
    assert.equal(await refusal(retain("kept", shorter, bypass)), "403 AccessDenied");
    const hold = (Status) =>
      client.send(new PutObjectLegalHoldCommand({ Bucket, Key: "kept", LegalHold: { Status } }));
    await hold("ON");
    const held = await client.send(new GetObjectLegalHoldCommand({ Bucket, Key: "kept" }));
    assert.equal(held.LegalHold.Status, "ON");
    const answer = await client.send(new GetObjectCommand({ Bucket, Key: "kept" }));
    assert.equal(await answer.Body.transformToString(), "bytes");
    assert.equal(answer.ObjectLockMode, "COMPLIANCE");
    assert.deepEqual(answer.ObjectLockRetainUntilDate, RetainUntilDate);
    assert.equal(answer.ObjectLockLegalHoldStatus, "ON");
  });

  test("holds until an event, whose time then counts", async () => {
    await put("event", {
      ObjectLockMode: "GOVERNANCE",
      ObjectLockEventHold: "ON",
      ObjectLockEventHoldDurationDays: 7,
    });
    const held = await head("event");
    assert.equal(held.ObjectLockEventHold, "ON");
    assert.equal(held.ObjectLockEventHoldDurationDays, 7);
    assert.ok(held.ObjectLockRetainUntilDate >= inDays(6.99));
    const EventHoldDuration = { Years: 1 };
    await retain("event", { Mode: "GOVERNANCE", EventHold: "ON", EventHoldDuration });
    const told = await client.send(new GetObjectRetentionCommand({ Bucket, Key: "event" }));
    assert.deepEqual(told.Retention.EventHoldDuration, EventHoldDuration);
    await retain("event", { Mode: "GOVERNANCE", EventHold: "OFF" });
    const released = await client.send(new GetObjectRetentionCommand({ Bucket, Key: "event" }));
    assert.equal(released.Retention.EventHold, "OFF");
    assert.equal(released.Retention.EventHoldDuration, undefined);
    assert.ok(Math.abs(released.Retention.RetainUntilDate - inDays(365)) < 60_000);
  });

  test("gives the bucket's default to puts and uploads in parts", async () => {
    const DefaultRetention = { Mode: "GOVERNANCE", Days: 3, DefaultEventHold: { Days: 1 } };
    const ObjectLockConfiguration = { ObjectLockEnabled: "Enabled", Rule: { DefaultRetention } };
    const configure = { Bucket, ObjectLockConfiguration };
    await client.send(new PutObjectLockConfigurationCommand(configure));
    const told = await client.send(new GetObjectLockConfigurationCommand({ Bucket }));
    assert.deepEqual(told.ObjectLockConfiguration, ObjectLockConfiguration);
    await put("default");
    const Body = noise(6 * 1024 * 1024);
    await new Upload({ client, params: { Bucket, Key: "default-parts", Body } }).done();
    for (const Key of ["default", "default-parts"]) {
      const { ObjectLockMode, ObjectLockEventHold, ObjectLockRetainUntilDate } = await head(Key);
      assert.deepEqual([ObjectLockMode, ObjectLockEventHold], ["GOVERNANCE", "ON"]);
      assert.ok(Math.abs(ObjectLockRetainUntilDate - inDays(3)) < 60_000);
    }
    const plain = { Bucket, ObjectLockConfiguration: { ObjectLockEnabled: "Enabled" } };
    await client.send(new PutObjectLockConfigurationCommand(plain));
  });
});

const script = fileURLToPath(new URL("lock_checks.py", import.meta.url));
const pythons = findPrograms("python3", ["-c", "import boto3; print(boto3.__version__)"]);

describeClient("boto3", pythons.slice(0, 1), (python) => {
  test("tags, versions and locks", async () => {
    const env = clientEnvironment(server, { PYTHONWARNINGS: "ignore" });
    const { stdout, stderr } = await run(python.path, [script, server.endpoint], { env });
    assert.equal(stdout.trim(), "done", stderr);
  });
});

describeClient("AWS CLI", findPrograms("aws", ["--version"]), (program) => {
  const env = clientEnvironment(server);
  const { call, fail } = clientOf(program, { env, fixed: ["--endpoint-url", server.endpoint] });
  const bucket = `cli-lock-${program.version.replaceAll(".", "-")}`;
  const scratch = scratchDirectory();
  const api = async (operation, ...parameters) => {
    const text = await call("s3api", operation, "--bucket", bucket, ...parameters);
    return text.trim() === "" ? {} : JSON.parse(text);
  };
  const refused = (operation, ...parameters) =>
    fail("s3api", operation, "--bucket", bucket, ...parameters);

  test("tags, versions and locks", async () => {
    await api("create-bucket", "--object-lock-enabled-for-bucket");
    assert.equal((await api("get-bucket-versioning")).Status, "Enabled");
    const body = join(scratch, "body");
    writeNoise(body, 10_000);
    const key = ["--key", "k"];
    const until = inDays(1).toISOString();
    const { VersionId: id } = await api("put-object", ...key, "--body", body, "--tagging", "a=b");
    const version = [...key, "--version-id", id];
    assert.deepEqual((await api("get-object-tagging", ...key)).TagSet, [{ Key: "a", Value: "b" }]);
    await api("put-object-tagging", ...key, "--tagging", "TagSet=[{Key=c,Value=d}]");
    assert.equal((await api("get-object-tagging", ...version)).TagSet[0].Key, "c");

    const retention = `Mode=GOVERNANCE,RetainUntilDate=${until}`;
    await api("put-object-retention", ...key, "--retention", retention);
    assert.match(await refused("delete-object", ...version), /AccessDenied.*object lock/);
    await api("put-object-legal-hold", ...key, "--legal-hold", "Status=ON");
    assert.equal((await api("get-object-legal-hold", ...key)).LegalHold.Status, "ON");
    const bypass = "--bypass-governance-retention";
    assert.match(await refused("delete-object", ...version, bypass), /AccessDenied/);
    await api("put-object-legal-hold", ...key, "--legal-hold", "Status=OFF");
    const marker = await api("delete-object", ...key);
    assert.equal(marker.DeleteMarker, true);
    const listed = await api("list-object-versions");
    assert.deepEqual([listed.Versions.length, listed.DeleteMarkers.length], [1, 1]);
    await api("delete-object", ...version, bypass);
    await api("delete-object", ...key, "--version-id", marker.VersionId);
    assert.match(
      await refused("put-bucket-versioning", "--versioning-configuration", "Status=Suspended"),
      /InvalidBucketState/,
    );
    await api("delete-bucket");
  });
});
