// A class held at another S3 endpoint: here this very program, reached as a stranger would reach it,
// with the network between them in the test's hands.

import { env, SELF } from "cloudflare:test";
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  RestoreObjectCommand,
} from "@aws-sdk/client-s3";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Env, systemSeams } from "../../src/env.ts";
import { collectCondemned } from "../../src/jobs/collect.ts";
import type { CopyPace } from "../../src/jobs/copy-parts.ts";
import { moveVersion } from "../../src/jobs/move.ts";
import { advanceRestores } from "../../src/jobs/restore.ts";
import { storeNumberOf } from "../../src/s3/ids.ts";
import { allStoreNumbers } from "../../src/storage/classes.ts";
import { about, dayMs, daysOn, openTestBucket, runJob, upload } from "../jobs/fixture.ts";
import { makeBucket, rootKeys } from "../operations/bucket/fixtures.ts";
import { refusal, sdk, through } from "../operations/object/fixtures.ts";

type TestBucket = Awaited<ReturnType<typeof openTestBucket>>;

let vault: string;
let settings: Partial<Env>;
/** What the network does with a request to the vault; by default it carries it. */
let network: (request: Request) => Promise<Response>;

beforeEach(async () => {
  vault = await makeBucket("vault");
  settings = remote(vault);
  network = carry;
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => network(new Request(url, init)));
});

/** As a connection would: with the host, and the length of what is sent. */
async function carry({ url, method, headers: given, body, redirect }: Request): Promise<Response> {
  const headers = new Headers(given);
  headers.set("host", "localhost");
  const bytes = body === null ? null : await new Response(body).arrayBuffer();
  if (bytes !== null) headers.set("content-length", String(bytes.byteLength));
  else if (method === "PUT" || method === "POST") headers.set("content-length", "0");
  return SELF.fetch(new Request(url, { method, headers, body: bytes, redirect }));
}

afterEach(() => vi.unstubAllGlobals());

function remote(bucket: string): Partial<Env> {
  const place = { endpoint: "http://localhost", bucket, region: "us-east-1", prefix: "cairn/" };
  const setting = JSON.stringify({ ...place, ...rootKeys });
  return { REMOTE_CLASS_GLACIER: setting, REMOTE_CLASS_STANDARD_IA: setting, LOCAL: "true" };
}

const client = () => sdk(through(settings));

function put(Bucket: string, Key: string, Body: string, more: object = {}) {
  return client().send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
}

async function text(Bucket: string, Key: string, more: object = {}) {
  const { Body } = await client().send(new GetObjectCommand({ Bucket, Key, ...more }));
  return Body?.transformToString();
}

async function vaulted() {
  const { Contents = [] } = await sdk().send(new ListObjectsV2Command({ Bucket: vault }));
  return Contents.map(({ Key }) => Key ?? "");
}

async function move(
  { index, epoch, bucketId }: TestBucket,
  key: string,
  storageClass: "GLACIER" | "STANDARD",
  pace?: CopyPace,
) {
  const ask = { epoch, nowMs: Date.now(), key, wantSegments: false };
  const found = await index.resolve(ask);
  if (found.kind !== "found") throw new Error(found.kind);
  const bindings = { ...env, ...settings } as Env;
  const call = { env: bindings, seams: systemSeams, nowMs: Date.now(), epoch };
  return moveVersion(pace === undefined ? call : { ...call, pace }, bucketId, found.version, {
    storageClass,
  });
}

