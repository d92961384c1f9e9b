// Deliveries to webhooks and queues, from the change to the receiver: signed, in order per key, retried
// with a bound, logged; and what a receiver that is down, gone or disabled makes of it.
import {
  CopyObjectCommand,
  DeleteObjectAnnotationCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeletePublicAccessBlockCommand,
  PutBucketOwnershipControlsCommand,
  PutObjectAclCommand,
  PutObjectAnnotationCommand,
  PutObjectTaggingCommand,
} from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { findDelivery, listDeliveries } from "../../../src/catalog/webhook-deliveries.ts";
import {
  findWebhook,
  openWebhook,
  rotateWebhook,
  setWebhookState,
} from "../../../src/catalog/webhooks.ts";
import type { Env } from "../../../src/env.ts";
import { redeliver } from "../../../src/jobs/notifications/webhooks.ts";
import { put, s3, upload } from "../fixture.ts";
import { catalog, drain, inside, makeWatchedBucket, makeWebhook, Receiver } from "./fixtures.ts";

const every = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:ObjectTagging:*"] as const;
const minuteMs = 60_000;

async function watched() {
  const webhook = await makeWebhook();
  const bucket = await makeWatchedBucket({
    TopicConfigurations: [{ Id: "rule", TopicArn: webhook.topicArn, Events: [...every] }],
  });
  return { webhook, bucket, receiver: new Receiver() };
}

/** The signatures that the secret gives for a message. */
async function signatureOf(secret: string, message: Receiver["received"][number]) {
  const { headers, body } = message;
  const raw = Uint8Array.from(atob(secret.slice(6)), (char) => char.charCodeAt(0));
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", raw, algorithm, false, ["sign"]);
  const text = `${headers.get("webhook-id")}.${headers.get("webhook-timestamp")}.${body}`;
  const bytes = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(text));
  return `v1,${btoa(String.fromCharCode(...new Uint8Array(bytes)))}`;
}

