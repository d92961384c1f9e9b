// Moves and restorations of versions that one slice does not suffice for: what was copied is copied
// once, whatever ends a slice; what was copied of other bytes, or is no longer there, is never named.

import { env, runInDurableObject } from "cloudflare:test";
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutBucketLifecycleConfigurationCommand,
  RestoreObjectCommand,
  type RestoreRequest,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { getJob, startJob } from "../../src/catalog/jobs.ts";
import { type Env, type Seams, systemSeams } from "../../src/env.ts";
import { collectCondemned } from "../../src/jobs/collect.ts";
import type { CopyPace } from "../../src/jobs/copy-parts.ts";
import { moveVersion } from "../../src/jobs/move.ts";
import { advanceRestores } from "../../src/jobs/restore.ts";
import { advanceJob } from "../../src/jobs/slices.ts";
import { sliceTable } from "../../src/jobs/table.ts";
import type { Destination } from "../../src/s3/content.ts";
import { brokenIndex, brokenStore } from "../operations/object/fixtures.ts";
import {
  about,
  dayMs,
  daysOn,
  noDelivery,
  openTestBucket,
  put,
  runJob,
  s3,
  upload,
} from "./fixture.ts";

type TestBucket = Awaited<ReturnType<typeof openTestBucket>>;

const mebibyte = 1024 * 1024;
const infrequent = { storageClass: "STANDARD_IA" } as const;
const minuteMs = 60_000;

/** One part, noted at once, and the slice is over. */
const slowly: CopyPace = {
  atOnce: 1,
  noteBytes: 1,
  sliceBytes: 1,
  sliceParts: 1000,
  sliceMs: 60_000,
};
/** The same in one slice. */
const steadily: CopyPace = { ...slowly, sliceBytes: 1024 ** 3 };

/** As many parts, the last one small; each of other bytes. */
function partsOf(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, at) => {
    const bytes = new Uint8Array(at + 1 < count ? 5 * mebibyte : 1000).fill(65 + at);
    return crypto.getRandomValues(bytes.subarray(0, 1000)) && bytes;
  });
}

async function bucketOf(label: string, count: number) {
  const bucket = await openTestBucket(label);
  const bodies = partsOf(count);
  await upload(bucket.name, "k", bodies);
  return {
    bucket,
    whole: new Uint8Array(await new Blob(bodies as Uint8Array<ArrayBuffer>[]).arrayBuffer()),
  };
}

interface MoveWish {
  readonly to?: Destination;
  readonly bindings?: Partial<Env>;
  readonly pace?: CopyPace;
  readonly seams?: Seams;
}

async function found({ index, epoch }: TestBucket, key = "k") {
  const outcome = await index.resolve({ epoch, nowMs: Date.now(), key, wantSegments: true });
  if (outcome.kind !== "found") throw new Error(outcome.kind);
  return outcome;
}

async function move(bucket: TestBucket, wish: MoveWish = {}) {
  const { version } = await found(bucket);
  const { seams = systemSeams, pace = slowly, to = infrequent } = wish;
  const facts = { env: { ...env, ...wish.bindings } as Env, seams, nowMs: seams.now(), pace };
  return moveVersion({ ...facts, epoch: bucket.epoch }, bucket.bucketId, version, to);
}

/** Until it is moved: how the calls ended. */
async function moveToTheEnd(bucket: TestBucket, wish: MoveWish = {}): Promise<string[]> {
  const kinds: string[] = [];
  while (kinds.at(-1) !== "moved" && kinds.length < 50) {
    kinds.push((await move(bucket, wish)).kind);
  }
  return kinds;
}

/** The clock, so many minutes on: behind the lease of a mover that died. */
const minutesOn = (minutes: number): Seams => ({
  ...systemSeams,
  now: () => Date.now() + minutes * minuteMs,
});

/** A store that counts what is read of it, by name. */
function counting(store: R2Bucket) {
  const reads = new Map<string, number>();
  const get = (key: string, options?: R2GetOptions) => {
    reads.set(key, (reads.get(key) ?? 0) + 1);
    return store.get(key, options as R2GetOptions);
  };
  return { reads, store: brokenStore(store, { get: get as R2Bucket["get"] }) };
}

