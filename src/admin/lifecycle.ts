// Lifecycle for those who own the bucket, and for the operator: how it stands, what rules would do and
// save before they are put, and what will happen to one key. Nothing is changed.

import { openBucket } from "../bucket/client.ts";
import type { LifecyclePreviewDay, LifecycleSample } from "../bucket/types.ts";
import { type BucketRecord, loadBucket } from "../catalog/buckets.ts";
import {
  findLifecycle,
  type LifecycleBucket,
  listLifecycle,
} from "../catalog/lifecycle-buckets.ts";
import { lifecycleDayMs } from "../env.ts";
import { readRulesJson } from "../lifecycle/read-json.ts";
import { checkRules, readMinimumSize } from "../lifecycle/validate.ts";
import { monthlyStorageCost, type PriceList, priceLists } from "../prices.ts";
import { type AdminCall, mayManage, requireOperator } from "./access.ts";
import { AdminError, answer } from "./answer.ts";
import type {
  ExplainedVersions,
  LifecyclePreview,
  LifecycleStates,
  LifecycleStatus,
} from "./answers.ts";
import { optionalField, readFields, readLimit } from "./fields.ts";

const versionsPerPage = 5000;
/** Well under the time that a client waits for an answer. */
const previewMs = 8000;
const daysAhead = 365;
const mostDaysAhead = 3650;
const samplesShown = 50;
/** A configuration of 1,000 rules in JSON. */
const rulesBytes = 2 * 1024 * 1024;

/** `GET /lifecycle`: every bucket with rules, in the order of names. */
export async function answerListLifecycle(
  call: AdminCall,
  query: { readonly after: string | undefined; readonly limit: string | undefined },
): Promise<Response> {
  requireOperator(call);
  const limit = query.limit === undefined ? 100 : readLimit(query.limit);
  const found = await listLifecycle(call, { after: query.after ?? "", limit: limit + 1 });
  const buckets = found.slice(0, limit);
  const next = found.length > limit ? buckets.at(-1)?.name : undefined;
  return answer<LifecycleStates>({
    buckets: buckets.map(describe),
    ...(next !== undefined && { next }),
  });
}

/** `GET /buckets/{name}/lifecycle`: how it stands, what is due, what was done day by day. */
export async function answerLifecycle(call: AdminCall, name: string): Promise<Response> {
  const bucket = await openOwn(call, name);
  const row = await findLifecycle(call, name);
  const status = await openBucket(call.env, bucket.bucketId).lifecycleStatus(call.nowMs);
  return answer<LifecycleStatus>({
    bucket: name,
    hasRules: bucket.settings.has("lifecycle"),
    dayLengthSeconds: lifecycleDayMs(call.env) / 1000,
    ...(row !== undefined && describe(row)),
    backlog: { ranges: status.dueRanges, ofRanges: status.ranges, versions: status.versions },
    nextDueAt: timeText(status.nextDueMs),
    days: status.days.map(({ dayStartMs, ...count }) => ({ day: dayText(dayStartMs), ...count })),
  });
}

/**
 * `POST /buckets/{name}/lifecycle/preview {rules?, days?, after?}`: what happens when, by the rules
 * given (as the AWS CLI has them) or by those in force. `next` is set when the bucket is larger than
 * an answer: ask again with it as `after`, and add up.
 */
export async function answerPreviewLifecycle(call: AdminCall, name: string): Promise<Response> {
  const bucket = await openOwn(call, name);
  const wish = await readFields(
    call.openBody(),
    {
      rules: optionalField(anyField),
      days: optionalField(daysField),
      after: optionalField(keyField),
    },
    rulesBytes,
  );
  const dayMs = lifecycleDayMs(call.env);
  const days = wish.days ?? daysAhead;
  const untilMs = call.nowMs + days * dayMs;
  const facts = { rules: rulesText(bucket, wish.rules), nowMs: call.nowMs, untilMs, dayMs };
  const preview = new Preview();
  const index = openBucket(call.env, bucket.bucketId);
  let after = wish.after;
  do {
    const page = await index.previewLifecycle({
      ...facts,
      versioning: versioningOf(bucket),
      maximumVersions: versionsPerPage,
      ...(after !== undefined && { after }),
    });
    preview.add(page);
    after = page.next;
  } while (after !== undefined && call.seams.now() - call.nowMs < previewMs);
  return answer<LifecyclePreview>({
    bucket: name,
    from: timeText(call.nowMs),
    until: timeText(untilMs),
    ...preview.render(untilMs, dayMs),
    ...(after !== undefined && { next: after }),
  });
}

/** `GET /buckets/{name}/lifecycle/explain?key=`: each version of a key, and what will happen to it. */
export async function answerExplainLifecycle(
  call: AdminCall,
  name: string,
  key: string | undefined,
): Promise<Response> {
  const bucket = await openOwn(call, name);
  if (key === undefined || key === "") throw new AdminError("InvalidRequest", "key is missing.");
  const dayMs = lifecycleDayMs(call.env);
  const versions = await openBucket(call.env, bucket.bucketId).explainLifecycle({
    key,
    rules: rulesText(bucket, undefined),
    nowMs: call.nowMs,
    untilMs: call.nowMs + mostDaysAhead * 10 * dayMs,
    dayMs,
    versioning: versioningOf(bucket),
    maximumVersions: 1000,
  });
  return answer<ExplainedVersions>({
    bucket: name,
    key,
    versions: versions.map(
      ({ modifiedAtMs, noncurrentSinceMs, lockedUntilMs, events, ...rest }) => ({
        ...rest,
        modifiedAt: momentText(modifiedAtMs),
        ...(noncurrentSinceMs !== undefined && { noncurrentSince: timeText(noncurrentSinceMs) }),
        ...(lockedUntilMs !== undefined && { lockedUntil: timeText(lockedUntilMs) }),
        events: events.map(({ atMs, ...event }) => ({ at: timeText(atMs), ...event })),
      }),
    ),
  });
}

