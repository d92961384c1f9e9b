// Default encryption of buckets, what they block, and UpdateObjectEncryption, which changes the key
// of an object that stands.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketEncryption.html
import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import {
  allowing,
  customerKey,
  expectOk,
  kms,
  makeOpenBucket,
  send,
  storeContents,
} from "../object/encryption-fixtures.ts";
import { makeBucket } from "./fixtures.ts";

const sse = "x-amz-server-side-encryption";

function setting(inner: string): string {
  return `<ServerSideEncryptionConfiguration><Rule>${inner}</Rule></ServerSideEncryptionConfiguration>`;
}

function byDefault(algorithm: string, key?: string): string {
  const id = key === undefined ? "" : `<KMSMasterKeyID>${key}</KMSMasterKeyID>`;
  return `<ApplyServerSideEncryptionByDefault><SSEAlgorithm>${algorithm}</SSEAlgorithm>${id}</ApplyServerSideEncryptionByDefault>`;
}

async function makeKey(): Promise<{ KeyId: string; Arn: string }> {
  return (await kms("CreateKey")).output["KeyMetadata"] as { KeyId: string; Arn: string };
}

/** A catalog of its own, as far as caches can tell: what another isolate would have. */
const ownMethods: ProxyHandler<D1Database> = {
  get(target, name) {
    const member: unknown = Reflect.get(target, name);
    return typeof member === "function" ? member.bind(target) : member;
  },
};

describe("GetBucketEncryption", () => {
  it("says SSE-S3 and blocked SSE-C of a bucket that was never told otherwise", async () => {
    const bucket = await makeBucket();
    const { text } = await expectOk(await send("GET", `/${bucket}?encryption`));
    expect(text).toContain("<SSEAlgorithm>AES256</SSEAlgorithm>");
    expect(text).toContain("<EncryptionType>SSE-C</EncryptionType>");
    const settings = { ALLOW_SSE_C: "true" };
    const earlier = await expectOk(await send("GET", `/${bucket}?encryption`, { settings }));
    expect(earlier.text).toContain("<EncryptionType>NONE</EncryptionType>");
  });
});

