// AWS SDK for JavaScript v3, buckets: their life, their settings as they are before anybody set any,
// waiters, both addressing styles, and what is said of operations nobody built yet.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketAccelerateConfigurationCommand,
  GetBucketAclCommand,
  GetBucketAnalyticsConfigurationCommand,
  GetBucketCorsCommand,
  GetBucketEncryptionCommand,
  GetBucketIntelligentTieringConfigurationCommand,
  GetBucketInventoryConfigurationCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketLoggingCommand,
  GetBucketMetricsConfigurationCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand,
  GetBucketReplicationCommand,
  GetBucketRequestPaymentCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetBucketWebsiteCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  ListBucketAnalyticsConfigurationsCommand,
  ListBucketIntelligentTieringConfigurationsCommand,
  ListBucketInventoryConfigurationsCommand,
  ListBucketMetricsConfigurationsCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketTaggingCommand,
  PutObjectCommand,
  SelectObjectContentCommand,
  waitUntilBucketExists,
  waitUntilBucketNotExists,
  waitUntilObjectExists,
  waitUntilObjectNotExists,
} from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { openClient, serve } from "./support/server.mjs";

const server = await serve();
const client = openClient(server);
const send = (Command, input = {}) => client.send(new Command(input));

describe("a bucket's life", () => {
  test("is made, found, waited for, listed, emptied and deleted", async () => {
    const Bucket = "short.life";
    const made = await send(CreateBucketCommand, { Bucket });
    assert.equal(made.Location, "/short.life");
    await waitUntilBucketExists({ client, maxWaitTime: 10 }, { Bucket });
    const head = await send(HeadBucketCommand, { Bucket });
    assert.equal(head.BucketRegion, "us-east-1");
    const { Buckets, Owner } = await send(ListBucketsCommand);
    const listed = Buckets.find(({ Name }) => Name === Bucket);
    assert.ok(Math.abs(listed.CreationDate.getTime() - Date.now()) < 60_000);
    assert.match(Owner.ID, /^[0-9a-f]{64}$/);
    await send(PutObjectCommand, { Bucket, Key: "last", Body: "x" });
    await waitUntilObjectExists({ client, maxWaitTime: 10 }, { Bucket, Key: "last" });
    await assert.rejects(send(DeleteBucketCommand, { Bucket }), { name: "BucketNotEmpty" });
    await send(DeleteObjectCommand, { Bucket, Key: "last" });
    await waitUntilObjectNotExists({ client, maxWaitTime: 10 }, { Bucket, Key: "last" });
    await send(DeleteBucketCommand, { Bucket });
    await waitUntilBucketNotExists({ client, maxWaitTime: 10 }, { Bucket });
    await assert.rejects(send(DeleteBucketCommand, { Bucket }), { name: "NoSuchBucket" });
    await send(CreateBucketCommand, { Bucket });
  });

  test("starts with a good name, once", async () => {
    for (const Bucket of ["Upper", "ab", "under_score", "192.168.1.1", "a..b", "xn--name"]) {
      const error = await send(CreateBucketCommand, { Bucket }).catch((caught) => caught);
      assert.equal(error.name, "InvalidBucketName", Bucket);
    }
    await send(CreateBucketCommand, { Bucket: "taken-name" });
    await assert.rejects(send(CreateBucketCommand, { Bucket: "taken-name" }), {
      name: "BucketAlreadyOwnedByYou",
    });
  });

  test("keeps tags, and answers its location", async () => {
    const Bucket = "tagged";
    await send(CreateBucketCommand, { Bucket });
    const TagSet = [
      { Key: "team", Value: "stone + mortar" },
      { Key: "empty", Value: "" },
    ];
    await send(PutBucketTaggingCommand, { Bucket, Tagging: { TagSet } });
    assert.deepEqual((await send(GetBucketTaggingCommand, { Bucket })).TagSet, TagSet);
    const location = await send(GetBucketLocationCommand, { Bucket });
    assert.equal(location.LocationConstraint, undefined);
  });
});

