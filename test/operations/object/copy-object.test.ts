import { env } from "cloudflare:test";
import {
  CopyObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { beforeAll, describe, expect, it } from "vitest";
import { makeAccount, makeBucket } from "../bucket/fixtures.ts";
import { refusal, sdk, storedBlobs } from "./fixtures.ts";

const s3 = sdk();

describe("CopyObject", () => {
  let Bucket: string;
  let other: string;
  let ETag: string | undefined;
  const copy = (input: object) =>
    s3.send(
      new CopyObjectCommand({ Bucket, Key: "copy", CopySource: `${Bucket}/source`, ...input }),
    );
  const head = (Key: string, bucket = Bucket) =>
    s3.send(new HeadObjectCommand({ Bucket: bucket, Key, ChecksumMode: "ENABLED" }));

  beforeAll(async () => {
    Bucket = await makeBucket("copy");
    other = await makeBucket("copy-other");
    const put = await s3.send(
      new PutObjectCommand({
        Bucket,
        Key: "source",
        Body: "content",
        ContentType: "text/plain",
        WebsiteRedirectLocation: "/there",
        Metadata: { a: "1" },
        Tagging: "t=1",
      }),
    );
    ETag = put.ETag;
  });

  it("moves no byte inside a bucket and keeps what the source had", async () => {
    const before = await storedBlobs();
    const answer = await copy({ Key: "by-reference" });
    expect(await storedBlobs()).toEqual(before);
    expect(answer.CopyObjectResult).toMatchObject({ ETag, ChecksumType: "FULL_OBJECT" });
    const made = await head("by-reference");
    expect(made).toMatchObject({
      ContentType: "text/plain",
      Metadata: { a: "1" },
      TagCount: 1,
      ETag,
    });
    expect(made.WebsiteRedirectLocation).toBeUndefined();
  });

  it("replaces metadata and tags when told to", async () => {
    await copy({
      Key: "replaced",
      MetadataDirective: "REPLACE",
      Metadata: { b: "2" },
      ContentType: "text/html",
      TaggingDirective: "REPLACE",
      Tagging: "x=1&y=2",
    });
    expect(await head("replaced")).toMatchObject({
      ContentType: "text/html",
      Metadata: { b: "2" },
      TagCount: 2,
    });
  });

  it("copies the bytes to another bucket", async () => {
    await copy({ Bucket: other, Key: "far" });
    const got = await s3.send(new GetObjectCommand({ Bucket: other, Key: "far" }));
    expect(await got.Body?.transformToString()).toBe("content");
    expect(got.ETag).toBe(ETag);
  });

  it("moves the bytes when the class changes", async () => {
    const before = (await env.STORE_GLACIER_IR.list()).objects.length;
    await copy({ Key: "colder", StorageClass: "GLACIER_IR" });
    expect((await env.STORE_GLACIER_IR.list()).objects.length).toBe(before + 1);
    expect((await head("colder")).StorageClass).toBe("GLACIER_IR");
    expect((await head("source")).StorageClass).toBeUndefined();
  });

  it("reads the bytes once when another checksum is asked for", async () => {
    const answer = await copy({ Key: "summed", ChecksumAlgorithm: "SHA256" });
    expect(answer.CopyObjectResult?.ChecksumSHA256).toBe(
      "7XACtDnprIRfIjV9giusFERzD722AW0+yUMil7nsn3M=",
    );
    expect((await head("summed")).ChecksumSHA256).toBe(answer.CopyObjectResult?.ChecksumSHA256);
  });

  it("refuses a copy onto itself that changes nothing", async () => {
    await refusal(copy({ Key: "source" }), "InvalidRequest", 400);
    await copy({ Key: "source", StorageClass: "STANDARD" });
  });

  it.each([
    [{ CopySourceIfMatch: '"other"' }],
    [{ CopySourceIfUnmodifiedSince: new Date(0) }],
    [{ CopySourceIfModifiedSince: new Date(Date.now() - 1000) }],
  ])("B139 refuses with 412 when %o does not hold", async (condition) => {
    const held = { CopySourceIfNoneMatch: ETag, ...condition };
    await refusal(copy(held), "PreconditionFailed", 412);
  });

  it("judges the conditions of the destination", async () => {
    await copy({ Key: "made-once", IfNoneMatch: "*" });
    await refusal(copy({ Key: "made-once", IfNoneMatch: "*" }), "PreconditionFailed", 412);
  });

  it.each(["", "nowhere", "bucket/%ZZ"])("B135 refuses the source %o", async (CopySource) => {
    await refusal(copy({ CopySource }), "InvalidArgument", 400);
  });

  it("B138 answers 404 for a source that is not there", async () => {
    await refusal(copy({ CopySource: `${Bucket}/absent` }), "NoSuchKey", 404);
    await refusal(copy({ CopySource: `${Bucket}-absent/source` }), "NoSuchBucket", 404);
  });

  it("SEC-033 takes dots in the source as they are", async () => {
    await refusal(copy({ CopySource: `${Bucket}/../${other}/far` }), "NoSuchKey", 404);
    await refusal(copy({ CopySource: `${Bucket}/%2e%2e/${other}/far` }), "NoSuchKey", 404);
  });

  it("SEC-053 reads nothing of another account's", async () => {
    const stranger = await makeAccount();
    const theirs = sdk();
    theirs.config.credentials = async () => stranger.keys;
    const own = `stranger-${crypto.randomUUID()}`;
    const { CreateBucketCommand } = await import("@aws-sdk/client-s3");
    await theirs.send(new CreateBucketCommand({ Bucket: own }));
    const steal = new CopyObjectCommand({ Bucket: own, Key: "x", CopySource: `${Bucket}/source` });
    await refusal(theirs.send(steal), "AccessDenied", 403);
  });
});