describe("PutBucketEncryption", () => {
  it("makes SSE-KMS the default of every write path", async () => {
    const bucket = await makeBucket();
    const { KeyId, Arn } = await makeKey();
    const body = setting(`${byDefault("aws:kms", KeyId)}<BucketKeyEnabled>true</BucketKeyEnabled>`);
    await expectOk(await send("PUT", `/${bucket}?encryption`, { body }));
    const shown = await send("GET", `/${bucket}?encryption`);
    expect(shown.text).toContain(`<KMSMasterKeyID>${KeyId}</KMSMasterKeyID>`);
    expect(shown.text).toContain("<BucketKeyEnabled>true</BucketKeyEnabled>");
    const put = await expectOk(await send("PUT", `/${bucket}/k`, { body: "a hidden sentence" }));
    const source = { "x-amz-copy-source": `/${bucket}/k` };
    const copy = await expectOk(await send("PUT", `/${bucket}/c`, { headers: source }));
    const begun = await expectOk(await send("POST", `/${bucket}/u?uploads`));
    for (const { headers } of [put, copy, begun]) {
      expect(headers.get(sse)).toBe("aws:kms");
      expect(headers.get(`${sse}-aws-kms-key-id`)).toBe(Arn);
      expect(headers.get(`${sse}-bucket-key-enabled`)).toBe("true");
    }
    expect((await storeContents()).bytes.includes("a hidden sentence")).toBe(false);
    expect((await send("GET", `/${bucket}/c`)).text).toBe("a hidden sentence");
    const plain = await send("PUT", `/${bucket}/p`, { body: "x", headers: { [sse]: "AES256" } });
    expect(plain.headers.get(sse)).toBe("AES256");
  });

  it("binds isolates that remember the bucket without it", async () => {
    const bucket = await makeBucket();
    const settings = { CATALOG: new Proxy(env.CATALOG, ownMethods) };
    await expectOk(await send("PUT", `/${bucket}/warm`, { body: "x", settings }));
    const body = setting(byDefault("aws:kms"));
    await expectOk(await send("PUT", `/${bucket}?encryption`, { body }));
    const late = await send("PUT", `/${bucket}/k`, { body: "a late sentence", settings });
    expect(late.status).toBe(503);
    const again = await send("PUT", `/${bucket}/k`, { body: "a late sentence", settings });
    expect(again.headers.get(sse)).toBe("aws:kms");
    expect((await send("GET", `/${bucket}/k`)).text).toBe("a late sentence");
    const stale = { CATALOG: new Proxy(env.CATALOG, ownMethods) };
    await expectOk(await send("PUT", `/${bucket}/warm`, { body: "x", settings: stale }));
    const back = setting(byDefault("aws:kms:dsse"));
    await expectOk(await send("PUT", `/${bucket}?encryption`, { body: back }));
    const begun = await send("POST", `/${bucket}/u?uploads`, { settings: stale });
    expect(begun.headers.get(sse)).toBe("aws:kms:dsse");
  });

  it("makes DSSE-KMS with the default key the default", async () => {
    const bucket = await makeBucket();
    const body = setting(byDefault("aws:kms:dsse"));
    await expectOk(await send("PUT", `/${bucket}?encryption`, { body }));
    const put = await expectOk(await send("PUT", `/${bucket}/k`, { body: "x" }));
    expect(put.headers.get(sse)).toBe("aws:kms:dsse");
    expect((await send("GET", `/${bucket}/k`)).text).toBe("x");
  });

  it.each([
    ["no rule", "<ServerSideEncryptionConfiguration/>", "MalformedXML"],
    [
      "two rules",
      `<ServerSideEncryptionConfiguration><Rule>${byDefault("AES256")}</Rule><Rule>${byDefault("AES256")}</Rule></ServerSideEncryptionConfiguration>`,
      "MalformedXML",
    ],
    ["another algorithm", setting(byDefault("rot13")), "MalformedXML"],
    ["a key for SSE-S3", setting(byDefault("AES256", "alias/x")), "InvalidArgument"],
    ["an unknown kind to block", allowing("SSE-S3"), "MalformedXML"],
    ["both NONE and SSE-C", allowing("NONE</EncryptionType><EncryptionType>SSE-C"), "MalformedXML"],
  ])("refuses %s", async (_what, body, code) => {
    const bucket = await makeBucket();
    const refused = await send("PUT", `/${bucket}?encryption`, { body });
    expect(refused.status).toBe(400);
    expect(refused.text).toContain(`<Code>${code}</Code>`);
  });
});

describe("DeleteBucketEncryption", () => {
  it("gives the default back", async () => {
    const bucket = await makeOpenBucket();
    await send("PUT", `/${bucket}?encryption`, { body: setting(byDefault("aws:kms")) });
    expect((await send("DELETE", `/${bucket}?encryption`)).status).toBe(204);
    expect((await send("GET", `/${bucket}?encryption`)).text).toContain("AES256");
    const put = await send("PUT", `/${bucket}/k`, { body: "x" });
    expect(put.headers.get(sse)).toBe("AES256");
  });
});

describe("BlockedEncryptionTypes", () => {
  it("refuse SSE-C by default on every write path, and leave reads alone", async () => {
    const bucket = await makeOpenBucket();
    const headers = customerKey("one");
    await expectOk(await send("PUT", `/${bucket}/old`, { body: "x", headers }));
    await expectOk(await send("PUT", `/${bucket}?encryption`, { body: allowing("SSE-C") }));
    const fresh = await makeBucket();
    for (const name of [bucket, fresh]) {
      const source = { "x-amz-copy-source": `/${name}/plain` };
      await expectOk(await send("PUT", `/${name}/plain`, { body: "x" }));
      for (const refused of [
        await send("PUT", `/${name}/k`, { body: "x", headers }),
        await send("PUT", `/${name}/k`, { headers: { ...headers, ...source } }),
        await send("POST", `/${name}/k?uploads`, { headers }),
      ]) {
        expect(refused.status).toBe(403);
        expect(refused.text).toContain("<Code>AccessDenied</Code>");
      }
    }
    expect((await send("GET", `/${bucket}/old`, { headers })).text).toBe("x");
    const settings = { ALLOW_SSE_C: "true" };
    await expectOk(await send("PUT", `/${fresh}/k`, { body: "x", headers, settings }));
    const blocked = await send("PUT", `/${bucket}/k`, { body: "x", headers, settings });
    expect(blocked.status).toBe(403);
  });
});

