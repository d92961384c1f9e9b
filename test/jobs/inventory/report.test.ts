// Inventory reports end to end: from the configuration to objects that a reader of manifests finds.
import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { loadBucket } from "../../../src/catalog/buckets.ts";
import { listJobs } from "../../../src/catalog/jobs.ts";
import { type Seams, systemSeams } from "../../../src/env.ts";
import type { Deliver } from "../../../src/jobs/delivery.ts";
import { runSchedule } from "../../../src/jobs/schedule.ts";
import { writeAsService } from "../../../src/write-as-service.ts";
import { call, makeAccount, makeBucket, putObjects } from "../../operations/bucket/fixtures.ts";
import { runJob } from "../fixture.ts";

const arrival = {
  env,
  seams: systemSeams,
  waitUntil: (work: Promise<unknown>) => void work.catch(() => undefined),
};
const deliver: Deliver = (delivery) => writeAsService(arrival, delivery);

interface Wish {
  readonly versions?: "All" | "Current";
  readonly prefix?: string;
  readonly frequency?: string;
  readonly isEnabled?: boolean;
}

async function configure(source: string, target: string, wish: Wish = {}): Promise<void> {
  const { versions = "All", prefix, frequency = "Daily", isEnabled = true } = wish;
  const filter = prefix === undefined ? "" : `<Filter><Prefix>${prefix}</Prefix></Filter>`;
  const body =
    `<InventoryConfiguration><Destination><S3BucketDestination><Format>CSV</Format>` +
    `<Bucket>arn:aws:s3:::${target}</Bucket><Prefix>in</Prefix></S3BucketDestination>` +
    `</Destination><IsEnabled>${isEnabled}</IsEnabled>${filter}<Id>report</Id>` +
    `<IncludedObjectVersions>${versions}</IncludedObjectVersions>` +
    `<OptionalFields><Field>Size</Field></OptionalFields>` +
    `<Schedule><Frequency>${frequency}</Frequency></Schedule></InventoryConfiguration>`;
  const answer = await call("PUT", `/${source}?inventory&id=report`, { body });
  expect(answer.status, answer.text).toBe(200);
}

/** A bucket that lets S3 put reports of the source into it. */
async function makeTarget(): Promise<string> {
  const target = await makeBucket("target");
  await letReportsIn(target);
  return target;
}

async function letReportsIn(target: string): Promise<void> {
  const Statement = {
    Effect: "Allow",
    Principal: { Service: "s3.amazonaws.com" },
    Action: "s3:PutObject",
    Resource: `arn:aws:s3:::${target}/*`,
  };
  const body = JSON.stringify({ Version: "2012-10-17", Statement });
  expect((await call("PUT", `/${target}?policy`, { body })).status).toBe(204);
}

async function makeReport(source: string, how = deliver) {
  const bucket = await loadBucket({ env, seams: systemSeams, nowMs: Date.now() }, source);
  const bucketId = bucket?.bucketId ?? "";
  return runJob({
    kind: "inventory",
    target: `${bucketId}/report`,
    options: { bucket: source, bucketId, configuration: "report" },
    deliver: how,
  });
}

