// Versions of many parts that one slice does not suffice for: each part is sent once, whatever ends a
// slice; what the target lost is sent again; an upload that is given up is aborted.

import { env, runInDurableObject } from "cloudflare:test";
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import type { BucketIndex } from "../../../src/bucket/bucket-index.ts";
import { type Env, systemSeams } from "../../../src/env.ts";
import { drainOutbox } from "../../../src/jobs/outbox.ts";
import { replicationCourier } from "../../../src/jobs/replication/courier.ts";
import type { LocalRequest } from "../../../src/jobs/replication/sender.ts";
import { serveReplication } from "../../../src/replica-door.ts";
import { call } from "../../operations/bucket/fixtures.ts";
import { brokenIndex } from "../../operations/object/fixtures.ts";
import { about, runJob, s3, upload } from "../fixture.ts";
import { arnOf, makeRole, putRules, statusOf, versionedBucket, versionsOf } from "./fixtures.ts";

type Bucket = Awaited<ReturnType<typeof versionedBucket>>;

const arrival = { env, seams: systemSeams, waitUntil: () => undefined };
/** A part, noted at once, and the slice is over. */
const slowly = { noteBytes: 1, sliceBytes: 1, sliceMs: 60_000 };
/** The same in one slice. */
const steadily = { ...slowly, sliceBytes: 1024 ** 3 };
const parts = 4;

/** A bucket with a version of four parts that another bucket is to have. */
async function pair() {
  const [source, target] = [await versionedBucket("from"), await versionedBucket("to")];
  await putRules(source.name, await makeRole(), [{ target: arnOf(target.name) }]);
  await inside(source, (index) => {
    // The index's own alarm delivers nothing.
    Object.assign(index, { drain: async () => undefined });
  });
  const bodies = Array.from({ length: parts }, (_, at) =>
    new Uint8Array(at + 1 < parts ? 5 * 1024 * 1024 : 1000).fill(65 + at),
  );
  await upload(source.name, "k", bodies);
  return { source, target };
}

function inside<Result>(
  { bucketId }: Bucket,
  work: (index: BucketIndex, storage: DurableObjectStorage) => Result | Promise<Result>,
): Promise<Result> {
  const stub = env.BUCKET_INDEX.get(env.BUCKET_INDEX.idFromName(bucketId));
  return runInDurableObject(stub, (instance, { storage }) =>
    work(instance as unknown as BucketIndex, storage),
  );
}

type Around = (request: LocalRequest, go: () => Promise<Response>) => Promise<Response>;

interface DrainWish {
  readonly around?: Around;
  readonly afterMs?: number;
  readonly pace?: typeof slowly;
  readonly bindings?: Partial<Env>;
}

/** One alarm's worth of deliveries, `afterMs` from now. */
function drain(source: Bucket, wish: DrainWish = {}): Promise<void> {
  const { around = (_, go) => go(), afterMs = 0, pace = slowly, bindings } = wish;
  const seams = { ...systemSeams, now: () => Date.now() + afterMs };
  const replication = replicationCourier(
    () => (request) => around(request, () => serveReplication(arrival, request)),
    pace,
  );
  const facts = { env: { ...env, ...bindings } as Env, seams, couriers: { replication } };
  return inside(source, (index) => drainOutbox(index, facts));
}

