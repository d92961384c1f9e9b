// A version of many parts to a server without our ids, over several slices: each part is sent once, also
// when a slice fails or an answer is lost in between; and nothing of the upload is left there.
import { env } from "cloudflare:test";
import { expect, it } from "vitest";
import type { RememberedUpload } from "../../../src/bucket/types.ts";
import { loadBucket } from "../../../src/catalog/buckets.ts";
import { systemSeams } from "../../../src/env.ts";
import { copyVersion } from "../../../src/jobs/replication/copy.ts";
import type { CopyFacts, CopyOutcome } from "../../../src/jobs/replication/exchange.ts";
import { assumeReplicationRole } from "../../../src/jobs/replication/role.ts";
import {
  localSender,
  type Send,
  type TargetRequest,
} from "../../../src/jobs/replication/sender.ts";
import { serveReplication } from "../../../src/replica-door.ts";
import { call } from "../../operations/bucket/fixtures.ts";
import { upload } from "../fixture.ts";
import { makeRole, versionedBucket } from "./fixtures.ts";

const arrival = { env, seams: systemSeams, waitUntil: () => undefined };
const partBytes = 5 * 1024 * 1024;
const count = 4;

/** A version here, and slices of one part each to a bucket that is written to as by anybody. */
async function pair() {
  const [source, target] = [await versionedBucket("from"), await versionedBucket("to")];
  const bodies = Array.from({ length: count }, (_, at) =>
    new Uint8Array(at + 1 < count ? partBytes : 1000).fill(65 + at),
  );
  await upload(source.name, "k", bodies);
  const catalog = { env, seams: systemSeams, nowMs: Date.now() };
  const record = await loadBucket(catalog, source.name);
  if (record === undefined) throw new Error("no bucket");
  const principal = await assumeReplicationRole(catalog, await makeRole(), record);
  if ("refusal" in principal) throw new Error(principal.refusal);
  const senderTo = (bucket: string) =>
    localSender((request) => serveReplication(arrival, request), { bucket, principal });
  const head = await call("HEAD", `/${source.name}/k`);
  const described = await source.index.describe("k", head.headers.get("x-amz-version-id") ?? "");
  if (described.kind !== "version") throw new Error("no version");
  const sent: string[] = [];
  let known: RememberedUpload | null = null;
  const uploads = {
    find: async () => known,
    note: async (news: RememberedUpload) => {
      // As the index does: parts add up.
      known = { ...news, parts: [...(known?.parts ?? []), ...news.parts] };
    },
    forget: async () => {
      known = null;
    },
  };
  const slice = (isRetry: boolean, around: (go: Send) => Send = (go) => go) => {
    const noting: Send = (request) => {
      const number = /partNumber=(\d+)/.exec(request.query)?.[1];
      if (request.method !== "GET" && request.method !== "HEAD") {
        sent.push(number ?? nameOf(request));
      }
      return senderTo(target.name)(request);
    };
    const facts: CopyFacts = {
      ...{ isCairn: false, isRetry, uploads, source: source.bucketId, nowMs: Date.now() },
      destination: { Bucket: "arn:cairn:replication:::elsewhere" },
      send: around(noting),
      read: senderTo(source.name),
      pace: { noteBytes: 1, sliceBytes: 1, sliceMs: 60_000 },
      now: () => Date.now(),
    };
    return copyVersion(facts, described);
  };
  const isSame = async () => {
    const [here, there] = await Promise.all(
      [source, target].map(({ name }) => call("GET", `/${name}/k`)),
    );
    return here?.text === there?.text && here?.headers.get("etag") === there?.headers.get("etag");
  };
  const openThere = async () => (await call("GET", `/${target.name}?uploads`)).text;
  return { slice, sent, isSame, openThere };
}

const nameOf = ({ method, query }: TargetRequest) =>
  method === "DELETE" ? "abort" : query.startsWith("uploads") ? "begin" : "end";

async function untilOver(slice: () => Promise<CopyOutcome>): Promise<CopyOutcome> {
  for (let round = 0; round < 20; round += 1) {
    const outcome = await slice();
    if (outcome.kind !== "paused") return outcome;
  }
  throw new Error("goes on for ever");
}

it("is sent part by part, each once", async () => {
  const { slice, sent, isSame, openThere } = await pair();
  const outcome = await untilOver(() => slice(false));
  expect(outcome).toMatchObject({ kind: "copied", id: expect.any(String) });
  expect(sent).toEqual(["begin", "1", "2", "3", "4", "end"]);
  expect(await isSame()).toBe(true);
  expect(await openThere()).not.toContain("<Upload>");
});

it("goes on behind the part that failed, and sends that alone again", async () => {
  const { slice, sent, isSame, openThere } = await pair();
  expect(await slice(false)).toEqual({ kind: "paused" });
  const failing =
    (go: Send): Send =>
    async (request) =>
      request.query.includes("partNumber=2") ? Promise.reject(new Error("cut off")) : go(request);
  expect(await slice(false, failing)).toMatchObject({ kind: "failed" });
  expect(await untilOver(() => slice(true))).toMatchObject({ kind: "copied" });
  expect(sent).toEqual(["begin", "1", "2", "3", "4", "end"]);
  expect(await isSame()).toBe(true);
  expect(await openThere()).not.toContain("<Upload>");
});

it("is not sent again when the answer to its completion was lost", async () => {
  const { slice, sent, isSame } = await pair();
  for (let part = 1; part < count; part += 1) await slice(false);
  const deaf =
    (go: Send): Send =>
    async (request) => {
      const answer = await go(request);
      if (request.method === "POST" && request.query.startsWith("uploadId")) {
        await answer.body?.cancel();
        throw new Error("no answer");
      }
      return answer;
    };
  expect(await slice(false, deaf)).toMatchObject({ kind: "failed" });
  expect(await untilOver(() => slice(true))).toMatchObject({ kind: "copied" });
  expect(sent).toEqual(["begin", "1", "2", "3", "4", "end"]);
  expect(await isSame()).toBe(true);
});
