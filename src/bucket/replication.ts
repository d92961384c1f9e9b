// The source's side of replication: which rules take a change is judged in the transaction that makes
// it, by the version as it is then; the version says PENDING and the outbox has a row for each
// destination at once. What became of the deliveries is written back here, and what failed for good
// is kept until somebody asks for it again.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-status.html

import { matchReplication, type ReplicationRule } from "../s3/replication-rules.ts";
import type { IndexState } from "./index-state.ts";
import { emitOf } from "./outbox.ts";
import type { Emission } from "./outbox-types.ts";
import type {
  ReplicatedTo,
  ReplicationCounters,
  ReplicationResult,
  ReplicationStatus,
  SettleReplicationRequest,
  VersionReplication,
} from "./replication-types.ts";
import { column, readVersion, renderDetail, type VersionRow } from "./rows.ts";
import { statements } from "./statements.ts";
import type { VersionDetail } from "./types.ts";

/** The outbox's name for a destination. */
export function outboxTarget(target: string): string {
  return `replication ${target}`;
}

/** Rules that took a change, with the places of their rows in the outbox. */
export interface Enrolment {
  /** The detail to store with the version. */
  readonly detail: VersionDetail;
  readonly entries: readonly { readonly rule: ReplicationRule; readonly seq: number }[];
}

/** What is told to the courier of a change; the version itself is read when it is delivered. */
export type ReplicationEvent = "Replicate:Version" | "Replicate:Marker" | "Replicate:Change";

type Told = Pick<Emission, "bucket" | "origin" | "rules">;

/** The version about to be written, as the rules take it. A replica is never taken. */
export function enrolVersion(
  index: IndexState,
  emission: Told | undefined,
  version: { readonly key: string; readonly detail: VersionDetail },
): Enrolment {
  const { key, detail } = version;
  const rules = emission?.rules ?? [];
  if (rules.length === 0 || detail.replication !== undefined) return { detail, entries: [] };
  const { tags, encryption } = detail;
  const algorithm = encryption?.algorithm;
  const taken = matchReplication(rules, { key, kind: "version", tags, algorithm });
  return enrolTargets(index, detail, taken);
}

/**
 * A version whose tags, ACL or lock changed: for the destinations it went to, and of a replica for
 * those whose rules take changes of replicas.
 */
export function enrolChange(
  index: IndexState,
  emission: Told | undefined,
  version: { readonly key: string; readonly detail: VersionDetail },
): Enrolment {
  const { key, detail } = version;
  const { replication } = detail;
  const rules = emission?.rules ?? [];
  if (rules.length === 0 || replication === undefined) return { detail, entries: [] };
  const isReplica = replication.status === "REPLICA";
  const algorithm = detail.encryption?.algorithm;
  const subject = { key, kind: "version", tags: detail.tags, algorithm, isReplica } as const;
  const taken = matchReplication(rules, subject).filter(
    ({ target }) => isReplica || replication.targets?.[target] !== undefined,
  );
  const changed = { ...replication, changedAtMs: index.ledger.clockMs };
  return enrolTargets(index, { ...detail, replication: changed }, taken);
}

/** A delete marker has no status; it only goes where the rules say. */
export function enrolMarker(
  index: IndexState,
  emission: Told | undefined,
  key: string,
): Enrolment["entries"] {
  const rules = emission?.rules ?? [];
  const taken = rules.length === 0 ? [] : matchReplication(rules, { key, kind: "marker" });
  return taken.map((rule) => ({ rule, seq: index.ledger.takeSeq() }));
}

/** The detail with those destinations PENDING, and places in the outbox for them. */
export function enrolTargets(
  { ledger }: IndexState,
  detail: VersionDetail,
  taken: readonly ReplicationRule[],
): Enrolment {
  if (taken.length === 0) return { detail, entries: [] };
  const entries = taken.map((rule) => ({ rule, seq: ledger.takeSeq() }));
  const targets: Record<string, ReplicatedTo> = { ...detail.replication?.targets };
  for (const { rule, seq } of entries) {
    const id = targets[rule.target]?.id;
    targets[rule.target] = { state: "PENDING", seq, ...(id !== undefined && { id }) };
  }
  const replication = withStatus({ status: "PENDING", ...detail.replication, targets });
  return { detail: { ...detail, replication }, entries };
}

/** FAILED if any failed, PENDING until all are done. A replica stays one. */
function withStatus(replication: VersionReplication): VersionReplication {
  if (replication.status === "REPLICA") return replication;
  const states = Object.values(replication.targets ?? {}).map(({ state }) => state);
  const status = (["FAILED", "PENDING"] as const).find((state) => states.includes(state));
  return { ...replication, status: status ?? "COMPLETED" };
}

/** Writes the rows of the outbox, in the transaction that wrote the version. */
export function tellEnrolled(
  { sql, ledger }: IndexState,
  emission: Told | undefined,
  entries: Enrolment["entries"],
  change: {
    readonly event: ReplicationEvent;
    readonly key: string;
    readonly versionId: string;
    readonly seq: number;
    readonly sizeBytes: number;
  },
): void {
  if (emission === undefined) return;
  const { event, key, versionId, sizeBytes } = change;
  for (const { rule, seq } of entries) {
    const version = { versionId, seq: change.seq, sizeBytes };
    const { bucket, origin } = emission;
    const body = { event, version, id: rule.id, atMs: ledger.clockMs, bucket, origin };
    const target = outboxTarget(rule.target);
    sql.run(statements.putOutbox, target, seq, key, JSON.stringify(body));
    ledger.noteOutbox(target);
  }
}