describe("a class at another endpoint", () => {
  it("is written, read by ranges, checked and swept as any store", async () => {
    const bucket = await openTestBucket("far");
    const Bucket = bucket.name;
    const body = "0123456789".repeat(30_000);
    await put(Bucket, "k", body, { StorageClass: "STANDARD_IA", Metadata: { a: "b" } });
    await put(Bucket, "small", "x", { StorageClass: "STANDARD_IA" });
    expect(await vaulted()).toHaveLength(2);
    expect(await text(Bucket, "k")).toBe(body);
    expect(await text(Bucket, "k", { Range: "bytes=10-14" })).toBe("01234");
    const head = await client().send(new HeadObjectCommand({ Bucket, Key: "k" }));
    expect(head).toMatchObject({ StorageClass: "STANDARD_IA", ContentLength: 300_000 });
    const options = about(bucket, { isReading: true });
    const bindings = settings;
    expect((await runJob({ kind: "fsck", options, bindings })).findings).toEqual([]);
    await put(Bucket, "k", "new");
    const late = { env: { ...env, ...settings } as Env, nowMs: Date.now() + 3 * dayMs, limit: 9 };
    await collectCondemned(bucket.index, late);
    expect(await vaulted()).toHaveLength(1);
    const numbers = allStoreNumbers({ ...env, ...settings } as Env);
    expect(numbers).toContain(102);
    const sweep = { kind: "sweep", target: "102", bindings, seams: daysOn(4) } as const;
    expect((await runJob(sweep)).findings).toEqual([]);
    expect(await text(Bucket, "small")).toBe("x");
  });

  it("takes what moves into it, packed, and gives it back", async () => {
    const bucket = await openTestBucket("archive");
    const Bucket = bucket.name;
    const body = "frozen ".repeat(50_000);
    await put(Bucket, "k", body);
    const outcome = await move(bucket, "k", "GLACIER");
    expect(outcome).toMatchObject({ kind: "moved" });
    if (outcome.kind !== "moved") return;
    expect(outcome.storedBytes).toBeLessThan(body.length / 10);
    expect(storeNumberOf(outcome.version.content ?? "")).toBe(105);
    settings = { ...settings, RESTORE_DELAY_SECONDS: "0" };
    const RestoreRequest = { Days: 1 };
    await client().send(new RestoreObjectCommand({ Bucket, Key: "k", RestoreRequest }));
    const bindings = { ...env, ...settings } as Env;
    await advanceRestores({ env: bindings, seams: systemSeams }, bucket.bucketId);
    expect(await text(Bucket, "k")).toBe(body);
    expect(await move(bucket, "k", "STANDARD")).toMatchObject({ kind: "moved" });
    expect(await text(Bucket, "k")).toBe(body);
  });

  it("takes a version in parts over several slices, each part once", async () => {
    const bucket = await openTestBucket("parts");
    const first = new Uint8Array(5 * 1024 * 1024).fill(65);
    await upload(bucket.name, "k", [first, first.fill(66), "tail"]);
    let writes = 0;
    network = (request) => {
      if (request.method === "PUT") writes += 1;
      return carry(request);
    };
    const pace = { atOnce: 1, noteBytes: 1, sliceBytes: 1, sliceParts: 9, sliceMs: 60_000 };
    const kinds: string[] = [];
    while (kinds.at(-1) !== "moved" && kinds.length < 9) {
      kinds.push((await move(bucket, "k", "GLACIER", pace)).kind);
    }
    expect(kinds.slice(0, 3)).toEqual(["paused", "paused", "paused"]);
    expect(kinds.at(-1)).toBe("moved");
    expect(writes).toBe(3);
    expect(await vaulted()).toHaveLength(3);
    const options = about(bucket, { isReading: true });
    expect((await runJob({ kind: "fsck", options, bindings: settings })).findings).toEqual([]);
  });

  it("waits for an endpoint that keeps the bytes archived itself", async () => {
    const bucket = await openTestBucket("true-glacier");
    const setting = JSON.parse(settings.REMOTE_CLASS_GLACIER ?? "") as object;
    const frozen = JSON.stringify({ ...setting, storageClass: "GLACIER" });
    settings = { ...settings, REMOTE_CLASS_GLACIER: frozen };
    await put(bucket.name, "k", "frozen", { StorageClass: "GLACIER" });
    await expect(move(bucket, "k", "STANDARD")).rejects.toMatchObject({ status: 503 });
    const [Key = ""] = await vaulted();
    const { Restore } = await sdk().send(new HeadObjectCommand({ Bucket: vault, Key }));
    expect(Restore).toBe('ongoing-request="true"');
  });

  it.each<[string, () => Promise<Response>]>([
    ["does not answer", () => Promise.reject(new TypeError("connection lost"))],
    ["is overloaded", async () => new Response("<Error/>", { status: 503 })],
    ["fails", async () => new Response("", { status: 500 })],
  ])("that %s is a 503 for what lies there, and for nothing else (D38)", async (_, answer) => {
    const bucket = await openTestBucket("outage");
    const Bucket = bucket.name;
    await put(Bucket, "far", "x", { StorageClass: "STANDARD_IA" });
    await put(Bucket, "near", "here");
    network = answer;
    await refusal(text(Bucket, "far"), "ServiceUnavailable", 503);
    const write = put(Bucket, "other", "x", { StorageClass: "STANDARD_IA" });
    await refusal(write, "ServiceUnavailable", 503);
    await expect(move(bucket, "near", "GLACIER")).rejects.toMatchObject({ status: 503 });
    expect(await text(Bucket, "near")).toBe("here");
    await put(Bucket, "near", "still");
    network = carry;
    expect(await text(Bucket, "far")).toBe("x");
    await refusal(text(Bucket, "other"), "NoSuchKey", 404);
  });

  it("that flips a bit is found out before anything is swapped (D21)", async () => {
    const bucket = await openTestBucket("liar");
    await put(bucket.name, "k", "precious".repeat(1000));
    network = async (request) => {
      if (request.method !== "PUT") return carry(request);
      const bytes = new Uint8Array(await request.arrayBuffer());
      bytes[10] = (bytes[10] ?? 0) ^ 1;
      const headers = new Headers(request.headers);
      headers.set("content-length", String(bytes.length));
      return carry(new Request(request.url, { method: "PUT", headers, body: bytes }));
    };
    expect(await move(bucket, "k", "GLACIER")).toMatchObject({ kind: "damaged", fault: "copy" });
    network = carry;
    expect(await text(bucket.name, "k")).toBe("precious".repeat(1000));
    expect(await vaulted()).toEqual([]);
  });

  it("follows no redirect, and needs https but on a laptop", async () => {
    const bucket = await openTestBucket("redirect");
    const asked: string[] = [];
    network = async (request) => {
      asked.push(request.redirect);
      return new Response("", { status: 307, headers: { location: "http://169.254.169.254/" } });
    };
    const write = () => put(bucket.name, "k", "x", { StorageClass: "STANDARD_IA" });
    await refusal(write(), "InternalError", 500);
    expect(new Set(asked)).toEqual(new Set(["manual"]));
    settings = { ...settings, LOCAL: "" };
    asked.length = 0;
    await refusal(write(), "InternalError", 500);
    expect(asked).toEqual([]);
  });

  it("keeps keys whose name would not fit out, and loses nothing", async () => {
    const bucket = await openTestBucket("long");
    const Key = "ü".repeat(500);
    const write = put(bucket.name, Key, "x", { StorageClass: "STANDARD_IA" });
    await refusal(write, "KeyTooLongError", 400);
    await put(bucket.name, "k", "x", {
      StorageClass: "STANDARD_IA",
      Metadata: { a: "v".repeat(1900) },
    });
    const head = await client().send(new HeadObjectCommand({ Bucket: bucket.name, Key: "k" }));
    expect(head.Metadata?.["a"]).toHaveLength(1900);
  });
});
