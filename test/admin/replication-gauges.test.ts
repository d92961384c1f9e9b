// Replication as a scraper sees it: what waits, what was delivered, what failed.

import { createExecutionContext, env, runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { createApp } from "../../src/app.ts";
import type { BucketIndex } from "../../src/bucket/bucket-index.ts";
import { type Env, systemSeams } from "../../src/env.ts";
import {
  arnOf,
  deliver,
  makeRole,
  putRules,
  versionedBucket,
} from "../jobs/replication/fixtures.ts";
import { call } from "../operations/bucket/fixtures.ts";

const token = "a-token-of-the-scraper";

/** The samples that speak of the bucket: name and further labels, value. */
async function scrape(bucket: string, aheadMs = 0): Promise<Map<string, number>> {
  const seams = { ...systemSeams, now: () => Date.now() + aheadMs };
  const bindings = { ...env, METRICS_TOKEN: token } as Env;
  const headers = { authorization: `Bearer ${token}` };
  const request = new Request("http://localhost/-/metrics", { headers });
  const answer = await createApp(seams).fetch(request, bindings, createExecutionContext());
  const found = (await answer.text()).matchAll(
    new RegExp(`^cairn_replication_(\\w+){bucket="${bucket}"[^}]*} (\\d+)$`, "gm"),
  );
  return new Map([...found].map(([, name = "", value]) => [name, Number(value)]));
}

describe("gauges of replication", () => {
  it("tell what waits, then what was delivered, by rule", async () => {
    const [source, target] = [await versionedBucket("from"), await versionedBucket("to")];
    await putRules(source.name, await makeRole(), [{ target: arnOf(target.name) }]);
    const stub = env.BUCKET_INDEX.get(env.BUCKET_INDEX.idFromName(source.bucketId));
    const hold = (drain: object) =>
      runInDurableObject(stub, (index) => void Object.assign(index as BucketIndex, drain));
    await hold({ drain: async () => undefined });
    expect(await scrape(source.name)).toEqual(new Map([["failures", 0]]));
    for (const [key, body] of [
      ["a", "12345"],
      ["b", "123"],
    ] as const) {
      await call("PUT", `/${source.name}/${key}`, { body });
    }
    const waiting = await scrape(source.name, 120_000);
    expect(waiting.get("pending_operations")).toBe(2);
    expect(waiting.get("pending_bytes")).toBe(8);
    expect(waiting.get("latency_seconds")).toBeGreaterThanOrEqual(119);
    await runInDurableObject(stub, (index) => void delete (index as { drain?: unknown }).drain);
    await deliver(source);
    const done = await scrape(source.name, 120_000);
    expect(Object.fromEntries(done)).toEqual({
      pending_operations: 0,
      pending_bytes: 0,
      latency_seconds: 0,
      failed_operations_total: 0,
      completed_operations_total: 2,
      completed_bytes_total: 8,
      failures: 0,
    });
  });

  it("tell what failed", async () => {
    const source = await versionedBucket("from");
    const gone = await versionedBucket("gone");
    await putRules(source.name, await makeRole(), [{ target: arnOf(gone.name) }]);
    await call("DELETE", `/${gone.name}`);
    await call("PUT", `/${source.name}/k`, { body: "x" });
    await deliver(source);
    const failed = await scrape(source.name);
    expect(failed.get("failed_operations_total")).toBe(1);
    expect(failed.get("failures")).toBe(1);
    expect(failed.get("pending_operations")).toBe(0);
  });
});
