// What moves and restorations cost: objects that stand in STANDARD are moved by a rule whose date is
// past, those in GLACIER are brought back, while the floor moves the same bytes between two stores of the
// same simulator. One after the other in each round, so that whatever else the machine does hits both.

import { createHash, randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { callAdmin } from "../../cli/request.mjs";
import { call, hangUp } from "./client.mjs";
import { cpuMicroseconds, peakBytes } from "./measure.mjs";
import { median } from "./report.mjs";
import { startCairnWith, startMoversFloor } from "./servers.mjs";

const kib = 1024;
const mib = 1024 * kib;
/** Restorations are asked for first, and all made together when this is over. */
const restoreDelaySeconds = 10;

const noise = (length) => randomBytes(length);
/** Lines of a log: they come out at about a fifth. */
function text(length) {
  const lines = [];
  for (let size = 0, at = 0; size < length; at += 1) {
    const id = randomBytes(6).toString("hex");
    const line = `2026-11-28T06:${at % 60}:00Z GET /photos/${id}.jpg 200 ${at * 37} "client/1.0"\n`;
    lines.push(line);
    size += line.length;
  }
  return Buffer.from(lines.join("")).subarray(0, length);
}

const workloads = (quick) => [
  { name: "1 KiB", count: quick ? 40 : 600, sizeBytes: kib, makes: text, rounds: 2 },
  { name: "64 KiB", count: quick ? 20 : 300, sizeBytes: 64 * kib, makes: text, rounds: 2 },
  { name: "64 MiB, text", count: quick ? 1 : 3, sizeBytes: 64 * mib, makes: text, rounds: 2 },
  { name: "64 MiB, noise", count: quick ? 1 : 3, sizeBytes: 64 * mib, makes: noise, rounds: 2 },
  ...(quick
    ? []
    : [{ name: "512 MiB, noise", count: 1, sizeBytes: 512 * mib, makes: noise, rounds: 1 }]),
];

/** @param {string} storageClass @param {string} prefix */
function ruleOf(storageClass, prefix) {
  return Buffer.from(
    `<LifecycleConfiguration><Rule><ID>move</ID><Status>Enabled</Status><Filter><And>` +
      `<Prefix>${prefix}/</Prefix><ObjectSizeGreaterThan>1</ObjectSizeGreaterThan></And></Filter>` +
      `<Transition><Date>2026-01-01T00:00:00Z</Date><StorageClass>${storageClass}</StorageClass>` +
      "</Transition></Rule></LifecycleConfiguration>",
  );
}

/** Fills `bucket/prefix` (a folder of the floor) with objects of one body. */
async function fill(server, path, { count, sizeBytes, makes }) {
  const piece = makes(Math.min(sizeBytes, 64 * mib));
  const names = Array.from({ length: count }, (_, at) => at);
  const body =
    piece.length === sizeBytes
      ? piece
      : async function* () {
          for (let left = sizeBytes; left > 0; left -= piece.length) yield piece;
        };
  const put = async () => {
    for (let at = names.pop(); at !== undefined; at = names.pop()) {
      await call(server, { method: "PUT", path: `/${path}/${at}`, body, lengthBytes: sizeBytes });
    }
  };
  await Promise.all(Array.from({ length: sizeBytes > mib ? 1 : 8 }, put));
}

/** Wall and CPU seconds of the whole workerd, and its highest resident memory meanwhile. */
async function timed(server, work) {
  const [cpuBefore, startedAt] = [cpuMicroseconds(server.pid), performance.now()];
  const peak = await peakBytes(server.pid, work);
  const wall = (performance.now() - startedAt) / 1000;
  return { wall, cpu: (cpuMicroseconds(server.pid) - cpuBefore) / 1e6, peak };
}

const admin = (server, method, path, body) =>
  callAdmin(
    { ...server, ...server.credentials, region: "us-east-1", isLocal: true },
    { method, path, ...(body && { body }) },
  );

async function move(server, bucket, facts) {
  const { prefix, storageClass, count } = facts;
  const body = ruleOf(storageClass, prefix);
  const headers = { "content-md5": createHash("md5").update(body).digest("base64") };
  await call(server, { method: "PUT", path: `/${bucket}?lifecycle=`, body, headers });
  let counts;
  const spent = await timed(server, async () => {
    const wish = { kind: "lifecycle", bucket, repair: false, read: false };
    const { jobs } = await admin(server, "POST", "/jobs", wish);
    let [job] = jobs;
    while (job.finishedAt === undefined) {
      // A slice may take longer than the client waits; the work goes on meanwhile.
      const pushed = admin(server, "POST", `/jobs/${job.jobId}/advance`);
      job = await pushed.catch(() => sleep(200, job));
    }
    counts = job.counts;
  });
  if (counts.Transition !== count) throw new Error(`moved ${JSON.stringify(counts)}`);
  return { ...spent, counts };
}

async function restore(server, bucket, { prefix, count }) {
  const body = Buffer.from("<RestoreRequest><Days>1</Days></RestoreRequest>");
  const askedAt = Date.now();
  const names = Array.from({ length: count }, (_, at) => at);
  const ask = async () => {
    for (let at = names.pop(); at !== undefined; at = names.pop()) {
      await call(server, { method: "POST", path: `/${bucket}/${prefix}/${at}?restore=`, body });
    }
  };
  await Promise.all(Array.from({ length: 8 }, ask));
  const leftMs = askedAt + restoreDelaySeconds * 1000 - Date.now();
  if (leftMs < 0) throw new Error("they were not all asked for in time");
  await sleep(leftMs);
  return timed(server, async () => {
    while ((await countRestored(server, bucket, prefix)) < count) await sleep(100);
  });
}

async function countRestored(server, bucket, prefix) {
  const { text: page } = await call(
    server,
    {
      method: "GET",
      path: `/${bucket}?list-type=2&prefix=${encodeURIComponent(`${prefix}/`)}`,
      headers: { "x-amz-optional-object-attributes": "RestoreStatus" },
    },
    { keep: true },
  );
  return page.split("<RestoreExpiryDate>").length - 1;
}

/** One round: the floor and Cairn, forth and back. */
async function measureRound(floor, cairn, workload, round) {
  const prefix = `r${round}`;
  const bucket = `bench-${workload.name.replaceAll(/[^a-zA-Z0-9]+/g, "-").toLowerCase()}`;
  const { count } = workload;
  if (round === 0) await call(cairn, { method: "PUT", path: `/${bucket}` });
  const pairs = {};
  for (const storageClass of ["STANDARD_IA", "GLACIER"]) {
    const own = `${prefix}-${storageClass}`;
    await fill(floor, own, workload);
    await fill(cairn, `${bucket}/${own}`, workload);
    const path = `/${own}?move=${count}`;
    const bare = await timed(floor, () => call(floor, { method: "POST", path }));
    const moved = await move(cairn, bucket, { prefix: own, storageClass, count });
    pairs[storageClass] = { bare, own: moved };
    if (storageClass !== "GLACIER") continue;
    const back = await timed(floor, () => call(floor, { method: "POST", path: `${path}&back=` }));
    pairs.restored = { bare: back, own: await restore(cairn, bucket, { prefix: own, count }) };
  }
  return pairs;
}

/**
 * Measures and renders the table.
 * @param {{ quick: boolean, only: string }} options
 */
export async function measureMovers({ quick, only }) {
  const floor = await startMoversFloor();
  const cairn = await startCairnWith({ RESTORE_DELAY_SECONDS: String(restoreDelaySeconds) });
  const lines = [
    "| what | to | rate, Cairn (floor) | time over floor | CPU over floor | CPU each | " +
      "class A, B, rows each | stored | memory, Cairn (floor) |",
    "|---|---|---|---|---|---|---|---|---|",
  ];
  try {
    for (const workload of workloads(quick).filter(({ name }) => name.includes(only))) {
      process.stderr.write(`${workload.name} ...\n`);
      const rounds = [];
      for (let round = 0; round < (quick ? 1 : workload.rounds); round += 1) {
        rounds.push(await measureRound(floor, cairn, workload, round));
      }
      for (const to of ["STANDARD_IA", "GLACIER", "restored"]) {
        lines.push(
          rowOf(
            workload,
            to,
            rounds.map((pairs) => pairs[to]),
          ),
        );
        process.stderr.write(`${lines.at(-1)}\n`);
      }
    }
    return lines.join("\n");
  } finally {
    hangUp();
    await Promise.all([cairn.stop(), floor.stop()]);
  }
}

function rowOf({ name, count, sizeBytes }, to, pairs) {
  const of = (pick) => median(pairs.map(pick));
  const isLarge = sizeBytes >= mib;
  const done = isLarge ? (count * sizeBytes) / mib : count;
  const rate = (seconds) => (done / seconds).toFixed(0);
  const each = (of(({ own }) => own.cpu) / count) * 1000;
  const { counts } = pairs[0].own;
  const cost = counts && [counts.classA, counts.classB, counts.rowsWritten];
  const cells = [
    `${name} x ${count}`,
    to,
    `${rate(of(({ own }) => own.wall))} (${rate(of(({ bare }) => bare.wall))}) ${isLarge ? "MiB" : "objects"}/s`,
    `${of(({ own, bare }) => own.wall / bare.wall).toFixed(2)}x`,
    `${of(({ own, bare }) => own.cpu / Math.max(bare.cpu, 0.01)).toFixed(2)}x`,
    `${each.toFixed(each < 100 ? 1 : 0)} ms`,
    cost ? cost.map((sum) => String(Number((sum / count).toFixed(1)))).join(", ") : "",
    counts ? `${((counts.storedBytes / counts.movedBytes) * 100).toFixed(0)} %` : "",
    ["own", "bare"]
      .map((whose) => Math.round(Math.max(...pairs.map((pair) => pair[whose].peak)) / mib))
      .join(" (")
      .concat(") MiB"),
  ];
  return `| ${cells.join(" | ")} |`;
}
