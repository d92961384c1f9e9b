// Jobs that are cut short, run twice at once, fail or oversleep: every slice counts once (D35).
import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import {
  countFindings,
  dueJobs,
  forgetJobs,
  getJob,
  leaseJob,
  listFindings,
  listJobs,
  saveProgress,
  startJob,
} from "../../src/catalog/jobs.ts";
import type { Seams } from "../../src/env.ts";
import { systemSeams } from "../../src/env.ts";
import { runSchedule } from "../../src/jobs/schedule.ts";
import { advanceJob, leaseMs, type Slice, type SliceTable } from "../../src/jobs/slices.ts";
import { dayMs, noDelivery } from "./fixture.ts";

let targets = 0;

/** A clock that a test moves, and a job of its own. */
async function jobAt(slice: Slice) {
  const clock = { nowMs: 1_795_000_000_000 };
  const seams: Seams = { ...systemSeams, now: () => clock.nowMs };
  const call = () => ({ env, seams, nowMs: clock.nowMs });
  targets += 1;
  const wish = { kind: "fsck" as const, target: `test ${targets}`, options: {} };
  const { jobId } = await startJob(call(), wish);
  const table = { fsck: slice } as unknown as SliceTable;
  const advance = async (slices = 1, cpuMs?: number) => {
    const budget = { slices, milliseconds: 1000, ...(cpuMs !== undefined && { cpuMs }) };
    const facts = { env, seams, deliver: noDelivery, table };
    return (await advanceJob(facts, jobId, budget)).slices;
  };
  return { clock, call, jobId, advance, wish, read: () => getJob(call(), jobId) };
}

/** Counts to five. */
const counting: Slice = async (_, job) => {
  const at = (job.place as number | null) ?? 0;
  const findings = [{ kind: "seen", subject: { at }, isRepaired: at % 2 === 0 }];
  return { place: at === 4 ? undefined : at + 1, counts: { steps: 1 }, findings };
};

