// The audit from the request to the search: what each level records, who and why, what is found by
// what, what must never be in it, and what becomes of it over time.
import { createExecutionContext, env, waitOnExecutionContext } from "cloudflare:test";
import { AwsClient } from "aws4fetch";
import { beforeEach, describe, expect, it } from "vitest";
import { createApp } from "../src/app.ts";
import { findAuditChunks } from "../src/catalog/audit-chunks.ts";
import { type Env, systemSeams } from "../src/env.ts";
import { joinAudit, pruneAudit } from "../src/jobs/keep-audit.ts";
import { recordActionsWith } from "../src/record-service.ts";
import { readRecords } from "../src/storage/records.ts";
import { type Keys, makeAccount, makeBucket, rootKeys } from "./operations/bucket/fixtures.ts";

const app = createApp(systemSeams);

interface Wish {
  readonly keys?: Keys;
  readonly body?: BodyInit;
  readonly headers?: Record<string, string>;
  readonly bindings?: Partial<Env>;
  readonly isPresigned?: boolean;
}

/** A signed request through the app; waits for what it leaves behind. */
async function ask(line: string, wish: Wish = {}) {
  const [method = "", path = ""] = line.split(" ");
  const client = new AwsClient({ ...(wish.keys ?? rootKeys), service: "s3", region: "us-east-1" });
  const request = await client.sign(`http://localhost${path}`, {
    method,
    ...(wish.body !== undefined && { body: wish.body }),
    headers: wish.headers ?? {},
    ...(wish.isPresigned && { aws: { signQuery: true } }),
  });
  const headers = new Headers(request.headers);
  headers.set("host", "localhost");
  if (wish.body !== undefined) {
    headers.set("content-length", String((await new Response(wish.body).arrayBuffer()).byteLength));
  }
  const context = createExecutionContext();
  const bindings = { AUDIT: "all", RECORD_FLUSH_SECONDS: "0", ...wish.bindings };
  const response = await app.fetch(
    new Request(request, { headers }),
    { ...env, ...bindings },
    context,
  );
  const text = await response.text();
  await waitOnExecutionContext(context);
  const requestId = response.headers.get("x-amz-request-id") ?? "";
  return { status: response.status, headers: response.headers, text, requestId };
}

async function search(query: string, bindings: Partial<Env> = {}) {
  const answer = await ask(`GET /-/api/v1/audit?${query}`, { bindings });
  return { status: answer.status, ...JSON.parse(answer.text) };
}

const recordOf = async (requestId: string) => (await search(`requestId=${requestId}`)).records[0];

async function forgetAll() {
  await env.CATALOG.prepare("DELETE FROM audit_chunks").run();
}

