// Counted requests as the catalog keeps them: numbers by minute, hour or for ever, added up from what
// every isolate counted. One statement a flush, however many rows it touches.

import { type CatalogCall, queryAll, queryFirst, transact } from "./database.ts";

export type MetricsPeriod = "minute" | "hour" | "ever";

/** What is counted, in the order of the table's columns. */
export const countedNames = [
  "requests",
  "gets",
  "puts",
  "deletes",
  "heads",
  "posts",
  "selects",
  "lists",
  "status_3xx",
  "status_4xx",
  "status_5xx",
  "bytes_down",
  "bytes_up",
  "first_ms",
  "first_max",
  "total_ms",
  "total_max",
  "under_10",
  "under_50",
  "under_100",
  "under_500",
  "under_1000",
  "under_5000",
] as const;

export type CountedName = (typeof countedNames)[number];

export type Counts = Record<CountedName, number>;

/** Which counter: of a bucket (its id) or of everything (`*`), by a filter, from a moment on. */
export interface CounterName {
  readonly scope: string;
  readonly filter: string;
  readonly period: MetricsPeriod;
  readonly startMs: number;
}

export type Counter = CounterName & { readonly counts: Counts };

type Row = Counts & {
  readonly scope: string;
  readonly filter: string;
  readonly period: MetricsPeriod;
  readonly start_ms: number;
};

/** A row of counts that are all zero. */
export function noCounts(): Counts {
  return Object.fromEntries(countedNames.map((name) => [name, 0])) as Counts;
}

const COLUMNS = `requests, gets, puts, deletes, heads, posts, selects, lists, status_3xx, status_4xx,
  status_5xx, bytes_down, bytes_up, first_ms, first_max, total_ms, total_max, under_10, under_50,
  under_100, under_500, under_1000, under_5000`;

const ADDING = `ON CONFLICT (scope, filter, period, start_ms) DO UPDATE SET
  requests = requests + excluded.requests, gets = gets + excluded.gets,
  puts = puts + excluded.puts, deletes = deletes + excluded.deletes,
  heads = heads + excluded.heads, posts = posts + excluded.posts,
  selects = selects + excluded.selects, lists = lists + excluded.lists,
  status_3xx = status_3xx + excluded.status_3xx, status_4xx = status_4xx + excluded.status_4xx,
  status_5xx = status_5xx + excluded.status_5xx, bytes_down = bytes_down + excluded.bytes_down,
  bytes_up = bytes_up + excluded.bytes_up, first_ms = first_ms + excluded.first_ms,
  first_max = max(first_max, excluded.first_max), total_ms = total_ms + excluded.total_ms,
  total_max = max(total_max, excluded.total_max), under_10 = under_10 + excluded.under_10,
  under_50 = under_50 + excluded.under_50, under_100 = under_100 + excluded.under_100,
  under_500 = under_500 + excluded.under_500, under_1000 = under_1000 + excluded.under_1000,
  under_5000 = under_5000 + excluded.under_5000`;

const SUMS = `sum(requests), sum(gets), sum(puts), sum(deletes), sum(heads), sum(posts), sum(selects),
  sum(lists), sum(status_3xx), sum(status_4xx), sum(status_5xx), sum(bytes_down), sum(bytes_up),
  sum(first_ms), max(first_max), sum(total_ms), max(total_max), sum(under_10), sum(under_50),
  sum(under_100), sum(under_500), sum(under_1000), sum(under_5000)`;

const addCounters = `INSERT INTO request_metrics (scope, filter, period, start_ms, ${COLUMNS})
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6,
    value ->> 7, value ->> 8, value ->> 9, value ->> 10, value ->> 11, value ->> 12, value ->> 13,
    value ->> 14, value ->> 15, value ->> 16, value ->> 17, value ->> 18, value ->> 19,
    value ->> 20, value ->> 21, value ->> 22, value ->> 23, value ->> 24, value ->> 25, value ->> 26
  FROM json_each(?1) WHERE true ${ADDING}`;

const selectSeries = `SELECT scope, filter, period, start_ms, ${COLUMNS} FROM request_metrics
  WHERE scope = ?1 AND filter = ?2 AND period = ?3 AND start_ms >= ?4 AND start_ms < ?5
  ORDER BY start_ms LIMIT ?6`;
const selectEver = `SELECT scope, filter, period, start_ms, ${COLUMNS} FROM request_metrics
  WHERE scope = '*' AND period = 'ever' ORDER BY filter`;
