// D33 replication retry storm, and what else goes wrong on the way: targets that are away, answers
// that are lost, deliveries made twice. And what replication costs in rows of the index.
import { env, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import type { BucketIndex } from "../../../src/bucket/bucket-index.ts";
import { systemSeams } from "../../../src/env.ts";
import { drainOutbox } from "../../../src/jobs/outbox.ts";
import { replicationCourier } from "../../../src/jobs/replication/courier.ts";
import type { LocalRequest } from "../../../src/jobs/replication/sender.ts";
import { serveReplication } from "../../../src/replica-door.ts";
import { call } from "../../operations/bucket/fixtures.ts";
import { runJob } from "../fixture.ts";
import {
  arnOf,
  deliver,
  makeRole,
  putRules,
  statusOf,
  versionedBucket,
  versionsOf,
} from "./fixtures.ts";

type Bucket = Awaited<ReturnType<typeof versionedBucket>>;

const arrival = { env, seams: systemSeams, waitUntil: () => undefined };

/** Two buckets whose deliveries are made by the test alone, through `around`. */
async function pair() {
  const [source, target] = [await versionedBucket("from"), await versionedBucket("to")];
  await putRules(source.name, await makeRole(), [{ target: arnOf(target.name) }]);
  await inside(source, (index) => {
    // The index's own alarm delivers nothing.
    Object.assign(index, { drain: async () => undefined });
  });
  return { source, target };
}

function inside<Result>(
  { bucketId }: Bucket,
  work: (index: BucketIndex) => Result | Promise<Result>,
): Promise<Result> {
  const stub = env.BUCKET_INDEX.get(env.BUCKET_INDEX.idFromName(bucketId));
  return runInDurableObject(stub, (instance) => work(instance as unknown as BucketIndex));
}

type Around = (request: LocalRequest, go: () => Promise<Response>) => Promise<Response>;

/** One alarm's worth of deliveries, `afterMs` from now. */
function drain(source: Bucket, around: Around, afterMs = 0): Promise<void> {
  const seams = { ...systemSeams, now: () => Date.now() + afterMs };
  const replication = replicationCourier(
    () => (request) => around(request, () => serveReplication(arrival, request)),
  );
  return inside(source, (index) => drainOutbox(index, { env, seams, couriers: { replication } }));
}

const isWrite = ({ method }: LocalRequest) => method !== "GET" && method !== "HEAD";

const away: Around = async (request, go) => {
  if (!isWrite(request)) return go();
  await request.body?.cancel();
  return new Response("<Error><Code>SlowDown</Code></Error>", { status: 503 });
};

const put = (bucket: Bucket, key: string, body = "x") =>
  call("PUT", `/${bucket.name}/${key}`, { body });

describe("D33 a target that is away", () => {
  it("for ten minutes is asked a bounded number of times, then gets everything once", async () => {
    const { source, target } = await pair();
    for (let at = 0; at < 30; at += 1) await put(source, `k${at % 10}`, `state ${at}`);
    let asked = 0;
    const counted: Around = (request, go) => {
      if (isWrite(request)) asked += 1;
      return away(request, go);
    };
    for (let second = 0; second < 600; second += 5) await drain(source, counted, second * 1000);
    // Probed, not stormed: a few at first, then one at a time and ever more rarely.
    expect(asked).toBeGreaterThan(3);
    expect(asked).toBeLessThanOrEqual(60);
    expect(await statusOf(source, "k1")).toBe("PENDING");
    expect(await versionsOf(target)).toEqual([]);

    const delivered: string[] = [];
    const noted: Around = async (request, go) => {
      const answer = await go();
      if (isWrite(request) && answer.ok) delivered.push(request.key);
      return answer;
    };
    for (let minute = 10; minute < 200; minute += 10) await drain(source, noted, minute * 60_000);
    expect(delivered).toHaveLength(30);
    expect(await versionsOf(target)).toEqual(await versionsOf(source));
    expect(await statusOf(source, "k1")).toBe("COMPLETED");
    expect((await source.index.replicationStatus()).failureCount).toBe(0);
  });

  it("for longer than a day is FAILED, and replicated when somebody asks for it again", async () => {
    const { source, target } = await pair();
    await put(source, "k");
    for (let hour = 0; hour < 60; hour += 1) await drain(source, away, hour * 3_600_000);
    const lines = await versionsOf(source);
    const versionId = lines.find((line) => line.startsWith("Version"))?.split(" ")[2];
    expect(await statusOf(source, "k", versionId)).toBe("FAILED");
    const { failures, failureCount } = await source.index.replicationStatus();
    expect(failureCount).toBe(1);
    expect(failures.map(({ reason }) => reason)).toEqual(["SlowDown: "]);
    const options = { bucket: source.name, bucketId: source.bucketId, configuration: "failed" };
    const { job } = await runJob({ kind: "replicate", options });
    expect(job.counts).toMatchObject({ enrolled: 1 });
    expect(await statusOf(source, "k", versionId)).toBe("PENDING");
    await drain(source, (_, go) => go(), 61 * 3_600_000);
    expect(await statusOf(source, "k", versionId)).toBe("COMPLETED");
    expect(await versionsOf(target)).toEqual(lines);
    expect((await source.index.replicationStatus()).failureCount).toBe(0);
  });

  it("does not hold up another one", async () => {
    const [source, one, two] = [
      await versionedBucket("from"),
      await versionedBucket("one"),
      await versionedBucket("two"),
    ];
    const rules = [
      { id: "1", target: arnOf(one.name) },
      { id: "2", priority: 2, target: arnOf(two.name) },
    ];
    await putRules(source.name, await makeRole(), rules);
    await inside(source, (index) => Object.assign(index, { drain: async () => undefined }));
    for (let at = 0; at < 5; at += 1) await put(source, `k${at}`);
    const half: Around = (request, go) => (request.bucket === one.name ? away(request, go) : go());
    await drain(source, half);
    expect(await versionsOf(two)).toEqual(await versionsOf(source));
    expect(await versionsOf(one)).toEqual([]);
    expect(await statusOf(source, "k0")).toBe("PENDING");
  });
});

describe("deliveries whose outcome is unknown", () => {
  it("are made again and take effect once: the answer is lost, then the settlement", async () => {
    const { source, target } = await pair();
    await put(source, "k", "one");
    await put(source, "k", "two");
    let lost = 0;
    const losing: Around = async (request, go) => {
      const answer = await go();
      if (!isWrite(request) || lost > 1) return answer;
      lost += 1;
      throw new TypeError("the connection is gone");
    };
    for (let second = 0; second < 60; second += 5) await drain(source, losing, second * 1000);
    expect(lost).toBe(2);
    expect(await versionsOf(target)).toEqual(await versionsOf(source));
    // The outbox forgot nothing: what it has is delivered once more.
    await put(source, "l");
    const kept = await inside(source, (index) =>
      index.claimOutbox({ nowMs: Date.now(), limit: 10, probeAfter: 5 }),
    );
    const replication = replicationCourier(() => (request) => serveReplication(arrival, request));
    for (let round = 0; round < 2; round += 1) {
      for (const batch of kept) {
        await replication({ env, seams: systemSeams, nowMs: Date.now() }, batch);
      }
    }
    expect(await versionsOf(target)).toEqual(await versionsOf(source));
    expect(await statusOf(source, "l")).toBe("COMPLETED");
  });

  it("leave no bytes behind that nothing names", async () => {
    const { source, target } = await pair();
    await put(source, "k", "one");
    const [batch] = await inside(source, (index) =>
      index.claimOutbox({ nowMs: Date.now(), limit: 10, probeAfter: 5 }),
    );
    const replication = replicationCourier(() => (request) => serveReplication(arrival, request));
    for (let round = 0; round < 3; round += 1) {
      if (batch) await replication({ env, seams: systemSeams, nowMs: Date.now() }, batch);
    }
    const named = async () => {
      const page = await env.STORE_STANDARD.list({ include: ["customMetadata"] });
      return page.objects.filter(
        ({ key, customMetadata }) =>
          /^[0-9]/.test(key) && customMetadata?.["bucket"] === target.bucketId,
      ).length;
    };
    await expect.poll(named).toBe(1);
  });
});

describe("what replication costs", () => {
  const written = (bucket: Bucket) => inside(bucket, (index) => index.usage().rowsWritten);

  it("nothing where there is none: not a row, and nothing in the version", async () => {
    const plain = await versionedBucket("plain");
    await put(plain, "warm");
    const before = await written(plain);
    await put(plain, "new");
    expect((await written(plain)) - before).toBe(1);
    expect(await statusOf(plain, "new")).toBeNull();
  });

  it("two rows when a version is written, two more until it is COMPLETED", async () => {
    const { source, target } = await pair();
    await put(source, "warm");
    await drain(source, (_, go) => go());
    const atStart = await written(source);
    for (let at = 0; at < 10; at += 1) await put(source, `k${at}`);
    // The version, its row of the outbox; now and then the bound of the order.
    expect((await written(source)) - atStart).toBeLessThanOrEqual(10 * 2 + 1);
    const beforeDelivery = await written(source);
    const [thereBefore] = [await written(target)];
    await drain(source, (_, go) => go());
    // The outbox's row goes, the version says COMPLETED; one row for the rule's counters.
    expect((await written(source)) - beforeDelivery).toBeLessThanOrEqual(10 * 2 + 2);
    expect((await written(target)) - thereBefore).toBeLessThanOrEqual(10 + 1);
  });

  it("is told with the version: a HEAD reads as many rows as without", async () => {
    const { source } = await pair();
    const plain = await versionedBucket("plain");
    const reads = async (bucket: Bucket) => {
      await put(bucket, "k");
      await statusOf(bucket, "k");
      const before = await inside(bucket, (index) => index.usage().rowsRead);
      await statusOf(bucket, "k");
      return (await inside(bucket, (index) => index.usage().rowsRead)) - before;
    };
    expect(await reads(source)).toBe(await reads(plain));
    await deliver(source);
  });
});
