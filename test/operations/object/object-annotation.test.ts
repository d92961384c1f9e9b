// Annotations: https://docs.aws.amazon.com/AmazonS3/latest/userguide/annotations-overview.html and the
// API pages of Put, Get, List and DeleteObjectAnnotation and of CopyObject.
import { createHash } from "node:crypto";
import {
  CopyObjectCommand,
  DeleteObjectAnnotationCommand,
  DeleteObjectCommand,
  GetObjectAnnotationCommand,
  ListObjectAnnotationsCommand,
  PutBucketVersioningCommand,
  PutObjectAnnotationCommand,
  type PutObjectAnnotationCommandInput,
  PutObjectCommand,
  RenameObjectCommand,
} from "@aws-sdk/client-s3";
import { beforeEach, describe, expect, it } from "vitest";
import { call, makeAccount, makeBucket } from "../bucket/fixtures.ts";
import { sdk } from "./fixtures.ts";

const client = sdk();
const Key = "k/e y";
let Bucket = "";
beforeEach(async () => {
  Bucket = await makeBucket("annotations");
  await put();
});

const put = (more: { Bucket?: string; Key?: string; Body?: string } = {}) =>
  client.send(new PutObjectCommand({ Bucket, Key, Body: "x", ...more }));
const annotate = (
  AnnotationName: string,
  AnnotationPayload: string | Uint8Array = AnnotationName,
  more: Partial<PutObjectAnnotationCommandInput> = {},
) =>
  client.send(
    new PutObjectAnnotationCommand({ Bucket, Key, AnnotationName, AnnotationPayload, ...more }),
  );
async function read(
  AnnotationName: string,
  more: { Bucket?: string; Key?: string; VersionId?: string } = {},
) {
  const { AnnotationPayload } = await client.send(
    new GetObjectAnnotationCommand({ Bucket, Key, AnnotationName, ...more }),
  );
  return AnnotationPayload?.transformToString();
}
async function names(
  more: { Bucket?: string; Key?: string; AnnotationPrefix?: string; VersionId?: string } = {},
) {
  const { Annotations = [] } = await client.send(
    new ListObjectAnnotationsCommand({ Bucket, Key, ...more }),
  );
  return Annotations.map(({ AnnotationName }) => AnnotationName);
}
const refused = (name: string, status = 400) =>
  expect.objectContaining({ name, $metadata: expect.objectContaining({ httpStatusCode: status }) });
const enableVersions = () =>
  client.send(
    new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }),
  );

