import { env } from "cloudflare:test";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { beforeAll, describe, expect, it } from "vitest";
import { makeBucket } from "../bucket/fixtures.ts";
import { brokenIndex, brokenStore, refusal, sdk, storedBlobs, through } from "./fixtures.ts";

describe("PutObject", () => {
  let Bucket: string;
  const s3 = sdk();
  const put = (input: object) => s3.send(new PutObjectCommand({ Bucket, Key: "key", ...input }));
  const head = (Key = "key") =>
    s3.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: "ENABLED" }));

  beforeAll(async () => {
    Bucket = await makeBucket("put");
  });

  it("answers with the MD5 as ETag and what it computed when no checksum was sent", async () => {
    const quiet = sdk();
    quiet.config.requestChecksumCalculation = async () => "WHEN_REQUIRED";
    const answer = await quiet.send(
      new PutObjectCommand({ Bucket, Key: "plain", Body: "123456789" }),
    );
    expect(answer.ETag).toBe('"25f9e794323b453885f5181f1b624d0b"');
    expect(answer.ChecksumCRC64NVME).toBe("rosUhgp5mIg=");
    expect(answer.ChecksumType).toBe("FULL_OBJECT");
    expect(answer.ServerSideEncryption).toBe("AES256");
    expect(answer.VersionId).toBeUndefined();
  });

  it("keeps headers, metadata, tags and redirect, and drops aws-chunked", async () => {
    await put({
      Body: "x",
      ContentType: "text/plain",
      CacheControl: "no-store",
      ContentDisposition: "inline",
      ContentEncoding: "aws-chunked,gzip",
      ContentLanguage: "de",
      Expires: new Date("2030-01-01T00:00:00Z"),
      WebsiteRedirectLocation: "/other",
      Metadata: { Colour: "blue", empty: "" },
      Tagging: "a=1&b=2",
    });
    expect(await head()).toMatchObject({
      ContentType: "text/plain",
      CacheControl: "no-store",
      ContentDisposition: "inline",
      ContentEncoding: "gzip",
      ContentLanguage: "de",
      ExpiresString: "Tue, 01 Jan 2030 00:00:00 GMT",
      WebsiteRedirectLocation: "/other",
      Metadata: { colour: "blue", empty: "" },
      TagCount: 2,
    });
  });

  it("stores the bytes in the store of the class and says the class", async () => {
    const before = (await env.STORE_STANDARD_IA.list()).objects.length;
    await put({ Key: "cold", Body: "cold", StorageClass: "STANDARD_IA" });
    expect((await env.STORE_STANDARD_IA.list()).objects.length).toBe(before + 1);
    expect((await head("cold")).StorageClass).toBe("STANDARD_IA");
    await put({ Key: "reduced", Body: "x", StorageClass: "REDUCED_REDUNDANCY" });
    expect((await head("reduced")).StorageClass).toBe("REDUCED_REDUNDANCY");
    await refusal(put({ Body: "x", StorageClass: "COLD" }), "InvalidStorageClass", 400);
  });

  it("creates only once with If-None-Match: *", async () => {
    await put({ Key: "once", Body: "1", IfNoneMatch: "*" });
    await refusal(put({ Key: "once", Body: "2", IfNoneMatch: "*" }), "PreconditionFailed", 412);
    const again = await s3.send(new GetObjectCommand({ Bucket, Key: "once" }));
    expect(await again.Body?.transformToString()).toBe("1");
    await s3.send(new DeleteObjectCommand({ Bucket, Key: "once" }));
    await put({ Key: "once", Body: "3", IfNoneMatch: "*" });
  });

  it("replaces only what If-Match names: 412 for another, 404 for none", async () => {
    const { ETag } = await put({ Key: "swap", Body: "1" });
    await refusal(put({ Key: "swap", Body: "2", IfMatch: '"0123"' }), "PreconditionFailed", 412);
    await put({ Key: "swap", Body: "2", IfMatch: ETag });
    await refusal(put({ Key: "absent", Body: "1", IfMatch: ETag }), "NoSuchKey", 404);
  });

  it("refuses a wrong Content-MD5 with BadDigest and keeps nothing", async () => {
    const before = await storedBlobs();
    const wrong = put({ Key: "digest", Body: "x", ContentMD5: "AAAAAAAAAAAAAAAAAAAAAA==" });
    await refusal(wrong, "BadDigest", 400);
    expect(await storedBlobs()).toEqual(before);
    await refusal(head("digest"), "NotFound", 404);
  });

  it("refuses what another account asks, storing nothing", async () => {
    const before = await storedBlobs();
    const wrong = put({ Body: "x", ExpectedBucketOwner: "123456789012" });
    await refusal(wrong, "AccessDenied", 403);
    expect(await storedBlobs()).toEqual(before);
  });

  it("keeps a large body whole", async () => {
    const Body = new Uint8Array(3 * 1024 * 1024 + 17).map((_, index) => index * 31);
    await put({ Key: "large", Body });
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: "large" }));
    expect(await got.Body?.transformToByteArray()).toEqual(Body);
  });

  describe("under faults", () => {
    const keys = async () =>
      (await s3.send(new ListObjectsV2Command({ Bucket, Prefix: "fault" }))).Contents?.map(
        (entry) => entry.Key,
      );

    it("D01 acknowledges nothing when the index never heard of the blob", async () => {
      const deaf = brokenIndex((method, call) =>
        method === "commit" ? Promise.reject(new Error("lost")) : call(),
      );
      const broken = sdk(through({ BUCKET_INDEX: deaf }));
      await refusal(
        broken.send(new PutObjectCommand({ Bucket, Key: "fault/d01", Body: "x" })),
        "ServiceUnavailable",
        503,
      );
      expect(await keys()).toBeUndefined();
    });

    it("D03 commits once when the answer of the first commit is lost", async () => {
      let commits = 0;
      const forgetful = brokenIndex(async (method, call) => {
        const answer = await call();
        if (method === "commit" && ++commits === 1) throw new Error("answer lost");
        return answer;
      });
      const broken = sdk(through({ BUCKET_INDEX: forgetful }));
      const answer = await broken.send(
        new PutObjectCommand({ Bucket, Key: "fault/d03", Body: "x", IfNoneMatch: "*" }),
      );
      expect(answer.$metadata.httpStatusCode).toBe(200);
      expect(commits).toBe(2);
      expect(await keys()).toEqual(["fault/d03"]);
    });

    it("D31 takes a null from the store as a failure and never acknowledges it", async () => {
      const full = brokenStore(env.STORE_STANDARD, {
        put: (async () => null) as unknown as R2Bucket["put"],
      });
      const broken = sdk(through({ STORE_STANDARD: full }));
      const lost = broken.send(new PutObjectCommand({ Bucket, Key: "fault/d31", Body: "x" }));
      await refusal(lost, "InternalError", 500);
      expect(await keys()).toEqual(["fault/d03"]);
    });

    it("takes the blob away when the index refuses after the bytes were stored", async () => {
      await put({ Key: "fault/race", Body: "first" });
      const before = await storedBlobs();
      const late = brokenIndex(async (method, call) =>
        method === "check" ? { kind: "ok" } : call(),
      );
      const broken = sdk(through({ BUCKET_INDEX: late }));
      const doomed = new PutObjectCommand({
        Bucket,
        Key: "fault/race",
        Body: "second",
        IfNoneMatch: "*",
      });
      await refusal(broken.send(doomed), "PreconditionFailed", 412);
      expect(await storedBlobs()).toEqual(before);
    });

    it("leaves the blob alone when a lost answer may have committed it", async () => {
      let puts = 0;
      // The first try took; the second is told no, as after an append by somebody else.
      const racing = brokenIndex(async (method, call) => {
        if (method !== "commit") return call();
        puts += 1;
        if (puts > 1) return { kind: "expired-blob" };
        await call();
        throw new Error("answer lost");
      });
      const broken = sdk(through({ BUCKET_INDEX: racing }));
      await refusal(
        broken.send(new PutObjectCommand({ Bucket, Key: "fault/lost", Body: "kept" })),
        "RequestTimeout",
        400,
      );
      const got = await s3.send(new GetObjectCommand({ Bucket, Key: "fault/lost" }));
      expect(await got.Body?.transformToString()).toBe("kept");
    });

    it("follows settings that move while the bytes are stored", async () => {
      let commits = 0;
      const moving = brokenIndex(async (method, call) =>
        method === "commit" && ++commits === 1 ? { kind: "stale", epoch: 1 } : call(),
      );
      const broken = sdk(through({ BUCKET_INDEX: moving }));
      const answer = await broken.send(
        new PutObjectCommand({ Bucket, Key: "fault/stale", Body: "x" }),
      );
      expect(answer.$metadata.httpStatusCode).toBe(200);
      expect(commits).toBe(2);
    });
  });
});