/** The bucket of a caller who may manage its account; for others there is none. */
async function openOwn(call: AdminCall, name: string): Promise<BucketRecord> {
  const bucket = await loadBucket(call, name);
  if (bucket !== undefined && mayManage(call, bucket.accountId)) return bucket;
  requireOperator(call);
  throw new AdminError("NoSuchBucket");
}

/** The document of rules given, judged as if they were put; else of those in force. */
function rulesText(bucket: BucketRecord, given: unknown): string {
  const inForce = bucket.settings.get("lifecycle");
  if (given === undefined) {
    return (
      inForce ?? '{"Rules":[],"TransitionDefaultMinimumObjectSize":"all_storage_classes_128K"}'
    );
  }
  const rules = readRulesJson(given);
  if (typeof rules === "string") throw new AdminError("InvalidRequest", rules);
  checkRules(rules);
  const word = (given as Record<string, unknown>)["TransitionDefaultMinimumObjectSize"];
  return JSON.stringify({
    Rules: rules.map((rule, at) => ({ ...rule, ID: rule.ID || `rule ${at + 1}` })),
    TransitionDefaultMinimumObjectSize: readMinimumSize(
      typeof word === "string" ? word : undefined,
    ),
  });
}

function versioningOf({ settings }: BucketRecord) {
  const status = settings.get("versioning");
  return status === "Enabled" || status === "Suspended" ? status : "Unversioned";
}

/** Pages of a preview, added up. */
class Preview {
  #keys = 0;
  #versions = 0;
  readonly #days = new Map<string, LifecyclePreviewDay>();
  readonly #samples: LifecycleSample[] = [];

  add(page: {
    readonly keys: number;
    readonly versions: number;
    readonly days: readonly LifecyclePreviewDay[];
    readonly samples: readonly LifecycleSample[];
  }): void {
    this.#keys += page.keys;
    this.#versions += page.versions;
    for (const day of page.days) {
      const { dayStartMs, action, rule, from, to, count, bytes } = day;
      const name = JSON.stringify([dayStartMs, action, rule, from, to]);
      const { count: countBefore = 0, bytes: bytesBefore = 0 } = this.#days.get(name) ?? {};
      this.#days.set(name, { ...day, count: count + countBefore, bytes: bytes + bytesBefore });
    }
    this.#samples.push(...page.samples.slice(0, samplesShown - this.#samples.length));
  }

  render(untilMs: number, dayMs: number) {
    const days = [...this.#days.values()].sort((one, other) => one.dayStartMs - other.dayStartMs);
    return {
      keys: this.#keys,
      versions: this.#versions,
      days: days.map(({ dayStartMs, ...rest }) => ({ day: momentText(dayStartMs), ...rest })),
      samples: this.#samples.map(({ atMs, ...rest }) => ({ at: momentText(atMs), ...rest })),
      savings: Object.values(priceLists).map((list) => savingsOf(days, { list, untilMs, dayMs })),
    };
  }
}

/** A month of 30 days, as both price lists count for forecasts. */
const daysOfMonth = 30;

/**
 * What storage costs less until then, and what the moves cost. Retrieval and early deletion are not
 * in it.
 */
function savingsOf(
  days: readonly LifecyclePreviewDay[],
  { list, untilMs, dayMs }: { list: PriceList; untilMs: number; dayMs: number },
) {
  let storage = 0;
  let transitions = 0;
  for (const { dayStartMs, from, to, count: objects, bytes } of days) {
    if (to === from) continue;
    const months = Math.max(0, untilMs - dayStartMs) / dayMs / daysOfMonth;
    const held = { bytes, objects };
    const after = to === null ? 0 : monthlyStorageCost(list, to, held);
    storage += (monthlyStorageCost(list, from, held) - after) * months;
    if (to !== null) transitions += (objects / 1000) * list.classes[to].transitionPerThousand;
  }
  return {
    prices: list.name,
    asOf: list.asOf,
    currency: "USD",
    storage: cents(storage),
    transitions: cents(transitions),
    net: cents(storage - transitions),
  };
}

/** To a millionth of a dollar: small buckets save little. */
function cents(dollars: number): number {
  return Math.round(dollars * 1e6) / 1e6;
}

function describe(row: LifecycleBucket) {
  const { name, dueAtMs, lookedAtMs, completedAtMs, runStartedAtMs, run, error } = row;
  return {
    bucket: name,
    dueAt: dueAtMs <= 0 ? "now" : timeText(dueAtMs),
    lastLookAt: timeText(lookedAtMs ?? null),
    lastCompletedAt: timeText(completedAtMs ?? null),
    lastRunStartedAt: timeText(runStartedAtMs ?? null),
    lastRun: run,
    error: error ?? null,
  };
}

/** `null` for never. */
function timeText(timeMs: number | null): string | null {
  const isDate = timeMs !== null && Math.abs(timeMs) <= 8.64e15;
  return isDate ? new Date(timeMs).toISOString() : null;
}

function momentText(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

function dayText(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}

const anyField = (value: unknown): unknown => value;

function daysField(value: unknown): number {
  const isFit = typeof value === "number" && value >= 1 && value <= mostDaysAhead;
  if (isFit && Number.isInteger(value)) return value;
  throw new AdminError("InvalidRequest", `days must be a number from 1 to ${mostDaysAhead}.`);
}

function keyField(value: unknown): string {
  if (typeof value === "string") return value;
  throw new AdminError("InvalidRequest", "after must be a key.");
}