const selectTotal = `SELECT '*' AS scope, '' AS filter, period, start_ms, ${COLUMNS} FROM (
  SELECT period, start_ms, sum(requests) AS requests, sum(gets) AS gets, sum(puts) AS puts,
    sum(deletes) AS deletes, sum(heads) AS heads, sum(posts) AS posts, sum(selects) AS selects,
    sum(lists) AS lists, sum(status_3xx) AS status_3xx, sum(status_4xx) AS status_4xx,
    sum(status_5xx) AS status_5xx, sum(bytes_down) AS bytes_down, sum(bytes_up) AS bytes_up,
    sum(first_ms) AS first_ms, max(first_max) AS first_max, sum(total_ms) AS total_ms,
    max(total_max) AS total_max, sum(under_10) AS under_10, sum(under_50) AS under_50,
    sum(under_100) AS under_100, sum(under_500) AS under_500, sum(under_1000) AS under_1000,
    sum(under_5000) AS under_5000
  FROM request_metrics WHERE filter = '' AND period = ?1 AND start_ms >= ?2 AND start_ms < ?3
  GROUP BY start_ms) ORDER BY start_ms LIMIT ?4`;

const oldestMinute = `SELECT min(start_ms) AS start_ms FROM request_metrics
  WHERE period = 'minute' AND start_ms < ?1`;
const addHour = `INSERT INTO request_metrics (scope, filter, period, start_ms, ${COLUMNS})
  SELECT scope, filter, 'hour', ?1, ${SUMS} FROM request_metrics
  WHERE period = 'minute' AND start_ms >= ?1 AND start_ms < ?2 GROUP BY scope, filter ${ADDING}`;
const dropMinutes = `DELETE FROM request_metrics
  WHERE period = 'minute' AND start_ms >= ?1 AND start_ms < ?2`;
const dropHours = "DELETE FROM request_metrics WHERE period = 'hour' AND start_ms < ?1";

/** Adds what was counted. */
export async function addCounts(call: CatalogCall, counters: readonly Counter[]): Promise<void> {
  const rows = counters.map(({ scope, filter, period, startMs, counts }) => [
    scope,
    filter,
    period,
    startMs,
    ...countedNames.map((name) => counts[name]),
  ]);
  await queryAll(call, [addCounters, JSON.stringify(rows)]);
}

/** A span of time; `toMs` is no part of it. */
export interface Span {
  readonly period: MetricsPeriod;
  readonly fromMs: number;
  readonly toMs: number;
  readonly limit: number;
}

/** The counts of one bucket and filter over time, in order. */
export async function countsOverTime(
  call: CatalogCall,
  { scope, filter }: Pick<CounterName, "scope" | "filter">,
  { period, fromMs, toMs, limit }: Span,
): Promise<readonly Counter[]> {
  const query = [selectSeries, scope, filter, period, fromMs, toMs, limit] as const;
  return (await queryAll<Row>(call, query)).map(renderRow);
}

/** The counts of all buckets together over time, in order. */
export async function totalsOverTime(
  call: CatalogCall,
  { period, fromMs, toMs, limit }: Span,
): Promise<readonly Counter[]> {
  return (await queryAll<Row>(call, [selectTotal, period, fromMs, toMs, limit])).map(renderRow);
}

/** The counts that never begin again, one for each class of operations. */
export async function countsEver(call: CatalogCall): Promise<readonly Counter[]> {
  return (await queryAll<Row>(call, [selectEver])).map(renderRow);
}

const hourMs = 3_600_000;
/** As CloudWatch: minutes for 15 days, hours for 455. */
const minutesKeptMs = 15 * 24 * hourMs;
const hoursKeptMs = 455 * 24 * hourMs;

/** Makes hours of old minutes, at most `limit` of them, and forgets old hours. Idempotent. */
export async function rollUpCounts(call: CatalogCall, limit: number): Promise<void> {
  const beforeMs = Math.floor((call.nowMs - minutesKeptMs) / hourMs) * hourMs;
  for (let round = 0; round < limit; round += 1) {
    const oldest = await queryFirst<{ start_ms: number | null }>(call, [oldestMinute, beforeMs]);
    if (oldest === undefined || oldest.start_ms === null) break;
    const fromMs = Math.floor(oldest.start_ms / hourMs) * hourMs;
    await transact(call, [
      [addHour, fromMs, fromMs + hourMs],
      [dropMinutes, fromMs, fromMs + hourMs],
    ]);
  }
  await queryAll(call, [dropHours, call.nowMs - hoursKeptMs]);
}

function renderRow({ scope, filter, period, start_ms: startMs, ...rest }: Row): Counter {
  const counts = Object.fromEntries(countedNames.map((name) => [name, rest[name] ?? 0])) as Counts;
  return { scope, filter, period, startMs, counts };
}
