// The cost report: one bucket's month from measured days and counted requests, and who may see it.
import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { saveUsage } from "../../src/catalog/bucket-usage.ts";
import { loadBucket } from "../../src/catalog/buckets.ts";
import { addCounts, noCounts } from "../../src/catalog/request-metrics.ts";
import { systemSeams } from "../../src/env.ts";
import { call, makeAccount, makeBucket } from "../operations/bucket/fixtures.ts";

const catalog = { env, seams: systemSeams, nowMs: Date.UTC(2026, 8, 15) };

async function measure(name: string): Promise<void> {
  const bucket = await loadBucket({ ...catalog, nowMs: Date.now() }, name);
  const bucketId = bucket?.bucketId ?? "";
  const rest = { deleteMarkers: 0, uploads: 0, uploadBytes: 0, condemnedVersions: 0 };
  for (const day of ["2026-09-01", "2026-09-02"]) {
    await saveUsage(catalog, { bucketId, day }, [
      {
        ...rest,
        storageClass: "STANDARD",
        objects: 10,
        noncurrentVersions: 5,
        currentBytes: 8e11,
        noncurrentBytes: 2e11,
        condemnedBytes: 1e12,
        measuredAtMs: 0,
      },
    ]);
  }
  const startMs = Date.UTC(2026, 8, 1, 12);
  const counts = { ...noCounts(), puts: 1000, lists: 1000, gets: 2000, bytes_down: 2 ** 30 };
  await addCounts(catalog, [{ scope: bucketId, filter: "", period: "hour", startMs, counts }]);
}

describe("GET /cost", () => {
  it("gives a bucket's month at both prices; the deleted is paid for here alone", async () => {
    const bucket = await makeBucket("costly");
    await measure(bucket);
    const answer = await call("GET", `/-/api/v1/cost?bucket=${bucket}&month=2026-09`);
    expect(answer.status, answer.text).toBe(200);
    const report = JSON.parse(answer.text);
    expect(report).toMatchObject({
      month: "2026-09",
      bucket,
      daysMeasured: 2,
      daysInMonth: 30,
      requests: { writes: 2000, reads: 2000, bytesDown: 2 ** 30 },
      stored: [{ storageClass: "STANDARD", versions: 15, bytes: 1e12, condemnedBytes: 1e12 }],
    });
    const [here, amazon] = report.bills;
    // Two days of two terabytes at $15 a month; of one, in GiB, at $0.023.
    expect(here.storage).toBeCloseTo((2 * 2 * 15) / 30, 6);
    expect(amazon.storage).toBeCloseTo((2 * (1e12 / 2 ** 30) * 0.023) / 30, 6);
    expect([here.egress, amazon.egress]).toEqual([0, 0.09]);
    expect(amazon.requests).toBeCloseTo(2 * 0.005 + 2 * 0.0004, 9);
    expect(here.forecast).toBeGreaterThan(here.total);
  });

  it("is the operator's alone, and refuses what it cannot read", async () => {
    const { keys } = await makeAccount();
    expect((await call("GET", "/-/api/v1/cost", { keys })).status).toBe(403);
    expect((await call("GET", "/-/api/v1/cost?month=2026-13")).status).toBe(400);
    expect((await call("GET", "/-/api/v1/cost?bucket=no-such-bucket-here")).status).toBe(404);
  });
});
