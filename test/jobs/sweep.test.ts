// What the sweep may take and what it may not: lost blobs of every origin, nothing else (D01, D14, D30).
import { env } from "cloudflare:test";
import {
  CopyObjectCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  RenameObjectCommand,
} from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { newBlobId } from "../../src/s3/ids.ts";
import { brokenIndex, brokenStore, sdk, through } from "../operations/object/fixtures.ts";
import {
  blobsOf,
  damage,
  dayMs,
  daysOn,
  loseIndex,
  openTestBucket,
  put,
  runJob,
  s3,
  upload,
} from "./fixture.ts";

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const sweep = (days: number, bindings = {}) =>
  runJob({ kind: "sweep", target: "0", seams: daysOn(days), bindings });

describe("sweep", () => {
  it("takes what was stored and never committed, once no commit can come (D01)", async () => {
    const bucket = await openTestBucket("orphans");
    await put(bucket.name, "kept", "kept");
    const [kept = ""] = await blobsOf(bucket.bucketId);
    // The index is out of reach: its outcome is unknown, so the blob stays.
    const lost = brokenIndex((method, call) =>
      method === "commit" ? Promise.reject(new Error("lost")) : call(),
    );
    const { PutObjectCommand } = await import("@aws-sdk/client-s3");
    const broken = sdk(through({ BUCKET_INDEX: lost }));
    const write = new PutObjectCommand({ Bucket: bucket.name, Key: "lost", Body: "lost" });
    await expect(broken.send(write)).rejects.toThrow();
    expect(await blobsOf(bucket.bucketId)).toHaveLength(2);
    await sweep(1);
    expect(await blobsOf(bucket.bucketId)).toHaveLength(2);
    const { job, findings } = await sweep(3);
    expect(await blobsOf(bucket.bucketId)).toEqual([kept]);
    const mine = findings.filter(({ subject }) => subject["bucketId"] === bucket.bucketId);
    expect(mine).toMatchObject([
      { kind: "orphan-blob", subject: { key: "lost", sizeBytes: 4 }, isRepaired: true },
    ]);
    expect(job.counts["orphans"]).toBeGreaterThanOrEqual(1);
  });

  it("takes again what a store said it had removed (D30)", async () => {
    const bucket = await openTestBucket("undeleted");
    await put(bucket.name, "k", "one");
    await damage(bucket.bucketId, "DELETE FROM current");
    const pretending = brokenStore(env.STORE_STANDARD, { delete: async () => undefined });
    await sweep(3, { STORE_STANDARD: pretending });
    expect(await blobsOf(bucket.bucketId)).toHaveLength(1);
    await sweep(3);
    expect(await blobsOf(bucket.bucketId)).toEqual([]);
  });

  it("leaves what lives on: copies, renamed objects, parts, condemned bytes", async () => {
    const bucket = await openTestBucket("living");
    const Bucket = bucket.name;
    await put(Bucket, "source", "source");
    const CopySource = `${Bucket}/source`;
    await s3().send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource }));
    await put(Bucket, "old name", "renamed");
    const RenameSource = `${Bucket}/old%20name`;
    await s3().send(new RenameObjectCommand({ Bucket, Key: "new name", RenameSource }));
    await s3().send(new DeleteObjectCommand({ Bucket, Key: "source" }));
    await upload(Bucket, "open", ["part"], false);
    await upload(Bucket, "done", ["part"]);
    await put(Bucket, "deleted", "condemned");
    await s3().send(new DeleteObjectCommand({ Bucket, Key: "deleted" }));
    const before = await blobsOf(bucket.bucketId);
    expect(before).toHaveLength(5);
    const { findings } = await sweep(100);
    expect(findings.filter(({ subject }) => subject["bucketId"] === bucket.bucketId)).toEqual([]);
    expect(await blobsOf(bucket.bucketId)).toEqual(before);
    for (const Key of ["copy", "new name", "done"]) {
      const { Body } = await s3().send(new GetObjectCommand({ Bucket, Key }));
      expect(await Body?.transformToString()).toMatch(/source|renamed|part/);
    }
  });

  it("takes what a deleted bucket left, and its notes (D14)", async () => {
    const bucket = await openTestBucket("deleted");
    await upload(bucket.name, "k", ["bytes"]);
    await s3().send(new DeleteObjectCommand({ Bucket: bucket.name, Key: "k" }));
    await s3().send(new DeleteBucketCommand({ Bucket: bucket.name }));
    const prefix = `note/${bucket.bucketId}/`;
    expect((await env.STORE_STANDARD.list({ prefix })).objects).toHaveLength(1);
    expect(await blobsOf(bucket.bucketId)).toHaveLength(1);
    await sweep(3);
    expect(await blobsOf(bucket.bucketId)).toEqual([]);
    expect((await env.STORE_STANDARD.list({ prefix })).objects).toEqual([]);
  });

  it("takes nothing of a bucket whose index is lost (D49)", async () => {
    const bucket = await openTestBucket("lost");
    await put(bucket.name, "k", "bytes");
    await upload(bucket.name, "m", ["bytes"]);
    await loseIndex(bucket.bucketId);
    await sweep(30);
    expect(await blobsOf(bucket.bucketId)).toHaveLength(2);
    const prefix = `note/${bucket.bucketId}/`;
    expect((await env.STORE_STANDARD.list({ prefix })).objects).toHaveLength(1);
  });

  it("reports what is not ours and never touches it", async () => {
    const strange = newBlobId(0, Date.now() - 5 * dayMs, random);
    await env.STORE_STANDARD.put(strange, "whose?", { customMetadata: { bucket: "b" } });
    const { findings } = await sweep(0);
    expect(findings.filter(({ kind }) => kind === "unknown-blob")).toMatchObject([
      { subject: { blob: strange, sizeBytes: 6 }, isRepaired: false },
    ]);
    expect(await env.STORE_STANDARD.head(strange)).not.toBeNull();
    await env.STORE_STANDARD.delete(strange);
  });
});
