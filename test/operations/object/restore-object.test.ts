// RestoreObject and what readers see of archived objects before, while and after, with the clock and
// the alarm of the index moved by the test.

import { env, runInDurableObject } from "cloudflare:test";
import {
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  RestoreObjectCommand,
  type RestoreRequest,
  type S3ServiceException,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import type { Env } from "../../../src/env.ts";
import { systemSeams } from "../../../src/env.ts";
import { collectCondemned } from "../../../src/jobs/collect.ts";
import { moveVersion } from "../../../src/jobs/move.ts";
import { advanceRestores } from "../../../src/jobs/restore.ts";
import { about, dayMs, daysOn, openTestBucket, put, runJob, upload } from "../../jobs/fixture.ts";
import { refusal, sdk, through } from "./fixtures.ts";

type TestBucket = Awaited<ReturnType<typeof openTestBucket>>;

const hourMs = dayMs / 24;

/** A client and an upkeep some time ahead. */
function at(aheadMs: number, settings: Partial<Env> = {}) {
  const seams = { ...systemSeams, now: () => Date.now() + aheadMs };
  const client = sdk(through(settings, seams), aheadMs);
  const restore = (Bucket: string, Key: string, RestoreRequest?: RestoreRequest) =>
    client.send(
      new RestoreObjectCommand({ Bucket, Key, ...(RestoreRequest && { RestoreRequest }) }),
    );
  const head = (Bucket: string, Key: string) => client.send(new HeadObjectCommand({ Bucket, Key }));
  const get = async (Bucket: string, Key: string, more: object = {}) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, ...more }));
    return Body?.transformToString();
  };
  const upkeep = async ({ bucketId }: TestBucket) => {
    while (await advanceRestores({ env: { ...env, ...settings } as Env, seams }, bucketId));
  };
  return { client, restore, head, get, upkeep };
}

const now = at(0);

async function archived(label: string, storageClass: "GLACIER" | "DEEP_ARCHIVE" = "GLACIER") {
  const bucket = await openTestBucket(label);
  await put(bucket.name, "k", "frozen", { StorageClass: storageClass, Tagging: "a=b" });
  return bucket;
}

async function statusOf(call: Promise<unknown>) {
  const { $metadata } = (await call) as { $metadata: { httpStatusCode?: number } };
  return $metadata.httpStatusCode;
}

async function rowsOf({ bucketId }: TestBucket, query: string) {
  const stub = env.BUCKET_INDEX.get(env.BUCKET_INDEX.idFromName(bucketId));
  return runInDurableObject(stub, (_, { storage }) => storage.sql.exec(query).toArray());
}

