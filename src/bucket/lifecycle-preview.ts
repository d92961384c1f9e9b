// What lifecycle would do: a page of keys at a time for a whole bucket, or everything about one key.
// Reads only, and judges by the rules it is given, so that rules can be tried before they are put.

import { parseLifecycle } from "../lifecycle/document.ts";
import { type Forecast, forecastKey } from "../lifecycle/forecast.ts";
import { type KeyVersion, rulesOfKey } from "../lifecycle/plan-key.ts";
import { applies, compileRules, type LifecycleRules } from "../lifecycle/rules.ts";
import { abortOf } from "../lifecycle/uploads.ts";
import { nullVersionId } from "../s3/ids.ts";
import type { IndexState } from "./index-state.ts";
import { beyondEveryKey, justAfter } from "./keys.ts";
import { type PlanRow, plannedOf, rowsWithin } from "./lifecycle-rows.ts";
import type {
  ExplainedVersion,
  ExplainLifecycleRequest,
  LifecyclePreviewDay,
  LifecyclePreviewPage,
  LifecycleSample,
  PreviewLifecycleRequest,
} from "./lifecycle-types.ts";
import { statements } from "./statements.ts";

const samplesPerGroup = 3;
const samplesPerPage = 200;
/** Of a key with more versions the oldest are not forecast. */
const versionsPerKey = 20_000;
const uploadsPerPage = 5000;

/** What would happen to the keys of one page. */
export function previewLifecycle(
  index: IndexState,
  request: PreviewLifecycleRequest,
): LifecyclePreviewPage {
  const rules = compileRules(parseLifecycle(request.rules));
  const page = new Page(index, request, rules);
  const from = request.after === undefined ? "" : justAfter(request.after);
  let key: string | undefined;
  let rows: PlanRow[] = [];
  let seen = 0;
  for (const row of rowsWithin(index, { from, to: null, wantsDetail: true })) {
    if (row[0] !== key) {
      if (key !== undefined) page.addKey(key, rows);
      if (key !== undefined && seen >= request.maximumVersions) return page.finish(key);
      key = row[0];
      rows = [];
    }
    seen += 1;
    if (rows.length < versionsPerKey) rows.push(row);
  }
  if (key !== undefined) page.addKey(key, rows);
  page.addUploads();
  return page.finish(undefined);
}

/** Rows of one page, added up by day, action, rule and classes. */
class Page {
  readonly #index: IndexState;
  readonly #request: PreviewLifecycleRequest;
  readonly #rules: LifecycleRules;
  readonly #days = new Map<
    string,
    { -readonly [K in keyof LifecyclePreviewDay]: LifecyclePreviewDay[K] }
  >();
  readonly #samples: LifecycleSample[] = [];
  #keys = 0;
  #versions = 0;

  constructor(index: IndexState, request: PreviewLifecycleRequest, rules: LifecycleRules) {
    this.#index = index;
    this.#request = request;
    this.#rules = rules;
  }

