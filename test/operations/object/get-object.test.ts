import { env } from "cloudflare:test";
import {
  DeleteObjectCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { beforeAll, describe, expect, it } from "vitest";
import { callAnonymously, makeBucket } from "../bucket/fixtures.ts";
import { refusal, sdk, storedBlobs, through } from "./fixtures.ts";

const s3 = sdk();

describe("GetObject", () => {
  let Bucket: string;
  let ETag: string | undefined;
  const get = (input: object = {}) =>
    s3.send(new GetObjectCommand({ Bucket, Key: "key", ...input }));
  const text = async (input: object) => (await get(input)).Body?.transformToString();

  beforeAll(async () => {
    Bucket = await makeBucket("get");
    const put = await s3.send(new PutObjectCommand({ Bucket, Key: "key", Body: "0123456789" }));
    ETag = put.ETag;
    await s3.send(new PutObjectCommand({ Bucket, Key: "empty", Body: "" }));
  });

  it("gives the whole object, its length and its default type", async () => {
    const answer = await get();
    expect(answer).toMatchObject({
      AcceptRanges: "bytes",
      ContentLength: 10,
      ContentType: "application/octet-stream",
      ETag,
    });
    expect(answer.ContentRange).toBeUndefined();
    expect(await answer.Body?.transformToString()).toBe("0123456789");
  });

  it.each([
    ["bytes=0-0", "0", "bytes 0-0/10"],
    ["bytes=3-5", "345", "bytes 3-5/10"],
    ["bytes=8-", "89", "bytes 8-9/10"],
    ["bytes=-3", "789", "bytes 7-9/10"],
    ["bytes=5-100", "56789", "bytes 5-9/10"],
    ["bytes=-100", "0123456789", "bytes 0-9/10"],
  ])("answers %s with 206", async (Range, content, ContentRange) => {
    const answer = await get({ Range });
    expect(answer.$metadata.httpStatusCode).toBe(206);
    expect(answer.ContentRange).toBe(ContentRange);
    expect(await answer.Body?.transformToString()).toBe(content);
  });

  it.each(["bytes=100-50", "bytes=a-b", "lines=1-2", "bytes=0-1,3-4"])(
    "B071 ignores the range %s",
    async (Range) => {
      const answer = await get({ Range });
      expect(answer.$metadata.httpStatusCode).toBe(200);
      expect(await answer.Body?.transformToString()).toBe("0123456789");
    },
  );

  it("B073 refuses a range that the object does not reach", async () => {
    await refusal(get({ Range: "bytes=10-" }), "InvalidRange", 416);
    await refusal(get({ Key: "empty", Range: "bytes=0-0" }), "InvalidRange", 416);
  });

  it("B074 refuses Range and partNumber together", async () => {
    await refusal(get({ Range: "bytes=0-1", PartNumber: 1 }), "InvalidRequest", 400);
  });

  it("reads a plain object as one part and knows no second", async () => {
    const answer = await get({ PartNumber: 1 });
    expect(answer.ContentRange).toBe("bytes 0-9/10");
    await refusal(get({ PartNumber: 2 }), "InvalidPartNumber", 416);
  });

  it("judges conditions as RFC 9110 orders them", async () => {
    const past = new Date(0);
    const future = new Date(Date.now() - 1000 + 3_600_000);
    await refusal(get({ IfMatch: '"other"' }), "PreconditionFailed", 412);
    await refusal(get({ IfNoneMatch: ETag }), "Unknown", 304);
    await refusal(get({ IfUnmodifiedSince: past }), "PreconditionFailed", 412);
    expect(await text({ IfMatch: ETag, IfUnmodifiedSince: past })).toBe("0123456789");
    expect(await text({ IfNoneMatch: '"other"', IfModifiedSince: new Date() })).toBe("0123456789");
    expect(await text({ IfModifiedSince: future })).toBe("0123456789");
  });

  it("SEC-108 lets a signed caller override six headers, and nobody else", async () => {
    const answer = await get({
      ResponseContentType: "text/html",
      ResponseCacheControl: "no-store",
    });
    expect(answer).toMatchObject({ ContentType: "text/html", CacheControl: "no-store" });
    const anonymous = await callAnonymously(
      "GET",
      `/${Bucket}/key?response-content-type=text/html`,
    );
    expect(anonymous.status).toBe(400);
  });

  it("gives the checksum only when it is asked for, and only of the whole", async () => {
    const plain = sdk();
    plain.config.responseChecksumValidation = async () => "WHEN_REQUIRED";
    const unasked = await plain.send(new GetObjectCommand({ Bucket, Key: "key" }));
    expect(unasked.ChecksumCRC32).toBeUndefined();
    const asked = await get({ ChecksumMode: "ENABLED" });
    expect(asked).toMatchObject({ ChecksumType: "FULL_OBJECT", ChecksumCRC32: "poTHxg==" });
    const part = await get({ ChecksumMode: "ENABLED", Range: "bytes=0-1" });
    expect(part.ChecksumCRC32).toBeUndefined();
  });

  it("answers 404 for a missing key, 400 for text that is no version id", async () => {
    await refusal(get({ Key: "absent" }), "NoSuchKey", 404);
    await refusal(get({ VersionId: "garbage" }), "InvalidArgument", 400);
    await refusal(get({ Bucket: `${Bucket}-absent` }), "NoSuchBucket", 404);
  });

  it("says InternalError, never 404, when the store lost the bytes", async () => {
    const before = new Set(await storedBlobs());
    await s3.send(new PutObjectCommand({ Bucket, Key: "lost", Body: "lost" }));
    const [blob = ""] = (await storedBlobs()).filter((id) => !before.has(id));
    await env.STORE_STANDARD.delete(blob);
    const broken = sdk(through({}));
    await refusal(broken.send(new GetObjectCommand({ Bucket, Key: "lost" })), "InternalError", 500);
  });
});

describe("HeadObject", () => {
  it("says what GET says, without a body", async () => {
    const Bucket = await makeBucket("head");
    await s3.send(
      new PutObjectCommand({ Bucket, Key: "key", Body: "12345", Metadata: { a: "b" } }),
    );
    const answer = await s3.send(new HeadObjectCommand({ Bucket, Key: "key", Range: "bytes=1-2" }));
    expect(answer).toMatchObject({
      ContentLength: 2,
      ContentRange: "bytes 1-2/5",
      Metadata: { a: "b" },
    });
    await refusal(s3.send(new HeadObjectCommand({ Bucket, Key: "absent" })), "NotFound", 404);
  });
});

describe("GetObjectAttributes", () => {
  it("gives the attributes asked for and no others", async () => {
    const Bucket = await makeBucket("attributes");
    await s3.send(new PutObjectCommand({ Bucket, Key: "key", Body: "12345" }));
    const ask = (ObjectAttributes: string[]) =>
      s3.send(
        new GetObjectAttributesCommand({
          Bucket,
          Key: "key",
          ObjectAttributes: ObjectAttributes as never,
        }),
      );
    const some = await ask(["ETag", "ObjectSize", "StorageClass"]);
    expect(some).toMatchObject({
      ETag: "827ccb0eea8a706c4c34a16891f84e7b",
      ObjectSize: 5,
      StorageClass: "STANDARD",
    });
    expect(some.Checksum).toBeUndefined();
    expect((await ask(["Checksum"])).Checksum).toEqual({
      ChecksumCRC32: "y/U6HA==",
      ChecksumType: "FULL_OBJECT",
    });
    await refusal(ask(["Colour"]), "InvalidArgument", 400);
  });
});

describe("DeleteObject", () => {
  it("removes a key, and is silent about one that is not there", async () => {
    const Bucket = await makeBucket("delete");
    await s3.send(new PutObjectCommand({ Bucket, Key: "key", Body: "1" }));
    const gone = await s3.send(new DeleteObjectCommand({ Bucket, Key: "key" }));
    expect(gone.$metadata.httpStatusCode).toBe(204);
    expect(gone.DeleteMarker).toBeUndefined();
    await s3.send(new DeleteObjectCommand({ Bucket, Key: "key" }));
    await refusal(s3.send(new GetObjectCommand({ Bucket, Key: "key" })), "NoSuchKey", 404);
  });

  it("deletes only what If-Match names", async () => {
    const Bucket = await makeBucket("delete-if");
    const { ETag } = await s3.send(new PutObjectCommand({ Bucket, Key: "key", Body: "1" }));
    const remove = (IfMatch: string | undefined) =>
      s3.send(new DeleteObjectCommand({ Bucket, Key: "key", IfMatch }));
    await refusal(remove('"other"'), "PreconditionFailed", 412);
    await remove(ETag);
  });

  it("makes a marker where versions are kept, and removing it brings the object back", async () => {
    const Bucket = await makeBucket("delete-versions");
    const versioning = { Status: "Enabled" as const };
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: versioning }));
    const put = await s3.send(new PutObjectCommand({ Bucket, Key: "key", Body: "1" }));
    expect(put.VersionId).toMatch(/^.{32}$/);
    const marker = await s3.send(new DeleteObjectCommand({ Bucket, Key: "key" }));
    expect(marker.DeleteMarker).toBe(true);
    const get = (VersionId?: string) =>
      s3.send(new GetObjectCommand({ Bucket, Key: "key", ...(VersionId && { VersionId }) }));
    await refusal(get(), "NoSuchKey", 404);
    await refusal(get(marker.VersionId), "MethodNotAllowed", 405);
    expect(await (await get(put.VersionId)).Body?.transformToString()).toBe("1");
    const undone = await s3.send(
      new DeleteObjectCommand({ Bucket, Key: "key", VersionId: marker.VersionId }),
    );
    expect(undone).toMatchObject({ DeleteMarker: true, VersionId: marker.VersionId });
    expect(await (await get()).Body?.transformToString()).toBe("1");
  });
});