describe("an archived object", () => {
  it("is out of reach for readers, and all else is told of it (SEC-103)", async () => {
    const bucket = await archived("frozen");
    const Bucket = bucket.name;
    const place = { Bucket, Key: "k" };
    const read = new GetObjectCommand(place);
    const error = await refusal(now.client.send(read), "InvalidObjectState", 403);
    expect(error).toMatchObject({ StorageClass: "GLACIER" });
    const copy = { Bucket, Key: "copy", CopySource: `${Bucket}/k` };
    await refusal(now.client.send(new CopyObjectCommand(copy)), "InvalidObjectState", 403);
    const { UploadId } = await now.client.send(new CreateMultipartUploadCommand(place));
    const part = new UploadPartCopyCommand({ ...copy, ...place, UploadId, PartNumber: 1 });
    await refusal(now.client.send(part), "InvalidObjectState", 403);
    const head = await now.head(Bucket, "k");
    expect(head).toMatchObject({ StorageClass: "GLACIER", ContentLength: 6, TagCount: 1 });
    expect(head.Restore).toBeUndefined();
    expect(head.ArchiveStatus).toBeUndefined();
    const wanted = { ...place, ObjectAttributes: ["StorageClass", "ObjectSize"] as never };
    expect(await now.client.send(new GetObjectAttributesCommand(wanted))).toMatchObject({
      StorageClass: "GLACIER",
      ObjectSize: 6,
    });
    expect((await now.client.send(new GetObjectTaggingCommand(place))).TagSet).toHaveLength(1);
    // What can be read at once is not archived.
    await put(Bucket, "instant", "x", { StorageClass: "GLACIER_IR" });
    expect(await now.get(Bucket, "instant")).toBe("x");
  });

  it("comes back for some days, is extended, and goes at midnight", async () => {
    const bucket = await archived("thaw");
    const Bucket = bucket.name;
    expect(await statusOf(now.restore(Bucket, "k", { Days: 2 }))).toBe(202);
    await refusal(now.restore(Bucket, "k", { Days: 2 }), "RestoreAlreadyInProgress", 409);
    const listed = { Bucket, OptionalObjectAttributes: ["RestoreStatus" as const] };
    const [during] = (await now.client.send(new ListObjectsV2Command(listed))).Contents ?? [];
    expect(during?.RestoreStatus).toEqual({ IsRestoreInProgress: true });
    expect((await now.head(Bucket, "k")).Restore).toBe('ongoing-request="true"');
    // Not yet: Standard takes up to five hours.
    await at(4 * hourMs).upkeep(bucket);
    await refusal(at(4 * hourMs).get(Bucket, "k"), "InvalidObjectState", 403);
    const done = at(6 * hourMs);
    await done.upkeep(bucket);
    expect(await done.get(Bucket, "k")).toBe("frozen");
    expect(await done.get(Bucket, "k", { Range: "bytes=1-3" })).toBe("roz");
    const expiry = Math.ceil((Date.now() + 6 * hourMs) / dayMs + 2) * dayMs;
    const told = `ongoing-request="false", expiry-date="${new Date(expiry).toUTCString()}"`;
    expect(await done.head(Bucket, "k")).toMatchObject({ Restore: told, StorageClass: "GLACIER" });
    for (const List of [ListObjectsV2Command, ListObjectVersionsCommand] as never[]) {
      const answer = (await done.client.send(
        new (List as typeof ListObjectsV2Command)(listed),
      )) as {
        Contents?: { RestoreStatus?: object }[];
        Versions?: { RestoreStatus?: object }[];
      };
      const [entry] = answer.Contents ?? answer.Versions ?? [];
      expect(entry?.RestoreStatus).toEqual({
        IsRestoreInProgress: false,
        RestoreExpiryDate: new Date(expiry),
      });
    }
    // From the restored copy an ordinary object can be made.
    const copy = { Bucket, Key: "copy", CopySource: `${Bucket}/k` };
    await done.client.send(new CopyObjectCommand(copy));
    expect(await done.get(Bucket, "copy")).toBe("frozen");
    // Also in parts, into the archive's own class; and by reference, without moving a byte.
    const glacier = { Bucket, Key: "again", StorageClass: "GLACIER" as const };
    const { UploadId } = await done.client.send(new CreateMultipartUploadCommand(glacier));
    const part = { ...copy, Key: "again", UploadId, PartNumber: 1 };
    const { CopyPartResult } = await done.client.send(new UploadPartCopyCommand(part));
    expect(CopyPartResult?.ETag).toBeDefined();
    await done.client.send(new CopyObjectCommand({ ...copy, ...glacier, Key: "shared" }));
    await refusal(done.get(Bucket, "shared"), "InvalidObjectState", 403);
    // Again: it stays for longer, from now on.
    expect(await statusOf(done.restore(Bucket, "k", { Days: 10 }))).toBe(200);
    const later = at(8 * dayMs);
    await later.upkeep(bucket);
    expect(await later.get(Bucket, "k")).toBe("frozen");
    const over = at(12 * dayMs);
    // Over is over, before and behind the upkeep.
    await refusal(over.get(Bucket, "k"), "InvalidObjectState", 403);
    await over.upkeep(bucket);
    await refusal(over.get(Bucket, "k"), "InvalidObjectState", 403);
    expect((await over.head(Bucket, "k")).Restore).toBeUndefined();
    expect(await rowsOf(bucket, "SELECT * FROM restores")).toEqual([]);
    expect(await statusOf(over.restore(Bucket, "k", { Days: 1 }))).toBe(202);
  });

  it("takes as long as its class and tier, and can be hurried", async () => {
    const bucket = await archived("hurry");
    const Bucket = bucket.name;
    const bulk = { Days: 1, GlacierJobParameters: { Tier: "Bulk" as const } };
    const standard = { Days: 1, Tier: "Standard" as const };
    const expedited = { Days: 1, GlacierJobParameters: { Tier: "Expedited" as const } };
    expect(await statusOf(now.restore(Bucket, "k", bulk))).toBe(202);
    const [slow] = await rowsOf(bucket, "SELECT due_at FROM restores");
    expect(Number(slow?.["due_at"])).toBeCloseTo(Date.now() + 12 * hourMs, -5);
    await refusal(now.restore(Bucket, "k", bulk), "RestoreAlreadyInProgress", 409);
    expect(await statusOf(now.restore(Bucket, "k", standard))).toBe(202);
    expect(await statusOf(now.restore(Bucket, "k", expedited))).toBe(202);
    await refusal(now.restore(Bucket, "k", standard), "RestoreAlreadyInProgress", 409);
    await at(6 * 60_000).upkeep(bucket);
    expect(await at(6 * 60_000).get(Bucket, "k")).toBe("frozen");
    const deep = await archived("deep", "DEEP_ARCHIVE");
    await refusal(now.restore(deep.name, "k", expedited), "InvalidArgument", 400);
    expect(await statusOf(now.restore(deep.name, "k", bulk))).toBe(202);
    const [slower] = await rowsOf(deep, "SELECT due_at FROM restores");
    expect(Number(slower?.["due_at"])).toBeCloseTo(Date.now() + 48 * hourMs, -5);
    const shorter = at(0, { RESTORE_DELAY_SECONDS: "0" });
    const other = await archived("impatient", "DEEP_ARCHIVE");
    expect(await statusOf(shorter.restore(other.name, "k", bulk))).toBe(202);
    await shorter.upkeep(other);
    expect(await now.get(other.name, "k")).toBe("frozen");
  });

  it("is restored by its own alarm", async () => {
    const bucket = await archived("alarm");
    const soon = at(0, { RESTORE_DELAY_SECONDS: "0" });
    await soon.restore(bucket.name, "k", { Days: 1 });
    const stub = env.BUCKET_INDEX.get(env.BUCKET_INDEX.idFromName(bucket.bucketId));
    const alarm = await runInDurableObject(stub, (_, { storage }) => storage.getAlarm());
    expect(alarm).toBeLessThan(Date.now() + 5000);
    await runInDurableObject(stub, (index) =>
      (index as unknown as { alarm(): Promise<void> }).alarm(),
    );
    expect(await now.get(bucket.name, "k")).toBe("frozen");
  });

  it("that is deleted or overwritten takes its restored copy along", async () => {
    const bucket = await archived("forget");
    const Bucket = bucket.name;
    const soon = at(0, { RESTORE_DELAY_SECONDS: "0" });
    for (const Key of ["deleted", "written"]) {
      await put(Bucket, Key, Key, { StorageClass: "GLACIER" });
      await soon.restore(Bucket, Key, { Days: 30 });
    }
    await soon.upkeep(bucket);
    await now.client.send(new DeleteObjectCommand({ Bucket, Key: "deleted" }));
    await put(Bucket, "written", "new");
    expect(await rowsOf(bucket, "SELECT * FROM restores")).toEqual([]);
    const options = about(bucket, { isReading: true });
    expect((await runJob({ kind: "fsck", options })).findings).toEqual([]);
    await collectCondemned(bucket.index, { env, nowMs: Date.now() + 3 * dayMs, limit: 100 });
    const { objects } = await env.STORE_STANDARD.list({ include: ["customMetadata"] });
    const own = objects.filter(
      ({ customMetadata }) => customMetadata?.["bucket"] === bucket.bucketId,
    );
    expect(own).toHaveLength(1);
  });

  it("made of parts is restored whole, and its copy outlives sweeps", async () => {
    const bucket = await openTestBucket("parts");
    const Bucket = bucket.name;
    const first = new Uint8Array(5 * 1024 * 1024).fill(65);
    await upload(Bucket, "k", [first, "tail"]);
    const { index, epoch, bucketId } = bucket;
    const found = await index.resolve({ epoch, nowMs: Date.now(), key: "k", wantSegments: false });
    if (found.kind !== "found") throw new Error(found.kind);
    const call = { env: env as unknown as Env, seams: systemSeams, nowMs: Date.now(), epoch };
    await moveVersion(call, bucketId, found.version, { storageClass: "GLACIER" });
    const soon = at(0, { RESTORE_DELAY_SECONDS: "0" });
    await soon.restore(Bucket, "k", { Days: 30 });
    await soon.upkeep(bucket);
    await collectCondemned(index, { env, nowMs: Date.now() + 3 * dayMs, limit: 100 });
    for (const target of ["0", "5"]) await runJob({ kind: "sweep", target, seams: daysOn(4) });
    const later = at(4 * dayMs);
    expect(await later.get(Bucket, "k", { PartNumber: 2 })).toBe("tail");
    expect((await later.get(Bucket, "k"))?.length).toBe(first.length + 4);
    const options = about(bucket, { isReading: true });
    expect((await runJob({ kind: "fsck", options, seams: daysOn(4) })).findings).toEqual([]);
  });
});

