// A bucket filled by random operations loses its index, and gets it back from the stores (D49).
import { env } from "cloudflare:test";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeletePublicAccessBlockCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutBucketAclCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketVersioningCommand,
  PutObjectAclCommand,
  PutObjectTaggingCommand,
  RenameObjectCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deleteBlobs } from "../../src/storage/blobs.ts";
import { call, makeAccount } from "../operations/bucket/fixtures.ts";
import {
  about,
  blobsOf,
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

const large = new Uint8Array(5 * 1024 * 1024).fill(3);
const keys = ["a", "b/c", "ü 😀", "d"] as const;
const key = fc.constantFrom(...keys);
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("put" as const), key, from: key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("upload" as const), key, from: key }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("copy" as const), key, from: key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("tag" as const), key, from: key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("delete" as const), key, from: key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("hide" as const), key, from: key }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** Everything a client can see of the bucket's versions. */
async function seen({ name: Bucket }: TestBucket) {
  const { Versions = [], DeleteMarkers = [] } = await s3().send(
    new ListObjectVersionsCommand({ Bucket }),
  );
  const markers = DeleteMarkers.map(({ Key, VersionId, IsLatest }) => ({
    Key,
    VersionId,
    IsLatest,
  }));
  const versions = await Promise.all(
    Versions.map(async ({ Key, VersionId, IsLatest, ETag, Size, StorageClass }) => {
      const place = { Bucket, Key, VersionId };
      const get = await s3().send(new GetObjectCommand({ ...place, ChecksumMode: "ENABLED" }));
      const { TagSet } = await s3().send(new GetObjectTaggingCommand(place));
      const part = await s3().send(new HeadObjectCommand({ ...place, PartNumber: 1 }));
      return {
        Key,
        VersionId,
        IsLatest,
        ETag,
        Size,
        StorageClass,
        TagSet,
        parts: part.PartsCount,
        body: (await get.Body?.transformToString())?.slice(-100),
        type: get.ContentType,
        metadata: get.Metadata,
        checksums: [get.ChecksumCRC32, get.ChecksumCRC64NVME, get.ChecksumType],
        modified: get.LastModified,
      };
    }),
  );
  return { versions, markers };
}

/** What was displaced or deleted is removed, as after the grace. */
async function collect({ index }: TestBucket): Promise<void> {
  const nowMs = Date.now() + 10 * dayMs;
  for (;;) {
    const claimed = await index.claimCondemned({ nowMs, graceMs: dayMs, limit: 100 });
    await deleteBlobs(
      env,
      claimed.map(({ blob }) => blob),
    );
    await index.forgetCondemned(claimed.map(({ ticket }) => ticket));
    if (claimed.length === 0) return;
  }
}

async function restore(bucket: TestBucket) {
  await loseIndex(bucket.bucketId);
  const found = await runJob({ kind: "rebuild", options: about(bucket), slicesPerRun: 2 });
  expect(found.job.error).toBeUndefined();
  return found;
}

/** Does the step if it makes sense; remembers which keys were copied from. */
async function perform(
  bucket: TestBucket,
  { do: what, key: Key, from }: Step,
  run: {
    count: number;
    readonly isVersioned: boolean;
    readonly copied: Set<string>;
    readonly has: Set<string>;
  },
): Promise<void> {
  const Bucket = bucket.name;
  run.count += 1;
  switch (what) {
    case "put": {
      const Metadata = { count: String(run.count), colour: "blue" };
      await put(Bucket, Key, `body ${run.count}`, { Metadata, ContentType: "text/x-test" });
      break;
    }
    case "upload":
      await upload(Bucket, Key, [large, `end ${run.count}`]);
      break;
    case "copy": {
      if (!run.has.has(from) || from === Key) return;
      const CopySource = `${Bucket}/${encodeURIComponent(from)}`;
      await s3().send(new CopyObjectCommand({ Bucket, Key, CopySource }));
      run.copied.add(from);
      break;
    }
    case "tag": {
      if (!run.has.has(Key)) return;
      const Tagging = { TagSet: [{ Key: "count", Value: String(run.count) }] };
      await s3().send(new PutObjectTaggingCommand({ Bucket, Key, Tagging }));
      break;
    }
    case "hide": {
      if (!run.isVersioned) return;
      // Hidden twice, then shown once more: a marker that was removed must not come back.
      const Delete = { Objects: [{ Key }] };
      await s3().send(new DeleteObjectsCommand({ Bucket, Delete }));
      const { VersionId } = await s3().send(new DeleteObjectCommand({ Bucket, Key }));
      if (run.count % 2 === 0) await s3().send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
      run.has.delete(Key);
      return;
    }
    case "delete": {
      // A deleted source whose bytes a copy holds comes back: docs/STORAGE.md.
      if (!run.has.has(Key) || run.copied.has(Key)) return;
      const head = await s3().send(new HeadObjectCommand({ Bucket, Key }));
      const VersionId = head.VersionId ?? "null";
      await s3().send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
      const rest = await s3().send(new ListObjectVersionsCommand({ Bucket, Prefix: Key }));
      if (rest.Versions === undefined) run.has.delete(Key);
      return;
    }
  }
  run.has.add(Key);
}

