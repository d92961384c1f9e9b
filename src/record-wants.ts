// Who wants a request recorded: the deployment by its settings, a bucket by its own. Worked out once
// for each record the catalog gives, so that where nobody wants anything a request pays two look-ups.

import type { BucketRecord } from "./catalog/buckets.ts";
import type { Env } from "./env.ts";
import { type LoggingTarget, loggingTargetOf } from "./operations/bucket/bucket-logging.ts";
import { type MetricsFilter, metricsFiltersOf } from "./operations/bucket/bucket-metrics.ts";

/** `changes`: what changes something, and what was denied. */
export type AuditLevel = "off" | "changes" | "all";

export interface Wants {
  readonly audit: AuditLevel;
  /** The deployment counts its requests. */
  readonly isCounted: boolean;
  /** Where the bucket's access log goes. */
  readonly log?: LoggingTarget;
  /** The bucket's metrics configurations. */
  readonly metrics: readonly MetricsFilter[];
}

const nothing: Wants = { audit: "off", isCounted: false, metrics: [] };

/** A tag of a bucket with this name raises the level of its audit; it never lowers it. */
const auditTag = "cairn:audit";

/** By record, which is read anew with every change of a setting. */
const ofBuckets = new WeakMap<BucketRecord, Wants>();

let ofDeployment: { audit: string | undefined; metrics: string | undefined; wants: Wants } = {
  audit: undefined,
  metrics: undefined,
  wants: nothing,
};

/** What is wanted of a request to that bucket, or to none; `undefined` when nobody wants it. */
export function wantsOf(env: Env, bucket: BucketRecord | undefined): Wants | undefined {
  const { audit, metrics } = ofDeployment;
  if (audit !== env.AUDIT || metrics !== env.METRICS) ofDeployment = readDeployment(env);
  const { wants } = ofDeployment;
  const own = bucket === undefined ? nothing : bucketWants(bucket);
  if (own === nothing) return wants === nothing ? undefined : wants;
  if (wants === nothing) return own;
  return { ...own, audit: higher(own.audit, wants.audit), isCounted: wants.isCounted };
}

function readDeployment({ AUDIT, METRICS }: Env): typeof ofDeployment {
  const audit = readLevel(AUDIT);
  const isCounted = METRICS?.trim() === "on";
  const wants = audit === "off" && !isCounted ? nothing : { audit, isCounted, metrics: [] };
  return { audit: AUDIT, metrics: METRICS, wants };
}

/** What is no word of ours was meant to switch something on. */
function readLevel(text: string | undefined): AuditLevel {
  const word = text?.trim().toLowerCase() ?? "";
  if (word === "" || word === "off") return "off";
  return word === "changes" ? "changes" : "all";
}

function bucketWants(bucket: BucketRecord): Wants {
  let wants = ofBuckets.get(bucket);
  if (wants === undefined) {
    wants = readBucketWants(bucket);
    ofBuckets.set(bucket, wants);
  }
  return wants;
}

function readBucketWants(bucket: BucketRecord): Wants {
  const log = loggingTargetOf(bucket);
  const metrics = metricsFiltersOf(bucket);
  const audit = readTag(bucket.settings.get("tagging"));
  if (log === undefined && metrics.length === 0 && audit === "off") return nothing;
  return { audit, isCounted: false, metrics, ...(log !== undefined && { log }) };
}

function readTag(text: string | undefined): AuditLevel {
  if (text === undefined || !text.includes(auditTag)) return "off";
  const { TagSet = [] } = JSON.parse(text) as {
    readonly TagSet?: readonly { readonly Key: string; readonly Value: string }[];
  };
  return readLevel(TagSet.find(({ Key }) => Key === auditTag)?.Value);
}

function higher(one: AuditLevel, other: AuditLevel): AuditLevel {
  const levels: readonly AuditLevel[] = ["off", "changes", "all"];
  return levels.indexOf(one) > levels.indexOf(other) ? one : other;
}