function rowsOf({ bucketId }: TestBucket, statement: string): Promise<unknown[]> {
  const stub = env.BUCKET_INDEX.get(env.BUCKET_INDEX.idFromName(bucketId));
  return runInDurableObject(stub, (_, { storage }) => [...storage.sql.exec(statement)]);
}

const unfinished = (bucket: TestBucket) => rowsOf(bucket, "SELECT * FROM unfinished_moves");

async function copiedBlobs(bucket: TestBucket): Promise<string[]> {
  const rows = await rowsOf(
    bucket,
    `SELECT segments FROM parts JOIN unfinished_moves USING (content) ORDER BY number`,
  );
  return rows.map((row) => (row as { segments: string }).segments);
}

/** The blobs that say they are the bucket's, in every store. */
async function everyBlob({ bucketId }: TestBucket): Promise<string[]> {
  const blobs: string[] = [];
  for (const [, store] of Object.entries(env).filter(([name]) => name.startsWith("STORE_"))) {
    const { objects } = await (store as R2Bucket).list({ include: ["customMetadata"] });
    const own = objects.filter(({ customMetadata }) => customMetadata?.["bucket"] === bucketId);
    blobs.push(...own.map(({ key }) => key).filter((key) => /^[0-9]/.test(key)));
  }
  return blobs;
}

async function expectSound(bucket: TestBucket, seams = systemSeams): Promise<void> {
  const options = about(bucket, { isReading: true });
  expect((await runJob({ kind: "fsck", options, seams })).findings).toEqual([]);
}

async function bytesOf(bucket: TestBucket): Promise<Uint8Array> {
  const read = new GetObjectCommand({ Bucket: bucket.name, Key: "k" });
  const { Body } = await s3().send(read);
  return (await Body?.transformToByteArray()) ?? new Uint8Array();
}

async function expectSame(bucket: TestBucket, whole: Uint8Array) {
  const bytes = await bytesOf(bucket);
  expect(bytes.length).toBe(whole.length);
  expect(Buffer.compare(bytes, whole)).toBe(0);
}

/** Behind every grace: what nothing names is gone, and only that. */
async function expectOnly(bucket: TestBucket, count: number, days = 4): Promise<void> {
  const seams = daysOn(days);
  await collectCondemned(bucket.index, { env, nowMs: seams.now(), limit: 1000 });
  for (const target of ["0", "2", "4", "5"]) await runJob({ kind: "sweep", target, seams });
  expect(await everyBlob(bucket)).toHaveLength(count);
  await expectSound(bucket, seams);
}