describe("deliveries to a webhook", () => {
  it("tell each change in S3's words, signed, and note it in the log", async () => {
    const { webhook, bucket, receiver } = await watched();
    await put(bucket.name, "a key+é.txt", "hello");
    await s3().send(
      new CopyObjectCommand({
        Bucket: bucket.name,
        Key: "copy",
        CopySource: `${bucket.name}/a%20key%2B%C3%A9.txt`,
      }),
    );
    await upload(bucket.name, "parts", ["one"]);
    const Tagging = { TagSet: [{ Key: "k", Value: "v" }] };
    await s3().send(new PutObjectTaggingCommand({ Bucket: bucket.name, Key: "copy", Tagging }));
    const Delete = { Objects: [{ Key: "copy" }, { Key: "absent" }] };
    await s3().send(new DeleteObjectsCommand({ Bucket: bucket.name, Delete }));
    const nowMs = Date.now();
    await drain(bucket.bucketId, { receiver, nowMs });
    expect([...receiver.events].sort()).toEqual([
      "ObjectCreated:CompleteMultipartUpload parts",
      "ObjectCreated:Copy copy",
      "ObjectCreated:Put a+key%2B%C3%A9.txt",
      "ObjectRemoved:Delete copy",
      "ObjectTagging:Put copy",
    ]);
    const ofCopy = receiver.events.filter((event) => event.endsWith(" copy"));
    expect(ofCopy.map((event) => event.split(" ")[0])).toEqual([
      "ObjectCreated:Copy",
      "ObjectTagging:Put",
      "ObjectRemoved:Delete",
    ]);
    const [first] = receiver.received;
    if (first === undefined) throw new Error("nothing came");
    expect(first.headers.get("webhook-timestamp")).toBe(String(Math.floor(nowMs / 1000)));
    expect(first.headers.get("webhook-signature")).toBe(await signatureOf(webhook.secret, first));
    const logged = await listDeliveries(catalog(), webhook.webhookId, { limit: 10 });
    expect(logged).toHaveLength(5);
    expect(new Set(logged.map(({ outcome }) => outcome))).toEqual(new Set(["delivered"]));
    const status = await bucket.index.outboxStatus();
    expect(status).toEqual({ backlog: 0, targets: [] });
  });

  it("give records every member that S3 documents", async () => {
    const { bucket, receiver } = await watched();
    await put(bucket.name, "k", "hello");
    await s3().send(new DeleteObjectCommand({ Bucket: bucket.name, Key: "k" }));
    await drain(bucket.bucketId, { receiver });
    const [made, gone] = receiver.received.map(({ body }) => JSON.parse(body).Records[0]);
    expect(made).toEqual({
      eventVersion: "2.6",
      eventSource: "aws:s3",
      awsRegion: "us-east-1",
      eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      eventName: "ObjectCreated:Put",
      userIdentity: { principalId: expect.stringMatching(/^AWS:\d{12}$/) },
      requestParameters: { sourceIPAddress: expect.any(String) },
      responseElements: {
        "x-amz-request-id": expect.stringMatching(/^[0-9A-Z]{16}$/),
        "x-amz-id-2": expect.any(String),
      },
      s3: {
        s3SchemaVersion: "1.0",
        configurationId: "rule",
        bucket: {
          name: bucket.name,
          ownerIdentity: { principalId: bucket.ownerId },
          arn: `arn:aws:s3:::${bucket.name}`,
        },
        object: {
          key: "k",
          size: 5,
          eTag: "5d41402abc4b2a76b9719d911017c592",
          sequencer: expect.stringMatching(/^[0-9A-F]{18}$/),
        },
      },
    });
    expect(gone.s3.object).toEqual({ key: "k", sequencer: expect.any(String) });
    expect(gone.s3.object.sequencer > made.s3.object.sequencer).toBe(true);
  });

  it("wait for a receiver that is down, with few attempts, then come in order (D33)", async () => {
    const { webhook, bucket, receiver } = await watched();
    for (const key of ["a", "b", "a", "a", "b"]) await put(bucket.name, key, "x");
    receiver.answer = () => new Response("no", { status: 503 });
    const startMs = Date.now();
    // The alarm as it would ring for ten minutes: at every due time, and needlessly in between.
    for (let at = 0; at <= 10 * minuteMs; at += 1000) {
      await drain(bucket.bucketId, { receiver, nowMs: startMs + at });
    }
    const attempts = receiver.received.length;
    expect(attempts).toBeLessThanOrEqual(20);
    const status = await bucket.index.outboxStatus();
    expect(status).toMatchObject({ backlog: 5 });
    expect(status.targets[0]).toMatchObject({ lastError: "HTTP 503" });
    expect((await findWebhook(catalog(), webhook.accountId, webhook.name))?.state).toBe("enabled");
    receiver.answer = () => new Response(null, { status: 200 });
    await drain(bucket.bucketId, { receiver, nowMs: startMs + 30 * minuteMs });
    await drain(bucket.bucketId, { receiver, nowMs: startMs + 60 * minuteMs });
    const delivered = receiver.received.slice(attempts).map(({ body }) => JSON.parse(body));
    const keys = delivered.map(({ Records: [record] }) => record.s3.object);
    expect(keys).toHaveLength(5);
    for (const key of ["a", "b"]) {
      const order = keys.filter((object) => object.key === key).map(({ sequencer }) => sequencer);
      expect(order).toEqual([...order].sort());
    }
    expect(await bucket.index.outboxStatus()).toMatchObject({ backlog: 0 });
  });

  it("hold back one key that is refused, and give it up after a day's attempts", async () => {
    const { webhook, bucket, receiver } = await watched();
    await put(bucket.name, "bad", "1");
    await put(bucket.name, "bad", "2");
    await put(bucket.name, "good", "x");
    receiver.answer = ({ body }) =>
      new Response(null, { status: body.includes('"key":"bad"') ? 400 : 200 });
    let nowMs = Date.now();
    let others = 0;
    for (let round = 0; round < 36; round += 1) {
      await drain(bucket.bucketId, { receiver, nowMs });
      // Others go through all the while: the webhook as a whole works.
      await put(bucket.name, `other-${round}`, "x");
      others += 1;
      nowMs += 61 * minuteMs;
    }
    await drain(bucket.bucketId, { receiver, nowMs });
    const bad = receiver.received.filter(({ body }) => body.includes('"key":"bad"'));
    const ids = bad.map(({ headers }) => headers.get("webhook-id"));
    expect(ids.filter((id) => id === ids[0])).toHaveLength(36);
    const given = await findDelivery(catalog(), webhook.webhookId, ids[0] ?? "");
    expect(given).toMatchObject({ outcome: "failed", attempts: 36, status: 400 });
    const good = receiver.events.filter((event) => / (?:good|other-\d+)$/.test(event));
    expect(good.length).toBe(others + 1);
  });

  it("are tried once more after a crash between receiver and settlement (kill -9)", async () => {
    const { bucket, receiver } = await watched();
    await put(bucket.name, "k", "x");
    const batches = await inside(bucket.bucketId, (index) =>
      index.claimOutbox({ nowMs: Date.now(), limit: 10, probeAfter: 5 }),
    );
    await receiver.send("https://receiver.example/in", { body: JSON.stringify(batches) });
    await drain(bucket.bucketId, { receiver });
    await drain(bucket.bucketId, { receiver });
    expect(receiver.received).toHaveLength(2);
    expect(receiver.events.at(-1)).toBe("ObjectCreated:Put k");
  });

  it("follow no redirect and go to no private address, whatever was registered (143)", async () => {
    const { bucket, receiver } = await watched();
    receiver.answer = () => Response.redirect("https://10.0.0.1/", 302);
    await put(bucket.name, "k", "x");
    await drain(bucket.bucketId, { receiver });
    expect(receiver.received).toHaveLength(1);
    const inner = await makeWebhook({ url: "https://169.254.169.254/latest" });
    const other = await makeWatchedBucket({
      TopicConfigurations: [{ TopicArn: inner.topicArn, Events: ["s3:ObjectCreated:*"] }],
    });
    await put(other.name, "k", "x");
    const silent = new Receiver();
    await drain(other.bucketId, { receiver: silent });
    expect(silent.received).toEqual([]);
    expect((await other.index.outboxStatus()).targets[0]?.lastError).toMatch(/not allowed/);
  });

  it("disable a webhook that fails for long, keep what it misses, and send that again", async () => {
    const { webhook, bucket, receiver } = await watched();
    receiver.answer = () => new Response(null, { status: 500 });
    await put(bucket.name, "k", "x");
    const bindings = { WEBHOOK_MAXIMUM_FAILURES: "3", WEBHOOK_MAXIMUM_FAILING_SECONDS: "60" };
    let nowMs = Date.now();
    for (let round = 0; round < 3; round += 1) {
      await drain(bucket.bucketId, { receiver, nowMs, bindings });
      nowMs += 61 * minuteMs;
    }
    const { accountId, name } = webhook;
    const after = await findWebhook(catalog(), accountId, name);
    expect(after).toMatchObject({ state: "disabled", failures: 3, lastError: "HTTP 500" });
    await put(bucket.name, "missed", "x");
    await drain(bucket.bucketId, { receiver, nowMs, bindings });
    expect(receiver.received).toHaveLength(3);
    expect(await bucket.index.outboxStatus()).toMatchObject({ backlog: 0 });
    const page = { outcome: "skipped", limit: 10 } as const;
    const skipped = await listDeliveries(catalog(), webhook.webhookId, page);
    expect(skipped.map(({ key }) => key).sort()).toEqual(["k", "missed"]);
    await setWebhookState(catalog(), webhook, "enabled");
    receiver.answer = () => new Response(null, { status: 200 });
    const open = await openWebhook(catalog(), accountId, name);
    const missed = skipped.find(({ key }) => key === "missed");
    const logged = await findDelivery(catalog(), webhook.webhookId, missed?.messageId ?? "");
    if (open === undefined || logged === undefined) throw new Error("lost");
    const again = await redeliver(catalog(), open, { delivery: logged, send: receiver.send });
    expect(again).toMatchObject({ outcome: "delivered", messageId: logged.messageId });
    expect(receiver.events.at(-1)).toBe("ObjectCreated:Put missed");
  });

  it("stop at once when the receiver says that it is gone", async () => {
    const { webhook, bucket, receiver } = await watched();
    receiver.answer = () => new Response(null, { status: 410 });
    await put(bucket.name, "k", "x");
    await drain(bucket.bucketId, { receiver });
    const after = await findWebhook(catalog(), webhook.accountId, webhook.name);
    expect(after?.state).toBe("disabled");
  });

  it("are signed with two secrets while a rotation lasts", async () => {
    const { webhook, bucket, receiver } = await watched();
    const rotated = await rotateWebhook(catalog(), webhook, 60_000);
    await put(bucket.name, "k", "x");
    await drain(bucket.bucketId, { receiver });
    const [message] = receiver.received;
    if (message === undefined || rotated === undefined) throw new Error("nothing came");
    expect(message.headers.get("webhook-signature")).toBe(
      [await signatureOf(rotated.secret, message), await signatureOf(webhook.secret, message)].join(
        " ",
      ),
    );
    const later = await openWebhook(catalog(Date.now() + 61_000), webhook.accountId, webhook.name);
    expect(later?.secrets).toEqual([rotated.secret]);
  });
});

