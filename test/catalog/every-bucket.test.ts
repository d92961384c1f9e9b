// Walks over the buckets: what the crons ask often must not read every setting there is.
import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { watchedBuckets } from "../../src/catalog/every-bucket.ts";
import { addMissingLifecycle } from "../../src/catalog/lifecycle-buckets.ts";
import { callAt, START_MS } from "./fixtures.ts";

describe("buckets by what they have set", () => {
  it("are found by an index, without the documents", async () => {
    const texts = new Set<string>();
    const database = {
      prepare: (text: string) => {
        texts.add(text);
        return env.CATALOG.prepare(text);
      },
      batch: (given: D1PreparedStatement[]) => env.CATALOG.batch(given),
    } as unknown as D1Database;
    const call = callAt(START_MS, { ...callAt(START_MS).env, CATALOG: database });
    await watchedBuckets(call, { run: 0, limit: 10 });
    await addMissingLifecycle(call);
    const asked = [...texts].filter((text) => text.includes("FROM bucket_settings"));
    expect(asked.length).toBeGreaterThanOrEqual(2);
    for (const text of asked) {
      const query = env.CATALOG.prepare(`EXPLAIN QUERY PLAN ${text}`);
      const given = [...text.matchAll(/\?\d/g)].map(() => 1);
      const { results } = await query.bind(...given).all<{ detail: string }>();
      const plan = results.map(({ detail }) => detail).join("; ");
      expect(plan).toContain("SEARCH bucket_settings USING COVERING INDEX");
    }
  });
});
