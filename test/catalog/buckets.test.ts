// Bucket records: what is remembered and for how long, listings, and settings with their epoch.
import { env } from "cloudflare:test";
import { beforeAll, describe, expect, it } from "vitest";
import { createAccount } from "../../src/catalog/accounts.ts";
import { createBucket, deleteBucket } from "../../src/catalog/bucket-lifecycle.ts";
import {
  BUCKET_CACHE_MS,
  type BucketRecord,
  deleteSetting,
  listBuckets,
  loadBucket,
  reloadBucket,
  setSetting,
} from "../../src/catalog/buckets.ts";
import { S3Error } from "../../src/s3/errors.ts";
import {
  callAt,
  FakeIndex,
  freshIsolate,
  newTenant,
  START_MS,
  watchedIsolate,
} from "./fixtures.ts";

let accountId = "";
let canonicalId = "";
const index = new FakeIndex();

beforeAll(async () => {
  const outcome = await createAccount(callAt(START_MS), newTenant());
  if (outcome.kind !== "created") throw new Error(outcome.kind);
  ({ accountId, canonicalId } = outcome.account);
});

async function make(name: string, region = "us-east-1"): Promise<BucketRecord> {
  const outcome = await createBucket(callAt(START_MS), { name, accountId, region }, index);
  if (outcome.kind !== "created") throw new Error(outcome.kind);
  return outcome.bucket;
}

describe("loadBucket", () => {
  it("gives the bucket, its owner and all its settings, read at one moment", async () => {
    const settings = new Map([
      ["versioning", "Enabled"],
      ["analytics/id one", '{"quoted":"\\"<&\u00e9"}'],
    ] as const);
    const wish = { name: "loaded-bucket", accountId, region: "eu-west-1", settings };
    await createBucket(callAt(START_MS), wish, index);
    const bucket = await loadBucket(callAt(START_MS), "loaded-bucket");
    expect(bucket).toMatchObject({
      name: "loaded-bucket",
      accountId,
      ownerCanonicalId: canonicalId,
      region: "eu-west-1",
      namespace: "global",
      createdAtMs: START_MS,
      state: "active",
      epoch: 1,
    });
    expect(bucket?.bucketId).toMatch(/^b[0-9a-z]{29}$/);
    expect([...(bucket?.settings ?? [])].toSorted()).toEqual([...settings].toSorted());
  });

  it("touches D1 once while hot, and remembers no absence", async () => {
    await make("hot-bucket");
    const { env: isolate, d1 } = watchedIsolate();
    for (let asked = 0; asked < 50; asked += 1) {
      await loadBucket(callAt(START_MS + asked, isolate), "hot-bucket");
    }
    expect(d1.trips).toBe(1);
    expect(await loadBucket(callAt(START_MS, isolate), "late-bucket")).toBeUndefined();
    await make("late-bucket");
    expect(await loadBucket(callAt(START_MS, isolate), "late-bucket")).toBeDefined();
  });

  it("is older than the stated bound never, and fails closed when D1 is down (D16)", async () => {
    const bucket = await make("bounded-bucket");
    const { env: isolate, d1 } = watchedIsolate();
    await loadBucket(callAt(START_MS, isolate), "bounded-bucket");
    await setSetting(callAt(START_MS), bucket, "policy", "deny everybody");
    const atBound = callAt(START_MS + BUCKET_CACHE_MS, isolate);
    const seen = await loadBucket(atBound, "bounded-bucket");
    expect(seen?.settings.get("policy")).toBe("deny everybody");
    d1.fails = "before";
    const beyond = callAt(START_MS + 2 * BUCKET_CACHE_MS, isolate);
    const refused = loadBucket(beyond, "bounded-bucket");
    await expect(refused).rejects.toSatisfy(
      (error) => error instanceof S3Error && error.code === "ServiceUnavailable",
    );
  });
});

