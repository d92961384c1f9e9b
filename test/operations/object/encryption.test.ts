// Encryption of objects end to end: every mode through every path, the store read behind the
// program's back (SEC-119, SEC-120, SEC-121, B158, B159).
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/serv-side-encryption.html
import { env } from "cloudflare:test";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { patternedBytes } from "../../storage/fixtures.ts";
import { makeAccount } from "../bucket/fixtures.ts";
import {
  customerKey,
  damageStore,
  expectOk,
  kms,
  makeOpenBucket,
  send,
  sourceKey,
  storeContents,
} from "./encryption-fixtures.ts";

const sse = "x-amz-server-side-encryption";
const keyIdHeader = `${sse}-aws-kms-key-id`;

/** The ways to store an object: headers of the write, and of the reads after it. */
const modes: Record<string, { write: Record<string, string>; read: Record<string, string> }> = {
  "SSE-S3": { write: { [sse]: "AES256" }, read: {} },
  "SSE-KMS": { write: { [sse]: "aws:kms" }, read: {} },
  "DSSE-KMS": { write: { [sse]: "aws:kms:dsse" }, read: {} },
  "SSE-C": { write: customerKey("one"), read: customerKey("one") },
  "SSE-C, another key": { write: customerKey("two"), read: customerKey("two") },
};
const names = Object.keys(modes);

function mode(name: string) {
  const found = modes[name];
  if (found === undefined) throw new Error(name);
  return found;
}

const asSource = (read: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(read).map(([name, value]) => [
      name.replace("x-amz-", "x-amz-copy-source-"),
      value,
    ]),
  );

function expectMode(headers: Headers, name: string): void {
  const { write } = mode(name);
  expect(headers.get(sse)).toBe(write[sse] ?? null);
  expect(headers.get(keyIdHeader) !== null).toBe(name.includes("KMS"));
  const customer = `${sse}-customer-key-md5`;
  expect(headers.get(customer)).toBe(write[customer] ?? null);
  expect(headers.get(`${sse}-customer-key`)).toBeNull();
}

describe.each(names)("PutObject with %s", (name) => {
  const { write, read } = mode(name);

  it("gives back the object and its ranges, and says how it is encrypted", async () => {
    const bucket = await makeOpenBucket();
    const bytes = patternedBytes(200_000, 4);
    const put = await expectOk(await send("PUT", `/${bucket}/k`, { body: bytes, headers: write }));
    expectMode(put.headers, name);
    const head = await send("HEAD", `/${bucket}/k`, { headers: read });
    expect(head.headers.get("content-length")).toBe("200000");
    expectMode(head.headers, name);
    const whole = await expectOk(await send("GET", `/${bucket}/k`, { headers: read }));
    expectMode(whole.headers, name);
    expect(Buffer.compare(whole.bytes, bytes)).toBe(0);
    expect(whole.headers.get("etag")).toBe(put.headers.get("etag"));
    const range = await send("GET", `/${bucket}/k`, {
      headers: { ...read, range: "bytes=65470-131100" },
    });
    expect(range.status).toBe(206);
    expect(range.headers.get("content-range")).toBe("bytes 65470-131100/200000");
    expect(Buffer.compare(range.bytes, bytes.subarray(65470, 131101))).toBe(0);
  });

  it("stores an empty object", async () => {
    const bucket = await makeOpenBucket();
    await expectOk(await send("PUT", `/${bucket}/k`, { body: "", headers: write }));
    const whole = await expectOk(await send("GET", `/${bucket}/k`, { headers: read }));
    expect(whole.bytes.length).toBe(0);
  });

  it("verifies Content-MD5 and checksums of the plaintext", async () => {
    const bucket = await makeOpenBucket();
    const wrong = { ...write, "x-amz-checksum-crc32": "AAAAAA==" };
    const refused = await send("PUT", `/${bucket}/k`, { body: "hello", headers: wrong });
    expect(refused.text).toContain("<Code>BadDigest</Code>");
    const right = { ...write, "x-amz-checksum-crc32": "NhCmhg==" };
    await expectOk(await send("PUT", `/${bucket}/k`, { body: "hello", headers: right }));
    const headers = { ...read, "x-amz-checksum-mode": "ENABLED" };
    const got = await send("GET", `/${bucket}/k`, { headers });
    expect(got.headers.get("x-amz-checksum-crc32")).toBe("NhCmhg==");
  });

  it("takes an upload in parts and reads parts, ranges and the whole", async () => {
    const bucket = await makeOpenBucket();
    const begun = await expectOk(await send("POST", `/${bucket}/k?uploads`, { headers: write }));
    expectMode(begun.headers, name);
    const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(begun.text)?.[1] ?? "";
    const parts = [patternedBytes(5 * 1024 * 1024 + 7, 1), patternedBytes(100_000, 2)];
    const etags: string[] = [];
    for (const [at, body] of parts.entries()) {
      const path = `/${bucket}/k?partNumber=${at + 1}&uploadId=${uploadId}`;
      const part = await expectOk(await send("PUT", path, { body, headers: read }));
      if (name !== "SSE-S3") expectMode(part.headers, name);
      etags.push(part.headers.get("etag") ?? "");
    }
    const listed = etags.map(
      (etag, at) => `<Part><PartNumber>${at + 1}</PartNumber><ETag>${etag}</ETag></Part>`,
    );
    const body = `<CompleteMultipartUpload>${listed.join("")}</CompleteMultipartUpload>`;
    await expectOk(await send("POST", `/${bucket}/k?uploadId=${uploadId}`, { body }));
    const bytes = Buffer.concat(parts);
    const whole = await expectOk(await send("GET", `/${bucket}/k`, { headers: read }));
    expect(Buffer.compare(whole.bytes, bytes)).toBe(0);
    expectMode(whole.headers, name);
    const second = await send("GET", `/${bucket}/k?partNumber=2`, { headers: read });
    expect(second.status).toBe(206);
    expect(Buffer.compare(second.bytes, parts[1] ?? new Uint8Array())).toBe(0);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(300_000), async (first, more) => {
        const last = Math.min(first + more, bytes.length - 1);
        const headers = { ...read, range: `bytes=${first}-${last}` };
        const got = await send("GET", `/${bucket}/k`, { headers });
        expect(Buffer.compare(got.bytes, bytes.subarray(first, last + 1))).toBe(0);
      }),
      { numRuns: 12 },
    );
  });
});