describe("a job", () => {
  it("goes on where it was left, and keeps what it counted and found", async () => {
    const { advance, read, call, jobId } = await jobAt(counting);
    for (const done of [2, 2, 1, 0]) expect(await advance(2)).toBe(done);
    expect(await read()).toMatchObject({
      counts: { steps: 5, findings: 5 },
      finishedAtMs: call().nowMs,
    });
    const findings = await listFindings(call(), { jobId, after: 0, limit: 3 });
    expect(findings.map(({ subject }) => subject["at"])).toEqual([0, 1, 2]);
    const after = findings.at(-1)?.findingId ?? 0;
    expect(await listFindings(call(), { jobId, after, limit: 3 })).toHaveLength(2);
    expect(await countFindings(call(), ["seen"], 0)).toBe(2);
  });

  it("makes way for others when its share of the CPU is spent", async () => {
    const { advance } = await jobAt(async (call, job) => ({
      ...(await counting(call, job)),
      cpuMs: 100,
    }));
    for (const done of [3, 2]) expect(await advance(10, 250)).toBe(done);
  });

  it("is started once, however many start it, and anew when it is over", async () => {
    const { advance, call, jobId, wish } = await jobAt(counting);
    const again = await Promise.all([1, 2, 3].map(() => startJob(call(), wish)));
    expect(new Set(again.map((job) => job.jobId))).toEqual(new Set([jobId]));
    await advance(10);
    expect((await startJob(call(), wish)).jobId).not.toBe(jobId);
    expect((await listJobs(call(), { kind: "fsck", limit: 100 })).length).toBeGreaterThan(1);
  });

  it("is worked on by one of three crons at once (D35)", async () => {
    let slices = 0;
    const { advance, read } = await jobAt(async (call, job) => {
      slices += 1;
      return counting(call, job);
    });
    const done = await Promise.all([advance(10), advance(10), advance(10)]);
    expect(done.toSorted()).toEqual([0, 0, 5]);
    expect(slices).toBe(5);
    expect((await read())?.counts).toEqual({ steps: 5, findings: 5 });
  });

  it("is taken over when its worker died, and fenced against one that overslept", async () => {
    const { call, clock, jobId, advance, read } = await jobAt(counting);
    const dead = await leaseJob(call(), jobId, leaseMs);
    if (dead === undefined) throw new Error("no lease");
    expect(await advance()).toBe(0);
    expect(await dueJobs(call(), 1000)).not.toContain(jobId);
    clock.nowMs += leaseMs;
    expect(await dueJobs(call(), 1000)).toContain(jobId);
    expect(await advance()).toBe(1);
    const findings = [{ kind: "late", subject: {}, isRepaired: false }];
    const late = { place: undefined, counts: { steps: 99 }, findings, leaseMs };
    expect(await saveProgress(call(), dead, late)).toBe(false);
    expect((await read())?.counts).toEqual({ steps: 1, findings: 1 });
    expect(await listFindings(call(), { jobId, after: 0, limit: 9 })).toHaveLength(1);
  });

  it("says why it fails, is tried again, and is given up in the end", async () => {
    let isBroken = true;
    const { advance, read } = await jobAt(async (call, job) => {
      if (isBroken) throw new Error("the store is down");
      return counting(call, job);
    });
    await advance();
    expect(await read()).toMatchObject({ error: "Error: the store is down", counts: {} });
    isBroken = false;
    await advance(2);
    expect((await read())?.error).toBeUndefined();
    isBroken = true;
    for (let attempt = 0; attempt < 12; attempt += 1) await advance();
    expect(await read()).toMatchObject({ error: "Error: the store is down", counts: { steps: 2 } });
    expect((await read())?.finishedAtMs).toBeDefined();
    expect(await advance()).toBe(0);
  });

  it("is forgotten with its findings when it is old", async () => {
    const { advance, call, jobId, read } = await jobAt(counting);
    await advance(10);
    await forgetJobs(call(), call().nowMs - dayMs);
    expect(await read()).toBeDefined();
    await forgetJobs(call(), call().nowMs);
    expect(await read()).toBeUndefined();
    expect(await listFindings(call(), { jobId, after: 0, limit: 9 })).toEqual([]);
  });
});

describe("the schedule", () => {
  const steps = () => {
    throw new Error("no bucket is half made");
  };

  it("starts sweeps and a scrub each day, a reading on the first, and works on them", async () => {
    const at = (nowMs: number): Seams => ({ ...systemSeams, now: () => nowMs });
    const started = async (nowMs: number) => {
      const facts = { env, seams: at(nowMs), indexSteps: steps, deliver: noDelivery };
      await Promise.all([1, 2, 3].map(() => runSchedule("0 0 * * *", facts)));
      const jobs = await listJobs({ env, seams: systemSeams, nowMs }, { limit: 100 });
      return jobs
        .filter((job) => job.startedAtMs === nowMs)
        .map(({ kind, target }) => [kind, target]);
    };
    const stores = ["0", "1", "2", "3", "4", "5", "6"].map((target) => ["sweep", target]);
    const walks = ["tiering", "usage"].map((kind) => [kind, "*"]);
    const second = Date.UTC(2027, 0, 2);
    expect((await started(second)).toSorted()).toEqual([["scrub", "*"], ...stores, ...walks]);
    const facts = {
      env,
      seams: at(second),
      indexSteps: () => ({}) as never,
      deliver: noDelivery,
    };
    await runSchedule("*/5 * * * *", facts);
    const jobs = await listJobs({ env, seams: systemSeams, nowMs: second }, { limit: 100 });
    const open = jobs.filter((job) => job.finishedAtMs === undefined);
    expect(open.filter(({ kind }) => kind !== "fsck")).toEqual([]);
    const first = Date.UTC(2027, 1, 1);
    expect((await started(first)).toSorted()).toEqual([
      ["scrub", "*"],
      ["scrub", "*/bytes"],
      ...stores,
      ...walks,
    ]);
  });
});
