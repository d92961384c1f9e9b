// Usage for the operator, the roots of accounts and the console: what buckets hold by class and day, and
// how they were used by the hour or the minute. Figures are as the usage job and the counters left them;
// nothing is measured here. A root counts its account's buckets, the operator all.

import {
  type BucketUsage,
  latestUsage,
  usageSeries,
  usageTotals,
} from "../catalog/bucket-usage.ts";
import { type BucketRecord, loadBucket } from "../catalog/buckets.ts";
import {
  type Counter,
  countsOverTime,
  type MetricsPeriod,
  totalsOverTime,
} from "../catalog/request-metrics.ts";
import {
  type AdminCall,
  isOperator,
  mayManage,
  requireAccount,
  requireOperator,
} from "./access.ts";
import { AdminError, answer } from "./answer.ts";
import type { LatestUsage, RequestCounts, UsageDays } from "./answers.ts";
import { readLimit } from "./fields.ts";

type Query = (name: string) => string | undefined;

const dayMs = 24 * 3600 * 1000;
const hourMs = 3_600_000;
const minuteMs = 60_000;

/** One bucket has at most as many rows a day as there are classes. */
const rowsPerBucket = 8;

/**
 * `GET /usage`: the latest of every bucket; with `bucket`, that bucket day by day; with `total=true`, all
 * buckets together day by day. Every bucket is the operator's; a root's are its account's.
 */
export async function answerUsage(call: AdminCall, query: Query): Promise<Response> {
  const name = query("bucket");
  if (name === undefined) {
    const accountId = isOperator(call.principal) ? undefined : requireAccount(call, "self");
    const own = accountId === undefined ? {} : { accountId };
    if (query("total") !== "true") return answerLatest(call, query, own);
    const totals = await usageTotals(call, { ...readDays(call, query), ...own });
    return answer<UsageDays>({ days: byDay(totals) });
  }
  const bucket = await findOwn(call, name);
  const span = readDays(call, query);
  const rows = await usageSeries(call, { bucketId: bucket.bucketId, ...span });
  return answer<UsageDays>({ bucket: name, days: byDay(rows) });
}

/** Whose bucket it is decides; a stranger does not learn whether there is one. */
async function findOwn(call: AdminCall, name: string): Promise<BucketRecord> {
  const bucket = await loadBucket(call, name);
  if (!mayManage(call, bucket?.accountId ?? "")) throw new AdminError("AccessDenied");
  if (bucket === undefined) throw new AdminError("NoSuchBucket");
  return bucket;
}

async function answerLatest(
  call: AdminCall,
  query: Query,
  own: { readonly accountId?: string },
): Promise<Response> {
  const limit = query("limit") === undefined ? 100 : readLimit(query("limit"));
  const after = query("after");
  const rows = await latestUsage(call, {
    limit: limit * rowsPerBucket + 1,
    ...(after !== undefined && { after }),
    ...own,
  });
  const grouped = [...Map.groupBy(rows, (row) => row.bucket ?? "")];
  const isCut = rows.length > limit * rowsPerBucket || grouped.length > limit;
  // The last bucket of a page that was cut may lack classes.
  const shown = isCut ? grouped.slice(0, Math.min(limit, grouped.length - 1)) : grouped;
  const buckets = shown.map(([bucket, own]) => ({
    bucket,
    accountId: own[0]?.accountId ?? null,
    day: own[0]?.day ?? null,
    measuredAt: timeText(own[0]?.measuredAtMs ?? 0),
    ...sumOf(own),
    classes: own.map(renderClass),
  }));
  const next = isCut ? shown.at(-1)?.[0] : undefined;
  return answer<LatestUsage>({ buckets, ...(next !== undefined && { next }) });
}

function byDay(rows: readonly BucketUsage[]) {
  return [...Map.groupBy(rows, ({ day }) => day)].map(([day, own]) => ({
    day,
    ...sumOf(own),
    classes: own.map(renderClass),
  }));
}

function renderClass(row: BucketUsage) {
  const { storageClass, objects, noncurrentVersions, deleteMarkers, uploads } = row;
  const { currentBytes, noncurrentBytes, uploadBytes, condemnedVersions, condemnedBytes } = row;
  return {
    storageClass,
    objects,
    noncurrentVersions,
    deleteMarkers,
    uploads,
    currentBytes,
    noncurrentBytes,
    uploadBytes,
    condemnedVersions,
    condemnedBytes,
  };
}