/** The keys and versions a report lists, found as its readers do: manifest, checksum, files. */
async function readReport(source: string, target: string): Promise<string[]> {
  const listing = await call("GET", `/${target}?list-type=2&prefix=in/${source}/report/`);
  const keys = listing.all("Key");
  const manifestKey = keys.find((key) => key.endsWith("/manifest.json")) ?? "";
  expect(manifestKey).toMatch(/^in\/[^/]+\/report\/\d{4}-\d\d-\d\dT\d\d-\d\dZ\/manifest\.json$/);
  const text = (await call("GET", `/${target}/${manifestKey}`)).text;
  const sum = await crypto.subtle.digest("MD5", new TextEncoder().encode(text));
  const checksum = await call("GET", `/${target}/${manifestKey.replace(/json$/, "checksum")}`);
  expect(checksum.text).toBe(Buffer.from(sum).toString("hex"));
  const manifest = JSON.parse(text);
  expect(manifest).toMatchObject({
    sourceBucket: source,
    destinationBucket: `arn:aws:s3:::${target}`,
    version: "2016-11-30",
    fileFormat: "CSV",
  });
  const links = keys.find((key) => key.includes("/hive/dt=")) ?? "";
  expect((await call("GET", `/${target}/${links}`)).text.split("\n")).toEqual(
    manifest.files.map(({ key }: { key: string }) => `s3://${target}/${key}`),
  );
  const rows: string[] = [];
  for (const { key, size, MD5checksum } of manifest.files) {
    const file = await env.STORE_STANDARD.get(await blobOf(target, key));
    const bytes = (await file?.arrayBuffer()) ?? new ArrayBuffer(0);
    expect(bytes.byteLength).toBe(size);
    const md5 = await crypto.subtle.digest("MD5", bytes);
    expect(Buffer.from(md5).toString("hex")).toBe(MD5checksum);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const lines = (await new Response(stream).text()).split("\n");
    rows.push(...lines.filter((line) => line !== ""));
  }
  return rows.map((row) => row.split('","').slice(1).join(",").replace(/"$/, ""));
}

/** The blob behind an object: bodies of answers are read as text by the fixtures. */
async function blobOf(bucket: string, key: string): Promise<string> {
  const found = await loadBucket({ env, seams: systemSeams, nowMs: Date.now() }, bucket);
  const { openBucket } = await import("../../../src/bucket/client.ts");
  const index = openBucket(env, found?.bucketId ?? "");
  const facts = { epoch: found?.epoch ?? 0, nowMs: Date.now(), wantSegments: true };
  const outcome = await index.resolve({ ...facts, key });
  return outcome.kind === "found" ? (outcome.version.content ?? "") : "";
}

describe("an inventory report", () => {
  it("lists every version below the prefix, the key that is the prefix too", async () => {
    const [source, target] = [await makeBucket("source"), await makeTarget()];
    await putObjects(source, ["a", "b/1", "b", "b/2", "c"]);
    const body = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    await call("PUT", `/${source}?versioning`, { body });
    await putObjects(source, ["b/1", "b"], "yy");
    await call("DELETE", `/${source}/b/2`);
    await configure(source, target, { prefix: "b" });
    const { job, findings } = await makeReport(source);
    expect([findings, job.counts]).toEqual([[], { rows: 6, files: 1 }]);
    const rows = (await readReport(source, target)).map((row) => row.replace(/,[^,]{32},/, ",ID,"));
    expect(rows).toEqual([
      "b,ID,true,false,2",
      "b,,false,false,1",
      "b/1,ID,true,false,2",
      "b/1,,false,false,1",
      "b/2,ID,true,true,",
      "b/2,,false,false,1",
    ]);
  });

  it("of current versions leaves markers and history out", async () => {
    const [source, target] = [await makeBucket("source"), await makeTarget()];
    const body = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    await call("PUT", `/${source}?versioning`, { body });
    await putObjects(source, ["a", "a", "b", "c"]);
    await call("DELETE", `/${source}/b`);
    await configure(source, target, { versions: "Current" });
    await makeReport(source);
    expect(await readReport(source, target)).toEqual(["a,1", "c,1"]);
  });

  it("of an empty bucket has one file without rows", async () => {
    const [source, target] = [await makeBucket("source"), await makeTarget()];
    await configure(source, target);
    const { job } = await makeReport(source);
    expect(job.counts).toEqual({ rows: 0, files: 1 });
    expect(await readReport(source, target)).toEqual([]);
  });

  it("goes nowhere without the destination's policy, its own account's neither, as on S3", async () => {
    const [source, target] = [await makeBucket("source"), await makeBucket("target")];
    await configure(source, target);
    expect((await makeReport(source)).findings).toMatchObject([
      { kind: "delivery-refused", subject: { bucket: source, code: "AccessDenied" } },
    ]);
    expect((await call("GET", `/${target}?list-type=2`)).all("Key")).toEqual([]);
    await letReportsIn(target);
    expect((await makeReport(source)).findings).toEqual([]);
  });

  it("that is refused says why and ends; one that fails for now is tried again", async () => {
    const source = await makeBucket("source");
    const owner = await makeAccount();
    const target = `theirs-${crypto.randomUUID().slice(0, 8)}`;
    await call("PUT", `/${target}`, { keys: owner.keys });
    await configure(source, target);
    const { findings } = await makeReport(source);
    expect(findings).toMatchObject([
      { kind: "delivery-refused", subject: { bucket: source, code: "AccessDenied" } },
    ]);
    const { job } = await makeReport(source, async () => ({ kind: "refused", code: "SlowDown" }));
    expect([job.finishedAtMs, job.error]).toEqual([
      undefined,
      "Error: the report was not taken: SlowDown",
    ]);
  });

  it("whose configuration is gone ends without a file", async () => {
    const [source, target] = [await makeBucket("source"), await makeTarget()];
    await configure(source, target);
    await call("DELETE", `/${source}?inventory&id=report`);
    const { findings } = await makeReport(source);
    expect(findings.map(({ kind }) => kind)).toEqual(["configuration-gone"]);
    expect((await call("GET", `/${target}?list-type=2`)).all("Key")).toEqual([]);
  });
});

describe("the daily cron", () => {
  it("starts reports once a day, weekly ones on Sundays, disabled ones never", async () => {
    const [source, target] = [await makeBucket("source"), await makeTarget()];
    const started = async (nowMs: number) => {
      const seams: Seams = { ...systemSeams, now: () => nowMs };
      const facts = { env, seams, deliver, indexSteps: () => ({}) as never };
      for (let times = 0; times < 2; times += 1) await runSchedule("0 0 * * *", facts);
      const jobs = await listJobs({ env, seams, nowMs }, { kind: "inventory", limit: 100 });
      const ours = jobs.filter(({ options }) => options.bucket === source);
      for (const { jobId } of ours) {
        await env.CATALOG.prepare("UPDATE jobs SET finished_at_ms = ? WHERE job_id = ?")
          .bind(nowMs, jobId)
          .run();
      }
      return ours.filter(({ startedAtMs }) => startedAtMs === nowMs).length;
    };
    const [saturday, sunday] = [Date.UTC(2027, 0, 2), Date.UTC(2027, 0, 3)];
    await configure(source, target);
    expect(await started(saturday)).toBe(1);
    expect(await started(saturday + 3600_000)).toBe(0);
    await configure(source, target, { frequency: "Weekly" });
    expect(await started(saturday + 7 * 86_400_000)).toBe(0);
    expect(await started(sunday)).toBe(1);
    await configure(source, target, { isEnabled: false });
    expect(await started(sunday + 7 * 86_400_000)).toBe(0);
  });
});
