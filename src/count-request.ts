// One request in the counters it belongs to: the bucket's metrics configurations by the minute, and
// the deployment's own where it counts. Only memory is touched here.

import type { CounterName, Counts, countedNames } from "./catalog/request-metrics.ts";
import type { Env } from "./env.ts";
import type { MetricsFilter } from "./operations/bucket/bucket-metrics.ts";
import type { RequestNotes } from "./operations/notes.ts";
import { countsOf } from "./record-buffer.ts";
import type { Wants } from "./record-wants.ts";
import { parseTagging } from "./s3/metadata.ts";
import { type RequestRecord, requestClassOf } from "./s3/request-record.ts";

const minuteMs = 60_000;
const hourMs = 3_600_000;

/** The counter of requests whose signature was refused. */
export const failedSignatures = "failed-signatures";
const signatureFailures: ReadonlySet<string> = new Set([
  "InvalidAccessKeyId",
  "InvalidToken",
  "SignatureDoesNotMatch",
  "ExpiredToken",
  "RequestTimeTooSkewed",
]);

interface Counted {
  readonly record: RequestRecord;
  readonly notes: RequestNotes;
  readonly method: string;
}

/** Adds the request to every counter that wants it. */
export function countRequest(env: Env, wants: Wants, counted: Counted): void {
  const { record, notes, method } = counted;
  const { timeMs, bucketId } = record;
  const endedAtMs = timeMs + (record.totalMs ?? 0);
  const kind = requestClassOf(record.operation, method);
  const add = (name: CounterName) => addTo(countsOf(env, name, endedAtMs), record, kind);
  if (bucketId !== undefined) {
    const startMs = Math.floor(timeMs / minuteMs) * minuteMs;
    for (const filter of wants.metrics) {
      if (!matches(filter, record, notes)) continue;
      add({ scope: bucketId, filter: filter.id, period: "minute", startMs });
    }
  }
  if (!wants.isCounted) return;
  const isS3 = record.service === "s3";
  add({ scope: "*", filter: isS3 ? kind : record.service, period: "ever", startMs: 0 });
  if (signatureFailures.has(record.errorCode ?? "")) {
    add({ scope: "*", filter: failedSignatures, period: "ever", startMs: 0 });
  }
  const startMs = Math.floor(timeMs / hourMs) * hourMs;
  // No configuration has an empty id: this counts the whole bucket, whether or not it has one.
  add({ scope: bucketId ?? "-", filter: "", period: "hour", startMs });
}

function matches(
  { prefix, tags }: MetricsFilter,
  record: RequestRecord,
  notes: RequestNotes,
): boolean {
  if (!(record.key ?? "").startsWith(prefix)) return false;
  if (tags.length === 0) return true;
  const given = notes.caller?.headers.get("x-amz-tagging");
  const own =
    notes.existing?.tags ?? (given === null || given === undefined ? [] : parseTagging(given));
  return tags.every(([key, value]) => own.some((tag) => tag[0] === key && tag[1] === value));
}

const columnOfClass = {
  Get: "gets",
  Put: "puts",
  Delete: "deletes",
  Head: "heads",
  Post: "posts",
  Select: "selects",
  List: "lists",
  Other: "requests",
} as const satisfies Record<string, (typeof countedNames)[number]>;

function addTo(counts: Counts, record: RequestRecord, kind: keyof typeof columnOfClass): void {
  const { status = 0, bytesSent = 0, bytesReceived = 0, turnAroundMs = 0, totalMs = 0 } = record;
  counts.requests += 1;
  if (kind !== "Other") counts[columnOfClass[kind]] += 1;
  if (status >= 500) counts.status_5xx += 1;
  else if (status >= 400) counts.status_4xx += 1;
  else if (status >= 300) counts.status_3xx += 1;
  if (kind === "Get" || kind === "List") counts.bytes_down += bytesSent;
  if (kind === "Put" || kind === "Post") counts.bytes_up += bytesReceived;
  counts.first_ms += turnAroundMs;
  counts.first_max = Math.max(counts.first_max, turnAroundMs);
  counts.total_ms += totalMs;
  counts.total_max = Math.max(counts.total_max, totalMs);
  for (const [limitMs, name] of latencies) if (totalMs < limitMs) counts[name] += 1;
}

/** Cumulative, as Prometheus wants its histograms. */
const latencies = [
  [10, "under_10"],
  [50, "under_50"],
  [100, "under_100"],
  [500, "under_500"],
  [1000, "under_1000"],
  [5000, "under_5000"],
] as const;
