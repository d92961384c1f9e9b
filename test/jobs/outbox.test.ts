// Driving the outbox: alarms that throw or ring twice, crons that stand in for lost ones, targets that
// fail alone, waits that grow to a bound (faults.md D33, D36, D37).
import { env, runDurableObjectAlarm } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import type { BucketIndex } from "../../src/bucket/bucket-index.ts";
import { watchedBuckets } from "../../src/catalog/every-bucket.ts";
import {
  listDeliveries,
  logDeliveries,
  pruneDeliveries,
} from "../../src/catalog/webhook-deliveries.ts";
import { systemSeams } from "../../src/env.ts";
import { drainOutboxes } from "../../src/jobs/notifications/backstop.ts";
import { notificationCourier } from "../../src/jobs/notifications/courier.ts";
import { backoffMs, drainOutbox } from "../../src/jobs/outbox.ts";
import { put } from "./fixture.ts";
import {
  catalog,
  inside,
  makeWatchedBucket,
  makeWebhook,
  Receiver,
} from "./notifications/fixtures.ts";

async function watched(receiver: Receiver) {
  const { topicArn } = await makeWebhook();
  const bucket = await makeWatchedBucket({
    TopicConfigurations: [{ TopicArn: topicArn, Events: ["s3:ObjectCreated:*"] }],
  });
  const couriers = { notification: notificationCourier(receiver.send) };
  // The object delivers by itself, to the receiver of the test.
  const drainAgain = (index: BucketIndex) =>
    Object.assign(index, {
      drain: () => drainOutbox(index, { env, seams: systemSeams, couriers }),
    });
  return { ...bucket, drainAgain };
}

function stubOf(bucketId: string) {
  return env.BUCKET_INDEX.get(env.BUCKET_INDEX.idFromName(bucketId));
}

describe("driving the outbox", () => {
  it("is the cron's when the alarm threw seven times and is lost (D36)", async () => {
    const receiver = new Receiver();
    const bucket = await watched(receiver);
    await put(bucket.name, "k", "x");
    await inside(bucket.bucketId, (index) => {
      Object.assign(index, {
        alarm: async () => {
          throw new Error("the alarm fails");
        },
      });
    });
    for (let round = 0; round < 7; round += 1) {
      await inside(bucket.bucketId, (_, storage) => storage.setAlarm(Date.now() + 60_000));
      await runDurableObjectAlarm(stubOf(bucket.bucketId)).catch(() => undefined);
    }
    await inside(bucket.bucketId, (index, storage) => {
      bucket.drainAgain(index);
      return storage.deleteAlarm();
    });
    expect(receiver.received).toEqual([]);
    expect(await bucket.index.outboxStatus()).toMatchObject({ backlog: 1 });
    await drainOutboxes({ env, seams: systemSeams });
    expect(receiver.events).toEqual(["ObjectCreated:Put k"]);
    expect(await bucket.index.outboxStatus()).toMatchObject({ backlog: 0 });
  });

  it("delivers once when alarm, its echo and the cron come together (D37)", async () => {
    const receiver = new Receiver();
    receiver.answer = async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return new Response(null, { status: 204 });
    };
    const bucket = await watched(receiver);
    for (const key of ["a", "b", "a"]) await put(bucket.name, key, "x");
    await inside(bucket.bucketId, (index) => {
      bucket.drainAgain(index);
      return Promise.all([index.alarm(), index.alarm(), index.drainOutbox()]);
    });
    expect([...receiver.events].sort()).toEqual([
      "ObjectCreated:Put a",
      "ObjectCreated:Put a",
      "ObjectCreated:Put b",
    ]);
  });

  it("arms the alarm again whatever the delivery did, and rests after a failure of its own", async () => {
    const receiver = new Receiver();
    const bucket = await watched(receiver);
    await put(bucket.name, "k", "x");
    const alarmIn = await inside(bucket.bucketId, async (index, storage) => {
      Object.assign(index, {
        drain: async () => {
          throw new Error("the catalog is down");
        },
      });
      await storage.deleteAlarm();
      await index.alarm();
      return ((await storage.getAlarm()) ?? 0) - Date.now();
    });
    expect(alarmIn).toBeGreaterThan(30_000);
    expect(alarmIn).toBeLessThanOrEqual(60_000);
  });

  it("goes on for one target while another fails", async () => {
    const receiver = new Receiver();
    const { topicArn } = await makeWebhook({ url: "https://down.example/" });
    const { topicArn: other } = await makeWebhook({ url: "https://up.example/" });
    const Events = ["s3:ObjectCreated:*"] as ["s3:ObjectCreated:*"];
    const filter = (Value: string) => ({
      Filter: { Key: { FilterRules: [{ Name: "prefix" as const, Value }] } },
    });
    const bucket = await makeWatchedBucket({
      TopicConfigurations: [
        { TopicArn: topicArn, Events, ...filter("down/") },
        { TopicArn: other, Events, ...filter("up/") },
      ],
    });
    receiver.answer = ({ url }) => new Response(null, { status: url.includes("down") ? 500 : 200 });
    for (let at = 0; at < 10; at += 1) {
      await put(bucket.name, `down/${at}`, "x");
      await put(bucket.name, `up/${at}`, "x");
    }
    const couriers = { notification: notificationCourier(receiver.send) };
    await inside(bucket.bucketId, (index) =>
      drainOutbox(index, { env, seams: systemSeams, couriers }),
    );
    const status = await bucket.index.outboxStatus();
    expect(status).toMatchObject({ backlog: 10 });
    expect(status.targets.map(({ target }) => target)).toEqual([topicArn]);
    // Three at a time, six in parallel: a receiver that is down is not asked about everything.
    const asked = receiver.received.filter(({ url }) => url.includes("down")).length;
    expect(asked).toBeLessThan(10);
  });

  it("waits longer after each failure, up to an hour, never the same time", () => {
    const waits = Array.from({ length: 40 }, (_, failures) => backoffMs(failures, systemSeams));
    expect(waits[0]).toBeGreaterThanOrEqual(500);
    expect(waits[0]).toBeLessThanOrEqual(1000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(3600_000);
    expect(Math.min(...waits.slice(12))).toBeGreaterThanOrEqual(1800_000);
    expect(new Set(waits.slice(12)).size).toBeGreaterThan(5);
  });

  it("finds the buckets that are watched, page after page", async () => {
    const bucket = await watched(new Receiver());
    const found: string[] = [];
    for (let run = 0; run < 20; run += 1) {
      found.push(...(await watchedBuckets(catalog(), { run, limit: 2 })));
    }
    expect(found).toContain(bucket.bucketId);
  });
});

describe("the delivery log", () => {
  it("forgets what is old, and of much the oldest", async () => {
    const { webhookId } = await makeWebhook();
    const nowMs = Date.now();
    const deliveries = Array.from({ length: 30 }, (_, at) => ({
      webhookId,
      messageId: `m-${String(at).padStart(2, "0")}`,
      atMs: nowMs - at * 1000,
      bucket: "b",
      key: "k",
      event: "ObjectCreated:Put",
      outcome: "delivered" as const,
      attempts: 1,
      durationMs: 1,
      body: "{}",
    }));
    await logDeliveries(catalog(nowMs), deliveries);
    await pruneDeliveries(catalog(nowMs), nowMs - 19_500, 5);
    const left = await listDeliveries(catalog(nowMs), webhookId, { limit: 100 });
    expect(left.map(({ messageId }) => messageId)).toEqual([
      "m-00",
      "m-01",
      "m-02",
      "m-03",
      "m-04",
    ]);
  });
});