describe("settings nobody set", () => {
  const Bucket = "fresh-settings";
  const Id = "none";
  test("answer as on S3", async () => {
    await send(CreateBucketCommand, { Bucket });
    const owner = (await send(GetBucketAclCommand, { Bucket })).Owner;
    assert.ok(owner.ID);
    const given = [
      [GetBucketAccelerateConfigurationCommand, { Status: undefined }],
      [GetBucketLoggingCommand, { LoggingEnabled: undefined }],
      [GetBucketNotificationConfigurationCommand, { TopicConfigurations: undefined }],
      [GetBucketRequestPaymentCommand, { Payer: "BucketOwner" }],
      [GetBucketVersioningCommand, { Status: undefined }],
      [ListBucketAnalyticsConfigurationsCommand, { IsTruncated: false }],
      [ListBucketIntelligentTieringConfigurationsCommand, { IsTruncated: false }],
      [ListBucketInventoryConfigurationsCommand, { IsTruncated: false }],
      [ListBucketMetricsConfigurationsCommand, { IsTruncated: false }],
    ];
    for (const [Command, members] of given) {
      const answer = await send(Command, { Bucket });
      for (const [name, value] of Object.entries(members)) {
        assert.deepEqual(answer[name], value, `${Command.name} ${name}`);
      }
    }
    const encryption = await send(GetBucketEncryptionCommand, { Bucket });
    const [rule] = encryption.ServerSideEncryptionConfiguration.Rules;
    assert.equal(rule.ApplyServerSideEncryptionByDefault.SSEAlgorithm, "AES256");
    const ownership = await send(GetBucketOwnershipControlsCommand, { Bucket });
    assert.equal(ownership.OwnershipControls.Rules[0].ObjectOwnership, "BucketOwnerEnforced");
    const block = await send(GetPublicAccessBlockCommand, { Bucket });
    assert.deepEqual(Object.values(block.PublicAccessBlockConfiguration), [true, true, true, true]);
  });

  for (const [Command, name] of [
    [GetBucketAnalyticsConfigurationCommand, "NoSuchConfiguration"],
    [GetBucketCorsCommand, "NoSuchCORSConfiguration"],
    [GetBucketIntelligentTieringConfigurationCommand, "NoSuchConfiguration"],
    [GetBucketInventoryConfigurationCommand, "NoSuchConfiguration"],
    [GetBucketLifecycleConfigurationCommand, "NoSuchLifecycleConfiguration"],
    [GetBucketMetricsConfigurationCommand, "NoSuchConfiguration"],
    [GetBucketPolicyCommand, "NoSuchBucketPolicy"],
    [GetBucketPolicyStatusCommand, "NoSuchBucketPolicy"],
    [GetBucketReplicationCommand, "ReplicationConfigurationNotFoundError"],
    [GetBucketTaggingCommand, "NoSuchTagSet"],
    [GetBucketWebsiteCommand, "NoSuchWebsiteConfiguration"],
    [GetObjectLockConfigurationCommand, "ObjectLockConfigurationNotFoundError"],
  ]) {
    test(`${Command.name} answers 404 ${name}`, async () => {
      const error = await send(Command, { Bucket, Id }).catch((caught) => caught);
      assert.equal(error.name, name);
      assert.equal(error.$metadata.httpStatusCode, 404);
    });
  }
});

describe("addressing", () => {
  test("bucket.localhost is the bucket, with a key that looks like a path of ours", async () => {
    const { port } = new URL(server.endpoint);
    const hosted = openClient(server, {
      endpoint: `http://localhost:${port}`,
      forcePathStyle: false,
    });
    // Names below localhost mean this machine (RFC 6761), but not every resolver knows.
    hosted.middlewareStack.add(
      (next) => (call) => {
        call.request.headers.host = `${call.request.hostname}:${port}`;
        call.request.hostname = "127.0.0.1";
        return next(call);
      },
      { step: "finalizeRequest", priority: "low", name: "resolve" },
    );
    const Bucket = "by-host";
    await hosted.send(new CreateBucketCommand({ Bucket }));
    for (const Key of ["-/api/status", "-/console/", "a/b", "by-host/x", "/slash", "söme & key?"]) {
      await hosted.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
      const answer = await hosted.send(new GetObjectCommand({ Bucket, Key }));
      assert.equal(await answer.Body.transformToString(), Key);
      const byPath = await send(GetObjectCommand, { Bucket, Key });
      assert.equal(await byPath.Body.transformToString(), Key);
    }
    assert.equal((await hosted.send(new ListObjectsV2Command({ Bucket }))).KeyCount, 6);
    await assert.rejects(hosted.send(new GetObjectCommand({ Bucket: "absent-host", Key: "x" })), {
      name: "NoSuchBucket",
    });
  });

  test("STS on the same endpoint says who asks", async () => {
    const { endpoint, region, credentials } = server;
    const identity = await new STSClient({ endpoint, region, credentials }).send(
      new GetCallerIdentityCommand({}),
    );
    assert.match(identity.Account, /^\d{12}$/);
    assert.equal(identity.Arn, `arn:aws:iam::${identity.Account}:root`);
  });
});

describe("what is refused", () => {
  test("an operation nobody built is named", async () => {
    await send(CreateBucketCommand, { Bucket: "unbuilt" });
    const select = send(SelectObjectContentCommand, {
      Bucket: "unbuilt",
      Key: "x",
      Expression: "select 1",
      ExpressionType: "SQL",
      InputSerialization: { CSV: {} },
      OutputSerialization: { CSV: {} },
    });
    await assert.rejects(select, { name: "NotImplemented", message: /SelectObjectContent/ });
  });

  test("keys that are unknown or wrong, by S3's names", async () => {
    const { accessKeyId } = server.credentials;
    for (const [credentials, name] of [
      [{ accessKeyId: "AKIAUNKNOWNUNKNOWN00", secretAccessKey: "x" }, "InvalidAccessKeyId"],
      [{ accessKeyId, secretAccessKey: "wrong" }, "SignatureDoesNotMatch"],
    ]) {
      const stranger = openClient(server, { credentials });
      await assert.rejects(stranger.send(new ListBucketsCommand({})), { name });
    }
    const lost = openClient(server, { region: "eu-west-1" });
    await assert.rejects(lost.send(new ListBucketsCommand({})), {
      name: "AuthorizationHeaderMalformed",
      Region: "us-east-1",
    });
  });

  test("a clock that is wrong, once: the SDK sets it by the answer", async () => {
    const late = openClient(server, { systemClockOffset: -7_200_000 });
    const name = "RequestTimeTooSkewed";
    await assert.rejects(late.send(new ListBucketsCommand({})), { name });
    assert.ok((await late.send(new ListBucketsCommand({}))).Buckets.length > 0);
  });

  test("a bucket that is not the expected owner's", async () => {
    await send(CreateBucketCommand, { Bucket: "expected" });
    const ExpectedBucketOwner = "000000000000";
    const listing = send(ListObjectsV2Command, { Bucket: "expected", ExpectedBucketOwner });
    await assert.rejects(listing, { name: "AccessDenied" });
  });
});
