// Moves between classes through the real stores: what a client sees before and after, and what is
// left when a mover is paused, killed, doubled or lied to at any of its steps.

import { env } from "cloudflare:test";
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketVersioningCommand,
  PutObjectTaggingCommand,
} from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { type Env, systemSeams } from "../../src/env.ts";
import { collectCondemned } from "../../src/jobs/collect.ts";
import { moveVersion } from "../../src/jobs/move.ts";
import type { Destination } from "../../src/s3/content.ts";
import {
  customerKey,
  expectOk,
  makeOpenBucket,
  send,
} from "../operations/object/encryption-fixtures.ts";
import { brokenIndex, brokenStore } from "../operations/object/fixtures.ts";
import {
  about,
  dayMs,
  daysOn,
  loseIndex,
  openTestBucket,
  put,
  runJob,
  s3,
  upload,
} from "./fixture.ts";

type TestBucket = Awaited<ReturnType<typeof openTestBucket>>;

const infrequent = { storageClass: "STANDARD_IA" } as const;

async function target({ index, epoch }: TestBucket, key: string, versionId?: string) {
  const ask = { epoch, nowMs: Date.now(), key, wantSegments: true };
  const found = await index.resolve({ ...ask, ...(versionId !== undefined && { versionId }) });
  if (found.kind !== "found") throw new Error(found.kind);
  const { seq, versionId: id } = found.version;
  return { place: { key, versionId: id, seq }, version: found.version, segments: found.segments };
}

async function move(
  bucket: TestBucket,
  key: string,
  wish: { to?: Destination; bindings?: Partial<Env>; versionId?: string } = {},
) {
  const { place } = await target(bucket, key, wish.versionId);
  const call = {
    env: { ...env, ...wish.bindings } as Env,
    seams: systemSeams,
    nowMs: Date.now(),
    epoch: bucket.epoch,
  };
  return moveVersion(call, bucket.bucketId, place, wish.to ?? infrequent);
}

/** What a client sees of a version, its bytes too; the class apart. */
async function seen(Bucket: string, Key: string, more: object = {}) {
  const read = { Bucket, Key, ChecksumMode: "ENABLED" as const, ...more };
  const {
    $metadata: _,
    Body,
    StorageClass,
    ...members
  } = await s3().send(new GetObjectCommand(read));
  return { members, text: await Body?.transformToString(), StorageClass };
}

async function isStored(store: R2Bucket, blob: string | null | undefined): Promise<boolean> {
  return (await store.head(blob ?? "")) !== null;
}

/** The blobs of all stores that the bucket's own metadata names. */
async function everyBlob(bucketId: string): Promise<string[]> {
  const stores = Object.entries(env).filter(([name]) => name.startsWith("STORE_"));
  const found: string[] = [];
  for (const [, store] of stores) {
    const { objects } = await (store as R2Bucket).list({ include: ["customMetadata"] });
    const own = objects.filter(({ customMetadata }) => customMetadata?.["bucket"] === bucketId);
    found.push(...own.map(({ key }) => key).filter((key) => /^[0-9]/.test(key)));
  }
  return found;
}

async function expectSound(bucket: TestBucket, seams = systemSeams): Promise<void> {
  const options = about(bucket, { isReading: true });
  expect((await runJob({ kind: "fsck", options, seams })).findings).toEqual([]);
}