  addKey(key: string, rows: readonly PlanRow[]): void {
    this.#keys += 1;
    this.#versions += rows.length;
    const rules = rulesOfKey(this.#rules, key);
    if (rules.rules.length === 0) return;
    const { nowMs, untilMs, dayMs, versioning } = this.#request;
    const clock = { nowMs, untilMs, dayMs, versioning };
    for (const event of forecastKey(rules, rows.map(plannedOf), clock)) {
      this.#add(event, { key, versionId: idOf(rows[event.version]) });
    }
  }

  addUploads(): void {
    const { nowMs, untilMs, dayMs } = this.#request;
    const uploads = this.#index.sql.rows<[string, string, number]>(
      statements.planUploads,
      "",
      beyondEveryKey,
      uploadsPerPage,
    );
    for (const [key, , initiatedAtMs] of uploads) {
      const abort = abortOf(this.#rules, { key, initiatedAtMs }, dayMs);
      if (abort === undefined || abort.dueMs > untilMs) continue;
      const action = "AbortIncompleteMultipartUpload";
      const atMs = Math.max(abort.dueMs, nowMs);
      const event = { action, rule: abort.rule, atMs, sizeBytes: 0 } as const;
      this.#add({ ...event, from: "STANDARD", to: null }, { key });
    }
  }

  #add(
    event: Omit<Forecast, "action" | "version"> & Pick<LifecyclePreviewDay, "action">,
    subject: { readonly key: string; readonly versionId?: string | undefined },
  ): void {
    const { action, rule, from, to, sizeBytes, atMs } = event;
    const dayStartMs = Math.floor(atMs / this.#request.dayMs) * this.#request.dayMs;
    const name = JSON.stringify([dayStartMs, action, rule, from, to]);
    const group = this.#days.get(name) ?? {
      dayStartMs,
      action,
      rule,
      from,
      to,
      count: 0,
      bytes: 0,
    };
    group.count += 1;
    group.bytes += sizeBytes;
    this.#days.set(name, group);
    if (group.count > samplesPerGroup || this.#samples.length >= samplesPerPage) return;
    const { key, versionId } = subject;
    this.#samples.push({ atMs, action, rule, key, ...(versionId !== undefined && { versionId }) });
  }

  finish(next: string | undefined): LifecyclePreviewPage {
    return {
      keys: this.#keys,
      versions: this.#versions,
      days: [...this.#days.values()].sort((one, other) => one.dayStartMs - other.dayStartMs),
      samples: this.#samples,
      ...(next !== undefined && { next }),
    };
  }
}

function idOf(row: PlanRow | undefined): string | undefined {
  return row === undefined ? undefined : (row[3] ?? nullVersionId);
}

/** Every version of a key with what will happen to it, newest first. */
export function explainLifecycle(
  index: IndexState,
  request: ExplainLifecycleRequest,
): readonly ExplainedVersion[] {
  const { key, nowMs, untilMs, dayMs, versioning } = request;
  const rules = rulesOfKey(compileRules(parseLifecycle(request.rules)), key);
  const rows: PlanRow[] = [];
  for (const row of rowsWithin(index, { from: key, to: justAfter(key), wantsDetail: true })) {
    if (rows.length >= request.maximumVersions) break;
    rows.push(row);
  }
  const versions = rows.map(plannedOf);
  const events = forecastKey(rules, versions, { nowMs, untilMs, dayMs, versioning });
  return rows.map((row, at) => explain(row, { at, versions, rules, events }));
}

function explain(
  row: PlanRow,
  facts: {
    readonly at: number;
    readonly versions: readonly KeyVersion[];
    readonly rules: LifecycleRules;
    readonly events: readonly Forecast[];
  },
): ExplainedVersion {
  const { at, versions, rules, events } = facts;
  const version = versions[at];
  const successor = versions[at - 1];
  const { lockedUntilMs, isHeld } = version ?? {};
  return {
    versionId: row[3] ?? nullVersionId,
    isLatest: at === 0,
    isDeleteMarker: row[2] === 1,
    modifiedAtMs: row[4],
    sizeBytes: row[5],
    storageClass: row[6] ?? "STANDARD",
    rules:
      version === undefined
        ? []
        : rules.rules.filter((one) => applies(one, version)).map(({ id }) => id),
    ...(successor !== undefined && {
      noncurrentSinceMs: Math.max(successor.createdAtMs, successor.madeAtMs ?? 0),
    }),
    ...(lockedUntilMs !== undefined && {
      lockedUntilMs: Number.isFinite(lockedUntilMs) ? lockedUntilMs : null,
    }),
    ...(isHeld === true && { waitsForReplication: true }),
    events: events
      .filter((event) => event.version === at)
      .map(({ atMs, action, rule, to }) => ({ atMs, action, rule, to })),
  };
}
