// The outbox: what is to be told of changes, written in the transaction that makes them, one row for
// each watcher that wants it. A row goes when its target has it, so that the rows are the place to
// go on from after any crash: at least once, never lost. A key whose delivery failed waits with all
// its later rows, and so keeps its order; other keys and other targets go on (faults.md D33, D34).

import { nullVersionId } from "../s3/ids.ts";
import type { IndexState } from "./index-state.ts";
import type {
  Change,
  ClaimOutboxRequest,
  Emission,
  EmittedVersion,
  OutboxBatch,
  OutboxEntry,
  OutboxStatus,
  SettleOutboxRequest,
  Watcher,
  WatcherKind,
} from "./outbox-types.ts";
import { readVersion, type VersionRow } from "./rows.ts";
import { statements } from "./statements.ts";
import type { CallFacts, Refusal, Version, VersionDetail } from "./types.ts";

/** The row without what has columns of its own. */
type Body = Omit<OutboxEntry, "seq" | "key" | "failures">;

type EntryRow = readonly [seq: number, key: string, body: string, failures: number];
/** Without a body: of a key that waits. */
type BehindRow = readonly [seq: number, key: string, body: string | null];
type WaitRow = readonly [seq: number, key: string, body: string | null, failures: number];

/** Between kind and target in a row; neither has one. */
const separator = " ";

/** What S3 sends when a configuration is put, `s3:` in front. */
export const testEvent = "TestEvent";

/** Entries counted one by one for the status. */
const maximumCounted = 100_000;
/** Of a target that is not there, what is older is given up, so many rows with each failed probe. */
const newsKeptMs = 14 * 24 * 3600 * 1000;
const droppedAtOnce = 10_000;
/** Rows of one look at a target, in steps of so many: the rest is the next look's. */
const readAtOnce = 20_000;
const readStep = 1000;

/**
 * Writes the change for everyone who wants it. Must run in the transaction that makes the change.
 * Without watchers it does nothing.
 */
export function emit(index: IndexState, emission: Emission | undefined, change: Change): void {
  if (emission === undefined) return;
  tell(index, emission, {
    watchers: emission.watchers.filter((one) => wants(one, change)),
    change,
  });
}

/** Writes a test event for every watcher of the call, whatever it wants to be told. */
export function announce(index: IndexState, request: CallFacts): Refusal | { kind: "announced" } {
  const refusal = index.ledger.admit(request);
  if (refusal !== undefined) return refusal;
  const change = { event: testEvent, key: "", version: { seq: 0 } };
  const { emit: emission } = request;
  if (emission !== undefined) tell(index, emission, { watchers: emission.watchers, change });
  return { kind: "announced" };
}

/** Whether the watcher wants to be told of the change. */
export function wants(
  { events, prefix = "", suffix = "" }: Watcher,
  { event, key }: Pick<Change, "event" | "key">,
): boolean {
  const [group] = event.split(":");
  const isWanted = events.some((name) => name === event || name === `${group}:*`);
  return isWanted && key.startsWith(prefix) && key.endsWith(suffix);
}

/** One place in the order for all who are told, as it is one change; targets that are twice in it have two. */
function tell(
  { sql, ledger }: IndexState,
  { bucket, origin }: Emission,
  { watchers, change }: { watchers: readonly Watcher[]; change: Change },
): void {
  if (watchers.length === 0) return;
  const { key, ...rest } = change;
  const told = new Set<string>();
  let seq = ledger.takeSeq();
  for (const watcher of watchers) {
    const target = `${watcher.kind}${separator}${watcher.target}`;
    if (told.has(target)) seq = ledger.takeSeq();
    told.add(target);
    const body: Body = { ...rest, id: watcher.id, atMs: ledger.clockMs, bucket, origin };
    sql.run(statements.putOutbox, target, seq, key, JSON.stringify(body));
    ledger.noteOutbox(target);
  }
}

/** As `emit`, of a version that the index has or had. */
export function emitOf(
  index: IndexState,
  emission: Emission | undefined,
  { version, ...change }: Omit<Change, "version" | "key"> & { version: Version | VersionRow },
): void {
  if (emission === undefined) return;
  const known = isRow(version) ? readVersion(version) : version;
  const { key, versionId, seq, sizeBytes, etag, storageClass, modifiedAtMs } = known;
  const isShown = versionId !== nullVersionId || emission.bucket.isVersioned;
  emit(index, emission, {
    ...change,
    key,
    version: {
      ...(isShown && { versionId }),
      ...{ seq, sizeBytes, etag, storageClass, modifiedAtMs },
      ...(known.isDeleteMarker && { isDeleteMarker: true }),
      ...filterable(known.detail),
    },
  });
}

/** What of a version's detail events are filtered by. */
export function filterable({ tags, metadata }: VersionDetail): Partial<EmittedVersion> {
  return { ...(tags !== undefined && { tags }), ...(metadata !== undefined && { metadata }) };
}

function isRow(version: Version | VersionRow): version is VersionRow {
  return Array.isArray(version);
}

/** What is due now, target by target. Asked again, it answers the same. */
export function claimOutbox(index: IndexState, request: ClaimOutboxRequest): OutboxBatch[] {
  const { sql, ledger } = index;
  const { nowMs, limit, probeAfter } = request;
  const batches: OutboxBatch[] = [];
  for (const [target] of sql.rows<[string]>(statements.outboxTargets)) {
    const [failures = 0, retryAtMs = 0] =
      sql.first<[number, number]>(statements.outboxStopOf, target) ?? [];
    if (retryAtMs > nowMs) continue;
    const count = failures >= probeAfter ? 1 : limit;
    const rows = dueRows(index, { target, nowMs, limit: count + 1 });
    if (rows.length === 0) continue;
    batches.push({
      ...splitTarget(target),
      failures,
      entries: rows.slice(0, count).map(readEntry),
      hasMore: rows.length > count,
    });
  }
  // Nothing but keys that wait was found: the alarm need not ring for them before their time.
  if (batches.length === 0) ledger.loadOutbox();
  return batches;
}

