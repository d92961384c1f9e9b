// Lifecycle over the admin API: previews change nothing and add up, rules are judged as if they were
// put, and only those who own the bucket may look.
import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { findBucket } from "../../src/catalog/every-bucket.ts";
import { systemSeams } from "../../src/env.ts";
import { contentMd5, makeBucket, call as s3 } from "../operations/bucket/fixtures.ts";
import { anonymous, ask, operator, tenant } from "./fixtures.ts";

const rules = {
  Rules: [
    {
      ID: "walk",
      Status: "Enabled",
      Filter: { Prefix: "" },
      Transitions: [
        { Days: 30, StorageClass: "STANDARD_IA" },
        { Days: 90, StorageClass: "GLACIER" },
      ],
      Expiration: { Days: 365 },
    },
  ],
};

async function filled(): Promise<string> {
  const bucket = await makeBucket("preview");
  for (const key of ["a", "b", "c"]) {
    await s3("PUT", `/${bucket}/${key}`, { body: "x".repeat(200_000) });
  }
  await s3("PUT", `/${bucket}/small`, { body: "x" });
  return bucket;
}

describe("POST /buckets/{name}/lifecycle/preview", () => {
  it("tells what would happen when, and what it saves, and changes nothing", async () => {
    const bucket = await filled();
    const as = await operator();
    const { status, body } = await ask(`POST /buckets/${bucket}/lifecycle/preview`, {
      as,
      body: { rules, days: 1000 },
    });
    expect(status).toBe(200);
    expect([body.keys, body.versions]).toEqual([4, 4]);
    const brief = body.days.map((day: Record<string, unknown>) => [
      day["action"],
      day["rule"],
      day["from"],
      day["to"],
      day["count"],
      day["bytes"],
    ]);
    expect(brief).toEqual([
      ["Transition", "walk", "STANDARD", "STANDARD_IA", 3, 600_000],
      ["Transition", "walk", "STANDARD_IA", "GLACIER", 3, 600_000],
      ["Expiration", "walk", "GLACIER", null, 3, 600_000],
      ["Expiration", "walk", "STANDARD", null, 1, 1],
    ]);
    const days = body.days.map((day: { day: string }) => Date.parse(day.day) / 86_400_000);
    expect(days.map((day: number) => day - days[0])).toEqual([0, 60, 335, 335]);
    expect(body.samples[0]).toMatchObject({ action: "Transition", key: "a", versionId: "null" });
    for (const saving of body.savings) {
      expect(saving.asOf).toMatch(/^\d{4}-\d\d-\d\d$/);
      expect(saving.net).toBeCloseTo(saving.storage - saving.transitions, 5);
    }
    expect(body.savings[0].storage).toBeGreaterThan(0);
    const got = await s3("GET", `/${bucket}?lifecycle`);
    expect(got.status).toBe(404);
  });

  it("judges the rules in S3's words", async () => {
    const bucket = await makeBucket("preview");
    const as = await operator();
    const bad = (given: unknown) =>
      ask(`POST /buckets/${bucket}/lifecycle/preview`, { as, body: { rules: given } });
    const [rule] = rules.Rules;
    const refused = await bad({ Rules: [{ ...rule, Expiration: { Days: 0 } }] });
    expect([refused.status, refused.body.error.code]).toEqual([400, "InvalidArgument"]);
    for (const given of [
      { Rules: {} },
      [],
      { Rules: [{ ...rule, Colour: 1 }] },
      { Rules: [{ ...rule, Expiration: { Days: "5" } }] },
      { Rules: [{ ...rule, Filter: { And: { Tags: [1] } } }] },
      { Rules: [{ ...rule, Expiration: { Date: "soon" } }] },
    ]) {
      const { status, body } = await bad(given);
      expect([given, status, body.error.code]).toEqual([given, 400, "InvalidRequest"]);
    }
  });
});

describe("lifecycle", () => {
  it("is for those who own the bucket", async () => {
    const bucket = await makeBucket("preview");
    const { principal } = await tenant();
    for (const as of [principal, anonymous]) {
      for (const line of [
        `GET /buckets/${bucket}/lifecycle`,
        `POST /buckets/${bucket}/lifecycle/preview`,
        `GET /buckets/${bucket}/lifecycle/explain?key=a`,
        "GET /buckets/absent/lifecycle",
        "GET /lifecycle",
      ]) {
        const { status, body } = await ask(line, { as, body: {} });
        expect([line, status, body.error.code]).toEqual([line, 403, "AccessDenied"]);
      }
    }
    const as = await operator();
    const { status } = await ask("GET /buckets/absent/lifecycle", { as });
    expect(status).toBe(404);
  });

  it("tells how it stands, of one bucket and of all", async () => {
    const bucket = await filled();
    const body =
      "<LifecycleConfiguration><Rule><ID>r</ID><Status>Enabled</Status><Filter/><Expiration><Days>9</Days></Expiration></Rule></LifecycleConfiguration>";
    await s3("PUT", `/${bucket}?lifecycle`, { body, headers: await contentMd5(body) });
    const as = await operator();
    const one = await ask(`GET /buckets/${bucket}/lifecycle`, { as });
    expect(one.body).toMatchObject({ bucket, hasRules: true, dueAt: "now", error: null, days: [] });
    const all = await ask("GET /lifecycle?limit=1000", { as });
    const names = all.body.buckets.map((row: { bucket: string }) => row.bucket);
    expect(names).toContain(bucket);
  });

  it("explains a key, version by version", async () => {
    const bucket = await filled();
    const xml = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    await s3("PUT", `/${bucket}?versioning`, { body: xml });
    await s3("PUT", `/${bucket}/a`, { body: "newer" });
    const body =
      "<LifecycleConfiguration><Rule><ID>r</ID><Status>Enabled</Status><Filter/><Expiration><Days>9</Days></Expiration><NoncurrentVersionExpiration><NoncurrentDays>3</NoncurrentDays></NoncurrentVersionExpiration></Rule></LifecycleConfiguration>";
    await s3("PUT", `/${bucket}?lifecycle`, { body, headers: await contentMd5(body) });
    const as = await operator();
    const { body: told } = await ask(`GET /buckets/${bucket}/lifecycle/explain?key=a`, { as });
    expect(told.versions).toHaveLength(2);
    const [latest, old] = told.versions;
    expect(latest).toMatchObject({ isLatest: true, rules: ["r"] });
    expect(latest.events.map((event: { action: string }) => event.action)).toEqual([
      "Expiration",
      "NoncurrentVersionExpiration",
    ]);
    expect(old).toMatchObject({ isLatest: false, versionId: "null" });
    expect(old.noncurrentSince).toMatch(/Z$/);
    expect(old.events).toMatchObject([{ action: "NoncurrentVersionExpiration", to: null }]);
    const found = await findBucket({ env, seams: systemSeams, nowMs: Date.now() }, bucket);
    expect(found?.name).toBe(bucket);
  });
});