describe("rebuild", () => {
  it("gives back what a model of random operations has", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.array(step, { minLength: 10, maxLength: 16 }),
        async (isVersioned, steps) => {
          const bucket = await openTestBucket("model");
          if (isVersioned) {
            const VersioningConfiguration = { Status: "Enabled" as const };
            const Bucket = bucket.name;
            await s3().send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
          }
          const run = { isVersioned, count: 0, copied: new Set<string>(), has: new Set<string>() };
          for (const one of steps) await perform(bucket, one, run);
          // A day later: what was deleted is gone from the stores, and its notes are.
          await collect(bucket);
          await runJob({ kind: "sweep", target: "0" });
          const before = await seen(bucket);
          const blobs = await blobsOf(bucket.bucketId);
          const { findings } = await restore(bucket);
          expect(findings).toEqual([]);
          expect(await seen(bucket)).toEqual(before);
          const check = await runJob({ kind: "fsck", options: about(bucket, { isReading: true }) });
          expect(check.findings).toEqual([]);
          await put(bucket.name, "a", "afterwards");
          const { Body } = await s3().send(new GetObjectCommand({ Bucket: bucket.name, Key: "a" }));
          expect(await Body?.transformToString()).toBe("afterwards");
          // The sweep has the same clock as the collection had: what came back stays.
          await runJob({ kind: "sweep", target: "0", seams: daysOn(4) });
          expect(await blobsOf(bucket.bucketId)).toEqual(expect.arrayContaining(blobs));
        },
      ),
      { numRuns: 8, endOnFailure: true },
    );
  });

  it("opens uploads again that were open, with the parts they had", async () => {
    const bucket = await openTestBucket("uploads");
    const Bucket = bucket.name;
    const { UploadId, Parts } = await upload(Bucket, "m", [large, "end"], false);
    const before = await s3().send(new ListPartsCommand({ Bucket, Key: "m", UploadId }));
    await restore(bucket);
    const uploads = await s3().send(new ListMultipartUploadsCommand({ Bucket }));
    expect(uploads.Uploads?.map((each) => each.UploadId)).toEqual([UploadId]);
    const after = await s3().send(new ListPartsCommand({ Bucket, Key: "m", UploadId }));
    const facts = (parts: typeof after.Parts) =>
      parts?.map(({ PartNumber, ETag, Size }) => [PartNumber, ETag, Size]);
    expect(facts(after.Parts)).toEqual(facts(before.Parts));
    const MultipartUpload = { Parts };
    const complete = { Bucket, Key: "m", UploadId, MultipartUpload };
    const { ETag } = await s3().send(new CompleteMultipartUploadCommand(complete));
    expect(ETag).toMatch(/-2"$/);
  });

  it("gives back parts that were copied by reference", async () => {
    const bucket = await openTestBucket("shared");
    const Bucket = bucket.name;
    await put(Bucket, "source", "0123456789");
    const { UploadId } = await s3().send(new CreateMultipartUploadCommand({ Bucket, Key: "m" }));
    const part = { Bucket, Key: "m", UploadId, PartNumber: 1, CopySource: `${Bucket}/source` };
    const copied = await s3().send(
      new UploadPartCopyCommand({ ...part, CopySourceRange: "bytes=2-5" }),
    );
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag: copied.CopyPartResult?.ETag }] };
    const complete = { Bucket, Key: "m", UploadId, MultipartUpload };
    await s3().send(new CompleteMultipartUploadCommand(complete));
    const aborted = await upload(Bucket, "gone", ["part"], false);
    const abort = { Bucket, Key: "gone", UploadId: aborted.UploadId };
    await s3().send(new AbortMultipartUploadCommand(abort));
    await collect(bucket);
    await restore(bucket);
    const { Body } = await s3().send(new GetObjectCommand({ Bucket, Key: "m" }));
    expect(await Body?.transformToString()).toBe("2345");
    expect((await runJob({ kind: "fsck", options: about(bucket) })).findings).toEqual([]);
  });

  it("keeps from the sweep what its own description does not lead to", async () => {
    const bucket = await openTestBucket("appended");
    const Bucket = bucket.name;
    await put(Bucket, "log", "one ");
    await put(Bucket, "log", "two ", { WriteOffsetBytes: 4 });
    const CopySource = `${Bucket}/log`;
    await s3().send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource }));
    await put(Bucket, "copy", "three", { WriteOffsetBytes: 8 });
    await put(Bucket, "old", "moved");
    const RenameSource = `${Bucket}/old`;
    await s3().send(new RenameObjectCommand({ Bucket, Key: "new", RenameSource }));
    await restore(bucket);
    await runJob({ kind: "sweep", target: "0", seams: daysOn(4) });
    expect((await runJob({ kind: "fsck", options: about(bucket) })).findings).toEqual([]);
    const text = async (Key: string) => {
      const { Body } = await s3().send(new GetObjectCommand({ Bucket, Key }));
      return Body?.transformToString();
    };
    expect(await text("log")).toBe("one two ");
    expect(await text("copy")).toBe("one two three");
    expect(await text("new")).toBe("moved");
  });

  it("gives back sealed content with its keys", async () => {
    const bucket = await openTestBucket("sealed");
    const Bucket = bucket.name;
    await put(Bucket, "sealed", "secret", { ServerSideEncryption: "aws:kms" });
    await restore(bucket);
    const got = await s3().send(new GetObjectCommand({ Bucket, Key: "sealed" }));
    expect(await got.Body?.transformToString()).toBe("secret");
    expect(got.ServerSideEncryption).toBe("aws:kms");
    expect((await runJob({ kind: "fsck", options: about(bucket) })).findings).toEqual([]);
  });

  it("gives back ACLs and owners: short ones, long ones and changed ones", async () => {
    const bucket = await openTestBucket("acls");
    const Bucket = bucket.name;
    const rules = { Rules: [{ ObjectOwnership: "ObjectWriter" as const }] };
    await s3().send(new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls: rules }));
    await s3().send(new DeletePublicAccessBlockCommand({ Bucket }));
    await s3().send(new PutBucketAclCommand({ Bucket, ACL: "public-read-write" }));
    const { canonicalId, keys } = await makeAccount();
    const long = Array.from({ length: 90 }, () => `id=${canonicalId}`).join();
    await put(Bucket, "short", "x", { ACL: "public-read" });
    await put(Bucket, "long", "x", { GrantRead: long });
    await put(Bucket, "changed", "x");
    await s3().send(new PutObjectAclCommand({ Bucket, Key: "changed", ACL: "public-read" }));
    const theirs = await call("PUT", `/${Bucket}/theirs`, { keys, body: "x" });
    expect(theirs.status).toBe(200);
    const all = async () => {
      const kept = ["short", "long", "changed"].map((Key) =>
        s3().send(new GetObjectAclCommand({ Bucket, Key })),
      );
      const list = await s3().send(new ListObjectsV2Command({ Bucket, FetchOwner: true }));
      const grants = (await Promise.all(kept)).map((acl) => acl.Grants);
      return { grants, owners: list.Contents?.map(({ Owner }) => Owner?.ID) };
    };
    const before = await all();
    expect(before.grants.map((grants) => grants?.length)).toEqual([2, 90, 2]);
    expect(before.owners?.at(-1)).toBe(canonicalId);
    await restore(bucket);
    expect(await all()).toEqual(before);
  });

  it("does nothing to an index that is alive", async () => {
    const bucket = await openTestBucket("alive");
    await put(bucket.name, "k", "body");
    const before = await seen(bucket);
    const { findings } = await runJob({ kind: "rebuild", options: about(bucket) });
    expect(findings).toMatchObject([{ kind: "index-not-lost" }]);
    expect(await seen(bucket)).toEqual(before);
  });
});