function sumOf(rows: readonly BucketUsage[]) {
  const sum = (pick: (row: BucketUsage) => number) => rows.reduce((all, row) => all + pick(row), 0);
  return {
    objects: sum((row) => row.objects),
    versions: sum((row) => row.objects + row.noncurrentVersions),
    deleteMarkers: sum((row) => row.deleteMarkers),
    uploads: sum((row) => row.uploads),
    bytes: sum((row) => row.currentBytes + row.noncurrentBytes + row.uploadBytes),
  };
}

/** The last 30 days unless said otherwise. */
function readDays(call: AdminCall, query: Query): { fromDay: string; toDay: string } {
  const day = (name: string, fallbackMs: number) => {
    const text = query(name);
    if (text === undefined) return new Date(fallbackMs).toISOString().slice(0, 10);
    if (!/^\d{4}-\d\d-\d\d$/.test(text)) throw invalid(`${name} must be a day like 2026-11-27.`);
    return text;
  };
  return { fromDay: day("from", call.nowMs - 30 * dayMs), toDay: day("to", call.nowMs) };
}

const pointsPerAnswer = 2_000;

/**
 * `GET /usage/requests`: requests over time. With `bucket` of one bucket, with `filter` too as a metrics
 * configuration counts them; by `period=hour` (METRICS must be on where no filter is named) or `minute`.
 */
export async function answerRequestCounts(call: AdminCall, query: Query): Promise<Response> {
  const name = query("bucket");
  if (name === undefined) requireOperator(call);
  const bucket = name === undefined ? undefined : await findOwn(call, name);
  await call.settleRecords();
  const filter = query("filter") ?? "";
  const period = query("period") ?? (filter === "" ? "hour" : "minute");
  if (period !== "hour" && period !== "minute") throw invalid("period must be hour or minute.");
  if (filter === "" && period === "minute")
    throw invalid("Only filters are counted by the minute.");
  const span = readSpan(call, query, period);
  if (bucket === undefined) {
    if (filter !== "") throw invalid("A filter is a bucket's: give bucket too.");
    return answer<RequestCounts>({
      period,
      points: (await totalsOverTime(call, span)).map(renderPoint),
    });
  }
  const counts = await countsOverTime(call, { scope: bucket.bucketId, filter }, span);
  return answer<RequestCounts>({
    bucket: name,
    ...(filter !== "" && { filter }),
    period,
    points: counts.map(renderPoint),
  });
}

function readSpan(call: AdminCall, query: Query, period: MetricsPeriod) {
  const time = (name: string, fallbackMs: number) => {
    const text = query(name);
    if (text === undefined) return fallbackMs;
    const timeMs = Date.parse(text);
    if (Number.isNaN(timeMs)) throw invalid(`${name} must be a time like 2026-11-27T21:00:00Z.`);
    return timeMs;
  };
  const defaultMs = period === "hour" ? 7 * dayMs : 3 * hourMs;
  const fromMs = time("from", call.nowMs - defaultMs);
  const stepMs = period === "hour" ? hourMs : minuteMs;
  // A period counts when it began in the span.
  return {
    period,
    fromMs: Math.floor(fromMs / stepMs) * stepMs,
    toMs: time("to", call.nowMs) + 1,
    limit: pointsPerAnswer,
  };
}

/** Named as CloudWatch names S3's request metrics. */
function renderPoint({ startMs, counts }: Counter) {
  const latency = (sumMs: number, maximumMs: number) => ({
    average: counts.requests === 0 ? null : Math.round((sumMs / counts.requests) * 10) / 10,
    maximum: maximumMs,
  });
  return {
    time: timeText(startMs),
    AllRequests: counts.requests,
    GetRequests: counts.gets,
    PutRequests: counts.puts,
    DeleteRequests: counts.deletes,
    HeadRequests: counts.heads,
    PostRequests: counts.posts,
    SelectRequests: counts.selects,
    ListRequests: counts.lists,
    BytesDownloaded: counts.bytes_down,
    BytesUploaded: counts.bytes_up,
    "3xxResponses": counts.status_3xx,
    "4xxErrors": counts.status_4xx,
    "5xxErrors": counts.status_5xx,
    FirstByteLatency: latency(counts.first_ms, counts.first_max),
    TotalRequestLatency: latency(counts.total_ms, counts.total_max),
  };
}

function timeText(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

function invalid(message: string): AdminError {
  return new AdminError("InvalidRequest", message);
}
