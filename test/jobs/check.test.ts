// Whether the checks see what a store did to the bytes, and what somebody did to the index.
import { env } from "cloudflare:test";
import { CopyObjectCommand, PutBucketVersioningCommand } from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { brokenStore } from "../operations/object/fixtures.ts";
import {
  about,
  blobsOf,
  damage,
  daysOn,
  openTestBucket,
  put,
  runJob,
  s3,
  upload,
} from "./fixture.ts";

const large = new Uint8Array(5 * 1024 * 1024).fill(7);

/** A bucket with objects of every making. */
async function filled(label: string) {
  const bucket = await openTestBucket(label);
  for (let at = 0; at < 5; at += 1) await put(bucket.name, `k${at}`, `body ${at}`);
  await upload(bucket.name, "parts", [large, "last"]);
  await upload(bucket.name, "open", ["part"], false);
  const copy = { Bucket: bucket.name, Key: "copy", CopySource: `${bucket.name}/k0` };
  await s3().send(new CopyObjectCommand(copy));
  return bucket;
}

const kinds = (found: { findings: readonly { kind: string }[] }) =>
  found.findings.map(({ kind }) => kind).toSorted();

/** A store that gives other bytes than it has for these blobs. */
function flipping(blobs: ReadonlySet<string>): R2Bucket {
  return brokenStore(env.STORE_STANDARD, {
    get: (async (key: string, options?: R2GetOptions) => {
      const object = await env.STORE_STANDARD.get(key, options);
      if (object === null || !blobs.has(key)) return object;
      const bytes = new Uint8Array(await object.arrayBuffer());
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      const { body } = new Response(bytes);
      return { key, size: bytes.length, body } as unknown as R2ObjectBody;
    }) as R2Bucket["get"],
  });
}

describe("fsck", () => {
  it("finds nothing wrong in a bucket that is whole, read or not", async () => {
    const bucket = await filled("whole");
    for (const isReading of [false, true]) {
      const options = about(bucket, { isReading });
      const { job, findings } = await runJob({ kind: "fsck", options });
      expect(findings).toEqual([]);
      expect(job.counts).toMatchObject({ versions: 7, parts: 3, blobs: 9, uploads: 1 });
      expect((job.counts["bytesRead"] ?? 0) > large.length).toBe(isReading);
    }
  });

  it("finds every blob that a store acknowledged and dropped (D02)", async () => {
    const bucket = await filled("dropped");
    const blobs = await blobsOf(bucket.bucketId);
    await env.STORE_STANDARD.delete(blobs);
    const found = await runJob({ kind: "scrub", options: about(bucket) });
    const missing = new Set(found.findings.map(({ subject }) => subject["blob"]));
    expect(missing).toEqual(new Set(blobs));
    // One of them is named twice: by the object and by its copy.
    expect(kinds(found)).toEqual(Array(blobs.length + 1).fill("missing-blob"));
    expect(found.findings.find(({ subject }) => subject["key"] === "copy")).toMatchObject({
      subject: { bucket: bucket.name, versionId: "null" },
      isRepaired: false,
    });
  });

  it("finds every flipped bit by reading, and only then (D21)", async () => {
    const bucket = await filled("flipped");
    const blobs = new Set(await blobsOf(bucket.bucketId));
    const bindings = { STORE_STANDARD: flipping(blobs) };
    const sizes = await runJob({ kind: "scrub", options: about(bucket), bindings });
    expect(sizes.findings).toEqual([]);
    const options = about(bucket, { isReading: true });
    const found = await runJob({ kind: "scrub", options, bindings });
    expect(new Set(found.findings.map(({ subject }) => subject["blob"]))).toEqual(blobs);
    expect(new Set(kinds(found))).toEqual(new Set(["wrong-digest"]));
  });

  it("compares sealed blobs as ciphertext, without any key", async () => {
    const bucket = await openTestBucket("sealed");
    const kms = { ServerSideEncryption: "aws:kms" };
    await put(bucket.name, "one", "secret", kms);
    await put(bucket.name, "two", "secret".repeat(40_000), kms);
    const options = about(bucket, { isReading: true });
    expect((await runJob({ kind: "fsck", options })).findings).toEqual([]);
    const blobs = new Set(await blobsOf(bucket.bucketId));
    const bindings = { STORE_STANDARD: flipping(blobs) };
    const found = await runJob({ kind: "scrub", options, bindings });
    expect(kinds(found)).toEqual(["wrong-digest", "wrong-digest"]);
  });

  it("finds a blob whose bytes were replaced, without being asked to read", async () => {
    const bucket = await openTestBucket("replaced");
    await put(bucket.name, "same", "body");
    await put(bucket.name, "short", "body");
    const [same = "", short = ""] = await blobsOf(bucket.bucketId);
    const { customMetadata = {} } = (await env.STORE_STANDARD.head(same)) ?? {};
    await env.STORE_STANDARD.put(same, "ydob", { customMetadata });
    await env.STORE_STANDARD.put(short, "bod", { customMetadata });
    const found = await runJob({ kind: "scrub", options: about(bucket) });
    expect(kinds(found)).toEqual(["wrong-digest", "wrong-size"]);
  });

  it("counts and orders anew what somebody broke, and leaves every object in place", async () => {
    const bucket = await filled("broken");
    const Bucket = bucket.name;
    const VersioningConfiguration = { Status: "Enabled" as const };
    await s3().send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    await put(Bucket, "k1", "newer");
    await damage(bucket.bucketId, "UPDATE content_refs SET refs = 9");
    await damage(bucket.bucketId, "DELETE FROM current WHERE key IN ('k1', 'parts')");
    const options = about(bucket);
    const found = await runJob({ kind: "fsck", options });
    expect(kinds(found)).toEqual(["no-latest", "stray-parts", "wrong-count"]);
    expect(found.findings.every(({ isRepaired }) => !isRepaired)).toBe(true);
    const mended = await runJob({ kind: "fsck", options: { ...options, isRepair: true } });
    expect(mended.findings.every(({ isRepaired }) => isRepaired)).toBe(true);
    expect((await runJob({ kind: "fsck", options })).findings).toEqual([]);
  });

  it("lists uploads that nobody ends, by age, and aborts none", async () => {
    const bucket = await filled("abandoned");
    const options = about(bucket, { isRepair: true });
    const seams = daysOn(8);
    const { job, findings } = await runJob({ kind: "fsck", options, seams });
    expect(job.counts).toMatchObject({ uploads: 1, uploadsOverWeek: 1, uploadsOverMonth: 0 });
    expect(findings).toMatchObject([
      { kind: "abandoned-upload", subject: { key: "open", ageDays: 8, parts: 1, sizeBytes: 4 } },
    ]);
    expect((await runJob({ kind: "fsck", options, seams })).findings).toHaveLength(1);
  });

  it("says so when an index is lost, and goes on with the other buckets", async () => {
    const [first, second] = [await filled("lost-a"), await filled("lost-b")];
    await damage(first.bucketId, "UPDATE meta SET value = 'none' WHERE name = 'state'");
    const { loseIndex } = await import("./fixture.ts");
    await loseIndex(first.bucketId);
    const { job, findings } = await runJob({ kind: "scrub" });
    const lost = findings.filter(({ subject }) => subject["bucket"] === first.name);
    expect(lost.map(({ kind }) => kind)).toEqual(["lost-index"]);
    expect(job.counts["buckets"]).toBeGreaterThanOrEqual(2);
    expect(findings.some(({ subject }) => subject["bucket"] === second.name)).toBe(false);
  });
});