describe("reloadBucket", () => {
  it("reads anew what the index called stale, and believes a newer record already here", async () => {
    const bucket = await make("stale-bucket");
    const { env: isolate, d1 } = watchedIsolate();
    const seen = await loadBucket(callAt(START_MS, isolate), "stale-bucket");
    await setSetting(callAt(START_MS), bucket, "cors", "rules");
    const fresh = await reloadBucket(callAt(START_MS, isolate), seen ?? bucket);
    expect(fresh?.epoch).toBe(2);
    expect(fresh?.settings.get("cors")).toBe("rules");
    const trips = d1.trips;
    expect(await reloadBucket(callAt(START_MS, isolate), bucket)).toBe(fresh);
    expect(d1.trips).toBe(trips);
  });

  it("finds the new bucket of a name, after the old one's index said it is gone", async () => {
    const isolate = freshIsolate();
    const old = await make("reborn-bucket");
    await loadBucket(callAt(START_MS, isolate), "reborn-bucket");
    await deleteBucket(callAt(START_MS), old, index);
    const born = await make("reborn-bucket");
    expect((await loadBucket(callAt(START_MS, isolate), "reborn-bucket"))?.bucketId).toBe(
      old.bucketId,
    );
    const found = await reloadBucket(callAt(START_MS, isolate), old);
    expect(found?.bucketId).toBe(born.bucketId);
    expect(born.bucketId).not.toBe(old.bucketId);
  });
});

describe("listBuckets", () => {
  it("lists one account's buckets in byte order, by page, prefix and region", async () => {
    const outcome = await createAccount(callAt(START_MS), newTenant());
    if (outcome.kind !== "created") throw new Error(outcome.kind);
    const owner = outcome.account.accountId;
    const names = ["list-b", "list.a", "list-a", "lista", "other", "list-a-2"];
    for (const name of names) {
      const region = name === "other" ? "eu-west-1" : "us-east-1";
      await createBucket(callAt(START_MS), { name, accountId: owner, region }, index);
    }
    const list = async (page: Parameters<typeof listBuckets>[2]) => {
      const { buckets, next } = await listBuckets(callAt(START_MS), owner, page);
      return { names: buckets.map((bucket) => bucket.name), next };
    };
    const sorted = names.toSorted();
    expect(await list({ limit: 10_000 })).toEqual({ names: sorted, next: undefined });
    expect(await list({ limit: 6 })).toEqual({ names: sorted, next: undefined });
    const first = await list({ limit: 4 });
    expect(first).toEqual({ names: sorted.slice(0, 4), next: sorted[3] });
    expect((await list({ limit: 4, after: first.next })).names).toEqual(sorted.slice(4));
    const prefixed = await list({ limit: 9, prefix: "list-" });
    expect(prefixed.names).toEqual(["list-a", "list-a-2", "list-b"]);
    expect((await list({ limit: 9, region: "eu-west-1" })).names).toEqual(["other"]);
    for (const prefix of ["%", "_", "list%", "'; DROP TABLE buckets; --", "\u{10FFFF}"]) {
      expect((await list({ limit: 9, prefix })).names).toEqual([]);
    }
    expect((await listBuckets(callAt(START_MS), "000000000000", { limit: 9 })).buckets).toEqual([]);
  });
});

describe("setSetting and deleteSetting", () => {
  it("raise the epoch by one for each change, however many at once", async () => {
    const bucket = await make("epoch-bucket");
    const epochs = await Promise.all(
      Array.from({ length: 10 }, (_, at) =>
        setSetting(callAt(START_MS), bucket, `metrics/${at}`, `document ${at}`),
      ),
    );
    expect(new Set(epochs)).toEqual(new Set([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]));
    const loaded = await loadBucket(callAt(START_MS), "epoch-bucket");
    expect(loaded?.epoch).toBe(11);
    expect(loaded?.settings.size).toBe(10);
  });

  it("are seen at once in the isolate that made them", async () => {
    const isolate = freshIsolate();
    const bucket = await make("setting-bucket");
    const call = callAt(START_MS, isolate);
    await loadBucket(call, "setting-bucket");
    await setSetting(call, bucket, "website", "one");
    await setSetting(call, bucket, "website", "two");
    expect((await loadBucket(call, "setting-bucket"))?.settings.get("website")).toBe("two");
    await deleteSetting(call, bucket, "website");
    const after = await loadBucket(call, "setting-bucket");
    expect(after?.settings.has("website")).toBe(false);
    expect(after?.epoch).toBe(4);
  });

  it("write nothing for a bucket that is gone", async () => {
    const bucket = await make("gone-bucket");
    await setSetting(callAt(START_MS), bucket, "cors", "rules");
    await deleteBucket(callAt(START_MS), bucket, index);
    expect(await setSetting(callAt(START_MS), bucket, "policy", "late")).toBeUndefined();
    expect(await deleteSetting(callAt(START_MS), bucket, "policy")).toBeUndefined();
    const left = await env.CATALOG.prepare(
      "SELECT count(*) AS n FROM bucket_settings WHERE bucket_id = ?1",
    )
      .bind(bucket.bucketId)
      .first("n");
    expect(left).toBe(0);
  });
});