describe("RestoreObject", () => {
  it("refuses what makes no sense, and changes nothing", async () => {
    const bucket = await archived("nonsense");
    const Bucket = bucket.name;
    await put(Bucket, "warm", "x");
    const refused = (Key: string, wish: RestoreRequest | undefined, code: string, status: number) =>
      refusal(now.restore(Bucket, Key, wish), code, status);
    const message = (error: S3ServiceException) => error.message;
    expect(message(await refused("warm", { Days: 1 }, "InvalidObjectState", 403))).toBe(
      "Restore is not allowed for the object's current storage class",
    );
    await refused("absent", { Days: 1 }, "NoSuchKey", 404);
    await refused("k", {}, "MalformedXML", 400);
    await refused("k", undefined, "MissingRequestBodyError", 400);
    await refused("k", { Days: 0 }, "InvalidArgument", 400);
    await refused("k", { Days: -1 }, "InvalidArgument", 400);
    await refused("k", { Days: 1, Tier: "Fast" as never }, "MalformedXML", 400);
    const select = { Type: "SELECT" as const, Tier: "Bulk" as const };
    await refused("k", select, "MethodNotAllowed", 405);
    expect(await rowsOf(bucket, "SELECT * FROM restores")).toEqual([]);
  });

  it("brings Intelligent-Tiering's archive tiers back for good, without Days", async () => {
    const bucket = await openTestBucket("tiered");
    const Bucket = bucket.name;
    const body = "x".repeat(200_000);
    await put(Bucket, "k", body, { StorageClass: "INTELLIGENT_TIERING" });
    const { index, epoch, bucketId } = bucket;
    const found = await index.resolve({ epoch, nowMs: Date.now(), key: "k", wantSegments: false });
    if (found.kind !== "found") throw new Error(found.kind);
    const call = { env: env as unknown as Env, seams: systemSeams, nowMs: Date.now(), epoch };
    const to = { storageClass: "INTELLIGENT_TIERING", tier: "DEEP_ARCHIVE" } as const;
    await refusal(now.restore(Bucket, "k", {}), "InvalidObjectState", 403);
    await moveVersion(call, bucketId, found.version, to);
    const error = await refusal(now.get(Bucket, "k"), "InvalidObjectState", 403);
    expect(error).toMatchObject({
      StorageClass: "INTELLIGENT_TIERING",
      AccessTier: "DEEP_ARCHIVE_ACCESS",
    });
    expect((await now.head(Bucket, "k")).ArchiveStatus).toBe("DEEP_ARCHIVE_ACCESS");
    await refusal(now.restore(Bucket, "k", { Days: 1 }), "InvalidArgument", 400);
    expect(await statusOf(now.restore(Bucket, "k", {}))).toBe(202);
    expect((await now.head(Bucket, "k")).Restore).toBe('ongoing-request="true"');
    await at(13 * hourMs).upkeep(bucket);
    const head = await now.head(Bucket, "k");
    expect([head.Restore, head.ArchiveStatus]).toEqual([undefined, undefined]);
    expect(await now.get(Bucket, "k")).toBe(body);
    expect(await rowsOf(bucket, "SELECT * FROM restores")).toEqual([]);
    const options = about(bucket, { isReading: true });
    expect((await runJob({ kind: "fsck", options })).findings).toEqual([]);
  });
});
