// Faults injected under whole operations, beside those that the tests of each operation inject: the
// index restarts, stalls or answers twice; one store is down, or forgets; an old state comes back.
import { env, runInDurableObject } from "cloudflare:test";
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { deleteBlobs } from "../../../src/storage/blobs.ts";
import { about, blobsOf, dayMs, openTestBucket, put, runJob, s3 } from "../../jobs/fixture.ts";
import { brokenIndex, brokenStore, refusal, sdk, through } from "./fixtures.ts";

const text = async (Bucket: string, Key: string) => {
  const { Body } = await s3().send(new GetObjectCommand({ Bucket, Key }));
  return Body?.transformToString();
};
const keysOf = async (Bucket: string) => {
  const { Contents = [] } = await s3().send(new ListObjectsV2Command({ Bucket }));
  return Contents.map(({ Key }) => Key);
};
const stubOf = (bucketId: string) => env.BUCKET_INDEX.get(env.BUCKET_INDEX.idFromName(bucketId));

describe("the index", () => {
  it("may restart between any two calls of an operation (D10)", async () => {
    const bucket = await openTestBucket("restarts");
    const calls: string[] = [];
    const restarting = brokenIndex(async (method, call) => {
      calls.push(method);
      await runInDurableObject(stubOf(bucket.bucketId), (_, state) => state.abort("again")).catch(
        () => undefined,
      );
      return call();
    });
    const client = sdk(through({ BUCKET_INDEX: restarting }));
    const write = { Bucket: bucket.name, Key: "k", Body: "once", IfNoneMatch: "*" };
    await client.send(new PutObjectCommand(write));
    expect(calls).toEqual(["check", "commit"]);
    expect(await text(bucket.name, "k")).toBe("once");
    await refusal(client.send(new PutObjectCommand(write)), "PreconditionFailed", 412);
  });

  it("that is superseded acknowledges nothing: its answer is 503 (D11)", async () => {
    const bucket = await openTestBucket("superseded");
    await put(bucket.name, "k", "old");
    const fenced = brokenIndex((method, call) =>
      method === "commit" ? Promise.reject(new Error("Durable Object was superseded")) : call(),
    );
    const client = sdk(through({ BUCKET_INDEX: fenced }));
    const write = new PutObjectCommand({ Bucket: bucket.name, Key: "k", Body: "new" });
    await refusal(client.send(write), "ServiceUnavailable", 503);
    expect(await text(bucket.name, "k")).toBe("old");
  });

  it("that lost its answer to DeleteObjects has deleted all or nothing (D46)", async () => {
    const bucket = await openTestBucket("half");
    const names = ["a", "b", "c", "d"];
    for (const name of names) await put(bucket.name, name, name);
    const deaf = brokenIndex(async (method, call) => {
      const answer = await call();
      if (method === "delete") throw new Error("answer lost");
      return answer;
    });
    const client = sdk(through({ BUCKET_INDEX: deaf }));
    const Delete = { Objects: names.slice(1).map((Key) => ({ Key })) };
    const command = new DeleteObjectsCommand({ Bucket: bucket.name, Delete });
    await expect(client.send(command)).rejects.toThrow();
    expect(await keysOf(bucket.name)).toEqual(["a"]);
    const { Deleted } = await s3().send(command);
    expect(Deleted).toHaveLength(3);
    expect(await keysOf(bucket.name)).toEqual(["a"]);
  });

  it("restored to an earlier moment finds all its bytes within the grace (D48)", async () => {
    const bucket = await openTestBucket("restored");
    const Bucket = bucket.name;
    for (const name of ["kept", "overwritten", "deleted"]) await put(Bucket, name, name);
    const dump = await runInDurableObject(stubOf(bucket.bucketId), (_, { storage }) =>
      storage.sql.exec("SELECT * FROM current").toArray(),
    );
    await put(Bucket, "overwritten", "later");
    await s3().send(new DeleteObjectCommand({ Bucket, Key: "deleted" }));
    const restore = () =>
      runInDurableObject(stubOf(bucket.bucketId), (_, { storage }) => {
        storage.sql.exec("DELETE FROM current");
        storage.sql.exec("DELETE FROM condemned");
        for (const row of dump) {
          const places = Object.keys(row).map(() => "?");
          const insert = ["INSERT INTO current VALUES (", places.join(), ")"].join("");
          storage.sql.exec(insert, ...Object.values(row));
        }
      });
    const collect = async (nowMs: number) => {
      const facts = { nowMs, graceMs: dayMs, limit: 100 };
      const claimed = await bucket.index.claimCondemned(facts);
      const blobs = claimed.map(({ blob }) => blob);
      await deleteBlobs(env, blobs);
      return blobs;
    };
    // Not due yet: the restored index is whole.
    expect(await collect(Date.now() + dayMs / 2)).toEqual([]);
    await restore();
    expect((await runJob({ kind: "scrub", options: about(bucket) })).findings).toEqual([]);
    expect(await text(Bucket, "overwritten")).toBe("overwritten");
    // Beyond the window the scrub tells exactly what the restored index lacks.
    await s3().send(new DeleteObjectCommand({ Bucket, Key: "deleted" }));
    const gone = await collect(Date.now() + 2 * dayMs);
    expect(gone).toHaveLength(1);
    await restore();
    const { findings } = await runJob({ kind: "scrub", options: about(bucket) });
    expect(findings.map(({ kind, subject }) => [kind, subject["blob"]])).toEqual([
      ["missing-blob", gone[0]],
    ]);
  });
});

