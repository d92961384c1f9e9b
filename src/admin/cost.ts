// The cost report: a month at Cloudflare's prices and at Amazon's, side by side, from what the usage job
// measured and the counters counted. `GET /cost?month=2026-11&bucket=NAME`, for the operator.

import { type BucketUsage, usageSeries, usageTotals } from "../catalog/bucket-usage.ts";
import { findBucket } from "../catalog/every-bucket.ts";
import { type Counter, countsOverTime, totalsOverTime } from "../catalog/request-metrics.ts";
import { type AskedMonth, billOf, type MonthFacts, type StoredDay } from "../cost.ts";
import { type PriceList, priceLists } from "../prices.ts";
import { type AdminCall, requireOperator } from "./access.ts";
import { AdminError, answer } from "./answer.ts";
import type { Cost } from "./answers.ts";

type Query = (name: string) => string | undefined;

interface Month {
  /** `2026-11`. */
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly daysInMonth: number;
}

const dayMs = 86_400_000;
/** Hours of a month, and one for luck. */
const hoursPerMonth = 31 * 24 + 1;

/** The month so far, or one that is over; of one bucket or of all. */
export async function answerCost(call: AdminCall, query: Query): Promise<Response> {
  requireOperator(call);
  await call.settleRecords();
  const month = readMonth(query("month"), call.nowMs);
  const name = query("bucket");
  const bucket = name === undefined ? undefined : await findBucket(call, name);
  if (name !== undefined && bucket === undefined) throw new AdminError("NoSuchBucket");
  const days = {
    fromDay: `${month.name}-01`,
    toDay: `${month.name}-${String(month.daysInMonth).padStart(2, "0")}`,
  };
  const span = { period: "hour", fromMs: month.fromMs, toMs: month.toMs } as const;
  const page = { ...span, limit: hoursPerMonth };
  const [usage, counts] = await Promise.all([
    bucket === undefined
      ? usageTotals(call, days)
      : usageSeries(call, { bucketId: bucket.bucketId, ...days }),
    bucket === undefined
      ? totalsOverTime(call, page)
      : countsOverTime(call, { scope: bucket.bucketId, filter: "" }, page),
  ]);
  const asked = askedOf(counts);
  const elapsed = Math.min(1, (call.nowMs - month.fromMs) / (month.toMs - month.fromMs));
  const { daysInMonth } = month;
  const facts = (stored: readonly StoredDay[]): MonthFacts => ({
    daysInMonth,
    elapsed,
    stored,
    asked,
  });
  return answer<Cost>({
    month: month.name,
    bucket: name ?? null,
    daysMeasured: new Set(usage.map(({ day }) => day)).size,
    daysInMonth,
    requests: asked,
    stored: latestOf(usage),
    bills: [
      // What was deleted is still stored, and paid for, until its grace is over.
      renderBill(priceLists.r2, facts(usage.map((row) => storedOf(row, row.condemnedBytes)))),
      renderBill(priceLists.aws, facts(usage.map((row) => storedOf(row, 0)))),
    ],
  });
}

function readMonth(text: string | undefined, nowMs: number): Month {
  const name = text ?? new Date(nowMs).toISOString().slice(0, 7);
  const fromMs = /^\d{4}-(?:0[1-9]|1[0-2])$/.test(name) ? Date.parse(`${name}-01T00:00:00Z`) : 0;
  if (fromMs === 0) throw new AdminError("InvalidRequest", "month must be like 2026-11.");
  const from = new Date(fromMs);
  const toMs = Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1, 1);
  return { name, fromMs, toMs, daysInMonth: Math.round((toMs - fromMs) / dayMs) };
}

function storedOf(row: BucketUsage, condemnedBytes: number): StoredDay {
  return {
    dayOfMonth: Number(row.day.slice(8)),
    storageClass: row.storageClass,
    objects: row.objects + row.noncurrentVersions,
    bytes: row.currentBytes + row.noncurrentBytes + row.uploadBytes + condemnedBytes,
  };
}

function askedOf(counts: readonly Counter[]): AskedMonth {
  let [writes, reads, bytesDown] = [0, 0, 0];
  for (const { counts: one } of counts) {
    writes += one.puts + one.posts + one.lists;
    reads += one.gets + one.heads + one.selects;
    bytesDown += one.bytes_down;
  }
  return { writes, reads, bytesDown };
}

function latestOf(usage: readonly BucketUsage[]) {
  // Rows come in the order of days.
  const last = usage.at(-1)?.day;
  return usage
    .filter(({ day }) => day === last)
    .map((row) => {
      const { storageClass, objects, bytes } = storedOf(row, 0);
      return { storageClass, versions: objects, bytes, condemnedBytes: row.condemnedBytes };
    });
}

function renderBill(list: PriceList, month: MonthFacts) {
  const { name, asOf } = list;
  return { name, pricesOf: asOf, currency: "USD", ...billOf(list, month) };
}
