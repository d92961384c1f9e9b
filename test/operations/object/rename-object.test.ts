// RenameObject: https://docs.aws.amazon.com/AmazonS3/latest/API/API_RenameObject.html, on buckets
// without versions, with versions, and with locks.

import { env } from "cloudflare:test";
import {
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  RenameObjectCommand,
} from "@aws-sdk/client-s3";
import { beforeEach, describe, expect, it } from "vitest";
import { isBlobId } from "../../../src/s3/ids.ts";
import { makeUser, policy } from "../../iam/fixtures.ts";
import { call, makeAccount, makeBucket, rootKeys } from "../bucket/fixtures.ts";
import { sdk } from "./fixtures.ts";

const client = sdk();
let Bucket = "";
beforeEach(async () => {
  Bucket = await makeBucket("rename");
});

const put = (Key: string, Body = Key) =>
  client.send(
    new PutObjectCommand({
      Bucket,
      Key,
      Body,
      Metadata: { of: Key },
      Tagging: "a=1",
      ContentType: "text/x",
    }),
  );
const rename = (source: string, key: string, headers: Record<string, string> = {}) =>
  call("PUT", `/${Bucket}/${key}?renameObject`, {
    headers: { "x-amz-rename-source": source, ...headers },
  });
const statusOf = async (key: string) => (await call("HEAD", `/${Bucket}/${key}`)).status;
async function textOf(Key: string) {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
  return Body?.transformToString();
}
const enableVersions = () =>
  client.send(
    new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }),
  );