describe("CopyObject between all modes", () => {
  const pairs = names.flatMap((from) => names.map((to) => [from, to] as const));

  it.each(pairs)("copies from %s to %s", async (from, to) => {
    const bucket = await makeOpenBucket();
    const other = await makeOpenBucket();
    const bytes = patternedBytes(70_000, 6);
    await expectOk(await send("PUT", `/${bucket}/k`, { body: bytes, headers: mode(from).write }));
    for (const target of [`/${bucket}/copy`, `/${other}/copy`]) {
      const headers = {
        ...mode(to).write,
        ...asSource(mode(from).read),
        "x-amz-copy-source": `/${bucket}/k`,
      };
      const copied = await expectOk(await send("PUT", target, { headers }));
      expectMode(copied.headers, to);
      const got = await expectOk(await send("GET", target, { headers: mode(to).read }));
      expect(Buffer.compare(got.bytes, bytes)).toBe(0);
      expectMode(got.headers, to);
    }
  });

  it("moves no bytes inside a bucket when the encryption stays the same", async () => {
    for (const name of names) {
      const bucket = await makeOpenBucket();
      const { write, read } = mode(name);
      await expectOk(await send("PUT", `/${bucket}/k`, { body: "the bytes", headers: write }));
      const before = (await storeContents()).bytes.length;
      const headers = { ...write, ...asSource(read), "x-amz-copy-source": `/${bucket}/k` };
      await expectOk(await send("PUT", `/${bucket}/copy`, { headers }));
      expect((await storeContents()).bytes.length, name).toBe(before);
      await expectOk(await send("DELETE", `/${bucket}/k`));
      expect((await send("GET", `/${bucket}/copy`, { headers: read })).text).toBe("the bytes");
    }
  });

  it("copies parts between all modes", async () => {
    const bucket = await makeOpenBucket();
    const bytes = patternedBytes(150_000, 8);
    for (const from of names) {
      await expectOk(await send("PUT", `/${bucket}/k`, { body: bytes, headers: mode(from).write }));
      for (const to of names) {
        const begun = await send("POST", `/${bucket}/u?uploads`, { headers: mode(to).write });
        const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(begun.text)?.[1] ?? "";
        const part = await expectOk(
          await send("PUT", `/${bucket}/u?partNumber=1&uploadId=${uploadId}`, {
            headers: {
              ...mode(to).read,
              ...asSource(mode(from).read),
              "x-amz-copy-source": `/${bucket}/k`,
              "x-amz-copy-source-range": "bytes=1000-99999",
            },
          }),
        );
        const etag = /<ETag>(.*)<\/ETag>/.exec(part.text)?.[1] ?? "";
        const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part></CompleteMultipartUpload>`;
        await expectOk(await send("POST", `/${bucket}/u?uploadId=${uploadId}`, { body }));
        const got = await expectOk(await send("GET", `/${bucket}/u`, { headers: mode(to).read }));
        expect(Buffer.compare(got.bytes, bytes.subarray(1000, 100_000)), `${from} ${to}`).toBe(0);
      }
    }
  }, 60_000);
});

describe("the stores", () => {
  it("hold no plaintext of KMS and SSE-C content, and no key (SEC-120)", async () => {
    const bucket = await makeOpenBucket();
    const secret = "only its owner may read this sentence";
    for (const name of names.filter((each) => each !== "SSE-S3")) {
      const { write } = mode(name);
      await expectOk(await send("PUT", `/${bucket}/small`, { body: secret, headers: write }));
      const body = `${secret} `.repeat(40_000);
      await expectOk(await send("PUT", `/${bucket}/large`, { body, headers: write }));
      const begun = await send("POST", `/${bucket}/u?uploads`, { headers: write });
      const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(begun.text)?.[1] ?? "";
      const path = `/${bucket}/u?partNumber=1&uploadId=${uploadId}`;
      await expectOk(await send("PUT", path, { body, headers: mode(name).read }));
    }
    const { bytes, metadata } = await storeContents();
    expect(bytes.length).toBeGreaterThan(1_000_000);
    expect(bytes.includes("may read this")).toBe(false);
    for (const seed of ["one", "two"]) {
      const key = customerKey(seed)[`${sse}-customer-key`] ?? "";
      expect(metadata).not.toContain(key);
      expect(bytes.includes(Buffer.from(key, "base64"))).toBe(false);
    }
    expect(metadata).toContain("wrappedKey");
  });

  it("cannot change a byte unnoticed: a damaged object is answered with 500 (SEC-120)", async () => {
    const bucket = await makeOpenBucket();
    for (const name of names.filter((each) => each !== "SSE-S3")) {
      const { write, read } = mode(name);
      await expectOk(await send("PUT", `/${bucket}/k`, { body: "hello world", headers: write }));
      await damageStore(45);
      const got = await send("GET", `/${bucket}/k`, { headers: read });
      expect(got.status).toBe(500);
      expect(got.text).toContain("<Code>InternalError</Code>");
      expect(got.text).not.toContain("hello");
    }
  });
});

describe("SSE-C", () => {
  const incorrect =
    "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.";

  it("refuses reads without the key, with another one, and keys where none is needed", async () => {
    const bucket = await makeOpenBucket();
    await expectOk(await send("PUT", `/${bucket}/k`, { body: "x", headers: customerKey("one") }));
    await expectOk(await send("PUT", `/${bucket}/plain`, { body: "x" }));
    const without = await send("GET", `/${bucket}/k`);
    expect(without.status).toBe(400);
    expect(without.text).toContain("<Code>InvalidRequest</Code>");
    expect(without.text).toContain(incorrect);
    expect((await send("HEAD", `/${bucket}/k`)).status).toBe(400);
    const wrong = await send("GET", `/${bucket}/k`, { headers: customerKey("two") });
    expect(wrong.status).toBe(403);
    expect(wrong.text).toContain("<Code>AccessDenied</Code>");
    expect((await send("HEAD", `/${bucket}/k`, { headers: customerKey("two") })).status).toBe(403);
    const needless = await send("GET", `/${bucket}/plain`, { headers: customerKey("one") });
    expect(needless.status).toBe(400);
    const attributes = { "x-amz-object-attributes": "ETag" };
    expect((await send("GET", `/${bucket}/k?attributes`, { headers: attributes })).status).toBe(
      400,
    );
    const withKey = { ...attributes, ...customerKey("one") };
    expect((await send("GET", `/${bucket}/k?attributes`, { headers: withKey })).status).toBe(200);
  });

  it("refuses copies without the source's key", async () => {
    const bucket = await makeOpenBucket();
    await expectOk(await send("PUT", `/${bucket}/k`, { body: "x", headers: customerKey("one") }));
    const source = { "x-amz-copy-source": `/${bucket}/k` };
    expect((await send("PUT", `/${bucket}/c`, { headers: source })).status).toBe(400);
    const wrong = { ...source, ...sourceKey("two") };
    expect((await send("PUT", `/${bucket}/c`, { headers: wrong })).status).toBe(403);
  });

  it("refuses parts without the key of their upload", async () => {
    const bucket = await makeOpenBucket();
    const begun = await send("POST", `/${bucket}/u?uploads`, { headers: customerKey("one") });
    const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(begun.text)?.[1] ?? "";
    const path = `/${bucket}/u?partNumber=1&uploadId=${uploadId}`;
    const without = await send("PUT", path, { body: "x" });
    expect([without.status, without.text]).toEqual([400, expect.stringContaining("initiate")]);
    const wrong = await send("PUT", path, { body: "x", headers: customerKey("two") });
    expect([wrong.status, wrong.text]).toEqual([400, expect.stringContaining("did not match")]);
  });

  const whole = customerKey("one");
  const [algorithm, key, md5] = Object.keys(whole) as [string, string, string];
  const without = (name: string) => {
    const { [name]: _dropped, ...rest } = whole;
    return rest;
  };
  it.each<[string, Record<string, string>, string]>([
    ["no algorithm", without(algorithm), "must provide a valid encryption algorithm"],
    ["no key", without(key), "must provide an appropriate secret key"],
    ["no MD5", without(md5), "the client calculated MD5 of the secret key"],
    [
      "another MD5",
      { ...whole, [md5]: customerKey("two")[md5] ?? "" },
      "MD5 hash of the key did not",
    ],
    ["a short key", { ...whole, [key]: "c2hvcnQ=" }, "invalid for the specified algorithm"],
    ["no base64", { ...whole, [key]: "!".repeat(44) }, "invalid for the specified algorithm"],
    ["another algorithm", { ...whole, [algorithm]: "AES128" }, "InvalidEncryptionAlgorithmError"],
    ["SSE-S3 besides", { ...whole, [sse]: "AES256" }, "incompatible with the encryption method"],
    ["SSE-KMS besides", { ...whole, [sse]: "aws:kms" }, "incompatible with the encryption method"],
  ])(
    "refuses headers with %s, and never shows the key (B158, B159)",
    async (_what, headers, text) => {
      const bucket = await makeOpenBucket();
      const refused = await send("PUT", `/${bucket}/k`, { body: "x", headers });
      expect(refused.status).toBe(400);
      expect(refused.text).toContain(text);
      expect(refused.text).not.toContain(whole[key]);
    },
  );

  it("reads without the MD5 of the key, as AWS does", async () => {
    const bucket = await makeOpenBucket();
    await expectOk(await send("PUT", `/${bucket}/k`, { body: "x", headers: whole }));
    expect((await send("GET", `/${bucket}/k`, { headers: without(md5) })).text).toBe("x");
  });

  it("is refused over plain HTTP (SEC-119)", async () => {
    const bucket = await makeOpenBucket();
    const refused = await send("PUT", `/${bucket}/k`, {
      body: "x",
      headers: whole,
      scheme: "http",
    });
    expect(refused.status).toBe(400);
    expect(refused.text).toContain("must be made over a secure connection");
  });
});

describe("GetObject and HeadObject", () => {
  it("refuse the headers that ask for encryption", async () => {
    const bucket = await makeOpenBucket();
    await expectOk(await send("PUT", `/${bucket}/k`, { body: "x" }));
    const headers = { [sse]: "AES256" };
    const refused = await send("GET", `/${bucket}/k`, { headers });
    expect(refused.status).toBe(400);
    expect(refused.text).toContain("header is not supported for this operation");
    expect((await send("HEAD", `/${bucket}/k`, { headers })).status).toBe(400);
  });
});

describe("SSE-KMS", () => {
  it("refuses what makes no sense", async () => {
    const bucket = await makeOpenBucket();
    const put = (headers: Record<string, string>) =>
      send("PUT", `/${bucket}/k`, { body: "x", headers });
    const text = async (headers: Record<string, string>) => (await put(headers)).text;
    expect(await text({ [sse]: "rot13" })).toContain(
      "encryption method specified is not supported",
    );
    expect(await text({ [keyIdHeader]: "x" })).toContain("requires HTTP header");
    expect(await text({ [sse]: "AES256", [keyIdHeader]: "x" })).toContain("requires HTTP header");
    for (const context of ["!", btoa("[]"), btoa('{"a":1}'), btoa("{")]) {
      const headers = { [sse]: "aws:kms", [`${sse}-context`]: context };
      expect(await text(headers)).toContain("string-string map");
    }
    const missing = { [sse]: "aws:kms", [keyIdHeader]: "11111111-2222-4333-8444-555555555555" };
    expect(await text(missing)).toContain("<Code>KMS.NotFoundException</Code>");
    const elsewhere = `arn:aws:kms:eu-west-1:000000000000:key/${missing[keyIdHeader]}`;
    expect(await text({ [sse]: "aws:kms", [keyIdHeader]: elsewhere })).toContain("Invalid arn");
    const alias = { [sse]: "aws:kms", [keyIdHeader]: "alias/nobody" };
    expect(await text(alias)).toContain("<Code>KMS.NotFoundException</Code>");
  });

  it("keeps the client's encryption context and the bucket key flag", async () => {
    const bucket = await makeOpenBucket();
    const context = btoa(JSON.stringify({ project: "blue", Größe: "1" }).replace(/[^ -~]/g, "u"));
    const headers = {
      [sse]: "aws:kms",
      [`${sse}-context`]: context,
      [`${sse}-bucket-key-enabled`]: "true",
    };
    const put = await expectOk(await send("PUT", `/${bucket}/k`, { body: "x", headers }));
    expect(put.headers.get(`${sse}-context`)).toBe(context);
    expect(put.headers.get(`${sse}-bucket-key-enabled`)).toBe("true");
    const got = await send("GET", `/${bucket}/k`);
    expect(got.text).toBe("x");
    expect(got.headers.get(`${sse}-bucket-key-enabled`)).toBe("true");
    expect(got.headers.get(`${sse}-context`)).toBeNull();
  });

  it("stops with its key: disabled, pending deletion, and back", async () => {
    const bucket = await makeOpenBucket();
    const made = await kms("CreateKey");
    const { KeyId, Arn } = made.output["KeyMetadata"] as { KeyId: string; Arn: string };
    const headers = { [sse]: "aws:kms", [keyIdHeader]: KeyId };
    const put = await expectOk(await send("PUT", `/${bucket}/k`, { body: "x", headers }));
    expect(put.headers.get(keyIdHeader)).toBe(Arn);
    await kms("DisableKey", { KeyId });
    for (const refused of [
      await send("GET", `/${bucket}/k`),
      await send("PUT", `/${bucket}/l`, { body: "x", headers }),
    ]) {
      expect(refused.status).toBe(400);
      expect(refused.text).toContain("<Code>KMS.DisabledException</Code>");
    }
    expect((await send("HEAD", `/${bucket}/k`)).status).toBe(200);
    await kms("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 7 });
    expect((await send("GET", `/${bucket}/k`)).text).toContain("KMS.KMSInvalidStateException");
    await kms("CancelKeyDeletion", { KeyId });
    await kms("EnableKey", { KeyId });
    await kms("RotateKeyOnDemand", { KeyId });
    expect((await send("GET", `/${bucket}/k`)).text).toBe("x");
  });

  it("asks D1 nothing for a warm read", async () => {
    let queries = 0;
    const CATALOG = new Proxy(env.CATALOG, {
      get(target, name) {
        if (name === "prepare") queries += 1;
        const member: unknown = Reflect.get(target, name);
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
    const bucket = await makeOpenBucket();
    const settings = { CATALOG };
    const headers = { [sse]: "aws:kms" };
    await expectOk(await send("PUT", `/${bucket}/k`, { body: "x", headers, settings }));
    await expectOk(await send("GET", `/${bucket}/k`, { settings }));
    queries = 0;
    expect((await send("GET", `/${bucket}/k`, { settings })).text).toBe("x");
    await expectOk(await send("PUT", `/${bucket}/k`, { body: "x", headers, settings }));
    expect(queries).toBe(0);
  });

  it("does not serve another account's key", async () => {
    const stranger = await makeAccount();
    const { output } = await kms("CreateKey", {}, stranger.keys);
    const { Arn, KeyId } = output["KeyMetadata"] as { Arn: string; KeyId: string };
    const bucket = await makeOpenBucket();
    for (const key of [Arn, KeyId]) {
      const headers = { [sse]: "aws:kms", [keyIdHeader]: key };
      const refused = await send("PUT", `/${bucket}/k`, { body: "x", headers });
      expect(refused.text).toContain("<Code>AccessDenied</Code>");
    }
  });
});
