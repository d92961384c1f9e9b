// That a duty which fails, or is no longer fired, is seen.
import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { dutyGraceMs, listDuties } from "../../src/catalog/duties.ts";
import { startJob } from "../../src/catalog/jobs.ts";
import { type Env, type Seams, systemSeams } from "../../src/env.ts";
import { runSchedule } from "../../src/jobs/schedule.ts";
import { noDelivery, put } from "./fixture.ts";
import { makeWatchedBucket, makeWebhook } from "./notifications/fixtures.ts";

const startMs = Date.UTC(2027, 5, 1, 10, 0);
const hourMs = 3_600_000;

const noSteps = () => ({}) as never;

async function dutyAt(nowMs: number) {
  const duties = await listDuties({ env, seams: systemSeams, nowMs });
  return duties.find(({ name }) => name === "kms-keys");
}

async function fireAt(nowMs: number, bindings: Partial<Env> = {}): Promise<void> {
  const seams: Seams = { ...systemSeams, now: () => nowMs };
  const facts = { seams, deliver: noDelivery, indexSteps: () => ({}) as never };
  await runSchedule("0 * * * *", { ...facts, env: { ...env, ...bindings } as Env });
}

/** The catalog, but for the keys of KMS. */
const withoutKeys: Partial<Env> = {
  CATALOG: {
    prepare: (sql: string) => {
      if (sql.includes("kms_")) throw new Error("no such table here");
      return env.CATALOG.prepare(sql);
    },
    batch: (statements: D1PreparedStatement[]) => env.CATALOG.batch(statements),
  } as D1Database,
};

describe("a duty of the crons", () => {
  it("is well while it runs when it is due, and stuck half an hour after it did not", async () => {
    await fireAt(startMs);
    expect(await dutyAt(startMs + 1)).toMatchObject({
      cron: "0 * * * *",
      startedAtMs: startMs,
      succeededAtMs: startMs,
      nextDueAtMs: startMs + hourMs,
      failures: 0,
      isStuck: false,
    });
    expect((await dutyAt(startMs + hourMs + dutyGraceMs))?.isStuck).toBe(false);
    expect((await dutyAt(startMs + hourMs + dutyGraceMs + 1))?.isStuck).toBe(true);
    await fireAt(startMs + 2 * hourMs);
    expect((await dutyAt(startMs + 2 * hourMs + 1))?.isStuck).toBe(false);
  });

  it("is stuck while it fails, and says why and since when", async () => {
    await fireAt(startMs);
    await fireAt(startMs + hourMs, withoutKeys);
    await fireAt(startMs + 2 * hourMs, withoutKeys);
    const failing = await dutyAt(startMs + 2 * hourMs);
    expect(failing).toMatchObject({ failures: 2, isStuck: true, succeededAtMs: startMs });
    expect(failing?.error).toContain("no such table here");
    await fireAt(startMs + 3 * hourMs);
    const mended = await dutyAt(startMs + 3 * hourMs);
    expect([mended?.failures, mended?.error, mended?.isStuck]).toEqual([0, undefined, false]);
  });

  it("tells what it left over: events that wait, jobs that are open, logs", async () => {
    const nowMs = Date.now();
    const bucket = await makeWatchedBucket({
      TopicConfigurations: [
        { TopicArn: (await makeWebhook()).topicArn, Events: ["s3:ObjectCreated:*"] },
      ],
    });
    await put(bucket.name, "k", "x");
    const call = { env, seams: systemSeams, nowMs };
    const target = `t-${crypto.randomUUID()}`;
    await startJob(call, { kind: "rebuild", target, options: { bucketId: "none" } });
    const facts = { env, seams: systemSeams, deliver: noDelivery, indexSteps: noSteps };
    await runSchedule("*/5 * * * *", facts);
    const duties = new Map((await listDuties(call)).map((duty) => [duty.name, duty]));
    expect(duties.get("drain-outboxes")?.backlog).toBeGreaterThanOrEqual(1);
    expect(duties.get("advance-jobs")?.backlog).toEqual(expect.any(Number));
    expect(duties.get("start-log-delivery")?.backlog).toEqual(expect.any(Number));
    expect(duties.get("lifecycle")?.backlog).toEqual(expect.any(Number));
    expect(duties.get("reconcile")?.backlog).toBeUndefined();
  });
});