describe("deliveries to a webhook with a filter", () => {
  it("tell of objects with its tags and metadata, as they are then, and log no others", async () => {
    const filter = { tags: { team: "a" }, metadata: { origin: "*" } };
    const webhook = await makeWebhook({ filter });
    const bucket = await makeWatchedBucket({
      TopicConfigurations: [{ TopicArn: webhook.topicArn, Events: [...every] }],
    });
    const receiver = new Receiver();
    const Metadata = { Origin: "camera" };
    await put(bucket.name, "both", "x", { Tagging: "team=a", Metadata });
    await put(bucket.name, "tag", "x", { Tagging: "team=a" });
    await put(bucket.name, "other", "x", { Tagging: "team=b", Metadata });
    await put(bucket.name, "late", "x", { Metadata });
    const Tagging = { TagSet: [{ Key: "team", Value: "a" }] };
    await s3().send(new PutObjectTaggingCommand({ Bucket: bucket.name, Key: "late", Tagging }));
    await s3().send(new DeleteObjectCommand({ Bucket: bucket.name, Key: "both" }));
    await s3().send(new DeleteObjectCommand({ Bucket: bucket.name, Key: "other" }));
    await drain(bucket.bucketId, { receiver });
    expect([...receiver.events].sort()).toEqual([
      "ObjectCreated:Put both",
      "ObjectRemoved:Delete both",
      "ObjectTagging:Put late",
    ]);
    expect(await bucket.index.outboxStatus()).toMatchObject({ backlog: 0 });
    expect(await listDeliveries(catalog(), webhook.webhookId, { limit: 10 })).toHaveLength(3);
  });
});