describe("annotations", () => {
  it("keeps a text, gives it back, replaces and deletes it", async () => {
    const text = '{"labels": ["ü", "😀"]}';
    const answer = await annotate("labels", text, { ChecksumAlgorithm: "SHA256" });
    const md5 = createHash("md5").update(text).digest("hex");
    const sha256 = createHash("sha256").update(text).digest("base64");
    expect(answer).toMatchObject({
      Key,
      AnnotationName: "labels",
      ETag: `"${md5}"`,
      ChecksumSHA256: sha256,
      ServerSideEncryption: "AES256",
    });
    expect(answer.ObjectVersionId).toBeUndefined();
    const got = await client.send(
      new GetObjectAnnotationCommand({
        Bucket,
        Key,
        AnnotationName: "labels",
        ChecksumMode: "ENABLED",
      }),
    );
    expect(await got.AnnotationPayload?.transformToString()).toBe(text);
    expect(got).toMatchObject({
      ETag: `"${md5}"`,
      ContentLength: Buffer.byteLength(text),
      ChecksumSHA256: sha256,
    });
    await annotate("labels", "other");
    expect(await read("labels")).toBe("other");
    const named = { Bucket, Key, AnnotationName: "labels" };
    await client.send(new DeleteObjectAnnotationCommand(named));
    await client.send(new DeleteObjectAnnotationCommand(named));
    await expect(read("labels")).rejects.toEqual(refused("NoSuchAnnotation", 404));
  });

  it("lists by name, prefix and page", async () => {
    for (const name of ["b/2", "a", "b/1", "b/😀", "b/\uff01", "c"]) await annotate(name);
    expect(await names()).toEqual(["a", "b/1", "b/2", "b/\uff01", "b/😀", "c"]);
    expect(await names({ AnnotationPrefix: "b/" })).toEqual(["b/1", "b/2", "b/\uff01", "b/😀"]);
    const seen: (string | undefined)[] = [];
    let token: string | undefined;
    do {
      const page = await client.send(
        new ListObjectAnnotationsCommand({
          Bucket,
          Key,
          MaxAnnotationResults: 2,
          ...(token !== undefined && { ContinuationToken: token }),
        }),
      );
      expect(page).toMatchObject({ Bucket, Key, MaxAnnotationResults: 2 });
      expect(page.AnnotationCount).toBe(page.Annotations?.length);
      seen.push(...(page.Annotations ?? []).map(({ AnnotationName }) => AnnotationName));
      token = page.NextContinuationToken;
    } while (token !== undefined);
    expect(seen).toEqual(await names());
    const bad = call("GET", `/${Bucket}/k?annotation&continuation-token=%21`);
    expect((await bad).first("Code")).toBe("InvalidArgument");
  });

  it.each<[string, string, string | Uint8Array, string, number]>([
    ["an empty name", "", "x", "InvalidAnnotationName", 400],
    ["a control character", "a\u0007", "x", "InvalidAnnotationName", 400],
    ["a name of ours", "aws:x", "x", "InvalidAnnotationName", 400],
    ["a name of 513 bytes", `${"é".repeat(256)}x`, "x", "AnnotationNameTooLong", 400],
    ["an empty text", "a", "", "InvalidRequest", 400],
    ["bytes that are not UTF-8", "a", new Uint8Array([0xff]), "UnsupportedMediaType", 415],
    ["more than 1 MiB", "a", "x".repeat(1024 * 1024 + 1), "EntityTooLarge", 400],
  ])("refuses %s", async (_, name, text, code, status) => {
    await expect(annotate(name, text)).rejects.toEqual(refused(code, status));
  });

  it("takes a name of 512 bytes and a text of 1 MiB", async () => {
    const name = "é".repeat(256);
    const text = "ü".repeat(512 * 1024);
    await annotate(name, text);
    expect(await read(name)).toBe(text);
  });

  it("verifies what the client promised", async () => {
    const wrong = { ChecksumCRC32: "AAAAAA==" };
    await expect(annotate("a", "text", wrong)).rejects.toEqual(refused("BadDigest"));
    await expect(read("a")).rejects.toEqual(refused("NoSuchAnnotation", 404));
  });

  it("refuses the 1,001st of a version, but not to replace one", async () => {
    for (let at = 0; at < 1000; at += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, n) => annotate(`n${at + n}`, "x")));
    }
    await expect(annotate("one more")).rejects.toEqual(refused("AnnotationLimitExceeded"));
    await annotate("n7", "y");
    expect((await names()).length).toBe(1000);
  });

  it("judges x-amz-object-if-match about the object", async () => {
    const { ETag } = await put({ Body: "y" });
    await annotate("a", "1", { ObjectIfMatch: ETag });
    await expect(annotate("a", "2", { ObjectIfMatch: '"other"' })).rejects.toEqual(
      refused("PreconditionFailed", 412),
    );
    expect(await read("a")).toBe("1");
  });

  it("answers for objects that are not there", async () => {
    await expect(annotate("a", "x", { Key: "none" })).rejects.toEqual(refused("NoSuchKey", 404));
    await expect(names({ Key: "none" })).rejects.toEqual(refused("NoSuchKey", 404));
    const VersionId = "0".repeat(32);
    await expect(read("a", { VersionId })).rejects.toEqual(refused("NoSuchVersion", 404));
    await expect(read("a", { VersionId: "nonsense" })).rejects.toEqual(refused("InvalidArgument"));
  });

  it("refuses strangers", async () => {
    const { keys } = await makeAccount();
    const path = `/${Bucket}/k%2Fe%20y?annotation&annotationName=a`;
    for (const method of ["GET", "PUT", "DELETE"]) {
      const answer = await call(method, path, { keys, ...(method === "PUT" && { body: "x" }) });
      expect([method, answer.status]).toEqual([method, 403]);
    }
  });

  it("belongs to the version and goes with it", async () => {
    await annotate("a", "first");
    await put();
    expect(await names()).toEqual([]);
    await annotate("a", "second");
    await client.send(new DeleteObjectCommand({ Bucket, Key }));
    await put();
    expect(await names()).toEqual([]);

    await enableVersions();
    const { VersionId: older = "" } = await put({ Body: "1" });
    const answer = await annotate("a", "older");
    expect(answer.ObjectVersionId).toBe(older);
    const { VersionId: newer = "" } = await put({ Body: "2" });
    await annotate("a", "newer");
    await annotate("b", "late", { VersionId: older });
    expect(await read("a", { VersionId: older })).toBe("older");
    expect(await names({ VersionId: older })).toEqual(["a", "b"]);
    await client.send(new DeleteObjectCommand({ Bucket, Key, VersionId: newer }));
    expect(await read("a")).toBe("older");
    await client.send(new DeleteObjectCommand({ Bucket, Key }));
    await expect(names()).rejects.toEqual(refused("NoSuchKey", 404));
    await client.send(new DeleteObjectCommand({ Bucket, Key, VersionId: older }));
    await expect(read("a", { VersionId: older })).rejects.toEqual(refused("NoSuchVersion", 404));
  });

  it("refuses objects under a customer's key", async () => {
    const bytes = Buffer.alloc(32, 7);
    const SSECustomerKey = bytes.toString("base64");
    const SSECustomerKeyMD5 = createHash("md5").update(bytes).digest("base64");
    const sealed = new PutObjectCommand({
      Bucket,
      Key: "sealed",
      Body: "x",
      SSECustomerAlgorithm: "AES256",
      SSECustomerKey,
      SSECustomerKeyMD5,
    });
    const outcome = await client.send(sealed).catch((error: Error) => error.name);
    // Where the deployment blocks SSE-C there is nothing to annotate.
    if (typeof outcome === "string") return;
    await expect(annotate("a", "x", { Key: "sealed" })).rejects.toEqual(refused("InvalidRequest"));
  });

  it.each<[string, boolean, "COPY" | "EXCLUDE" | undefined, string[]]>([
    ["inside a bucket, by default", false, undefined, ["a", "b"]],
    ["inside a bucket, asked for", false, "COPY", ["a", "b"]],
    ["inside a bucket, excluded", false, "EXCLUDE", []],
    ["to another bucket, by default", true, undefined, ["a", "b"]],
    ["to another bucket, excluded", true, "EXCLUDE", []],
  ])("follows a copy %s", async (_, isAcross, AnnotationDirective, expected) => {
    await annotate("a", "1");
    await annotate("b", "2");
    const target = { Bucket: isAcross ? await makeBucket("copied") : Bucket, Key: "copy" };
    await client.send(
      new CopyObjectCommand({
        ...target,
        CopySource: `${Bucket}/${encodeURIComponent(Key)}`,
        ...(AnnotationDirective && { AnnotationDirective }),
      }),
    );
    expect(await names(target)).toEqual(expected);
    if (expected.length > 0) expect(await read("b", target)).toBe("2");
    expect(await names()).toEqual(["a", "b"]);
  });

  it("follows a copy of an object onto itself, and refuses unknown directives", async () => {
    await annotate("a", "1");
    const copy = { Bucket, Key, CopySource: `${Bucket}/${encodeURIComponent(Key)}` };
    await client.send(
      new CopyObjectCommand({ ...copy, MetadataDirective: "REPLACE", Metadata: { new: "1" } }),
    );
    expect(await read("a")).toBe("1");
    const bad = new CopyObjectCommand({ ...copy, Key: "x", AnnotationDirective: "MOVE" as "COPY" });
    await expect(client.send(bad)).rejects.toEqual(refused("InvalidArgument"));
  });

  it("follows a renaming and an append", async () => {
    await annotate("a", "1");
    await client.send(
      new RenameObjectCommand({ Bucket, Key: "new", RenameSource: encodeURIComponent(Key) }),
    );
    expect(await read("a", { Key: "new" })).toBe("1");
    await client.send(new PutObjectCommand({ Bucket, Key: "new", Body: "y", WriteOffsetBytes: 1 }));
    expect(await read("a", { Key: "new" })).toBe("1");
  });
});