describe("a move in slices", () => {
  it("that takes five reads each part once, and ends as any other", async () => {
    const { bucket, whole } = await bucketOf("slices", 5);
    const source = counting(env.STORE_STANDARD);
    const bindings = { STORE_STANDARD: source.store };
    const kinds = await moveToTheEnd(bucket, { bindings });
    expect(kinds.slice(0, 4)).toEqual(["paused", "paused", "paused", "paused"]);
    expect(kinds.at(-1)).toBe("moved");
    expect([...source.reads.values()]).toEqual([1, 1, 1, 1, 1]);
    const { version } = await found(bucket);
    expect(version.storageClass).toBe("STANDARD_IA");
    expect(await unfinished(bucket)).toEqual([]);
    expect(await rowsOf(bucket, "SELECT * FROM moves")).toEqual([]);
    await expectSame(bucket, whole);
    await expectOnly(bucket, 5);
  });

  it("writes a row for each part, and few beside, over one that is not noted", async () => {
    const cost = async (pace: CopyPace) => {
      const { bucket } = await bucketOf("cost", 4);
      const stub = env.BUCKET_INDEX.get(env.BUCKET_INDEX.idFromName(bucket.bucketId));
      const written = () =>
        runInDurableObject(
          stub,
          (index) => (index as unknown as { usage(): { rowsWritten: number } }).usage().rowsWritten,
        );
      const before = await written();
      await moveToTheEnd(bucket, { pace });
      return (await written()) - before;
    };
    const unnoted = await cost({ ...steadily, noteBytes: 1024 ** 3 });
    // A row for the note, which is taken away again.
    expect(await cost(steadily)).toBeLessThanOrEqual(unnoted + 2);
  });

  it("is sound meanwhile, spared by the sweep, and readers see nothing of it", async () => {
    const { bucket, whole } = await bucketOf("meanwhile", 3);
    await move(bucket);
    await move(bucket);
    expect(await copiedBlobs(bucket)).toHaveLength(2);
    await expectSound(bucket);
    await expectSame(bucket, whole);
    await runJob({ kind: "sweep", target: "2", seams: daysOn(3) });
    await expectSound(bucket, daysOn(3));
    expect((await moveToTheEnd(bucket, { seams: daysOn(3) })).at(-1)).toBe("moved");
    await expectSame(bucket, whole);
    await expectOnly(bucket, 3, 7);
  });

  it("of sealed parts copies ciphertext once, and counts who holds it", async () => {
    const bucket = await openTestBucket("sealed");
    const place = { Bucket: bucket.name, Key: "k" };
    const sealed = { ...place, ServerSideEncryption: "aws:kms" as const };
    const { UploadId } = await s3().send(new CreateMultipartUploadCommand(sealed));
    const bodies = partsOf(3);
    const Parts = [];
    for (const [at, Body] of bodies.entries()) {
      const part = { ...place, UploadId, PartNumber: at + 1, Body };
      const { ETag } = await s3().send(new UploadPartCommand(part));
      Parts.push({ ETag, PartNumber: at + 1 });
    }
    const complete = { ...place, UploadId, MultipartUpload: { Parts } };
    await s3().send(new CompleteMultipartUploadCommand(complete));
    const kinds = await moveToTheEnd(bucket);
    expect(kinds.length).toBeGreaterThan(2);
    const whole = new Uint8Array(await new Blob(bodies as Uint8Array<ArrayBuffer>[]).arrayBuffer());
    await expectSame(bucket, whole);
    await expectOnly(bucket, 3);
  });

  it("into an archive packs each part, and is restored in slices", async () => {
    const { bucket, whole } = await bucketOf("archive", 3);
    await moveToTheEnd(bucket, { to: { storageClass: "GLACIER" } });
    const wish: RestoreRequest = { Days: 30 };
    const restore = { Bucket: bucket.name, Key: "k", RestoreRequest: wish };
    const soon = { RESTORE_DELAY_SECONDS: "0" };
    await s3(soon).send(new RestoreObjectCommand(restore));
    const archive = counting(env.STORE_GLACIER);
    const bindings = { ...env, STORE_GLACIER: archive.store } as Env;
    const advance = (seams: Seams) =>
      advanceRestores({ env: bindings, seams, pace: slowly }, bucket.bucketId);
    await advance(minutesOn(1));
    // Noted copies are spared, however long the rest takes.
    await runJob({ kind: "sweep", target: "0", seams: daysOn(3) });
    await expectSound(bucket, daysOn(3));
    for (let round = 0; round < 4; round += 1) await advance(daysOn(3));
    expect(await rowsOf(bucket, "SELECT is_done FROM restores")).toEqual([{ is_done: 1 }]);
    expect(await unfinished(bucket)).toEqual([]);
    expect([...archive.reads.values()]).toEqual([1, 1, 1]);
    await expectSame(bucket, whole);
    await expectOnly(bucket, 6, 7);
  });
});