describe("moveVersion", () => {
  it("changes the class and the store, and nothing else that a client sees", async () => {
    const bucket = await openTestBucket("plain");
    const Bucket = bucket.name;
    await put(Bucket, "k", "hello", { Metadata: { a: "ü" }, Tagging: "x=y", CacheControl: "no" });
    const before = await seen(Bucket, "k");
    const old = await target(bucket, "k");
    const outcome = await move(bucket, "k");
    expect(outcome).toMatchObject({ kind: "moved", rowsWritten: 2, reads: 2, writes: 1 });
    expect(await seen(Bucket, "k")).toEqual({ ...before, StorageClass: "STANDARD_IA" });
    const { version } = await target(bucket, "k");
    expect(await isStored(env.STORE_STANDARD_IA, version.content)).toBe(true);
    // The source stays for its grace (D19), and goes behind it.
    expect(await isStored(env.STORE_STANDARD, old.version.content)).toBe(true);
    await expectSound(bucket);
    expect((await move(bucket, "k")).kind).toBe("in-place");
    await collectCondemned(bucket.index, { env, nowMs: Date.now() + 3 * dayMs, limit: 100 });
    expect(await isStored(env.STORE_STANDARD, old.version.content)).toBe(false);
    await runJob({ kind: "sweep", target: "2", seams: daysOn(4) });
    await expectSound(bucket, daysOn(4));
    expect((await seen(Bucket, "k")).text).toBe("hello");
  });

  it("moves older versions, copies by reference, and empty objects", async () => {
    const bucket = await openTestBucket("versions");
    const Bucket = bucket.name;
    const versioning = { VersioningConfiguration: { Status: "Enabled" as const } };
    await s3().send(new PutBucketVersioningCommand({ Bucket, ...versioning }));
    const { VersionId = "" } = await put(Bucket, "k", "old");
    await s3().send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource: `${Bucket}/k` }));
    await put(Bucket, "k", "");
    const fresh = { ...bucket, epoch: bucket.epoch + 1 };
    expect((await move(fresh, "k", { versionId: VersionId })).kind).toBe("moved");
    expect((await move(fresh, "k")).kind).toBe("moved");
    expect((await seen(Bucket, "copy")).text).toBe("old");
    expect((await move(fresh, "copy")).kind).toBe("moved");
    for (const [Key, more, text] of [
      ["k", { VersionId }, "old"],
      ["k", {}, ""],
      ["copy", {}, "old"],
    ] as const) {
      expect(await seen(Bucket, Key, more)).toMatchObject({ text, StorageClass: "STANDARD_IA" });
    }
    await expectSound(fresh);
    await collectCondemned(bucket.index, { env, nowMs: Date.now() + 3 * dayMs, limit: 100 });
    await runJob({ kind: "sweep", target: "2", seams: daysOn(4) });
    await expectSound(fresh, daysOn(4));
    expect(await everyBlob(bucket.bucketId)).toHaveLength(3);
  });

  it("keeps the parts of what was uploaded in parts", async () => {
    const bucket = await openTestBucket("parts");
    const Bucket = bucket.name;
    const first = new Uint8Array(5 * 1024 * 1024).fill(1);
    await upload(Bucket, "k", [first, "tail"]);
    const attributes = { Bucket, Key: "k", ObjectAttributes: ["ETag", "ObjectParts"] as never };
    const shape = async () => {
      const { $metadata: _, ...rest } = await s3().send(new GetObjectAttributesCommand(attributes));
      return [rest, await seen(Bucket, "k", { PartNumber: 2 })];
    };
    const [before, part] = await shape();
    expect(await move(bucket, "k")).toMatchObject({ kind: "moved", reads: 4, writes: 2 });
    const moved = { ...(part as object), StorageClass: "STANDARD_IA" };
    expect(await shape()).toEqual([before, moved]);
    await expectSound(bucket);
    await collectCondemned(bucket.index, { env, nowMs: Date.now() + 3 * dayMs, limit: 100 });
    await runJob({ kind: "sweep", target: "2", seams: daysOn(4) });
    await expectSound(bucket, daysOn(4));
    expect(await everyBlob(bucket.bucketId)).toHaveLength(2);
  });

  it("moves ciphertext as it is, without any key", async () => {
    const name = await makeOpenBucket();
    const path = `/${name}/k`;
    const headers = customerKey("secret");
    await expectOk(await send("PUT", path, { body: "x".repeat(200_000), headers }));
    const opened = await openExisting(name);
    expect((await move(opened, "k")).kind).toBe("moved");
    const answer = await expectOk(await send("GET", path, { headers }));
    expect(answer.text).toBe("x".repeat(200_000));
    expect(answer.headers.get("x-amz-storage-class")).toBe("STANDARD_IA");
    await expectSound(opened);
  });
});

async function openExisting(name: string): Promise<TestBucket> {
  const { findBucket } = await import("../../src/catalog/every-bucket.ts");
  const { openBucket } = await import("../../src/bucket/client.ts");
  const found = await findBucket({ env, seams: systemSeams, nowMs: Date.now() }, name);
  if (found === undefined) throw new Error("no bucket");
  return { ...found, index: openBucket(env, found.bucketId) };
}

/** Runs `work` once the mover has copied and before it swaps. */
function beforeSwap(work: () => Promise<unknown>): Partial<Env> {
  return {
    BUCKET_INDEX: brokenIndex(async (method, call) => {
      if (method === "swapMove") await work();
      return call();
    }),
  };
}

/** Runs `work` while the mover reads its source. */
function whileCopying(work: () => Promise<unknown>): Partial<Env> {
  const get = async (key: string) => {
    const object = await env.STORE_STANDARD.get(key);
    await work();
    return object;
  };
  return { STORE_STANDARD: brokenStore(env.STORE_STANDARD, { get: get as R2Bucket["get"] }) };
}