describe("deliveries to queues and EventBridge", () => {
  const queue = () => {
    const bodies: string[] = [];
    const sendBatch = async (messages: Iterable<{ body: string }>) => {
      for (const { body } of messages) bodies.push(body);
    };
    return { bodies, binding: { sendBatch } as unknown as Queue };
  };

  it("put records into the queue that the table names, in order", async () => {
    const { accountId } = await makeWebhook();
    const { bodies, binding } = queue();
    const bucket = await makeWatchedBucket({
      QueueConfigurations: [
        { QueueArn: `arn:aws:sqs:us-east-1:${accountId}:jobs`, Events: ["s3:ObjectCreated:*"] },
      ],
    });
    for (const key of ["a", "b", "a"]) await put(bucket.name, key, "x");
    const receiver = new Receiver();
    const unbound = { EVENT_QUEUES: "jobs=EVENT_QUEUE_JOBS" };
    await drain(bucket.bucketId, { receiver, bindings: unbound });
    expect(await bucket.index.outboxStatus()).toMatchObject({ backlog: 3 });
    const bindings = { ...unbound, EVENT_QUEUE_JOBS: binding } as Partial<Env>;
    await drain(bucket.bucketId, { receiver, bindings, nowMs: Date.now() + 5000 });
    const keys = bodies.map((body) => JSON.parse(body).Records[0].s3.object.key);
    expect(keys).toEqual(["a", "b", "a"]);
  });

  it("tell the bus of the account in EventBridge's shape", async () => {
    const bus = await makeWebhook({ isEventBus: true });
    const bucket = await makeWatchedBucket({ EventBridgeConfiguration: {} });
    await put(bucket.name, "a key", "hello");
    await s3().send(new DeleteObjectCommand({ Bucket: bucket.name, Key: "a key" }));
    const receiver = new Receiver();
    await drain(bucket.bucketId, { receiver });
    const [made, gone] = receiver.received.map(({ body }) => JSON.parse(body));
    expect(made).toEqual({
      version: "0",
      id: receiver.received[0]?.headers.get("webhook-id"),
      "detail-type": "Object Created",
      source: "aws.s3",
      account: bus.accountId,
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      region: "us-east-1",
      resources: [`arn:aws:s3:::${bucket.name}`],
      detail: {
        version: "0",
        "event-version": "1.2",
        bucket: { name: bucket.name },
        object: {
          key: "a key",
          size: 5,
          etag: "5d41402abc4b2a76b9719d911017c592",
          sequencer: expect.stringMatching(/^[0-9A-F]{18}$/),
        },
        "request-id": expect.any(String),
        requester: bus.accountId,
        "source-ip-address": expect.any(String),
        reason: "PutObject",
      },
    });
    expect(gone["detail-type"]).toBe("Object Deleted");
    expect(gone.detail).toMatchObject({
      reason: "DeleteObject",
      "deletion-type": "Permanently Deleted",
    });
  });

  it("tell an ACL that changed, annotations by name, and which copies have any", async () => {
    const hook = await makeWebhook();
    const Events = ["s3:ObjectAcl:Put", "s3:ObjectAnnotation:*", "s3:ObjectCreated:Copy"] as const;
    const bucket = await makeWatchedBucket({
      TopicConfigurations: [{ TopicArn: hook.topicArn, Events: [...Events] }],
    });
    const Bucket = bucket.name;
    const named = { Bucket, Key: "k" };
    await s3().send(
      new PutBucketOwnershipControlsCommand({
        Bucket,
        OwnershipControls: { Rules: [{ ObjectOwnership: "ObjectWriter" }] },
      }),
    );
    await s3().send(new DeletePublicAccessBlockCommand({ Bucket }));
    await put(Bucket, "k", "hello");
    const copy = (Key: string) => ({ Bucket, Key, CopySource: `${Bucket}/k` });
    await s3().send(new CopyObjectCommand(copy("before")));
    const annotation = { ...named, AnnotationName: "note" };
    await s3().send(new PutObjectAnnotationCommand({ ...annotation, AnnotationPayload: "{}" }));
    await s3().send(new CopyObjectCommand(copy("after")));
    await s3().send(new DeleteObjectAnnotationCommand(annotation));
    // Nothing is left that this could remove.
    await s3().send(new DeleteObjectAnnotationCommand(annotation));
    const readable = { ...named, ACL: "authenticated-read" } as const;
    await s3().send(new PutObjectAclCommand(readable));
    await s3().send(new PutObjectAclCommand(readable));
    const receiver = new Receiver();
    await drain(bucket.bucketId, { receiver });
    const told = receiver.received.map(({ body }) => JSON.parse(body).Records[0]);
    const byName = told.map(({ eventName, s3: { object, objectAnnotation } }) => [
      `${eventName} ${object.key}`,
      object.hasObjectAnnotation ?? objectAnnotation?.name,
    ]);
    expect(byName.sort()).toEqual([
      ["ObjectAcl:Put k", undefined],
      ["ObjectAnnotation:Delete k", "note"],
      ["ObjectAnnotation:Put k", "note"],
      ["ObjectCreated:Copy after", true],
      ["ObjectCreated:Copy before", false],
    ]);
    const made = told.find(({ eventName }) => eventName === "ObjectAnnotation:Put");
    expect(made.s3.objectAnnotation).toMatchObject({ size: 2, eTag: expect.any(String) });
  });

  it("drop what has no destination any more", async () => {
    const bucket = await makeWatchedBucket({
      TopicConfigurations: [
        { TopicArn: "arn:aws:sns:us-east-1:123456789012:gone", Events: ["s3:ObjectCreated:*"] },
      ],
    });
    await put(bucket.name, "k", "x");
    await drain(bucket.bucketId, { receiver: new Receiver() });
    expect(await bucket.index.outboxStatus()).toMatchObject({ backlog: 0 });
  });
});