describe("a mover that dies", () => {
  it("at each part boundary loses that part alone (D20, D22)", async () => {
    const { bucket, whole } = await bucketOf("crash", 5);
    const source = counting(env.STORE_STANDARD);
    // Killed: it copies one part, and no more; nothing is released.
    const killed = () => {
      let puts = 0;
      const put: R2Bucket["put"] = ((...input: Parameters<R2Bucket["put"]>) => {
        puts += 1;
        if (puts > 1) throw new Error("killed");
        return env.STORE_STANDARD_IA.put(...input);
      }) as R2Bucket["put"];
      const index = brokenIndex(async (method, call) => {
        if (method === "releaseMove") throw new Error("killed");
        return call();
      });
      return {
        STORE_STANDARD: source.store,
        STORE_STANDARD_IA: brokenStore(env.STORE_STANDARD_IA, { put }),
        BUCKET_INDEX: index,
      };
    };
    for (let crash = 1; crash <= 4; crash += 1) {
      const seams = minutesOn(20 * crash);
      await expect(move(bucket, { bindings: killed(), pace: steadily, seams })).rejects.toThrow();
      expect(await copiedBlobs(bucket)).toHaveLength(crash);
      expect((await move(bucket, { seams })).kind).toBe("leased");
      await expectSame(bucket, whole);
    }
    const seams = minutesOn(100);
    const bindings = { STORE_STANDARD: source.store };
    expect((await move(bucket, { bindings, pace: steadily, seams })).kind).toBe("moved");
    // The part that was under way is read again, and no other.
    expect([...source.reads.values()].toSorted()).toEqual([1, 2, 2, 2, 2]);
    await expectSame(bucket, whole);
    await expectOnly(bucket, 5);
  });

  for (const [what, isHeard] of [
    ["before its note arrives", false],
    ["before it hears of its note", true],
  ] as const) {
    it(`${what} leaves nothing that is named twice or lost (D03)`, async () => {
      const { bucket, whole } = await bucketOf("note", 3);
      const index = brokenIndex(async (method, call) => {
        if (method !== "noteCopied") return call();
        if (isHeard) await call();
        throw new Error("killed");
      });
      const bindings = { BUCKET_INDEX: index };
      await expect(move(bucket, { bindings, pace: steadily })).rejects.toThrow();
      expect(await copiedBlobs(bucket)).toHaveLength(isHeard ? 1 : 0);
      expect((await moveToTheEnd(bucket)).at(-1)).toBe("moved");
      await expectSame(bucket, whole);
      await expectOnly(bucket, 3);
    });
  }

  it("between the last note and the swap has only to swap", async () => {
    const { bucket, whole } = await bucketOf("swap", 3);
    const index = brokenIndex(async (method, call) => {
      if (method === "swapMove") throw new Error("killed");
      return call();
    });
    const bindings = { BUCKET_INDEX: index };
    await expect(move(bucket, { bindings, pace: steadily })).rejects.toThrow();
    const source = counting(env.STORE_STANDARD);
    const again = { bindings: { STORE_STANDARD: source.store }, pace: steadily };
    expect((await move(bucket, again)).kind).toBe("moved");
    expect([...source.reads]).toEqual([]);
    await expectSame(bucket, whole);
    await expectOnly(bucket, 3);
  });
});

describe("two movers at once", () => {
  it("whose leases overlap end with one set of bytes (D17, D35)", async () => {
    const { bucket, whole } = await bucketOf("overlap", 4);
    let hasRun = false;
    // The first one stands still in its second part, until the second one has done all of it.
    const get = async (key: string, options?: R2GetOptions) => {
      const object = await env.STORE_STANDARD.get(key, options as R2GetOptions);
      if (!hasRun && (await copiedBlobs(bucket)).length === 1) {
        hasRun = true;
        const seams = minutesOn(20);
        expect((await move(bucket, { pace: steadily, seams })).kind).toBe("moved");
      }
      return object;
    };
    const store = brokenStore(env.STORE_STANDARD, { get: get as R2Bucket["get"] });
    const bindings = { STORE_STANDARD: store };
    expect((await move(bucket, { bindings, pace: steadily })).kind).toBe("changed");
    expect(hasRun).toBe(true);
    await expectSame(bucket, whole);
    await expectOnly(bucket, 4);
  });

  it("that go on in turn never name the copy of the one that lost", async () => {
    const { bucket, whole } = await bucketOf("fence", 4);
    let hasRun = false;
    const get = async (key: string, options?: R2GetOptions) => {
      const object = await env.STORE_STANDARD.get(key, options as R2GetOptions);
      if (!hasRun && (await copiedBlobs(bucket)).length === 1) {
        hasRun = true;
        // The second one copies the very part that the first one is at, and pauses.
        expect((await move(bucket, { seams: minutesOn(20) })).kind).toBe("paused");
      }
      return object;
    };
    const store = brokenStore(env.STORE_STANDARD, { get: get as R2Bucket["get"] });
    const bindings = { STORE_STANDARD: store };
    expect((await move(bucket, { bindings, pace: steadily })).kind).toBe("changed");
    expect(await copiedBlobs(bucket)).toHaveLength(2);
    expect((await moveToTheEnd(bucket)).at(-1)).toBe("moved");
    await expectSame(bucket, whole);
    await expectOnly(bucket, 4);
  });
});