/** The row with that public id, wherever it stands. */
export type FindVersion = (
  index: IndexState,
  key: string,
  versionId: string,
) => VersionRow | undefined;

/** Writes back what became of deliveries; again for the same ones, nothing changes. */
export function settleReplication(
  index: IndexState,
  request: SettleReplicationRequest,
  find: FindVersion,
): void {
  for (const result of request.results) settleOne(index, request, { result, find });
  count(index, request);
}

function settleOne(
  index: IndexState,
  { nowMs, emit: emission }: SettleReplicationRequest,
  { result, find }: { result: ReplicationResult; find: FindVersion },
): void {
  const { target, seq, key, versionId, state, reason, id } = result;
  const { sql } = index;
  if (state === "FAILED") {
    sql.run(statements.keepFailure, outboxTarget(target), seq, reason ?? "", nowMs);
  }
  const row = find(index, key, versionId);
  if (row === undefined) return;
  if (row[column.isMarker] !== 1) {
    const { detail } = readVersion(row);
    const known = detail.replication?.targets?.[target];
    if (detail.replication !== undefined && known !== undefined && known.seq <= seq) {
      const to: ReplicatedTo = {
        state,
        seq,
        ...(id !== undefined ? { id } : known.id !== undefined && { id: known.id }),
        ...(state === "FAILED" && reason !== undefined && { reason }),
      };
      const targets = { ...detail.replication.targets, [target]: to };
      const replication = withStatus({ ...detail.replication, targets });
      writeDetail(index, row, { ...detail, replication });
    }
  }
  if (result.event === undefined) return;
  const facts = {
    replicationRuleId: result.rule,
    destinationBucket: target,
    requestTimeMs: nowMs - result.latencyMs,
    ...(reason !== undefined && { failureReason: reason }),
    threshold: thresholdMinutes,
    replicationTimeMs: result.latencyMs,
  };
  emitOf(index, emission, { event: result.event, version: row, facts });
}

/** What events say of S3 Replication Time Control. */
const thresholdMinutes = 15;

/** Changes the detail of a version where it stands; one row. */
export function writeDetail({ sql }: IndexState, row: VersionRow, detail: VersionDetail): void {
  const [, , text] = renderDetail(detail);
  if (text === row[column.detail]) return;
  // Objects in the history have ended; only a marker may stand there without an end.
  if (row[column.ended] === null) sql.run(statements.setCurrentDetail, row[column.key], text);
  else sql.run(statements.setHistoryDetail, row[column.key], row[column.seq], text);
}

/** One row for each rule and destination of the batch. */
function count({ sql }: IndexState, { results, nowMs }: SettleReplicationRequest): void {
  const byRule = Map.groupBy(results, ({ target, rule }) => JSON.stringify([target, rule]));
  for (const own of byRule.values()) {
    const [first] = own;
    if (first === undefined) continue;
    const completed = own.filter(({ state }) => state === "COMPLETED");
    const latencies = completed.map(({ latencyMs }) => latencyMs);
    sql.run(
      statements.countReplication,
      first.target,
      first.rule,
      completed.length,
      completed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      own.length - completed.length,
      latencies.reduce((sum, latency) => sum + latency, 0),
      Math.max(0, ...latencies),
      nowMs,
    );
  }
}

type PendingRow = readonly [
  target: string,
  rule: string,
  operations: number,
  sizeBytes: number,
  oldestAtMs: number,
];
type CounterRow = readonly [
  target: string,
  rule: string,
  completed: number,
  completedBytes: number,
  failed: number,
  latencySumMs: number,
  latencyMaxMs: number,
  lastAtMs: number,
];
type FailureRow = readonly [
  target: string,
  key: string,
  versionId: string | null,
  reason: string,
  failedAtMs: number,
];

/** How replication stands, for its owner. Counts the backlog, up to a bound. */
export function replicationStatus({ sql }: IndexState): ReplicationStatus {
  const bare = (target: string) => target.slice(outboxTarget("").length);
  return {
    pending: sql
      .rows<PendingRow>(statements.pendingReplication, maximumCounted)
      .map(([target, rule, operations, sizeBytes, oldestAtMs]) => ({
        target: bare(target),
        rule,
        operations,
        sizeBytes,
        oldestAtMs,
      })),
    counters: sql.rows<CounterRow>(statements.replicationCounters).map(readCounters),
    failures: sql
      .rows<FailureRow>(statements.latestFailures, shownFailures)
      .map(([target, key, versionId, reason, failedAtMs]) => ({
        target: bare(target),
        key,
        versionId: versionId ?? "null",
        reason,
        failedAtMs,
      })),
    failureCount: sql.first<[number]>(statements.countFailures)?.[0] ?? 0,
  };
}

const shownFailures = 100;
/** Deliveries that wait are counted so far: some hundred milliseconds of the index. */
const maximumCounted = 100_000;

function readCounters(row: CounterRow): ReplicationCounters {
  const [target, rule, completed, completedBytes, failed, latencySumMs, latencyMaxMs, at] = row;
  return {
    ...{ target, rule, completed, completedBytes, failed },
    ...{ latencySumMs, latencyMaxMs, lastAtMs: at },
  };
}
