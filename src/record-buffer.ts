// What an isolate has recorded and not yet written down. Records wait a few seconds, so that many of
// them cost one write; an isolate that dies loses at most those seconds. What cannot be written is
// kept and tried again, up to a bound; beyond it the oldest is dropped, and the log says how many.

import { addAuditChunk } from "./catalog/audit-chunks.ts";
import type { CatalogCall } from "./catalog/database.ts";
import { perDatabase } from "./catalog/isolate-cache.ts";
import { addCounts, type Counter, type CounterName, noCounts } from "./catalog/request-metrics.ts";
import type { Env } from "./env.ts";
import type { Arrival } from "./identify.ts";
import type { StagedLog } from "./jobs/staged-log.ts";
import { describeChunk } from "./s3/audit-chunk.ts";
import { newRequestId } from "./s3/ids.ts";
import type { RequestRecord } from "./s3/request-record.ts";
import { writeRecords } from "./storage/records.ts";

/** Written at once when so many wait: a chunk of some hundred KB before packing. */
const maximumWaiting = 500;
/** Kept at most while the store does not answer. */
const maximumKept = 10_000;
/** Counts cost a row for each counter a flush, so they wait longer. */
const countsWaitMs = 20_000;

interface Buffer {
  audit: RequestRecord[];
  /** By source bucket and target. */
  logs: Map<string, StagedLog & { readonly lines: [timeMs: number, line: string][] }>;
  logLines: number;
  counters: Map<string, Counter>;
  /** When a flush that is under way or waiting began to; it counts as lost after a minute. */
  flushingSinceMs: number | undefined;
  countingSinceMs: number | undefined;
}

const bufferOf = perDatabase<Buffer>(() => ({
  audit: [],
  logs: new Map(),
  logLines: 0,
  counters: new Map(),
  flushingSinceMs: undefined,
  countingSinceMs: undefined,
}));

/** Keeps a record for the audit. */
export function keepForAudit(env: Env, record: RequestRecord): void {
  bufferOf(env).audit.push(record);
}

/** Keeps a line for a bucket's access log. */
export function keepForLog(env: Env, log: StagedLog, timeMs: number, line: string): void {
  const buffer = bufferOf(env);
  const name = `${log.bucketId} ${JSON.stringify(log.target)}`;
  const known = buffer.logs.get(name);
  if (known === undefined) buffer.logs.set(name, { ...log, lines: [[timeMs, line]] });
  else known.lines.push([timeMs, line]);
  buffer.logLines += 1;
}

/** The counts of a counter as they stand in this isolate: the caller adds to them. */
export function countsOf(env: Env, name: CounterName, nowMs: number): Counter["counts"] {
  const buffer = bufferOf(env);
  const key = `${name.scope} ${name.period} ${name.startMs} ${name.filter}`;
  let counter = buffer.counters.get(key);
  if (counter === undefined) {
    counter = { ...name, counts: noCounts() };
    buffer.counters.set(key, counter);
  }
  buffer.countingSinceMs ??= nowMs;
  return counter.counts;
}

function flushWaitMs(env: Env): number {
  const text = env.RECORD_FLUSH_SECONDS?.trim() ?? "";
  const seconds = text === "" ? Number.NaN : Number(text);
  return seconds >= 0 && seconds <= 20 ? seconds * 1000 : 10_000;
}

/** Has what waits written down soon; at once when it is much. Costs the answer nothing. */
export function flushSoon({ env, seams, waitUntil }: Arrival): void {
  const buffer = bufferOf(env);
  const nowMs = seams.now();
  const isFull = buffer.audit.length + buffer.logLines >= maximumWaiting;
  const since = buffer.flushingSinceMs;
  // A wait dies with the request it belongs to, silently, when that is cancelled.
  const isAwaited = since !== undefined && nowMs - since < 60_000 && nowMs >= since;
  if (isAwaited && !isFull) return;
  buffer.flushingSinceMs = nowMs;
  const waitMs = isFull ? 0 : flushWaitMs(env);
  waitUntil(flushAfter({ env, seams }, waitMs));
}

async function flushAfter(
  place: Pick<CatalogCall, "env" | "seams">,
  waitMs: number,
): Promise<void> {
  const { env, seams } = place;
  const buffer = bufferOf(env);
  if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
  const { countingSinceMs } = buffer;
  const countedForMs = countingSinceMs === undefined ? 0 : seams.now() - countingSinceMs;
  const isDue = waitMs === 0 || countedForMs >= countsWaitMs;
  await flushRecords({ env, seams, nowMs: seams.now() }, { withCounts: isDue });
  if (!isDue && countingSinceMs !== undefined) {
    await new Promise((resolve) => setTimeout(resolve, countsWaitMs - countedForMs));
    await flushRecords({ env, seams, nowMs: seams.now() }, { withCounts: true });
  }
  buffer.flushingSinceMs = undefined;
}

/** Writes down what waits in this isolate. Never throws; what failed waits on. */
export async function flushRecords(
  call: CatalogCall,
  { withCounts }: { readonly withCounts: boolean },
): Promise<void> {
  const buffer = bufferOf(call.env);
  const { audit, logs, logLines, counters } = buffer;
  buffer.audit = [];
  buffer.logs = new Map();
  buffer.logLines = 0;
  if (withCounts) {
    buffer.counters = new Map();
    buffer.countingSinceMs = undefined;
  }
  const work = [
    attempt(
      "audit",
      () => writeAudit(call, audit),
      () => keepAgain(buffer, audit),
    ),
    attempt(
      "access-log",
      () => writeLogs(call, [...logs.values()]),
      () => {
        for (const log of logs.values()) {
          for (const [timeMs, line] of log.lines.slice(-maximumKept)) {
            if (buffer.logLines < maximumKept) keepForLog(call.env, log, timeMs, line);
          }
        }
        reportLoss("access-log", logLines - buffer.logLines);
      },
    ),
    attempt("metrics", async () => {
      if (withCounts && counters.size > 0) await addCounts(call, [...counters.values()]);
    }),
  ];
  await Promise.all(work);
}

function keepAgain(buffer: Buffer, audit: readonly RequestRecord[]): void {
  const all = [...audit, ...buffer.audit];
  buffer.audit = all.slice(-maximumKept);
  reportLoss("audit", all.length - buffer.audit.length);
}

async function attempt(
  what: string,
  work: () => Promise<void>,
  undo: () => void = () => {},
): Promise<void> {
  try {
    await work();
  } catch (error) {
    console.error(JSON.stringify({ event: "records-not-written", what }), error);
    undo();
  }
}

function reportLoss(what: string, count: number): void {
  if (count > 0) console.error(JSON.stringify({ event: "records-dropped", what, count }));
}

/** The store first, the catalog second: a chunk that no row names is lost, a row never lies. */
async function writeAudit(call: CatalogCall, records: readonly RequestRecord[]): Promise<void> {
  if (records.length === 0) return;
  const chunk = describeChunk(records);
  const time = new Date(call.nowMs).toISOString();
  const id = newRequestId(call.seams.randomBytes);
  const path = `audit/${time.slice(0, 10)}/${time.slice(11, 19)}-${id}` as const;
  const sizeBytes = await writeRecords(call.env, path, records);
  await addAuditChunk(call, { ...chunk, path, sizeBytes });
}

async function writeLogs(call: CatalogCall, logs: readonly StagedLog[]): Promise<void> {
  if (logs.length === 0) return;
  const id = newRequestId(call.seams.randomBytes);
  const time = String(Math.floor(call.nowMs)).padStart(14, "0");
  await writeRecords(call.env, `log/${time}-${id}`, logs);
}
