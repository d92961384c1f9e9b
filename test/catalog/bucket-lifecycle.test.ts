// The state machines of a bucket's birth and death, broken at every step (faults.md D13, D14).
import { env } from "cloudflare:test";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createAccount } from "../../src/catalog/accounts.ts";
import {
  createBucket,
  deleteBucket,
  reconcileBuckets,
  UNSETTLED_BUCKET_MS,
} from "../../src/catalog/bucket-lifecycle.ts";
import { type BucketRecord, listBuckets, loadBucket } from "../../src/catalog/buckets.ts";
import {
  callAt,
  FakeIndex,
  freshIsolate,
  newTenant,
  START_MS,
  watchedIsolate,
} from "./fixtures.ts";

const LATER_MS = START_MS + UNSETTLED_BUCKET_MS + 1;
const DAY_MS = 86_400_000;

let alice = "";
let bob = "";
let index = new FakeIndex();
let named = 0;

beforeAll(async () => {
  const [first, second] = await Promise.all([
    createAccount(callAt(START_MS), newTenant()),
    createAccount(callAt(START_MS), newTenant()),
  ]);
  if (first?.kind !== "created" || second?.kind !== "created") throw new Error("no accounts");
  alice = first.account.accountId;
  bob = second.account.accountId;
});

beforeEach(() => {
  index = new FakeIndex();
});

function newName(): string {
  named += 1;
  return `bucket-${named}`;
}

function wish(name: string, accountId = alice) {
  return { name, accountId, region: "us-east-1" };
}

async function make(name: string): Promise<BucketRecord> {
  const outcome = await createBucket(callAt(START_MS), wish(name), index);
  if (outcome.kind !== "created") throw new Error(outcome.kind);
  return outcome.bucket;
}

/** What clients can see: HEAD (a record), LIST (a line), and whether the index would serve it. */
async function visible(name: string) {
  const record = await loadBucket(callAt(START_MS), name);
  const { buckets } = await listBuckets(callAt(START_MS), alice, { prefix: name, limit: 1000 });
  return {
    head: record !== undefined,
    list: buckets.some((bucket) => bucket.name === name),
    serves: record !== undefined && index.states.get(record.bucketId) === "ready",
  };
}

const present = { head: true, list: true, serves: true };
const absent = { head: false, list: false, serves: false };

async function stateOf(name: string): Promise<unknown> {
  return env.CATALOG.prepare("SELECT state FROM buckets WHERE name = ?1").bind(name).first("state");
}

describe("createBucket", () => {
  it("makes a bucket whose index is ready", async () => {
    const name = newName();
    await make(name);
    expect(await visible(name)).toEqual(present);
  });

  it("tells the owner from others when the name exists (B037)", async () => {
    const name = newName();
    const made = await make(name);
    const again = await createBucket(callAt(START_MS), wish(name), index);
    expect(again).toMatchObject({ kind: "owned-by-you", bucket: { bucketId: made.bucketId } });
    expect((await createBucket(callAt(START_MS), wish(name, bob), index)).kind).toBe("taken");
  });

  it("gives a contested name to one account, and one bucket to all of its tries", async () => {
    const name = newName();
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        createBucket(callAt(START_MS), wish(name, at % 2 ? alice : bob), index),
      ),
    );
    const winners = outcomes.flatMap((outcome) => ("bucket" in outcome ? [outcome.bucket] : []));
    expect(winners).toHaveLength(10);
    expect(new Set(winners.map((bucket) => bucket.bucketId)).size).toBe(1);
    expect(outcomes.filter((outcome) => outcome.kind === "taken")).toHaveLength(10);
    expect(index.states.size).toBe(1);
  });

  it.each(["initialise:before", "initialise:after"])(
    "is invisible after a failure at %s, and a retry finishes it with its own settings",
    async (step) => {
      const name = newName();
      index.failures.add(step);
      const first = { ...wish(name), settings: new Map([["objectLock", "old"] as const]) };
      await expect(createBucket(callAt(START_MS), first, index)).rejects.toThrow("injected");
      expect(await visible(name)).toEqual(absent);
      expect((await createBucket(callAt(START_MS), wish(name, bob), index)).kind).toBe("taken");
      index.failures.clear();
      const second = { ...wish(name), settings: new Map([["tagging", "new"] as const]) };
      const outcome = await createBucket(callAt(START_MS), second, index);
      expect(outcome.kind).toBe("created");
      expect("bucket" in outcome && [...outcome.bucket.settings]).toEqual([["tagging", "new"]]);
      expect(await visible(name)).toEqual(present);
    },
  );

  it.each([0, 1, 2, 3])("survives losing D1 after round trip %i", async (lost) => {
    const name = newName();
    const { env: isolate, d1 } = watchedIsolate();
    const steps = new FakeIndex();
    const call = callAt(START_MS, isolate);
    Object.defineProperty(d1, "fails", { get: () => (d1.trips > lost ? "after" : "never") });
    await createBucket(call, wish(name), steps).catch(() => undefined);
    index = steps;
    const outcome = await createBucket(callAt(START_MS), wish(name), index);
    expect(["created", "owned-by-you"]).toContain(outcome.kind);
    expect(await visible(name)).toEqual(present);
    expect(index.states.size).toBe(1);
  });

  it("does not show an earlier bucket that this isolate remembers", async () => {
    const name = newName();
    const isolate = freshIsolate();
    const old = await make(name);
    await loadBucket(callAt(START_MS, isolate), name);
    await deleteBucket(callAt(START_MS), old, index);
    const outcome = await createBucket(callAt(START_MS, isolate), wish(name), index);
    expect("bucket" in outcome && outcome.bucket.bucketId).not.toBe(old.bucketId);
  });
});

