import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { BucketClient, openBucket } from "../../src/bucket/client.ts";
import type { BucketIndexRpc, CommitRequest, Moved } from "../../src/bucket/types.ts";
import { S3Error } from "../../src/s3/errors.ts";
import { openIndex } from "./fixture.ts";

type Call = (method: string, request: unknown, partition: string) => Promise<unknown>;

/** A namespace whose objects answer with `call`. */
function namespaceOf(call: Call): DurableObjectNamespace {
  const stub = (partition: string) =>
    new Proxy(
      {},
      { get: (_, method: string) => (request: unknown) => call(method, request, partition) },
    );
  return {
    idFromName: (name: string) => name,
    get: (id: unknown) => stub(String(id)),
  } as unknown as DurableObjectNamespace;
}

/** The real index behind a wire that loses the first `lost` answers, after or before the call. */
function losing(rpc: BucketIndexRpc, lost: number, when: "before" | "after") {
  const seen: unknown[] = [];
  const call: Call = async (method, request) => {
    seen.push(request);
    const isLost = seen.length <= lost;
    if (isLost && when === "before") throw new Error("Network connection lost.");
    const target = rpc as unknown as Record<string, (request: unknown) => Promise<unknown>>;
    const answer = await target[method]?.(request);
    if (isLost) throw new Error("Network connection lost.");
    return answer;
  };
  return { namespace: namespaceOf(call), seen };
}

const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => "no error",
    (error: unknown) => (error instanceof S3Error ? error.code : String(error)),
  );

describe("BucketClient", () => {
  it("reaches the bucket's index by its id", async () => {
    const index = await openIndex();
    const client = openBucket(env, index.bucketId);
    const request = index.commitRequest("k");
    expect((await client.commit(request)).kind).toBe("committed");
    const found = await client.resolve({ ...index.facts, key: "k", wantSegments: false });
    expect(found.kind).toBe("found");
  });

  it("asks once more when an answer was lost, and commits once (D03)", async () => {
    for (const when of ["before", "after"] as const) {
      const index = await openIndex("Enabled");
      const { namespace, seen } = losing(index.rpc, 1, when);
      const client = new BucketClient(namespace, index.bucketId);
      const request = index.commitRequest("k", { conditions: { ifNoneMatch: "*" } });
      expect((await client.commit(request)).kind).toBe("committed");
      expect((seen as CommitRequest[]).map(({ isRetry }) => isRetry)).toEqual([undefined, true]);
      expect(await index.rows("SELECT count(*) AS n FROM current")).toEqual([{ n: 1 }]);
      expect(await index.rows("SELECT count(*) AS n FROM history")).toEqual([{ n: 0 }]);
    }
  });

  it("says ServiceUnavailable when the outcome stays unknown, whatever the index would say (D03)", async () => {
    const index = await openIndex();
    const { namespace, seen } = losing(index.rpc, 2, "after");
    const client = new BucketClient(namespace, index.bucketId);
    expect(await codeOf(client.commit(index.commitRequest("k")))).toBe("ServiceUnavailable");
    expect(seen).toHaveLength(2);
  });

  it("answers overload with SlowDown and adds no load (D42)", async () => {
    let calls = 0;
    const namespace = namespaceOf(async () => {
      calls += 1;
      throw Object.assign(new Error("Durable Object is overloaded."), { overloaded: true });
    });
    const client = new BucketClient(namespace, "bucket");
    expect(await codeOf(client.advanceEpoch(1))).toBe("SlowDown");
    expect(calls).toBe(1);
  });

  it("does not repeat a delete that another writer's object could fall to", async () => {
    const attempts = async (
      versioning: "Unversioned" | "Enabled",
      deletion: { versionId?: string; conditions?: { ifMatch: string } },
    ) => {
      const index = await openIndex(versioning);
      const { namespace, seen } = losing(index.rpc, 1, "after");
      const client = new BucketClient(namespace, index.bucketId);
      const markerVersionId = index.versionId();
      const deletions = [{ key: "k", markerVersionId, ...deletion }];
      const outcome = await client
        .delete({ ...index.facts, versioning, deletions })
        .catch((error: S3Error) => ({ kind: error.code }));
      return [outcome.kind, seen.length];
    };
    expect(await attempts("Unversioned", {})).toEqual(["ServiceUnavailable", 1]);
    // A new null version may stand there by now.
    expect(await attempts("Unversioned", { versionId: "null" })).toEqual(["ServiceUnavailable", 1]);
    expect(await attempts("Enabled", {})).toEqual(["done", 2]);
    const conditions = { ifMatch: "*" };
    expect(await attempts("Enabled", { conditions })).toEqual(["ServiceUnavailable", 1]);
  });

  it("hands `stale` to the caller", async () => {
    const index = await openIndex();
    const client = openBucket(env, index.bucketId);
    await client.advanceEpoch(9);
    expect(await client.commit(index.commitRequest("k"))).toEqual({ kind: "stale", epoch: 9 });
  });
});

describe("partitions", () => {
  const moved: Moved = { kind: "moved", partition: "second", from: "m" };

  it("follows a key that moved and remembers where to", async () => {
    const asked: string[] = [];
    const namespace = namespaceOf(async (_, __, partition) => {
      asked.push(partition);
      return partition === "second" ? { kind: "ok" } : moved;
    });
    const client = new BucketClient(namespace, "moving-bucket");
    const ask = (key: string) => client.check({ epoch: 1, nowMs: 0, key, conditions: {} });
    expect(await ask("z")).toEqual({ kind: "ok" });
    expect(await ask("y")).toEqual({ kind: "ok" });
    expect(asked).toEqual(["moving-bucket", "second", "second"]);
  });

  it("splits DeleteObjects by partition and keeps the order of results", async () => {
    const namespace = namespaceOf(async (_, request, partition) => {
      const { deletions } = request as { deletions: { key: string }[] };
      const results = deletions.map(({ key }) =>
        key >= "m" && partition !== "second"
          ? moved
          : { kind: "deleted", isDeleteMarker: false, versionId: `${key}@${partition}` },
      );
      return { kind: "done", results };
    });
    const client = new BucketClient(namespace, "deleting-bucket");
    const deletions = ["z", "a", "m"].map((key) => ({ key, markerVersionId: "" }));
    const facts = { epoch: 1, nowMs: 0, versioning: "Unversioned" as const };
    const outcome = await client.delete({ ...facts, deletions });
    expect(outcome).toMatchObject({
      results: [
        { versionId: "z@second" },
        { versionId: "a@deleting-bucket" },
        { versionId: "m@second" },
      ],
    });
  });

  it("gives up on keys that never settle", async () => {
    const namespace = namespaceOf(async () => moved);
    const client = new BucketClient(namespace, "restless-bucket");
    const ask = client.check({ epoch: 1, nowMs: 0, key: "z", conditions: {} });
    expect(await codeOf(ask)).toBe("SlowDown");
  });

  it("is answered by an index that no longer has the key", async () => {
    const index = await openIndex();
    await index.put("a");
    await index.put("n");
    await index.inside((_, { sql }) => {
      sql.exec("INSERT INTO meta VALUES ('range_to', 'm')");
      sql.exec("INSERT INTO partitions VALUES ('', ?), ('m', 'second'), ('t', 'third')", "first");
    });
    await index.restart();
    expect((await index.resolve("a")).kind).toBe("found");
    expect(await index.resolve("n")).toEqual({
      kind: "moved",
      partition: "second",
      from: "m",
      to: "t",
    });
    expect(await index.delete("u")).toEqual({ kind: "moved", partition: "third", from: "t" });
  });
});
