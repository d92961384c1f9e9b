// What runs beside requests: figures that tell of usage, secrets that are made from one another, an
// operation that reads without end, events that bring about events. Rows SEC-116, SEC-118, SEC-127
// and SEC-146.
import { env } from "cloudflare:test";
import {
  PutBucketLoggingCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { operatorAccount } from "../../src/catalog/accounts.ts";
import { seal, unseal } from "../../src/catalog/sealing.ts";
import { createWebhook, findWebhook, rotateWebhook } from "../../src/catalog/webhooks.ts";
import { type Env, systemSeams } from "../../src/env.ts";
import { isWebhookUrl } from "../../src/s3/fetch-guard.ts";
import { writeAsService } from "../../src/write-as-service.ts";
import { put, runJob, s3 } from "../jobs/fixture.ts";
import {
  catalog,
  drain,
  makeWatchedBucket,
  makeWebhook,
  Receiver,
} from "../jobs/notifications/fixtures.ts";
import { makeAccount } from "../operations/bucket/fixtures.ts";
import { byHeader, byNobody, makeBucket, ownBindings, send } from "./front-door.ts";

/** Vite's, which reads the sources for the tests. */
interface Globbing {
  glob(pattern: string, options: object): Record<string, string>;
}

const sources = (import.meta as unknown as Globbing).glob("../../src/**/*.ts", {
  query: "?raw",
  import: "default",
  eager: true,
});

describe("SEC-116 figures of usage", () => {
  const token = "the-token-of-the-scraper";
  const bindings = { METRICS: "on", METRICS_TOKEN: token, RECORD_FLUSH_SECONDS: "0" };
  const door = { env: { ...ownBindings(), ...bindings } as Env };

  it.each([
    "/-/metrics",
    "/-/api/v1/usage/requests",
    "/-/api/v1/cost?month=2026-11",
    "/-/api/v1/duties",
    "/-/api/v1/jobs",
    "/-/api/v1/audit?limit=1",
    "/-/api/v1/status",
  ])("are the operator's alone: %s", async (path) => {
    const { keys } = await makeAccount();
    const queried = `${path}${path.includes("?") ? "&" : "?"}token=${token}`;
    const refusals = [byNobody({ path }), byNobody({ path: queried }), byHeader({ path, keys })];
    for (const request of refusals) {
      const answer = await send(request, door);
      expect([request.method, answer.status]).toEqual([request.method, 403]);
      expect(answer.text).not.toContain("cairn_");
    }
    expect((await send(byHeader({ path }), door)).status).toBe(200);
  });

  it("tell a tenant of its own buckets only", async () => {
    const bucket = await makeBucket();
    const { keys } = await makeAccount();
    const answer = await send(byHeader({ path: "/-/api/v1/usage", keys }), door);
    expect([answer.status, answer.text.includes(bucket)]).toEqual([200, false]);
    const other = await send(byHeader({ path: `/-/api/v1/usage?bucket=${bucket}`, keys }), door);
    expect(other.status).toBeGreaterThanOrEqual(400);
  });
});

describe("SEC-118 secrets", () => {
  it("are one for each purpose: the scraper's token opens nothing else, and no other opens its door", async () => {
    const token = "the-token-of-the-scraper";
    const door = { env: { ...ownBindings(), METRICS_TOKEN: token } as Env };
    const bearing = (path: string, secret: string) => {
      const request = byNobody({ path });
      return { ...request, headers: { ...request.headers, authorization: `Bearer ${secret}` } };
    };
    expect((await send(bearing("/-/metrics", token), door)).status).toBe(200);
    for (const path of ["/-/api/v1/status", "/-/api/v1/audit", "/"]) {
      expect((await send(bearing(path, token), door)).status).toBeGreaterThanOrEqual(400);
    }
    for (const secret of [env.ROOT_SECRET_ACCESS_KEY, env.MASTER_KEY ?? "", ""]) {
      expect((await send(bearing("/-/metrics", secret), door)).status).not.toBe(200);
    }
  });

  it("are random: nothing is derived from the root's secret, which one file reads", async () => {
    const readers: string[] = [];
    for (const [path, source] of Object.entries(sources)) {
      const code = source.replaceAll(/^\s*(?:\/\/|\*).*$/gm, "");
      // Asked of the environment; messages may name it.
      if (/\.ROOT_SECRET_ACCESS_KEY\b/.test(code)) readers.push(path.replace("../../src/", ""));
    }
    expect(Object.keys(sources).length).toBeGreaterThan(100);
    expect(readers.sort()).toEqual(["catalog/access-keys.ts"]);
  });

  it("of webhooks are random, new at each rotation, and of 192 bits or more", async () => {
    const { accountId } = await operatorAccount(catalog());
    const seen: string[] = [];
    for (const name of ["one", "two"].map((word) => `${word}-${crypto.randomUUID().slice(0, 8)}`)) {
      const wish = { accountId, name, url: "https://receiver.example/", isEventBus: false };
      const made = await createWebhook(catalog(), wish);
      if (made.kind !== "created") throw new Error(made.kind);
      seen.push(made.secret);
      const rotated = await rotateWebhook(catalog(), made.webhook, 0);
      seen.push(rotated?.secret ?? "");
    }
    expect(new Set(seen).size).toBe(4);
    for (const secret of seen) {
      expect(secret).toMatch(/^whsec_/);
      expect(atob(secret.slice(6)).length).toBeGreaterThanOrEqual(24);
    }
  });

  it("that are sealed for one purpose do not open for another, nor for another record", async () => {
    const place = { env, seams: systemSeams };
    const label = { purpose: "access-key", recordId: "AKIA" };
    const sealed = await seal(place, label, "secret");
    expect(await unseal(env, label, sealed)).toBe("secret");
    for (const other of [
      { ...label, purpose: "webhook" },
      { ...label, recordId: "AKIB" },
    ]) {
      await expect(unseal(env, other, sealed)).rejects.toThrow();
    }
  });
});

describe("SEC-127 S3 Select", () => {
  it("is absent: 501 by name, before a byte of the object is read", async () => {
    const bucket = await makeBucket();
    let reads = 0;
    const bindings = ownBindings();
    const store = new Proxy(bindings.STORE_STANDARD, {
      get: (target, name) => {
        if (name === "get") reads += 1;
        const member: unknown = Reflect.get(target, name);
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
    const body =
      "<SelectObjectContentRequest><Expression>SELECT * FROM S3Object</Expression><ExpressionType>SQL</ExpressionType>" +
      "<InputSerialization><CSV/></InputSerialization><OutputSerialization><CSV/></OutputSerialization></SelectObjectContentRequest>";
    const path = `/${bucket}/there?select&select-type=2`;
    const door = { env: { ...bindings, STORE_STANDARD: store } as Env };
    const answer = await send(byHeader({ method: "POST", path, body }), door);
    expect([answer.status, answer.first("Code")]).toEqual([501, "NotImplemented"]);
    const nobody = await send(byNobody({ method: "POST", path, body }), door);
    expect(nobody.status).toBe(403);
    const restore = `<RestoreRequest><Type>SELECT</Type></RestoreRequest>`;
    const asked = { method: "POST", path: `/${bucket}/there?restore`, body: restore };
    expect((await send(byHeader(asked), door)).status).toBeGreaterThanOrEqual(400);
    expect(reads).toBe(0);
  });
});

// A depth that receivers pass back is not counted: whoever may write could claim a deep one, and so
// hide its writes from those who watch. What bounds a loop is that nothing is told more than once.
describe("SEC-146 events that bring about events", () => {
  it("are as many as there were writes: a receiver that writes back gets one for each", async () => {
    const hook = await makeWebhook();
    const bucket = await makeWatchedBucket({
      TopicConfigurations: [{ TopicArn: hook.topicArn, Events: ["s3:ObjectCreated:*"] }],
    });
    const receiver = new Receiver();
    await put(bucket.name, "first", "x");
    for (let round = 0; round < 10; round += 1) {
      const before = receiver.received.length;
      await drain(bucket.bucketId, { receiver });
      // It writes back for each event it got.
      for (const [at] of receiver.received.slice(before).entries()) {
        await put(bucket.name, `echo-${round}-${at}`, "x");
      }
    }
    await drain(bucket.bucketId, { receiver });
    await drain(bucket.bucketId, { receiver });
    expect(receiver.received).toHaveLength(11);
    expect(await bucket.index.outboxStatus()).toMatchObject({ backlog: 0 });
  });

  it("end where the service writes: a bucket that logs into itself and is watched", async () => {
    const hook = await makeWebhook();
    const bucket = await makeWatchedBucket({
      TopicConfigurations: [{ TopicArn: hook.topicArn, Events: ["s3:ObjectCreated:*"] }],
    });
    const Bucket = bucket.name;
    const client = s3({ RECORD_FLUSH_SECONDS: "0" });
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: {
        Effect: "Allow",
        Principal: { Service: "logging.s3.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: `arn:aws:s3:::${Bucket}/*`,
      },
    });
    await client.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    const LoggingEnabled = { TargetBucket: Bucket, TargetPrefix: "log/" };
    await client.send(
      new PutBucketLoggingCommand({ Bucket, BucketLoggingStatus: { LoggingEnabled } }),
    );
    await client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "x" }));
    const arrival = { env, seams: systemSeams, waitUntil: () => {} };
    const receiver = new Receiver();
    const told: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      await runJob({
        kind: "deliver-logs",
        target: "*",
        deliver: (delivery) => writeAsService(arrival, delivery),
      });
      await drain(bucket.bucketId, { receiver });
      told.push(receiver.received.length);
    }
    // The object, and the log that tells of it.
    expect(told[0]).toBeGreaterThanOrEqual(2);
    expect(new Set(told.slice(1)).size).toBe(1);
  });

  it("never go to the deployment itself, by its names or by a redirect", async () => {
    const bounds = { isLocal: false, ownDomains: ["s3.example.com"] };
    for (const url of [
      "https://s3.example.com/bucket/key",
      "https://bucket.s3.example.com/key",
      "https://S3.EXAMPLE.COM./bucket/key",
      "https://user@s3.example.com/",
      "http://receiver.example/",
      "https://127.0.0.1/",
      "https://[::1]/",
    ]) {
      expect([url, isWebhookUrl(url, bounds)]).toEqual([url, false]);
    }
    const hook = await makeWebhook();
    const bucket = await makeWatchedBucket({
      TopicConfigurations: [{ TopicArn: hook.topicArn, Events: ["s3:ObjectCreated:*"] }],
    });
    const receiver = new Receiver();
    const location = `https://s3.example.com/${bucket.name}/echo`;
    receiver.answer = () => new Response(null, { status: 307, headers: { location } });
    await put(bucket.name, "k", "x");
    await drain(bucket.bucketId, { receiver });
    expect(receiver.received.map(({ url }) => url)).toEqual(["https://receiver.example/in"]);
    const status = await bucket.index.outboxStatus();
    expect(status.targets[0]).toMatchObject({ lastError: "HTTP 307, not followed" });
  });

  it("stop after so many failures in a row, for good", async () => {
    const hook = await makeWebhook();
    const bucket = await makeWatchedBucket({
      TopicConfigurations: [{ TopicArn: hook.topicArn, Events: ["s3:ObjectCreated:*"] }],
    });
    const receiver = new Receiver();
    receiver.answer = () => new Response(null, { status: 500 });
    const bindings = { WEBHOOK_MAXIMUM_FAILURES: "3", WEBHOOK_MAXIMUM_FAILING_SECONDS: "60" };
    await put(bucket.name, "k", "x");
    const startMs = Date.now();
    for (let hour = 0; hour < 24; hour += 1) {
      await drain(bucket.bucketId, { receiver, bindings, nowMs: startMs + hour * 3_600_000 });
    }
    expect((await findWebhook(catalog(), hook.accountId, hook.name))?.state).toBe("disabled");
    expect(receiver.received.length).toBeLessThanOrEqual(4);
    for (let at = 0; at < 20; at += 1) await put(bucket.name, `more-${at}`, "x");
    const before = receiver.received.length;
    await drain(bucket.bucketId, { receiver, bindings, nowMs: startMs + 25 * 3_600_000 });
    expect(receiver.received.length).toBe(before);
  });
});