describe("deleteBucket", () => {
  it("leaves nothing, and the name's next bucket has another id and an index of its own", async () => {
    const name = newName();
    const old = await make(name);
    expect(await deleteBucket(callAt(START_MS), old, index)).toBe("deleted");
    expect(await visible(name)).toEqual(absent);
    expect(index.states.has(old.bucketId)).toBe(false);
    expect(await deleteBucket(callAt(START_MS), old, index)).toBe("no-such-bucket");
    const born = await make(name);
    expect(born.bucketId).not.toBe(old.bucketId);
    expect(await visible(name)).toEqual(present);
  });

  it("keeps a bucket that is not empty, or whose settings moved on", async () => {
    const name = newName();
    const bucket = await make(name);
    index.notEmpty.add(bucket.bucketId);
    expect(await deleteBucket(callAt(START_MS), bucket, index)).toBe("not-empty");
    expect(await visible(name)).toEqual(present);
    expect(await stateOf(name)).toBe("active");
    index.stale = true;
    expect(await deleteBucket(callAt(START_MS), bucket, index)).toBe("stale");
    expect(await stateOf(name)).toBe("active");
  });

  it("tells the owner to wait while it is under way, and others that the name is taken", async () => {
    const name = newName();
    const bucket = await make(name);
    index.failures.add("destroy:before");
    await expect(deleteBucket(callAt(START_MS), bucket, index)).rejects.toThrow("injected");
    const again = await createBucket(callAt(START_MS), wish(name), index);
    expect(again.kind).toBe("being-deleted");
    expect((await createBucket(callAt(START_MS), wish(name, bob), index)).kind).toBe("taken");
  });

  it("does not take back a deletion that another caller began since", async () => {
    const name = newName();
    const bucket = await make(name);
    const slow: FakeIndex["beginDelete"] = async () => {
      // Meanwhile the last object goes and another caller deletes, but dies before D1 hears of it.
      index.failures.add("destroy:after");
      await deleteBucket(callAt(START_MS + 1), bucket, index).catch(() => undefined);
      return { kind: "not-empty" } as never;
    };
    const sluggish = { initialise: index.initialise, beginDelete: slow, destroy: index.destroy };
    expect(await deleteBucket(callAt(START_MS), bucket, sluggish)).toBe("not-empty");
    expect(await stateOf(name)).toBe("deleting");
    index.failures.clear();
    const report = await reconcileBuckets(callAt(LATER_MS + 1), index);
    expect(report.deleted).toContain(name);
    expect(await visible(name)).toEqual(absent);
  });

  it.each(["beginDelete:before", "beginDelete:after", "destroy:before", "destroy:after"])(
    "after a failure at %s a retry finishes, and so does the reconciler",
    async (step) => {
      for (const finish of ["retry", "reconciler"]) {
        const name = newName();
        const bucket = await make(name);
        index.failures.add(step);
        await expect(deleteBucket(callAt(START_MS), bucket, index)).rejects.toThrow("injected");
        index.failures.clear();
        if (finish === "retry") {
          expect(await deleteBucket(callAt(START_MS), bucket, index)).toBe("deleted");
        } else {
          await reconcileBuckets(callAt(LATER_MS), index);
        }
        expect(await visible(name)).toEqual(absent);
        expect(index.states.has(bucket.bucketId)).toBe(false);
        const born = await make(name);
        expect(born.settings.size).toBe(0);
        expect(await visible(name)).toEqual(present);
      }
    },
  );

  it.each([0, 1])("survives losing D1 after round trip %i", async (lost) => {
    const name = newName();
    const bucket = await make(name);
    const { env: isolate, d1 } = watchedIsolate();
    Object.defineProperty(d1, "fails", { get: () => (d1.trips > lost ? "after" : "never") });
    const broken = deleteBucket(callAt(START_MS, isolate), bucket, index);
    await expect(broken).rejects.toMatchObject({ code: "ServiceUnavailable" });
    expect(["deleted", "no-such-bucket"]).toContain(
      await deleteBucket(callAt(START_MS), bucket, index),
    );
    expect(await visible(name)).toEqual(absent);
  });
});

