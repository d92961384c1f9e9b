// Upkeep over the admin API: who may, what it reads, how a job is followed.
import { describe, expect, it } from "vitest";
import { leaseJob, noteFailure, saveProgress, startJob } from "../../src/catalog/jobs.ts";
import { anonymous, ask, call, NOW_MS, operator, tenant } from "./fixtures.ts";

const wish = { kind: "fsck", bucket: null, repair: false, read: false };

describe("jobs", () => {
  it("are the operator's alone", async () => {
    const { principal } = await tenant();
    for (const as of [principal, anonymous]) {
      for (const line of [
        "GET /jobs",
        "POST /jobs",
        "GET /jobs/0123456789ABCDEF",
        "POST /jobs/0123456789ABCDEF/advance",
        "GET /jobs/0123456789ABCDEF/findings",
      ]) {
        const { status, body } = await ask(line, { as, body: wish });
        expect([line, status, body.error.code]).toEqual([line, 403, "AccessDenied"]);
      }
    }
  });

  it("are started once, pushed along, and tell what they found", async () => {
    const as = await operator();
    const body = { ...wish, read: true };
    const started = await ask("POST /jobs", { as, body });
    expect(started.status).toBe(201);
    const [job] = started.body.jobs;
    expect(job).toMatchObject({ kind: "fsck", bucket: null, read: true, state: "running" });
    expect((await ask("POST /jobs", { as, body })).body.jobs[0].jobId).toBe(job.jobId);
    const findings = ["missing-blob", "abandoned-upload"].map((kind) => ({
      kind,
      subject: { bucket: "b", key: "k" },
      isRepaired: false,
    }));
    const advanceJob = async (jobId: string) => {
      const leased = await leaseJob(call, jobId, 1000);
      if (leased === undefined) throw new Error("no lease");
      const progress = { place: undefined, counts: { blobs: 3 }, findings, leaseMs: 1000 };
      expect(await saveProgress(call, leased, progress)).toBe(true);
    };
    const advanced = await ask(`POST /jobs/${job.jobId}/advance`, { as, advanceJob });
    expect(advanced.body).toMatchObject({ state: "done", counts: { blobs: 3 } });
    const first = await ask(`GET /jobs/${job.jobId}/findings?limit=1`, { as });
    expect(first.body.findings).toEqual([
      { kind: "missing-blob", bucket: "b", key: "k", repaired: false, foundAt: expect.any(String) },
    ]);
    const next = await ask(`GET /jobs/${job.jobId}/findings?after=${first.body.next}`, { as });
    expect(next.body).toMatchObject({ findings: [{ kind: "abandoned-upload" }] });
    expect((await ask("GET /status", { as })).body.upkeep).toMatchObject({ damage: 1 });
    expect((await ask("GET /jobs?kind=fsck", { as })).body.jobs[0]).toEqual(advanced.body);
  });

  it("that nothing moves are stuck within the hour, and stay in sight", async () => {
    const as = await operator();
    const minuteMs = 60_000;
    const begin = async (minutesAgo: number, kind: "usage" | "scrub" = "scrub") => {
      const then = { ...call, nowMs: NOW_MS - minutesAgo * minuteMs };
      const target = `t-${crypto.randomUUID()}`;
      return { then, job: await startJob(then, { kind, target, options: {} }) };
    };
    // Its workers die with it, one after the other, and never save anything.
    const hanging = await begin(59);
    for (let minutes = 58; minutes > 0; minutes -= 5) {
      await leaseJob({ ...call, nowMs: NOW_MS - minutes * minuteMs }, hanging.job.jobId, minuteMs);
    }
    const fresh = await begin(29);
    const failing = await begin(5);
    const leased = await leaseJob(failing.then, failing.job.jobId, minuteMs);
    if (leased === undefined) throw new Error("no lease");
    await noteFailure(failing.then, leased, { error: "the store is away", maximumFailures: 12 });
    for (let at = 0; at < 25; at += 1) {
      const { then, job } = await begin(1, "usage");
      const taken = await leaseJob(then, job.jobId, minuteMs);
      if (taken === undefined) throw new Error("no lease");
      const done = { place: undefined, counts: {}, findings: [], leaseMs: minuteMs };
      await saveProgress(then, taken, done);
    }
    const { body } = await ask("GET /jobs", { as });
    const shown = (id: string) => body.jobs.find(({ jobId }: { jobId: string }) => jobId === id);
    expect(shown(hanging.job.jobId)).toMatchObject({ state: "running", stuck: true });
    expect(shown(fresh.job.jobId)).toMatchObject({ state: "running", stuck: false });
    expect(shown(failing.job.jobId)).toMatchObject({ stuck: true, error: "the store is away" });
    const { upkeep } = (await ask("GET /status", { as })).body;
    expect(upkeep.stuckJobs).toBe(2);
  });

  it("sweep each store by itself", async () => {
    const { body } = await ask("POST /jobs", {
      as: await operator(),
      body: { ...wish, kind: "sweep" },
    });
    expect(body.jobs.map((job: { store: number }) => job.store)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it("are refused for nonsense", async () => {
    const as = await operator();
    for (const [line, body, code] of [
      ["POST /jobs", { ...wish, kind: "format" }, "InvalidRequest"],
      ["POST /jobs", { ...wish, repair: "yes" }, "InvalidRequest"],
      ["POST /jobs", { ...wish, bucket: 7 }, "InvalidRequest"],
      ["POST /jobs", { ...wish, bucket: "absent" }, "NoSuchBucket"],
      ["POST /jobs", { ...wish, kind: "rebuild" }, "NoSuchBucket"],
      ["GET /jobs?kind=format", undefined, "InvalidRequest"],
      ["GET /jobs/0123456789ABCDEF", undefined, "NoSuchJob"],
      ["GET /jobs/0123456789ABCDEF/findings", undefined, "NoSuchJob"],
      ["POST /jobs/0123456789ABCDEF/advance", undefined, "NoSuchJob"],
      ["GET /jobs/short", undefined, "NoSuchPath"],
      ["DELETE /jobs", undefined, "MethodNotAllowed"],
    ] as const) {
      const answer = await ask(line, { as, body });
      expect([line, body, answer.body.error.code]).toEqual([line, body, code]);
    }
  });
});