describe("the audit", () => {
  beforeEach(forgetAll);

  it("finds a request by its id: who, what, why, and how it ended", async () => {
    const bucket = await makeBucket("audited");
    const put = await ask(`PUT /${bucket}/a/key`, { body: "hello" });
    expect(await recordOf(put.requestId)).toMatchObject({
      service: "s3",
      operation: "PutObject",
      logOperation: "REST.PUT.OBJECT",
      bucket,
      key: "a/key",
      status: 200,
      bytesReceived: 5,
      objectBytes: 5,
      authType: "AuthHeader",
      requester: { type: "Account", accessKeyId: rootKeys.accessKeyId },
      decision: { isAllowed: true, reason: "owner-root", action: "s3:PutObject" },
    });
    const missing = await ask(`GET /${bucket}/none`);
    expect(await recordOf(missing.requestId)).toMatchObject({
      status: 404,
      errorCode: "NoSuchKey",
    });
    expect((await search("requestId=0000000000000000")).records).toEqual([]);
  });

  it("records denials with their reason, and signatures that were refused", async () => {
    const bucket = await makeBucket("audited");
    const stranger = await makeAccount();
    const bindings = { AUDIT: "changes" };
    const denied = await ask(`GET /${bucket}/k`, { keys: stranger.keys, bindings });
    expect(await recordOf(denied.requestId)).toMatchObject({
      status: 403,
      errorCode: "AccessDenied",
      requester: { accountId: stranger.accountId },
      decision: { isAllowed: false, reason: "no-resource-allow" },
    });
    const keys = { accessKeyId: "AKIANOBODYKNOWS00000", secretAccessKey: "x" };
    const forged = await ask(`GET /${bucket}/k`, { keys, bindings });
    expect(await recordOf(forged.requestId)).toMatchObject({
      errorCode: "InvalidAccessKeyId",
      claimedAccessKeyId: "AKIANOBODYKNOWS00000",
    });
    expect((await search("principal=AKIANOBODYKNOWS00000")).records).toHaveLength(1);
  });

  it("records what its level says, more where a bucket is tagged so, and nothing when off", async () => {
    const bucket = await makeBucket("audited");
    const count = async () => (await search(`bucket=${bucket}`, { AUDIT: "off" })).records.length;
    await ask(`PUT /${bucket}/k`, { body: "x", bindings: { AUDIT: "off" } });
    expect(await count()).toBe(0);
    await ask(`GET /${bucket}/k`, { bindings: { AUDIT: "changes" } });
    expect(await count()).toBe(0);
    await ask(`PUT /${bucket}/k`, { body: "x", bindings: { AUDIT: "changes" } });
    expect(await count()).toBe(1);
    const body =
      "<Tagging><TagSet><Tag><Key>cairn:audit</Key><Value>all</Value></Tag></TagSet></Tagging>";
    const md5 = await crypto.subtle.digest("MD5", new TextEncoder().encode(body));
    const headers = { "content-md5": btoa(String.fromCharCode(...new Uint8Array(md5))) };
    await ask(`PUT /${bucket}?tagging`, { body, headers, bindings: { AUDIT: "off" } });
    await ask(`GET /${bucket}/k`, { bindings: { AUDIT: "off" } });
    expect(await count()).toBe(2);
  });

  it("records IAM, STS and the admin API by their names", async () => {
    const form = "Action=CreateUser&Version=2010-05-08&UserName=audited";
    const client = new AwsClient({ ...rootKeys, service: "iam", region: "us-east-1" });
    const signed = await client.sign("http://localhost/", {
      method: "POST",
      body: form,
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    const headers = new Headers(signed.headers);
    headers.set("host", "localhost");
    headers.set("content-length", String(form.length));
    const context = createExecutionContext();
    const bindings = { ...env, AUDIT: "changes", RECORD_FLUSH_SECONDS: "0" };
    const answer = await app.fetch(new Request(signed, { headers }), bindings, context);
    await answer.text();
    await waitOnExecutionContext(context);
    const { records } = await search("operation=CreateUser");
    expect(records[0]).toMatchObject({
      service: "iam",
      status: 200,
      decision: { isAllowed: true, action: "iam:CreateUser" },
    });
    const job = JSON.stringify({ kind: "sweep", bucket: null, repair: false, read: false });
    const started = await ask("POST /-/api/v1/jobs", { body: job, bindings: { AUDIT: "changes" } });
    expect(started.status).toBe(201);
    expect(await recordOf(started.requestId)).toMatchObject({
      service: "admin",
      requestUri: "POST /-/api/v1/jobs HTTP/1.1",
      status: 201,
    });
  });

  it("finds by bucket, key, prefix, outcome and time, a page at a time, newest first", async () => {
    const bucket = await makeBucket("audited");
    for (let at = 0; at < 5; at += 1) await ask(`PUT /${bucket}/k/${at}`, { body: "x" });
    await ask(`GET /${bucket}/none`);
    const keysOf = async (query: string) =>
      (await search(`bucket=${bucket}&${query}`)).records.map((each: { key: string }) => each.key);
    expect(await keysOf("operation=PutObject")).toEqual(["k/4", "k/3", "k/2", "k/1", "k/0"]);
    expect(await keysOf("key=k/3")).toEqual(["k/3"]);
    expect(await keysOf("keyPrefix=k/&status=2xx")).toHaveLength(5);
    expect(await keysOf("status=404&code=NoSuchKey")).toEqual(["none"]);
    expect(await keysOf("from=2100-01-01")).toEqual([]);
    const pages: string[][] = [];
    for (let after = ""; pages.length < 10; ) {
      const page = await search(`bucket=${bucket}&keyPrefix=k/&limit=2${after}`);
      pages.push(page.records.map((each: { key: string }) => each.key));
      if (page.next === undefined) break;
      after = `&after=${page.next}`;
    }
    expect(pages.flat()).toEqual(["k/4", "k/3", "k/2", "k/1", "k/0"]);
    for (const wrong of ["status=7", "from=soon", "after=x", "key=k", "colour=red", "limit=0"]) {
      expect((await search(wrong)).status).toBe(400);
    }
  });

  it("is the operator's alone", async () => {
    const { keys } = await makeAccount();
    expect((await ask("GET /-/api/v1/audit", { keys })).status).toBe(403);
  });

  it("never holds what proves an identity (SEC-119)", async () => {
    const bucket = await makeBucket("audited");
    const presigned = await ask(`GET /${bucket}/k`, { isPresigned: true });
    const referer = `https://x/y?X-Amz-Signature=${"f".repeat(64)}`;
    await ask(`GET /${bucket}/k`, { headers: { referer, cookie: "session=s3cr3t" } });
    await ask(`GET /${bucket}/k?x-amz-security-token=SESSIONTOKEN`);
    const record = await recordOf(presigned.requestId);
    expect(record).toMatchObject({ authType: "QueryString" });
    expect(record.requestUri).toContain("X-Amz-Signature=REDACTED");
    const call = { env, seams: systemSeams, nowMs: Date.now() };
    const span = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, limit: 100 };
    for (const { path } of await findAuditChunks(call, span)) {
      const text = JSON.stringify(await readRecords(env, path));
      expect(text).not.toMatch(/[0-9a-f]{64}(?!")|SESSIONTOKEN|s3cr3t/);
      expect(text).not.toContain(rootKeys.secretAccessKey);
    }
  });

  it("counts the bytes of long answers as they leave, and gives them unchanged", async () => {
    const bucket = await makeBucket("audited");
    const body = new Uint8Array(300_000).map((_, at) => at % 251);
    await ask(`PUT /${bucket}/big`, { body });
    const got = await ask(`GET /${bucket}/big`);
    expect(got.headers.get("content-length")).toBe("300000");
    expect((await recordOf(got.requestId)).bytesSent).toBe(300_000);
    const sealing = { "x-amz-server-side-encryption": "aws:kms" };
    await ask(`PUT /${bucket}/sealed`, { body, headers: sealing });
    const opened = await ask(`GET /${bucket}/sealed`);
    expect(opened.text).toBe(got.text);
    expect((await recordOf(opened.requestId)).bytesSent).toBe(300_000);
    const part = await ask(`GET /${bucket}/big`, { headers: { range: "bytes=0-99999" } });
    expect(part.status).toBe(206);
    expect(await recordOf(part.requestId)).toMatchObject({
      bytesSent: 100_000,
      objectBytes: 300_000,
    });
  });

  it("joins small chunks of hours that are over, and forgets what is too old", async () => {
    const bucket = await makeBucket("audited");
    for (let at = 0; at < 3; at += 1) await ask(`PUT /${bucket}/k/${at}`, { body: "x" });
    const hour = 3_600_000;
    const chunks = async (nowMs: number) => {
      const call = { env, seams: { ...systemSeams, now: () => nowMs }, nowMs };
      const span = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, limit: 100 };
      return { call, found: await findAuditChunks(call, span) };
    };
    const later = await chunks(Date.now() + 2 * hour);
    expect(later.found.length).toBeGreaterThanOrEqual(3);
    await joinAudit(later.call);
    await joinAudit(later.call);
    const joined = await chunks(Date.now());
    expect(joined.found.length).toBeLessThan(later.found.length);
    const { records } = await search(`bucket=${bucket}&operation=PutObject`);
    expect(records).toHaveLength(3);
    const old = await chunks(Date.now() + 91 * 24 * hour);
    await pruneAudit(old.call);
    expect((await chunks(Date.now())).found).toEqual([]);
    expect(await readRecords(env, joined.found[0]?.path ?? "")).toBeUndefined();
  });

  it("keeps what a store did not take, and writes it later", async () => {
    const bucket = await makeBucket("audited");
    const STORE_STANDARD = new Proxy(env.STORE_STANDARD, {
      get: (store, name) => {
        const value = Reflect.get(store, name);
        if (name !== "put") return typeof value === "function" ? value.bind(store) : value;
        return (key: string, ...rest: unknown[]) => {
          if (key.startsWith("audit/")) throw new Error("down (10043)");
          return Reflect.apply(value, store, [key, ...rest]);
        };
      },
    });
    const put = await ask(`PUT /${bucket}/k`, { body: "x", bindings: { STORE_STANDARD } });
    expect(put.status).toBe(200);
    expect(await recordOf(put.requestId)).toMatchObject({ status: 200, key: "k" });
  });

  it("records what the service does by itself", async () => {
    const bucket = await makeBucket("audited");
    const work: Promise<unknown>[] = [];
    const bindings = { ...env, AUDIT: "all", RECORD_FLUSH_SECONDS: "0" };
    const waitUntil = (task: Promise<unknown>) => void work.push(task);
    const record = recordActionsWith({ env: bindings, seams: systemSeams, waitUntil });
    await record(bucket, [{ operation: "S3.EXPIRE.OBJECT", key: "old", objectBytes: 7 }]);
    await Promise.all(work);
    const { records } = await search("operation=S3.EXPIRE.OBJECT");
    expect(records[0]).toMatchObject({
      key: "old",
      objectBytes: 7,
      requester: { arn: "AmazonS3" },
    });
    expect(records[0].status).toBeUndefined();
  });
});
