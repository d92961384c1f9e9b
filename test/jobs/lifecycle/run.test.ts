// Lifecycle end to end inside the Worker: objects put through the API walk through classes and end, by
// the crons' own way, with runs at once, stores that fail, rules that change, and days that pass.
import { env, runInDurableObject } from "cloudflare:test";
import {
  DeleteBucketLifecycleCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
} from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { startJob } from "../../../src/catalog/jobs.ts";
import { findLifecycle } from "../../../src/catalog/lifecycle-buckets.ts";
import type { Env } from "../../../src/env.ts";
import { findMissing, lookAtDue } from "../../../src/jobs/lifecycle/run.ts";
import type { RecordActions } from "../../../src/jobs/record-action.ts";
import { advanceDueJobs } from "../../../src/jobs/slices.ts";
import { advanceAllJobs, sliceTable } from "../../../src/jobs/table.ts";
import type { GivenRule } from "../../../src/lifecycle/document.ts";
import { brokenIndex } from "../../operations/object/fixtures.ts";
import { about, daysOn, noDelivery, openTestBucket, put, runJob, s3, upload } from "../fixture.ts";

type TestBucket = Awaited<ReturnType<typeof openTestBucket>>;

const body = "x".repeat(128 * 1024);

async function setRules({ name }: TestBucket, rules: readonly Partial<GivenRule>[]): Promise<void> {
  const Rules = rules.map((rule, at): GivenRule => {
    return { ID: `r${at}`, Status: "Enabled", Filter: {}, ...rule };
  });
  const LifecycleConfiguration = { Rules };
  await s3().send(
    new PutBucketLifecycleConfigurationCommand({ Bucket: name, LifecycleConfiguration }),
  );
}

const enableVersions = ({ name }: TestBucket) =>
  s3().send(
    new PutBucketVersioningCommand({
      Bucket: name,
      VersioningConfiguration: { Status: "Enabled" },
    }),
  );

/** What the cron does, on a later day. */
async function cronOn(days: number, bindings: Partial<Env> = {}): Promise<void> {
  const seams = daysOn(days);
  const facts = { env: { ...env, ...bindings } as Env, seams, deliver: noDelivery };
  await lookAtDue(facts);
  await advanceDueJobs({ ...facts, table: sliceTable }, { slices: 50, milliseconds: 30_000 });
}

const rowOf = ({ name }: TestBucket) =>
  findLifecycle({ env, seams: daysOn(0), nowMs: Date.now() }, name);

async function classesOf({ name }: TestBucket): Promise<(string | undefined)[]> {
  const { Versions = [] } = await s3().send(new ListObjectVersionsCommand({ Bucket: name }));
  return Versions.map(({ StorageClass }) => StorageClass);
}

const walk = [
  {
    Transitions: [
      { Days: 30, StorageClass: "STANDARD_IA" as const },
      { Days: 90, StorageClass: "GLACIER" as const },
    ],
    Expiration: { Days: 120 },
  },
];