describe("a rebuilt index", () => {
  it("has what was moved where it was moved to, packed or not (D49)", async () => {
    const bucket = await openTestBucket("lost");
    const Bucket = bucket.name;
    const body = "frozen ".repeat(40_000);
    const glacier = { storageClass: "GLACIER" } as const;
    const sunk = { storageClass: "INTELLIGENT_TIERING", tier: "ARCHIVE" } as const;
    await put(Bucket, "packed", body, { Metadata: { a: "b" }, ChecksumAlgorithm: "SHA256" });
    await put(Bucket, "tiered", body, { StorageClass: "INTELLIGENT_TIERING" });
    await put(Bucket, "tagged", "x");
    await upload(Bucket, "parts", [new Uint8Array(5 * 1024 * 1024).fill(7), "tail"]);
    await move(bucket, "packed", { to: glacier });
    await move(bucket, "tiered", { to: sunk });
    await move(bucket, "parts", { to: glacier });
    await move(bucket, "tagged");
    const Tagging = { TagSet: [{ Key: "k", Value: "v" }] };
    await s3().send(new PutObjectTaggingCommand({ Bucket, Key: "tagged", Tagging }));
    await collectCondemned(bucket.index, { env, nowMs: Date.now() + 3 * dayMs, limit: 100 });
    const keys = ["packed", "parts", "tagged", "tiered"];
    const all = () =>
      Promise.all(
        keys.map(async (Key) => {
          const ask = { Bucket, Key, ChecksumMode: "ENABLED" as const };
          const {
            $metadata: _,
            LastModified: __,
            ...head
          } = await s3().send(new HeadObjectCommand(ask));
          return head;
        }),
      );
    const before = await all();
    expect(before[3]).toMatchObject({ ArchiveStatus: "ARCHIVE_ACCESS" });
    await loseIndex(bucket.bucketId);
    const { job } = await runJob({ kind: "rebuild", options: about(bucket) });
    expect(job.error).toBeUndefined();
    expect(await all()).toEqual(before);
    for (const key of ["packed", "parts"]) {
      expect((await move(bucket, key, { to: { storageClass: "STANDARD" } })).kind).toBe("moved");
    }
    expect((await seen(Bucket, "packed")).text).toBe(body);
    expect((await seen(Bucket, "parts", { PartNumber: 2 })).text).toBe("tail");
    await expectSound(bucket);
  });
});

describe("a mover paused at each step", () => {
  for (const [step, pause] of [
    ["while it copies", whileCopying],
    ["before it swaps", beforeSwap],
  ] as const) {
    it(`never undoes a PUT, DELETE, COPY or change of tags ${step} (D17, D18)`, async () => {
      const bucket = await openTestBucket("race");
      const Bucket = bucket.name;
      for (const Key of ["put", "delete", "copy", "tags"]) await put(Bucket, Key, "before");
      const during = (Key: string, work: () => Promise<unknown>) =>
        move(bucket, Key, { bindings: pause(work) });
      expect((await during("put", () => put(Bucket, "put", "after"))).kind).toBe("changed");
      const remove = new DeleteObjectCommand({ Bucket, Key: "delete" });
      expect((await during("delete", () => s3().send(remove))).kind).toBe("gone");
      const copy = new CopyObjectCommand({ Bucket, Key: "to", CopySource: `${Bucket}/copy` });
      expect((await during("copy", () => s3().send(copy))).kind).toBe("moved");
      const TagSet = [{ Key: "a", Value: "b" }];
      const tag = new PutObjectTaggingCommand({ Bucket, Key: "tags", Tagging: { TagSet } });
      expect((await during("tags", () => s3().send(tag))).kind).toBe("moved");

      expect(await seen(Bucket, "put")).toMatchObject({ text: "after", StorageClass: undefined });
      await expect(seen(Bucket, "delete")).rejects.toThrow();
      expect(await seen(Bucket, "copy")).toMatchObject({ text: "before" });
      expect(await seen(Bucket, "to")).toMatchObject({ text: "before", StorageClass: undefined });
      expect((await seen(Bucket, "tags")).members.TagCount).toBe(1);
      await expectSound(bucket);
      await collectCondemned(bucket.index, { env, nowMs: Date.now() + 3 * dayMs, limit: 100 });
      await expectSound(bucket, daysOn(4));
      // Losers left nothing behind: what is there is what is named.
      expect(await everyBlob(bucket.bucketId)).toHaveLength(4);
    });
  }

  it("leaves a reader with the bytes it began with (D19)", async () => {
    const bucket = await openTestBucket("slow");
    const text = "slow".repeat(100_000);
    await put(bucket.name, "k", text);
    const { Body } = await s3().send(new GetObjectCommand({ Bucket: bucket.name, Key: "k" }));
    expect((await move(bucket, "k")).kind).toBe("moved");
    await collectCondemned(bucket.index, { env, nowMs: Date.now(), limit: 100 });
    expect(await Body?.transformToString()).toBe(text);
  });
});