describe("UpdateObjectEncryption", () => {
  const body = (arn: string) =>
    `<ObjectEncryption><SSE-KMS><KMSKeyArn>${arn}</KMSKeyArn><BucketKeyEnabled>true</BucketKeyEnabled></SSE-KMS></ObjectEncryption>`;

  it("puts an object under another key without moving a byte", async () => {
    const bucket = await makeBucket();
    const [one, two] = [await makeKey(), await makeKey()];
    const headers = { [sse]: "aws:kms", [`${sse}-aws-kms-key-id`]: one.KeyId };
    const put = await expectOk(await send("PUT", `/${bucket}/k`, { body: "hello", headers }));
    const before = (await storeContents()).bytes;
    await expectOk(await send("PUT", `/${bucket}/k?encryption`, { body: body(two.Arn) }));
    expect(Buffer.compare((await storeContents()).bytes, before)).toBe(0);
    await kms("DisableKey", { KeyId: one.KeyId });
    const got = await expectOk(await send("GET", `/${bucket}/k`));
    expect(got.text).toBe("hello");
    expect(got.headers.get("etag")).toBe(put.headers.get("etag"));
    expect(got.headers.get(`${sse}-aws-kms-key-id`)).toBe(two.Arn);
    expect(got.headers.get(`${sse}-bucket-key-enabled`)).toBe("true");
  });

  it.each(["Suspended", "Enabled"])("encrypts an SSE-S3 object, versions %s", async (status) => {
    const bucket = await makeBucket();
    const versioning = `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`;
    await expectOk(await send("PUT", `/${bucket}?versioning`, { body: versioning }));
    const { Arn } = await makeKey();
    const plain = `plain-${crypto.randomUUID()}`;
    const put = await expectOk(await send("PUT", `/${bucket}/k`, { body: plain }));
    const copied = { "x-amz-copy-source": `${bucket}/k` };
    await expectOk(await send("PUT", `/${bucket}/copy`, { headers: copied }));
    await expectOk(await send("PUT", `/${bucket}/k?encryption`, { body: body(Arn) }));
    const got = await expectOk(await send("GET", `/${bucket}/k`));
    expect(got.text).toBe(plain);
    for (const name of ["etag", "last-modified", "x-amz-version-id"]) {
      expect(got.headers.get(name)).toBe(put.headers.get(name) ?? got.headers.get(name));
    }
    expect(got.headers.get(`${sse}-aws-kms-key-id`)).toBe(Arn);
    const part = await send("GET", `/${bucket}/k`, { headers: { range: "bytes=6-9" } });
    expect(part.text).toBe(plain.slice(6, 10));
    // The copy shares the old bytes, and keeps them.
    expect((await expectOk(await send("GET", `/${bucket}/copy`))).text).toBe(plain);
    await expectOk(await send("PUT", `/${bucket}/k?encryption`, { body: body(Arn) }));
    expect((await expectOk(await send("GET", `/${bucket}/k`))).text).toBe(plain);
  });

  it("refuses other sources and other keys", async () => {
    const bucket = await makeOpenBucket();
    const { Arn, KeyId } = await makeKey();
    await expectOk(await send("PUT", `/${bucket}/c`, { body: "x", headers: customerKey("one") }));
    await expectOk(await send("PUT", `/${bucket}/k`, { body: "x", headers: { [sse]: "aws:kms" } }));
    const update = async (key: string, arn: string) =>
      (await send("PUT", `/${bucket}/${key}?encryption`, { body: body(arn) })).text;
    expect(await update("c", Arn)).toContain("<Code>InvalidRequest</Code>");
    expect(await update("k", KeyId)).toContain("<Code>InvalidRequest</Code>");
    const foreign = Arn.replace(/:\d{12}:/, ":999999999999:");
    expect(await update("k", foreign)).toContain("<Code>AccessDenied</Code>");
    expect(await update("missing", Arn)).toContain("<Code>NoSuchKey</Code>");
  });
});