describe("name quarantine (SEC-147)", () => {
  it("keeps a deleted name from other accounts for 30 days, and not from its owner", async () => {
    const name = newName();
    await deleteBucket(callAt(START_MS), await make(name), index);
    const attempt = (days: number) =>
      createBucket(callAt(START_MS + days * DAY_MS), wish(name, bob), index);
    expect((await attempt(0)).kind).toBe("taken");
    expect((await attempt(29.99)).kind).toBe("taken");
    await reconcileBuckets(callAt(START_MS + 29.99 * DAY_MS), index);
    expect((await attempt(29.99)).kind).toBe("taken");
    expect((await attempt(30)).kind).toBe("created");

    const own = newName();
    await deleteBucket(callAt(START_MS), await make(own), index);
    await make(own);
    expect(await visible(own)).toEqual(present);
  });

  it("lasts as long as the deployment says, and refuses to guess", async () => {
    const name = newName();
    await deleteBucket(callAt(START_MS), await make(name), index);
    const none = freshIsolate({ BUCKET_NAME_QUARANTINE_SECONDS: "0" });
    const odd = freshIsolate({ BUCKET_NAME_QUARANTINE_SECONDS: "a month" });
    await expect(createBucket(callAt(START_MS, odd), wish(name, bob), index)).rejects.toThrow(
      "BUCKET_NAME_QUARANTINE_SECONDS",
    );
    const outcome = await createBucket(callAt(START_MS, none), wish(name, bob), index);
    expect(outcome.kind).toBe("created");
  });

  it("forgets names whose time is over", async () => {
    const name = newName();
    await deleteBucket(callAt(START_MS), await make(name), index);
    await reconcileBuckets(callAt(START_MS + 30 * DAY_MS), index);
    const left = await env.CATALOG.prepare("SELECT 1 FROM retired_names WHERE name = ?1")
      .bind(name)
      .first();
    expect(left).toBeNull();
  });
});

describe("reconcileBuckets", () => {
  it("finishes a half-made bucket after five minutes, and leaves a younger one alone", async () => {
    const name = newName();
    index.failures.add("initialise:before");
    await expect(createBucket(callAt(START_MS), wish(name), index)).rejects.toThrow("injected");
    index.failures.clear();
    const early = await reconcileBuckets(callAt(START_MS + UNSETTLED_BUCKET_MS), index);
    expect(early.created).not.toContain(name);
    expect(await visible(name)).toEqual(absent);
    const report = await reconcileBuckets(callAt(LATER_MS), index);
    expect(report.created).toContain(name);
    expect(await visible(name)).toEqual(present);
  });

  it("takes back the deletion of a bucket that is not empty", async () => {
    const name = newName();
    const bucket = await make(name);
    index.notEmpty.add(bucket.bucketId);
    index.failures.add("beginDelete:before");
    await expect(deleteBucket(callAt(START_MS), bucket, index)).rejects.toThrow("injected");
    index.failures.clear();
    const report = await reconcileBuckets(callAt(LATER_MS), index);
    expect(report.restored).toContain(name);
    expect(await stateOf(name)).toBe("active");
    expect(await visible(name)).toEqual(present);
  });

  it("goes on past a bucket whose index fails, and is safe to run twice at once", async () => {
    const names = [newName(), newName(), newName()];
    for (const name of names) {
      index.failures.add("initialise:before");
      await expect(createBucket(callAt(START_MS), wish(name), index)).rejects.toThrow("injected");
    }
    index.failures.clear();
    const sick = {
      initialise: async (bucket: { bucketId: string; name: string; epoch: number }) => {
        if (bucket.name === names[0]) throw new Error("this index is ill");
        return index.initialise(bucket);
      },
      beginDelete: index.beginDelete,
      destroy: index.destroy,
    };
    const reports = await Promise.all([
      reconcileBuckets(callAt(LATER_MS), sick),
      reconcileBuckets(callAt(LATER_MS), sick),
    ]);
    expect(reports[0]?.failed.map((failure) => failure.name)).toEqual([names[0]]);
    expect(await Promise.all(names.map(visible))).toEqual([absent, present, present]);
    await reconcileBuckets(callAt(LATER_MS), index);
    expect(await visible(names[0] ?? "")).toEqual(present);
  });
});