/** Counts the parts that are read at the source and sent to the target. */
function counter() {
  const counts = new Map<string, number>();
  const around: Around = (request, go) => {
    const number = /partNumber=(\d+)/.exec(request.query)?.[1];
    const name = `${request.method} ${number}`;
    if (number !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
    return go();
  };
  return { counts, around };
}

const rememberedIn = (source: Bucket) =>
  inside(source, (_, { sql }) => [
    [...sql.exec("SELECT target FROM replication_uploads")].length,
    [...sql.exec("SELECT number FROM replication_parts")].length,
  ]);

async function openUploads({ name }: Bucket) {
  const { Uploads = [] } = await s3().send(new ListMultipartUploadsCommand({ Bucket: name }));
  return Uploads.map(({ UploadId = "" }) => UploadId);
}

/** The target has what the source has, and nothing is left of the way there. */
async function expectDelivered({ source, target }: { source: Bucket; target: Bucket }) {
  expect(await versionsOf(target)).toEqual(await versionsOf(source));
  expect(await statusOf(source, "k")).toBe("COMPLETED");
  expect(await statusOf(target, "k")).toBe("REPLICA");
  expect(await rememberedIn(source)).toEqual([0, 0]);
  expect(await openUploads(target)).toEqual([]);
  const options = about(target, { isReading: true });
  expect((await runJob({ kind: "fsck", options })).findings).toEqual([]);
}

const isPart = ({ method, query }: LocalRequest) => method === "PUT" && /partNumber/.test(query);
const isCompletion = ({ method, query }: LocalRequest) =>
  method === "POST" && query.startsWith("uploadId");

describe("a version that takes several slices", () => {
  it("is read and sent once, part by part, and goes before later ones of its key", async () => {
    const both = await pair();
    const { source, target } = both;
    await call("PUT", `/${source.name}/k`, { body: "later" });
    await call("PUT", `/${source.name}/other`, { body: "beside" });
    const { counts, around } = counter();
    // The first one has two slices, because something else was delivered beside it.
    for (let slice = 2; slice < parts; slice += 1) {
      await drain(source, { around });
      const keys = (await versionsOf(target)).map((line) => line.split(" ")[1]);
      expect(keys).toEqual(["other"]);
    }
    for (let slice = 0; slice < 3; slice += 1) await drain(source, { around });
    expect([...counts.values()]).toEqual(Array(2 * parts).fill(1));
    await expectDelivered(both);
  });

  it("loses the part alone that a failure meets", async () => {
    const both = await pair();
    const { source } = both;
    const { counts, around } = counter();
    for (let attempt = 0; attempt < 2 * parts; attempt += 1) {
      let sent = 0;
      const failing: Around = (request, go) =>
        around(request, async () => {
          if (!isPart(request)) return go();
          sent += 1;
          if (sent === 1) return go();
          await request.body?.cancel();
          throw new TypeError("the connection is gone");
        });
      await drain(source, { around: failing, afterMs: attempt * 3_600_000, pace: steadily });
    }
    for (const [name, count] of counts) expect(count, name).toBeLessThanOrEqual(2);
    await expectDelivered(both);
  });

  it("that dies before it notes a part sends it again, and no other", async () => {
    const both = await pair();
    const { source } = both;
    const { counts, around } = counter();
    const index = brokenIndex(async (method, go) => {
      if (method === "noteReplicationUpload" && counts.get("PUT 2") === 1) {
        throw new Error("killed");
      }
      return go();
    });
    await drain(source, { around, pace: steadily, bindings: { BUCKET_INDEX: index } });
    expect(await rememberedIn(source)).toEqual([1, 1]);
    await drain(source, { around, pace: steadily, afterMs: 3_600_000 });
    expect([1, 2, 3, 4].map((number) => counts.get(`PUT ${number}`))).toEqual([1, 2, 1, 1]);
    await expectDelivered(both);
  });

  it("whose completion was not heard of is not sent again", async () => {
    const both = await pair();
    const { source } = both;
    const { counts, around } = counter();
    let isLost = false;
    const deaf: Around = (request, go) =>
      around(request, async () => {
        const answer = await go();
        if (!isCompletion(request) || isLost) return answer;
        isLost = true;
        throw new TypeError("the connection is gone");
      });
    await drain(source, { around: deaf, pace: steadily });
    expect(isLost).toBe(true);
    await drain(source, { around: deaf, pace: steadily, afterMs: 3_600_000 });
    expect([...counts.values()]).toEqual(Array(2 * parts).fill(1));
    await expectDelivered(both);
  });

  it("is begun anew when somebody ended its upload", async () => {
    const both = await pair();
    const { source, target } = both;
    await drain(source);
    const [UploadId] = await openUploads(target);
    const place = { Bucket: target.name, Key: "k", UploadId };
    await s3().send(new AbortMultipartUploadCommand(place));
    for (let slice = 0; slice < 8; slice += 1) {
      await drain(source, { afterMs: slice * 3_600_000 });
    }
    await expectDelivered(both);
  });

  it("sends a part again that the target has otherwise", async () => {
    const both = await pair();
    const { source, target } = both;
    const { counts, around } = counter();
    await drain(source, { around });
    const [UploadId] = await openUploads(target);
    const place = { Bucket: target.name, Key: "k", UploadId, PartNumber: 1 };
    const Body = new Uint8Array(5 * 1024 * 1024).fill(33);
    const ChecksumAlgorithm = "CRC64NVME" as const;
    await s3().send(new UploadPartCommand({ ...place, Body, ChecksumAlgorithm }));
    for (let slice = 0; slice < 8; slice += 1) {
      await drain(source, { around, afterMs: slice * 3_600_000 });
    }
    expect([1, 2, 3, 4].map((number) => counts.get(`PUT ${number}`))).toEqual([2, 1, 1, 1]);
    await expectDelivered(both);
  });
});

describe("an upload that is given up", () => {
  it("is aborted when its version is deleted", async () => {
    const { source, target } = await pair();
    await drain(source);
    expect(await openUploads(target)).toHaveLength(1);
    const line = (await versionsOf(source)).find((text) => text.startsWith("Version"));
    const VersionId = line?.split(" ")[2] ?? "";
    await s3().send(new DeleteObjectCommand({ Bucket: source.name, Key: "k", VersionId }));
    await drain(source);
    expect(await openUploads(target)).toEqual([]);
    expect(await rememberedIn(source)).toEqual([0, 0]);
    expect(await versionsOf(target)).toEqual([]);
  });

  it("is aborted with the last try, and begun anew when somebody asks", async () => {
    const both = await pair();
    const { source, target } = both;
    await drain(source);
    const away: Around = async (request, go) => {
      if (!isPart(request)) return go();
      await request.body?.cancel();
      return new Response("<Error><Code>SlowDown</Code></Error>", { status: 503 });
    };
    for (let hour = 0; hour < 60; hour += 1) {
      await drain(source, { around: away, afterMs: hour * 3_600_000 });
    }
    expect(await statusOf(source, "k")).toBe("FAILED");
    expect(await openUploads(target)).toEqual([]);
    expect(await rememberedIn(source)).toEqual([0, 0]);
    await runJob({ kind: "replicate", options: about(source, { configuration: "failed" }) });
    await drain(source, { pace: steadily, afterMs: 61 * 3_600_000 });
    await expectDelivered(both);
  });

  it("is aborted when its rule is gone", async () => {
    const { source, target } = await pair();
    await drain(source);
    const other = await versionedBucket("other");
    await putRules(source.name, await makeRole(), [{ target: arnOf(other.name) }]);
    await drain(source);
    expect(await statusOf(source, "k")).toBe("FAILED");
    expect(await openUploads(target)).toEqual([]);
    expect(await rememberedIn(source)).toEqual([0, 0]);
  });
});