describe("copies of what is no longer so", () => {
  for (const [what, change] of [
    ["overwritten", (Bucket: string) => put(Bucket, "k", "new")],
    ["deleted", (Bucket: string) => s3().send(new DeleteObjectCommand({ Bucket, Key: "k" }))],
  ] as const) {
    it(`are condemned when the version is ${what} (D17, D18)`, async () => {
      const { bucket } = await bucketOf("source", 3);
      await move(bucket);
      await change(bucket.name);
      expect(await unfinished(bucket)).toEqual([]);
      await expectOnly(bucket, what === "deleted" ? 0 : 1);
    });
  }

  it("are never named when that happens while the mover copies", async () => {
    const { bucket } = await bucketOf("during", 3);
    await move(bucket);
    const get = async (key: string, options?: R2GetOptions) => {
      const object = await env.STORE_STANDARD.get(key, options as R2GetOptions);
      await put(bucket.name, "k", "new");
      return object;
    };
    const store = brokenStore(env.STORE_STANDARD, { get: get as R2Bucket["get"] });
    const outcome = await move(bucket, { bindings: { STORE_STANDARD: store }, pace: steadily });
    expect(outcome.kind).toBe("changed");
    expect(new TextDecoder().decode(await bytesOf(bucket))).toBe("new");
    await expectOnly(bucket, 1);
  });

  it("are condemned when the version moved to another place instead", async () => {
    const { bucket, whole } = await bucketOf("elsewhere", 3);
    await move(bucket);
    await move(bucket, { to: { storageClass: "GLACIER_IR" } });
    expect(await unfinished(bucket)).toHaveLength(2);
    const to = { storageClass: "GLACIER_IR" } as const;
    expect((await moveToTheEnd(bucket, { to })).at(-1)).toBe("moved");
    expect(await unfinished(bucket)).toEqual([]);
    await expectSame(bucket, whole);
    await expectOnly(bucket, 3);
  });

  it("that are damaged or gone by the end are made again", async () => {
    const { bucket, whole } = await bucketOf("damage", 4);
    for (let slice = 0; slice < 3; slice += 1) await move(bucket);
    const [first = "", second = ""] = await copiedBlobs(bucket);
    const object = await env.STORE_STANDARD_IA.get(first);
    const bytes = new Uint8Array((await object?.arrayBuffer()) ?? new ArrayBuffer());
    bytes[7] = (bytes[7] ?? 0) ^ 1;
    const { customMetadata = {} } = object ?? {};
    await env.STORE_STANDARD_IA.put(first, bytes, { customMetadata });
    await env.STORE_STANDARD_IA.delete(second);
    expect((await moveToTheEnd(bucket)).at(-1)).toBe("moved");
    const { segments = [] } = await found(bucket);
    const blobs = segments.map(({ blob }) => blob);
    expect(blobs).not.toContain(first);
    expect(blobs).not.toContain(second);
    await expectSame(bucket, whole);
    await expectOnly(bucket, 4);
  });

  it("that nobody goes on with are given up after a week, and removed after the grace", async () => {
    const { bucket, whole } = await bucketOf("idle", 3);
    await move(bucket);
    const collect = (days: number) =>
      collectCondemned(bucket.index, { env, nowMs: Date.now() + days * dayMs, limit: 1000 });
    await collect(6);
    expect(await unfinished(bucket)).toHaveLength(1);
    await collect(8);
    expect(await unfinished(bucket)).toEqual([]);
    expect(await everyBlob(bucket)).toHaveLength(4);
    await collect(10);
    expect(await everyBlob(bucket)).toHaveLength(3);
    await expectSame(bucket, whole);
    await expectSound(bucket, daysOn(12));
  });
});

/** A clock on which every part takes longer than a slice may. */
function slowClock(): Seams {
  let nowMs = Date.now();
  return {
    ...systemSeams,
    now: () => {
      nowMs += 90_000;
      return nowMs;
    },
  };
}