describe("lifecycle", () => {
  it("moves an object from class to class, and ends it", async () => {
    const bucket = await openTestBucket("walk");
    const Bucket = bucket.name;
    await setRules(bucket, walk);
    await put(Bucket, "a", body);
    await put(Bucket, "small", "x");
    await upload(Bucket, "parts", [new Uint8Array(5 * 1024 * 1024), body]);
    const head = (Key: string) => s3().send(new HeadObjectCommand({ Bucket, Key }));
    const before = await head("a");
    await cronOn(29);
    expect(await classesOf(bucket)).toEqual(["STANDARD", "STANDARD", "STANDARD"]);
    await cronOn(31);
    expect(await classesOf(bucket)).toEqual(["STANDARD_IA", "STANDARD_IA", "STANDARD"]);
    const { Body } = await s3().send(new GetObjectCommand({ Bucket, Key: "a" }));
    expect(await Body?.transformToString()).toBe(body);
    const after = await head("a");
    expect([after.ETag, after.LastModified]).toEqual([before.ETag, before.LastModified]);
    await cronOn(91);
    expect(await classesOf(bucket)).toEqual(["GLACIER", "GLACIER", "STANDARD"]);
    await cronOn(121);
    expect(await classesOf(bucket)).toEqual([]);
    const status = await bucket.index.lifecycleStatus(Date.now());
    const total = (action: string) =>
      status.days.filter((day) => day.action === action).reduce((sum, { count }) => sum + count, 0);
    expect([total("Transition"), total("Expiration")]).toEqual([4, 3]);
    expect(await rowOf(bucket)).toMatchObject({ run: { Expiration: 3 } });
  });

  it("does nothing twice when crons run at once", async () => {
    const bucket = await openTestBucket("overlap");
    await enableVersions(bucket);
    await setRules(bucket, [...walk, { NoncurrentVersionExpiration: { NoncurrentDays: 1 } }]);
    const keys = Array.from({ length: 12 }, (_, at) => `k${at}`);
    for (const key of [...keys, ...keys]) await put(bucket.name, key, body);
    for (const day of [31, 31, 91]) {
      await Promise.all([cronOn(day), cronOn(day), cronOn(day)]);
    }
    expect(await classesOf(bucket)).toEqual(keys.map(() => "GLACIER"));
    const status = await bucket.index.lifecycleStatus(Date.now());
    const sum: Record<string, number> = {};
    for (const { action, count } of status.days) sum[action] = (sum[action] ?? 0) + count;
    expect(sum).toEqual({ NoncurrentVersionExpiration: 12, Transition: 24 });
  });

  it("leaves the source alone while a store is down, and moves later", async () => {
    const bucket = await openTestBucket("outage");
    await setRules(bucket, walk);
    await put(bucket.name, "a", body);
    const broken = {
      put: () => Promise.reject(new Error("down")),
      get: () => Promise.reject(new Error("down")),
      head: () => Promise.reject(new Error("down")),
    } as unknown as R2Bucket;
    await cronOn(31, { STORE_STANDARD_IA: broken });
    expect(await classesOf(bucket)).toEqual(["STANDARD"]);
    expect((await rowOf(bucket))?.error).toBeDefined();
    await cronOn(31.2);
    expect(await classesOf(bucket)).toEqual(["STANDARD_IA"]);
    expect((await rowOf(bucket))?.error).toBeUndefined();
  });

  it("is due at once when the rules change, and over when they are deleted", async () => {
    const bucket = await openTestBucket("rules");
    await put(bucket.name, "a", body);
    await setRules(bucket, [{ Expiration: { Days: 300 } }]);
    expect((await rowOf(bucket))?.dueAtMs).toBe(0);
    await cronOn(10);
    const idle = await rowOf(bucket);
    expect(idle?.dueAtMs).toBeGreaterThan(Date.now() + 10.5 * 24 * 3600 * 1000);
    await setRules(bucket, [{ Expiration: { Days: 5 } }]);
    await cronOn(10);
    expect(await classesOf(bucket)).toEqual([]);
    await s3().send(new DeleteBucketLifecycleCommand({ Bucket: bucket.name }));
    await cronOn(11);
    expect(await rowOf(bucket)).toBeUndefined();
    expect((await bucket.index.lifecycleStatus(0)).ranges).toBe(0);
  });

  it("is looked at again at once when its rules change twice under the first look", async () => {
    const bucket = await openTestBucket("twice");
    await put(bucket.name, "a", body);
    await setRules(bucket, [{ Expiration: { Days: 300 } }]);
    let hasChanged = false;
    const index = brokenIndex(async (method, call) => {
      const answer = await call();
      if (method === "sweepLifecycle" && !hasChanged) {
        hasChanged = true;
        await setRules(bucket, [{ Expiration: { Days: 200 } }]);
        await setRules(bucket, [{ Expiration: { Days: 5 } }]);
      }
      return answer;
    });
    await cronOn(10, { BUCKET_INDEX: index });
    expect(hasChanged).toBe(true);
    expect(await classesOf(bucket)).toEqual(["STANDARD"]);
    expect((await rowOf(bucket))?.dueAtMs).toBeLessThanOrEqual(0);
    await cronOn(10);
    expect(await classesOf(bucket)).toEqual([]);
    expect((await rowOf(bucket))?.dueAtMs).toBeGreaterThan(Date.now());
  });

  it("is found by its setting when its row was never made", async () => {
    const bucket = await openTestBucket("missing");
    await setRules(bucket, [{ Expiration: { Days: 5 } }]);
    await env.CATALOG.prepare("DELETE FROM lifecycle_buckets WHERE bucket_id = ?1")
      .bind(bucket.bucketId)
      .run();
    await findMissing({ env, seams: daysOn(0), deliver: noDelivery });
    expect((await rowOf(bucket))?.dueAtMs).toBe(0);
  });

  it("is pushed by hand as a job", async () => {
    const bucket = await openTestBucket("pushed");
    await setRules(bucket, [{ Expiration: { Days: 5 } }]);
    await put(bucket.name, "a", body);
    const { job } = await runJob({ kind: "lifecycle", options: about(bucket), seams: daysOn(7) });
    expect(job.counts).toMatchObject({ Expiration: 1, versions: 1 });
    expect(await classesOf(bucket)).toEqual([]);
  });

  it("of the five-minute cron tells logs what it did", async () => {
    const bucket = await openTestBucket("told");
    await setRules(bucket, walk);
    await put(bucket.name, "a", body);
    const seams = daysOn(31);
    const wish = { kind: "lifecycle" as const, target: bucket.bucketId, options: about(bucket) };
    await startJob({ env, seams, nowMs: seams.now() }, wish);
    const told: string[] = [];
    const recordActions: RecordActions = async (name, actions) => {
      if (name === bucket.name) told.push(...actions.map(({ operation }) => operation));
    };
    await advanceAllJobs({ env, seams, deliver: noDelivery, recordActions });
    expect(told).toEqual(["S3.TRANSITION_SIA.OBJECT"]);
  });

  it("counts shortened days", async () => {
    const bucket = await openTestBucket("short");
    await setRules(bucket, [{ Expiration: { Days: 3 } }]);
    await put(bucket.name, "a", body);
    await cronOn(1, { LIFECYCLE_DAY_SECONDS: "3600" });
    expect(await classesOf(bucket)).toEqual([]);
  });

  it("tells those who watch the bucket, in its own name", async () => {
    const bucket = await openTestBucket("events");
    await s3().send(
      new PutBucketNotificationConfigurationCommand({
        Bucket: bucket.name,
        NotificationConfiguration: { EventBridgeConfiguration: {} },
      }),
    );
    await enableVersions(bucket);
    await put(bucket.name, "a", body);
    await setRules(bucket, [
      ...walk,
      { NoncurrentVersionExpiration: { NoncurrentDays: 1 } },
      { Expiration: { ExpiredObjectDeleteMarker: true } },
    ]);
    const told = new Set<string>();
    const stub = env.BUCKET_INDEX.get(env.BUCKET_INDEX.idFromName(bucket.bucketId));
    for (const day of [31, 91, 121, 123]) {
      await cronOn(day);
      const rows = await runInDurableObject(stub, (_, state) =>
        state.storage.sql.exec<{ body: string }>("SELECT body FROM outbox").toArray(),
      );
      for (const row of rows) told.add((JSON.parse(row.body) as { event: string }).event);
    }
    expect([...told].filter((event) => event.startsWith("Lifecycle")).sort()).toEqual([
      "LifecycleExpiration:Delete",
      "LifecycleExpiration:DeleteMarkerCreated",
      "LifecycleTransition",
    ]);
  });

  it("gives what it removed to nobody but the grace", async () => {
    const bucket = await openTestBucket("grace");
    await setRules(bucket, [{ Expiration: { Days: 3 } }]);
    await put(bucket.name, "a", body);
    await cronOn(5);
    const stub = env.BUCKET_INDEX.get(env.BUCKET_INDEX.idFromName(bucket.bucketId));
    const rows = await runInDurableObject(stub, (_, state) =>
      state.storage.sql.exec("SELECT key, reason FROM condemned").toArray(),
    );
    expect(rows).toEqual([{ key: "a", reason: "version" }]);
  });
});