describe("a mover that fails", () => {
  it("between copy and swap leaves an orphan that the sweep finds (D20)", async () => {
    const bucket = await openTestBucket("crash");
    await put(bucket.name, "k", "here");
    const crash = brokenIndex(async (method, call) => {
      if (method === "swapMove") throw new Error("killed");
      return method === "releaseMove" ? undefined : call();
    });
    await expect(move(bucket, "k", { bindings: { BUCKET_INDEX: crash } })).rejects.toThrow();
    expect(await everyBlob(bucket.bucketId)).toHaveLength(2);
    expect(await seen(bucket.name, "k")).toMatchObject({ text: "here", StorageClass: undefined });
    expect((await move(bucket, "k")).kind).toBe("leased");
    await runJob({ kind: "sweep", target: "2", seams: daysOn(3) });
    expect(await everyBlob(bucket.bucketId)).toHaveLength(1);
  });

  it("to hear the answer of its swap counts it as done, and deletes nothing (D03)", async () => {
    const bucket = await openTestBucket("deaf");
    await put(bucket.name, "k", "here");
    let isLost = true;
    const deaf = brokenIndex(async (method, call) => {
      const answer = await call();
      if (method !== "swapMove" || !isLost) return answer;
      isLost = false;
      throw new Error("lost");
    });
    const outcome = await move(bucket, "k", { bindings: { BUCKET_INDEX: deaf } });
    expect(outcome.kind).toBe("moved");
    expect(await seen(bucket.name, "k")).toMatchObject({ text: "here" });
  });

  it("twice at once copies once, and one of them gives up (D35)", async () => {
    const bucket = await openTestBucket("two");
    await put(bucket.name, "k", "here");
    const outcomes = await Promise.all([move(bucket, "k"), move(bucket, "k"), move(bucket, "k")]);
    const kinds = outcomes.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "moved")).toHaveLength(1);
    expect(kinds.every((kind) => ["moved", "leased", "in-place"].includes(kind))).toBe(true);
    expect(await everyBlob(bucket.bucketId)).toHaveLength(2);
  });

  it("on a store that flips a bit sees it, on either side (D21)", async () => {
    const bucket = await openTestBucket("flip");
    await put(bucket.name, "k", "precious");
    const flip = async (body: unknown) => {
      const bytes = new Uint8Array(await new Response(body as BodyInit).arrayBuffer());
      bytes[3] = (bytes[3] ?? 0) ^ 1;
      return bytes;
    };
    const badWriter = brokenStore(env.STORE_STANDARD_IA, {
      put: (async (key: string, body: unknown, options: R2PutOptions) =>
        env.STORE_STANDARD_IA.put(key, await flip(body), options)) as unknown as R2Bucket["put"],
    });
    const written = await move(bucket, "k", { bindings: { STORE_STANDARD_IA: badWriter } });
    expect(written).toMatchObject({ kind: "damaged", fault: "copy" });
    const badReader = brokenStore(env.STORE_STANDARD, {
      get: (async (key: string) => {
        const object = await env.STORE_STANDARD.get(key);
        const bytes = await flip(object?.body);
        const { size, customMetadata, checksums } = object as R2ObjectBody;
        return { size, customMetadata, checksums, body: new Response(bytes).body };
      }) as unknown as R2Bucket["get"],
    });
    const read = await move(bucket, "k", { bindings: { STORE_STANDARD: badReader } });
    expect(read).toMatchObject({ kind: "damaged", fault: "source" });
    expect(await seen(bucket.name, "k")).toMatchObject({ text: "precious" });
    expect(await everyBlob(bucket.bucketId)).toHaveLength(1);
    expect((await move(bucket, "k")).kind).toBe("moved");
  });

  it("on a store that is down leaves the source untouched (D22)", async () => {
    const bucket = await openTestBucket("down");
    await put(bucket.name, "k", "here");
    const down = brokenStore(env.STORE_STANDARD_IA, {
      put: () => Promise.reject(new Error("put: We encountered an internal error (10001)")),
    });
    await expect(move(bucket, "k", { bindings: { STORE_STANDARD_IA: down } })).rejects.toThrow();
    expect(await seen(bucket.name, "k")).toMatchObject({ text: "here", StorageClass: undefined });
    // The claim was given back: another store is free to take it at once.
    const other = { storageClass: "ONEZONE_IA" } as const;
    expect((await move(bucket, "k", { to: other })).kind).toBe("moved");
  });
});
