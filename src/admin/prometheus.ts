// `GET /-/metrics`: figures of the whole deployment in Prometheus's text format, for the operator (signed
// as any request) or for whoever sends METRICS_TOKEN. No key, no address and no caller is ever a label;
// buckets are, up to a bound. Requests are counted only where METRICS is on; the rest is always there.
// https://prometheus.io/docs/instrumenting/exposition_formats/

import { createHash, timingSafeEqual } from "node:crypto";
import { latestUsage, type NamedUsage } from "../catalog/bucket-usage.ts";
import type { CatalogCall } from "../catalog/database.ts";
import { listDuties } from "../catalog/duties.ts";
import { jobBacklog } from "../catalog/jobs.ts";
import { type Counter, countsEver } from "../catalog/request-metrics.ts";
import type { Principal } from "../s3/principal.ts";
import { isOperator } from "./access.ts";
import { AdminError, answerError } from "./answer.ts";
import { ending, family, type Sample } from "./exposition.ts";
import { replicationFamilies } from "./replication-gauges.ts";

export interface MetricsFacts extends CatalogCall {
  /** May throw any S3Error of authentication. */
  authenticate(): Promise<Principal>;
  /** Writes down what this isolate has counted and not written yet. */
  settleRecords(): Promise<void>;
}

/** Further buckets are only in the sums. */
const bucketsShown = 500;
const rowsPerBucket = 8;
const dayMs = 24 * 3600 * 1000;

/** Answers a scrape. Never throws. */
export async function serveMetrics(request: Request, facts: MetricsFacts): Promise<Response> {
  try {
    if (request.method !== "GET") throw new AdminError("MethodNotAllowed");
    await requireReader(request, facts);
    await facts.settleRecords();
    const text = await renderMetrics(facts);
    const contentType = "text/plain; version=0.0.4; charset=utf-8";
    return new Response(text, {
      headers: { "content-type": contentType, "cache-control": "no-store" },
    });
  } catch (error) {
    return answerError(error);
  }
}