describe("the stores", () => {
  it("of one class may be down while the others work (D38)", async () => {
    const bucket = await openTestBucket("outage");
    const down = brokenStore(env.STORE_STANDARD_IA, {
      put: () => Promise.reject(new Error("put: Unspecified error (10001)")),
    });
    const client = sdk(through({ STORE_STANDARD_IA: down }));
    const write = { Bucket: bucket.name, Key: "k", Body: "x" };
    const infrequent = { ...write, Key: "ia", StorageClass: "STANDARD_IA" as const };
    await client.send(new PutObjectCommand(write));
    await refusal(client.send(new PutObjectCommand(infrequent)), "InternalError", 500);
    expect(await keysOf(bucket.name)).toEqual(["k"]);
  });

  it("may show a blob late: a read asks again, and never says 404 (D39)", async () => {
    const bucket = await openTestBucket("late");
    await put(bucket.name, "k", "late");
    let misses = 2;
    const late = brokenStore(env.STORE_STANDARD, {
      get: (async (key: string, options?: R2GetOptions) => {
        misses -= 1;
        return misses >= 0 ? null : env.STORE_STANDARD.get(key, options);
      }) as R2Bucket["get"],
    });
    const client = sdk(through({ STORE_STANDARD: late }));
    const read = new GetObjectCommand({ Bucket: bucket.name, Key: "k" });
    const { Body } = await client.send(read);
    expect(await Body?.transformToString()).toBe("late");
    misses = 1000;
    await refusal(client.send(read), "InternalError", 500);
  });

  it("are never asked to write one name twice, however hot the key (D40)", async () => {
    const bucket = await openTestBucket("hot");
    const names: string[] = [];
    const watched = brokenStore(env.STORE_STANDARD, {
      put: ((name: string, ...rest: [never, never]) => {
        names.push(name);
        return env.STORE_STANDARD.put(name, ...rest);
      }) as unknown as R2Bucket["put"],
    });
    const client = sdk(through({ STORE_STANDARD: watched }));
    await Promise.all(
      Array.from({ length: 50 }, (_, at) =>
        client.send(new PutObjectCommand({ Bucket: bucket.name, Key: "hot", Body: String(at) })),
      ),
    );
    expect(new Set(names).size).toBe(50);
    expect(await keysOf(bucket.name)).toEqual(["hot"]);
  });

  it("keep replaced bytes for a reader that began before (D19)", async () => {
    const bucket = await openTestBucket("reader");
    const Bucket = bucket.name;
    const old = "x".repeat(300_000);
    await put(Bucket, "k", old);
    const [blob] = await blobsOf(bucket.bucketId);
    const found = await bucket.index.resolve({
      epoch: bucket.epoch,
      nowMs: Date.now(),
      key: "k",
      wantSegments: true,
    });
    await put(Bucket, "k", "new");
    await bucket.index.claimCondemned({ nowMs: Date.now(), graceMs: dayMs, limit: 10 });
    if (found.kind !== "found") throw new Error(found.kind);
    expect(found.segments[0]?.blob).toBe(blob);
    const object = await env.STORE_STANDARD.get(blob ?? "");
    expect(await object?.text()).toBe(old);
  });
});