describe("RenameObject", () => {
  it("moves the object with everything that is known of it", async () => {
    await put("old");
    const before = await client.send(new HeadObjectCommand({ Bucket, Key: "old" }));
    await client.send(new RenameObjectCommand({ Bucket, Key: "new", RenameSource: "old" }));
    expect(await statusOf("old")).toBe(404);
    expect(await textOf("new")).toBe("old");
    const after = await client.send(
      new HeadObjectCommand({ Bucket, Key: "new", ChecksumMode: "ENABLED" }),
    );
    const kept = ["ETag", "LastModified", "Metadata", "ContentType", "ContentLength"] as const;
    for (const member of kept) expect(after[member]).toEqual(before[member]);
    const { TagSet } = await client.send(new GetObjectTaggingCommand({ Bucket, Key: "new" }));
    expect(TagSet).toEqual([{ Key: "a", Value: "1" }]);
  });

  it.each(["a b+ü", "/a b+ü", "BUCKET/a b+ü", "/BUCKET/a b+ü"])(
    "reads the source %s",
    async (text) => {
      await put("a b+ü");
      const source = encodeURIComponent(text.replace("BUCKET", Bucket)).replaceAll("%2F", "/");
      expect((await rename(source, "new")).status).toBe(200);
      expect(await textOf("new")).toBe("a b+ü");
    },
  );

  it("replaces what stands at the new key, unless a condition forbids it", async () => {
    await put("old");
    await put("new");
    expect((await rename("old", "new", { "if-none-match": "*" })).status).toBe(412);
    expect(await textOf("new")).toBe("new");
    expect((await rename("old", "new")).status).toBe(200);
    expect(await textOf("new")).toBe("old");
  });

  const past = "Sun, 01 Jan 2017 00:00:00 GMT";
  const future = "Fri, 01 Jan 2099 00:00:00 GMT";
  it.each<[string, string, number]>([
    ["if-match", '"nonsense"', 412],
    ["if-match", "*", 200],
    ["if-none-match", '"nonsense"', 200],
    ["if-none-match", "*", 412],
    ["if-modified-since", past, 200],
    ["if-modified-since", future, 412],
    ["if-unmodified-since", past, 412],
    ["if-unmodified-since", future, 200],
  ])("judges %s: %s about both keys", async (name, value, status) => {
    await put("old");
    await put("new");
    for (const prefix of ["", "x-amz-rename-source-"]) {
      const answer = await rename("old", "new", { [`${prefix}${name}`]: value });
      expect([prefix, answer.status]).toEqual([prefix, status]);
      if (status === 200) await put("old");
      else expect(answer.first("Code")).toBe("PreconditionFailed");
    }
  });

  it("wants something there for If-Match on the new key", async () => {
    await put("old");
    expect((await rename("old", "new", { "if-match": "*" })).status).toBe(412);
    expect((await rename("old", "new", { "if-unmodified-since": past })).status).toBe(200);
  });

  it("does nothing again for the same token, and refuses it for another renaming", async () => {
    await put("old");
    const token = { "x-amz-client-token": crypto.randomUUID() };
    expect((await rename("old", "new", token)).status).toBe(200);
    await put("old", "second");
    expect((await rename("old", "new", token)).status).toBe(200);
    expect(await textOf("new")).toBe("old");
    const other = await rename("old", "elsewhere", token);
    expect([other.status, other.first("Code")]).toEqual([400, "IdempotencyParameterMismatch"]);
    expect(await textOf("old")).toBe("second");
  });

  it.each<[string, string, Record<string, string>, number, string]>([
    ["a source that is not there", "nothing", {}, 404, "NoSuchKey"],
    ["an empty source", "", {}, 400, "InvalidRequest"],
    ["a source that is the key", "new", {}, 400, "InvalidArgument"],
    ["a broken escape", "%zz", {}, 400, "InvalidArgument"],
    ["a source of 1,025 bytes", "k".repeat(1025), {}, 400, "KeyTooLongError"],
    ["a token of blanks", "old", { "x-amz-client-token": "a b" }, 400, "InvalidArgument"],
  ])("refuses %s", async (_, source, headers, status, code) => {
    const answer = await rename(source, "new", headers);
    expect([answer.status, answer.first("Code")]).toEqual([status, code]);
  });

  it("refuses strangers", async () => {
    await put("old");
    const { keys } = await makeAccount();
    const headers = { "x-amz-rename-source": "old" };
    const answer = await call("PUT", `/${Bucket}/new?renameObject`, { headers, keys });
    expect([answer.status, answer.first("Code")]).toEqual([403, "AccessDenied"]);
  });

  it("gives the new key a version and the old key a marker where there are versions", async () => {
    await enableVersions();
    await put("old", "1");
    await put("old", "2");
    await put("new", "3");
    expect((await rename("old", "new")).status).toBe(200);
    expect(await textOf("new")).toBe("2");
    expect(await statusOf("old")).toBe(404);
    const { Versions = [], DeleteMarkers = [] } = await client.send(
      new ListObjectVersionsCommand({ Bucket }),
    );
    expect(Versions.map(({ Key, IsLatest }) => `${Key} ${IsLatest}`)).toEqual([
      "new true",
      "new false",
      "old false",
      "old false",
    ]);
    expect(DeleteMarkers.map(({ Key, IsLatest }) => `${Key} ${IsLatest}`)).toEqual(["old true"]);
    expect((await rename("old", "again")).first("Code")).toBe("NoSuchKey");
  });

  it("leaves a locked source where it is", async () => {
    Bucket = `locked-${crypto.randomUUID()}`;
    await call("PUT", `/${Bucket}`, { headers: { "x-amz-bucket-object-lock-enabled": "true" } });
    await put("old");
    await client.send(
      new PutObjectLegalHoldCommand({ Bucket, Key: "old", LegalHold: { Status: "ON" } }),
    );
    const answer = await rename("old", "new");
    expect([answer.status, answer.first("Code")]).toEqual([403, "AccessDenied"]);
    expect(await statusOf("old")).toBe(200);
    expect(await statusOf("new")).toBe(404);
  });

  it("moves no bytes, and keeps them when either name goes", async () => {
    const stored = async () =>
      (await env.STORE_STANDARD.list()).objects.filter(({ key }) => isBlobId(key)).length;
    await put("old");
    const count = await stored();
    expect((await rename("old", "middle")).status).toBe(200);
    expect((await rename("middle", "new")).status).toBe(200);
    expect(await stored()).toBe(count);
    expect(await textOf("new")).toBe("old");
  });

  it("races: of many renamings of one object one finds it", async () => {
    await put("old");
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) => rename("old", `new-${n}`)),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array(11).fill(404)]);
  });
});

it("tells nobody the ETag of a new key that may not be read", async () => {
  const { ETag = "" } = await put("new");
  await put("old");
  const arn = (key: string) => `arn:aws:s3:::${Bucket}/${key}`;
  const document = policy(
    { Effect: "Allow", Action: "s3:*", Resource: arn("old") },
    { Effect: "Allow", Action: "s3:PutObject", Resource: arn("new") },
  );
  const keys = await makeUser(rootKeys, `rename-${crypto.randomUUID().slice(0, 8)}`, document);
  const renameIf = async (etag: string) => {
    const headers = { "x-amz-rename-source": "old", "if-match": etag };
    return (await call("PUT", `/${Bucket}/new?renameObject`, { keys, headers })).status;
  };
  expect([await renameIf('"other"'), await renameIf(ETag)]).toEqual([403, 403]);
});
