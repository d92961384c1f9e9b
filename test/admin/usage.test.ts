// Usage over the admin API: the operator sees every bucket's, a root its account's, nobody else any.
import { beforeAll, describe, expect, it } from "vitest";
import { saveUsage } from "../../src/catalog/bucket-usage.ts";
import { loadBucket } from "../../src/catalog/buckets.ts";
import type { Principal } from "../../src/s3/principal.ts";
import { makeBucket, call as s3 } from "../operations/bucket/fixtures.ts";
import { anonymous, ask, call, NOW_MS, operator, tenant } from "./fixtures.ts";

const day = new Date(NOW_MS).toISOString().slice(0, 10);

async function measure(name: string, currentBytes: number): Promise<void> {
  const bucket = await loadBucket({ ...call, nowMs: Date.now() }, name);
  if (bucket === undefined) throw new Error(`no bucket ${name}`);
  const nothing = {
    ...{ noncurrentVersions: 0, deleteMarkers: 0, uploads: 0, noncurrentBytes: 0, uploadBytes: 0 },
    ...{ condemnedVersions: 0, condemnedBytes: 0, measuredAtMs: NOW_MS, storageClass: "STANDARD" },
  };
  const { bucketId } = bucket;
  await saveUsage(call, { bucketId, day }, [{ ...nothing, objects: 1, currentBytes }]);
}

describe("usage over the admin API", () => {
  let root: Principal;
  let stranger: Principal;
  let theirs: string;
  const own = `usage-own-${crypto.randomUUID().slice(0, 8)}`;

  beforeAll(async () => {
    const one = await tenant();
    root = one.principal;
    stranger = (await tenant()).principal;
    theirs = await makeBucket("usage-theirs");
    await s3("PUT", `/${own}`, { keys: one.key });
    await measure(own, 40);
    await measure(theirs, 2);
  });

  it("tells a root of its account's buckets alone", async () => {
    const latest = await ask("GET /usage", { as: root });
    expect(latest.body.buckets).toMatchObject([{ bucket: own, bytes: 40, objects: 1 }]);
    const total = await ask("GET /usage?total=true", { as: root });
    expect(total.body.days).toMatchObject([{ day, bytes: 40 }]);
    const days = await ask(`GET /usage?bucket=${own}`, { as: root });
    expect(days.body).toMatchObject({ bucket: own, days: [{ day, bytes: 40 }] });
    const requests = await ask(`GET /usage/requests?bucket=${own}`, { as: root });
    expect(requests.body).toEqual({ bucket: own, period: "hour", points: [] });
  });

  it("tells the operator of all", async () => {
    const as = await operator();
    const total = await ask("GET /usage?total=true", { as });
    expect(total.body.days).toMatchObject([{ day, bytes: 42 }]);
    expect((await ask(`GET /usage?bucket=${own}`, { as })).status).toBe(200);
    expect((await ask("GET /usage/requests", { as })).status).toBe(200);
    const absent = await ask("GET /usage?bucket=absent-bucket", { as });
    expect(absent.body.error.code).toBe("NoSuchBucket");
  });

  it("refuses everybody else, whether or not the bucket is there", async () => {
    for (const line of [
      `GET /usage?bucket=${theirs}`,
      "GET /usage?bucket=absent-bucket",
      `GET /usage/requests?bucket=${theirs}`,
      "GET /usage/requests",
    ]) {
      expect((await ask(line, { as: root })).status, line).toBe(403);
    }
    const session = { ...stranger, session: { name: "s", issuedAtMs: 0 } } as unknown as Principal;
    for (const as of [session, anonymous]) {
      expect((await ask("GET /usage", { as })).status).toBe(403);
      expect((await ask("GET /usage?total=true", { as })).status).toBe(403);
    }
  });
});