interface Look {
  readonly target: string;
  readonly nowMs: number;
  readonly limit: number;
}

/** In order: of keys whose wait is over the oldest row, to try them; of keys that do not wait all. */
function dueRows(index: IndexState, look: Look): readonly EntryRow[] {
  const tried = triedAgain(index, look);
  const others = behind(index, { ...look, limit: look.limit - tried.length });
  return [...tried, ...others].sort(([one], [other]) => one - other);
}

function triedAgain({ sql, ledger }: IndexState, { target, nowMs, limit }: Look): EntryRow[] {
  const rows = sql.rows<WaitRow>(statements.dueWaits, target, nowMs, limit);
  return rows.flatMap(([seq, key, body, failures]): EntryRow[] => {
    if (body !== null) return [[seq, key, body, failures]];
    // Its row is gone, nobody knows how: the later ones of the key are not to wait for ever.
    sql.rows(statements.dropOutboxWaits, target, JSON.stringify([seq]));
    ledger.outboxPlaces.setBack(target, seq);
    return [];
  });
}

/** Rows behind the target's place; the place follows over those of keys that wait. */
function behind({ sql, ledger }: IndexState, { target, limit }: Look): EntryRow[] {
  const found: EntryRow[] = [];
  let place = ledger.outboxPlaces.of(target);
  let step = limit;
  for (let read = 0; found.length < limit && read < readAtOnce; step = readStep) {
    const rows = sql.rows<BehindRow>(statements.outboxBehind, target, place, step);
    for (const [seq, key, body] of rows) {
      if (found.length === limit) break;
      place = seq;
      if (body !== null) found.push([seq, key, body, 0]);
      else if (found.length === 0) ledger.outboxPlaces.advance(target, seq);
    }
    read += rows.length;
    if (rows.length < step) break;
  }
  return found;
}

function readEntry([seq, key, text, failures]: EntryRow): OutboxEntry {
  return { ...(JSON.parse(text) as Body), seq, key, failures };
}

function splitTarget(text: string): { kind: WatcherKind; target: string } {
  const at = text.indexOf(separator);
  return { kind: text.slice(0, at) as WatcherKind, target: text.slice(at + 1) };
}

/** Notes what became of a batch. May be repeated; unknown rows were settled before. */
export function settleOutbox(index: IndexState, request: SettleOutboxRequest): void {
  const { sql, ledger } = index;
  const { nowMs, stop } = request;
  const target = `${request.kind}${separator}${request.target}`;
  const free = (rows: readonly [seq: number][]) => {
    // The later rows of these keys wait no longer.
    for (const [seq] of rows) ledger.outboxPlaces.setBack(target, seq);
  };
  if (request.done.length > 0) {
    const seqs = JSON.stringify(request.done);
    free(sql.rows<[number]>(statements.dropOutboxWaits, target, seqs));
    sql.run(statements.dropOutbox, target, seqs);
  }
  for (const { seq, key, retryAtMs, error } of request.failed) {
    sql.run(statements.putOutboxWait, target, key, seq, retryAtMs, error, nowMs);
  }
  if (stop !== undefined) {
    const { failures, retryAtMs, error } = stop;
    sql.run(statements.putOutboxStop, target, failures, retryAtMs, error, nowMs);
    // A replica is owed for as long as its rule stands; news grows old.
    if (request.kind === "notification") {
      sql.run(statements.dropOldOutbox, target, nowMs - newsKeptMs, droppedAtOnce);
      free(sql.rows<[number]>(statements.dropLooseWaits, target));
    }
  } else if (sql.first(statements.outboxStopOf, target) !== undefined) {
    sql.run(statements.dropOutboxStop, target);
  }
  ledger.loadOutbox();
}

/** How the outbox stands, for its owner. */
export function outboxStatus({ sql, ledger }: IndexState): OutboxStatus {
  const targets = sql
    .rows<[string]>(statements.outboxTargets)
    .map(([target]) => targetStatus(sql, target));
  const ages = targets.flatMap(({ oldestAtMs }) => oldestAtMs ?? []);
  return {
    backlog: targets.reduce((sum, { backlog }) => sum + backlog, 0),
    ...(ages.length > 0 && { oldestAtMs: Math.min(...ages) }),
    ...(ledger.outboxDueMs !== null && { nextAtMs: ledger.outboxDueMs }),
    targets,
  };
}

function targetStatus(sql: IndexState["sql"], target: string): OutboxStatus["targets"][number] {
  const [backlog = 0] = sql.first<[number]>(statements.countOutbox, target, maximumCounted) ?? [];
  const [oldestAtMs] = sql.first<[number]>(statements.oldestOutbox, target) ?? [];
  const [waitingKeys = 0, waitError = null, waitAtMs = 0] =
    sql.first<[number, string | null, number | null]>(statements.outboxWaits, target) ?? [];
  const stop = sql.first<[number, number, string, number]>(statements.outboxStopOf, target);
  const [failures = 0, retryAtMs, error = waitError, failedAtMs = waitAtMs] = stop ?? [];
  return {
    ...splitTarget(target),
    backlog,
    ...(oldestAtMs !== undefined && { oldestAtMs }),
    failures,
    ...(retryAtMs !== undefined && { retryAtMs }),
    ...(error !== null && { lastError: error, lastErrorAtMs: failedAtMs ?? 0 }),
    waitingKeys,
  };
}