/** A wrong token is refused whatever else the request carries. */
async function requireReader(request: Request, facts: MetricsFacts): Promise<void> {
  const [, token] = /^Bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
  if (token === undefined) {
    if (!isOperator(await facts.authenticate())) throw new AdminError("AccessDenied");
    return;
  }
  const expected = facts.env.METRICS_TOKEN ?? "";
  // Digests have one length: what is compared says nothing of the token's.
  if (expected === "" || !timingSafeEqual(digest(token), digest(expected))) {
    throw new AdminError("AccessDenied");
  }
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

async function renderMetrics(call: CatalogCall): Promise<string> {
  const [counters, backlog, duties, usage, replication] = await Promise.all([
    countsEver(call),
    jobBacklog(call, call.nowMs - dayMs),
    listDuties(call),
    latestUsage(call, { limit: bucketsShown * rowsPerBucket }),
    replicationFamilies(call),
  ]);
  const ageOf = (timeMs: number | undefined) =>
    timeMs === undefined ? 0 : Math.max(0, Math.round((call.nowMs - timeMs) / 1000));
  return [
    ...renderRequests(counters),
    family("cairn_jobs_open", "gauge", "Upkeep jobs that are not finished.", [
      ...backlog.map(({ kind, open }): Sample => [{ kind }, open]),
    ]),
    family("cairn_jobs_failing", "gauge", "Open jobs whose last slice failed.", [
      ...backlog.map(({ kind, failing }): Sample => [{ kind }, failing]),
    ]),
    family("cairn_jobs_given_up", "gauge", "Jobs given up in the last 24 hours.", [
      ...backlog.map(({ kind, failed }): Sample => [{ kind }, failed]),
    ]),
    family("cairn_jobs_oldest_open_seconds", "gauge", "Age of the oldest open job.", [
      ...backlog.map(({ kind, oldestAtMs }): Sample => [{ kind }, ageOf(oldestAtMs)]),
    ]),
    family("cairn_duty_failures", "gauge", "Failures in a row of what the crons do.", [
      ...duties.map(({ name, failures }): Sample => [{ duty: name }, failures]),
    ]),
    family("cairn_duty_backlog", "gauge", "What a duty left over when it last ran.", [
      ...duties.flatMap(({ name, backlog }): Sample[] =>
        backlog === undefined ? [] : [[{ duty: name }, backlog]],
      ),
    ]),
    family("cairn_duty_stuck", "gauge", "1 when a duty failed or was not fired when due.", [
      ...duties.map(({ name, isStuck }): Sample => [{ duty: name }, isStuck ? 1 : 0]),
    ]),
    ...replication,
    ...renderUsage(usage),
  ].join("");
}

function renderRequests(counters: readonly Counter[]): string[] {
  const classes = counters.filter(({ filter }) => filter !== "failed-signatures");
  const failed = counters.find(({ filter }) => filter === "failed-signatures");
  const each = (pick: (counts: Counter["counts"]) => number) =>
    classes.map(({ filter, counts }): Sample => [{ class: filter }, pick(counts)]);
  const requests = classes.flatMap(({ filter, counts }): Sample[] => {
    const { requests: all, status_3xx: moved, status_4xx: refused, status_5xx: broken } = counts;
    const status = (name: string, value: number): Sample => [
      { class: filter, status: name },
      value,
    ];
    return [
      status("2xx", all - moved - refused - broken),
      status("3xx", moved),
      status("4xx", refused),
      status("5xx", broken),
    ];
  });
  return [
    family("cairn_requests_total", "counter", "Requests by class of operation.", requests),
    family("cairn_sent_bytes_total", "counter", "Bytes of answers to reads and listings.", [
      ...each((counts) => counts.bytes_down),
    ]),
    family("cairn_received_bytes_total", "counter", "Bytes of bodies of writes.", [
      ...each((counts) => counts.bytes_up),
    ]),
    family("cairn_authentication_failures_total", "counter", "Signatures that were refused.", [
      [{}, failed?.counts.requests ?? 0],
    ]),
    family("cairn_request_duration_seconds", "histogram", "From arrival to the last byte.", [
      ...classes.flatMap(({ filter, counts }) => histogramOf(filter, counts)),
    ]),
  ];
}

const limits = [
  ["0.01", "under_10"],
  ["0.05", "under_50"],
  ["0.1", "under_100"],
  ["0.5", "under_500"],
  ["1", "under_1000"],
  ["5", "under_5000"],
] as const;

function histogramOf(name: string, counts: Counter["counts"]): Sample[] {
  const bucket = (le: string, value: number): Sample => [
    { [ending]: "_bucket", class: name, le },
    value,
  ];
  return [
    ...limits.map(([le, column]) => bucket(le, counts[column])),
    bucket("+Inf", counts.requests),
    [{ [ending]: "_sum", class: name }, counts.total_ms / 1000],
    [{ [ending]: "_count", class: name }, counts.requests],
  ];
}

function renderUsage(rows: readonly NamedUsage[]): string[] {
  const each = (pick: (row: NamedUsage) => number) =>
    rows.map((row): Sample => {
      const { bucket = "", storageClass } = row;
      return [{ bucket, class: storageClass }, pick(row)];
    });
  const kinds = (picks: Readonly<Record<string, (row: NamedUsage) => number>>) =>
    Object.entries(picks).flatMap(([kind, pick]) =>
      each(pick).map(([labels, value]): Sample => [{ ...labels, kind }, value]),
    );
  const condemned = (pick: (row: NamedUsage) => number) =>
    rows
      .filter(({ storageClass }) => storageClass === "STANDARD")
      .map((row): Sample => [{ bucket: row.bucket ?? "" }, pick(row)]);
  return [
    family("cairn_stored_bytes", "gauge", "Bytes held, as measured last.", [
      ...kinds({
        current: (row) => row.currentBytes,
        noncurrent: (row) => row.noncurrentBytes,
        upload: (row) => row.uploadBytes,
      }),
    ]),
    family("cairn_stored_objects", "gauge", "Versions, markers and open uploads held.", [
      ...kinds({
        current: (row) => row.objects,
        noncurrent: (row) => row.noncurrentVersions,
        marker: (row) => row.deleteMarkers,
        upload: (row) => row.uploads,
      }),
    ]),
    family("cairn_condemned_bytes", "gauge", "Bytes that wait for their removal.", [
      ...condemned((row) => row.condemnedBytes),
    ]),
    family("cairn_condemned_versions", "gauge", "Versions that wait for their removal.", [
      ...condemned((row) => row.condemnedVersions),
    ]),
  ];
}