describe("jobs that move", () => {
  it("go on at once with what a lifecycle's rule copied in part", async () => {
    const { bucket, whole } = await bucketOf("lifecycle", 7);
    const Filter = { Prefix: "" };
    const Transitions = [{ Days: 30, StorageClass: "STANDARD_IA" as const }];
    const LifecycleConfiguration = {
      Rules: [{ ID: "r", Status: "Enabled" as const, Filter, Transitions }],
    };
    const rules = { Bucket: bucket.name, LifecycleConfiguration };
    await s3().send(new PutBucketLifecycleConfigurationCommand(rules));
    const ahead = slowClock();
    const seams = { ...ahead, now: () => ahead.now() + 32 * dayMs };
    const { job } = await runJob({ kind: "lifecycle", options: about(bucket), seams });
    expect(job.counts).toMatchObject({ Transition: 1 });
    expect(job.counts["paused"]).toBeGreaterThan(1);
    expect((await found({ ...bucket, epoch: bucket.epoch + 1 })).version.storageClass).toBe(
      "STANDARD_IA",
    );
    await expectSame(bucket, whole);
  });

  it("leave a piece too large for the five-minute cron to the hourly one", async () => {
    const bucket = await openTestBucket("left");
    await put(bucket.name, "k", "x".repeat(200_000));
    const Transitions = [{ Days: 30, StorageClass: "STANDARD_IA" as const }];
    const rule = { ID: "r", Status: "Enabled" as const, Filter: { Prefix: "" }, Transitions };
    const rules = { Bucket: bucket.name, LifecycleConfiguration: { Rules: [rule] } };
    await s3().send(new PutBucketLifecycleConfigurationCommand(rules));
    const seams = daysOn(32);
    const call = { env, seams, nowMs: seams.now() };
    const options = about(bucket);
    const wish = { kind: "lifecycle" as const, target: bucket.bucketId, options };
    const { jobId } = await startJob(call, wish);
    const facts = { env: env as Env, seams, deliver: noDelivery, table: sliceTable };
    const budget = { slices: 50, milliseconds: 60_000 };
    const advance = (isLong: boolean) => advanceJob({ ...facts, isLong }, jobId, budget);
    const counts = async () => (await getJob(call, jobId))?.counts;
    await rowsOf(bucket, "UPDATE current SET size = 2147483648");
    expect((await advance(false)).slices).toBe(1);
    expect(await counts()).toMatchObject({ left: 1 });
    expect((await advance(false)).slices).toBe(1);
    // The hourly one takes it on, and finds that there are not as many bytes: nothing changes.
    await advance(true);
    expect(await counts()).toMatchObject({ left: 2, damaged: 1 });
    await rowsOf(bucket, "UPDATE current SET size = 200000");
    const { job } = await runJob({ kind: "lifecycle", options, seams: daysOn(33) });
    expect(job.counts).toMatchObject({ Transition: 1 });
  });

  it("go on with what Intelligent-Tiering copied in part when their walk is over", async () => {
    const bucket = await openTestBucket("tiering");
    const bodies = partsOf(7);
    const Bucket = bucket.name;
    const create = { Bucket, Key: "k", StorageClass: "INTELLIGENT_TIERING" as const };
    const { UploadId } = await s3().send(new CreateMultipartUploadCommand(create));
    const Parts = [];
    for (const [at, Body] of bodies.entries()) {
      const part = { Bucket, Key: "k", UploadId, PartNumber: at + 1, Body };
      const { ETag } = await s3().send(new UploadPartCommand(part));
      Parts.push({ ETag, PartNumber: at + 1 });
    }
    const complete = { Bucket, Key: "k", UploadId, MultipartUpload: { Parts } };
    await s3().send(new CompleteMultipartUploadCommand(complete));
    const large = "x".repeat(200_000);
    for (const Key of ["j", "l"]) {
      await put(Bucket, Key, large, { StorageClass: "INTELLIGENT_TIERING" });
    }
    const ahead = slowClock();
    const seams = { ...ahead, now: () => ahead.now() + 31 * dayMs };
    const { job } = await runJob({
      kind: "tiering",
      options: { bucket: Bucket },
      seams,
    });
    expect(job.error).toBeUndefined();
    expect(job.counts).toMatchObject({ moved: 3 });
    expect(job.counts["paused"]).toBeGreaterThan(0);
    const { version } = await found(bucket);
    expect(version.detail.tier).toBe("INFREQUENT");
    const whole = new Uint8Array(await new Blob(bodies as Uint8Array<ArrayBuffer>[]).arrayBuffer());
    await expectSame(bucket, whole);
  });
});
