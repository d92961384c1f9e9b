// Delivers what the outbox holds for replication: to one destination, in order per key, as the role
// that the bucket's rules name. The rules in force decide where and how; what the version is is read
// when it is delivered. What becomes of it is written back to the source before the outbox forgets it.

import { askOf, type CallFacts, judge, judgePlain } from "../../auth/authorize.ts";
import { openBucket } from "../../bucket/client.ts";
import { emissionOf, serviceOrigin } from "../../bucket/emission.ts";
import type {
  DescribeOutcome,
  OutboxBatch,
  OutboxEntry,
  ReplicationResult,
  Version,
} from "../../bucket/types.ts";
import { type BucketRecord, forgetBucket, loadBucket } from "../../catalog/buckets.ts";
import { openRemote } from "../../catalog/remotes.ts";
import type { Principal } from "../../s3/principal.ts";
import {
  parseReplicationTarget,
  type ReplicationDocument,
  type RuleDocument,
} from "../../s3/replication-rules.ts";
import { parseQuery } from "../../s3/target.ts";
import { copyPace } from "../copy-parts.ts";
import {
  type Courier,
  type CourierCall,
  type DeliveryResult,
  deliverByKey,
  isLastAttempt,
} from "../outbox.ts";
import { copyChange, copyMarker, copyVersion, type Hidden } from "./copy.ts";
import { abandonUpload } from "./copy-parts.ts";
import type { CopyFacts, CopyOutcome, UploadMemory, UploadPace } from "./exchange.ts";
import { assumeReplicationRole } from "./role.ts";
import { localSender, remoteSender, type Send, type SendLocally } from "./sender.ts";

/** What a batch works with. */
interface Errand {
  readonly call: CourierCall;
  readonly target: string;
  readonly bucket: BucketRecord;
  readonly rules: ReadonlyMap<string, RuleDocument>;
  readonly principal: Principal;
  readonly read: Send;
  readonly send: Send;
  readonly isCairn: boolean;
  /** The name of the destination's bucket, for permissions. */
  readonly bucketThere: string;
  /** Whether the destination judges the role itself. */
  readonly isLocal: boolean;
  readonly pace: UploadPace;
}

type Refused = { readonly refusal: string };

/** The courier of replication; requests to buckets of the deployment go through `sendLocally`. */
export function replicationCourier(
  sendLocally: (call: CourierCall) => SendLocally,
  pace: UploadPace = copyPace,
): Courier {
  return async (call, batch) => {
    const [first] = batch.entries;
    if (first === undefined) return new Map();
    // Not as this isolate remembers it: the rules may be newer.
    forgetBucket(call.env, first.bucket.name);
    const bucket = await loadBucket(call, first.bucket.name);
    if (bucket === undefined) return allDone(batch);
    const errand = await prepare(call, { batch, bucket, sendLocally: sendLocally(call), pace });
    const results: ReplicationResult[] = [];
    const delivered = await deliverByKey(batch.entries, async (entry) => {
      const outcome: CopyOutcome | "gone" =
        "refusal" in errand
          ? { kind: "refused", reason: errand.refusal }
          : await deliverOne(errand, entry);
      if (!("refusal" in errand) && isOver(entry, outcome)) await abandon(errand, entry);
      if (outcome === "gone") return { kind: "done" };
      const result = resultOf(call, { entry, outcome, target: batch.target });
      if (result !== undefined) results.push(withEvent(result, errand));
      return renderOutcome(outcome);
    });
    if (results.length > 0) {
      const index = openBucket(call.env, bucket.bucketId);
      const emission = emissionOf(bucket, () => serviceOrigin(call.seams));
      await index.settleReplication({ nowMs: call.seams.now(), results, ...emission });
    }
    return delivered;
  };
}

/** Of a bucket that is gone nothing is left to deliver. */
function allDone({ entries }: OutboxBatch): ReadonlyMap<number, DeliveryResult> {
  return new Map(entries.map(({ seq }) => [seq, { kind: "done" }]));
}

async function prepare(
  call: CourierCall,
  facts: {
    readonly batch: OutboxBatch;
    readonly bucket: BucketRecord;
    readonly sendLocally: SendLocally;
    readonly pace: UploadPace;
  },
): Promise<Errand | Refused> {
  const { batch, bucket, sendLocally, pace } = facts;
  const text = bucket.settings.get("replication");
  const document = JSON.parse(text ?? "null") as {
    ReplicationConfiguration?: ReplicationDocument;
  } | null;
  const { Role: role, Rules: all = [] } = document?.ReplicationConfiguration ?? {};
  if (role === undefined) return { refusal: "The bucket has no replication rules any more." };
  const principal = await assumeReplicationRole(call, role, bucket);
  if ("refusal" in principal) return principal;
  const there = await openTarget(call, { target: batch.target, bucket, principal, sendLocally });
  if ("refusal" in there) return there;
  const enabled = all.filter((rule) => rule.Status === "Enabled");
  return {
    ...{ call, target: batch.target, bucket, principal, pace, ...there },
    rules: new Map(enabled.map((rule) => [rule.ID ?? "", rule])),
    read: localSender(sendLocally, { bucket: bucket.name, principal }),
  };
}

async function openTarget(
  call: CourierCall,
  facts: {
    readonly target: string;
    readonly bucket: BucketRecord;
    readonly principal: Principal;
    readonly sendLocally: SendLocally;
  },
): Promise<Pick<Errand, "send" | "isCairn" | "bucketThere" | "isLocal"> | Refused> {
  const { target, bucket, principal, sendLocally } = facts;
  const parsed = parseReplicationTarget(target);
  if (parsed?.kind === "bucket") {
    const send = localSender(sendLocally, { bucket: parsed.bucket, principal });
    return { send, isCairn: true, bucketThere: parsed.bucket, isLocal: true };
  }
  const name = parsed?.remote ?? "";
  const remote = await openRemote(call, name, bucket.accountId);
  if (remote === undefined) return { refusal: `There is no remote ${name}.` };
  const isCairn = remote.kind === "cairn";
  return { send: remoteSender(remote), isCairn, bucketThere: remote.bucket, isLocal: false };
}

async function deliverOne(errand: Errand, entry: OutboxEntry): Promise<CopyOutcome | "gone"> {
  const { call, bucket } = errand;
  const { key, version, id } = entry;
  const rule = errand.rules.get(id);
  const destination = rule?.Destination;
  if (destination?.Bucket !== errand.target) {
    return { kind: "refused", reason: `The rule ${id} is gone or disabled.` };
  }
  const index = openBucket(call.env, bucket.bucketId);
  const described = await index.describe(key, version.versionId ?? "null");
  if (described.kind !== "version") return "gone";
  const refusal = refusalOf(errand, described);
  if (refusal !== undefined) return { kind: "refused", reason: refusal };
  const facts: CopyFacts = {
    ...{ send: errand.send, read: errand.read, isCairn: errand.isCairn, destination },
    source: bucket.bucketId,
    nowMs: call.seams.now(),
    isRetry: entry.failures > 0,
    uploads: memoryOf(errand, entry),
    pace: errand.pace,
    now: () => call.seams.now(),
  };
  if (described.version.isDeleteMarker) {
    const hidden = errand.isCairn ? undefined : await findHidden(errand, described.version);
    return copyMarker(facts, described.version, hidden);
  }
  const known = described.version.detail.replication?.targets?.[errand.target];
  if (entry.event === "Replicate:Change") return copyChange(facts, described, known?.id);
  const isLate = !errand.isCairn && !described.version.isLatest && entry.failures > 0;
  if (isLate && (await hasNewer(errand, key))) {
    return { kind: "refused", reason: "A newer version of the key is there already." };
  }
  return copyVersion(facts, described);
}

/** The object under the delete marker, with the id it has at the destination. */
async function findHidden(
  { call, bucket, target }: Errand,
  { key, versionId }: Version,
): Promise<Hidden | undefined> {
  const index = openBucket(call.env, bucket.bucketId);
  const page = await index.listVersions({
    ...{ epoch: bucket.epoch, nowMs: call.seams.now(), prefix: key, delimiter: "" },
    ...{ keyMarker: key, versionIdMarker: versionId, limit: markersInARow },
  });
  if (page.kind !== "page") return undefined;
  const below = page.versions.find((one) => one.key === key && !one.isDeleteMarker);
  if (below === undefined) return undefined;
  const described = await index.describe(key, below.versionId);
  if (described.kind !== "version") return undefined;
  const { version } = described;
  return { version, id: version.detail.replication?.targets?.[target]?.id };
}

/** So many are looked under. */
const markersInARow = 20;

/** What the source's index remembers of an upload for the entry. */
function memoryOf({ call, bucket, target }: Errand, { seq }: OutboxEntry): UploadMemory {
  const index = openBucket(call.env, bucket.bucketId);
  const name = { target, seq };
  return {
    find: () => index.findReplicationUpload(name),
    note: (upload) => index.noteReplicationUpload({ ...name, upload }),
    forget: () => index.noteReplicationUpload(name),
  };
}

/** Whether nobody will go on with an upload that the entry may have. */
function isOver(entry: OutboxEntry, outcome: CopyOutcome | "gone"): boolean {
  if (outcome === "gone" || outcome.kind === "refused") return true;
  return outcome.kind === "failed" && isLastAttempt(entry);
}

async function abandon(errand: Errand, entry: OutboxEntry): Promise<void> {
  const { send, isCairn, rules, bucket, call, pace } = errand;
  const { key, id, version, atMs } = entry;
  if ((version.sizeBytes ?? 0) < pace.noteBytes) return;
  const { seq, versionId = "null", modifiedAtMs = atMs } = version;
  const destination = rules.get(id)?.Destination ?? { Bucket: errand.target };
  const facts = { send, isCairn, destination, source: bucket.bucketId, nowMs: call.seams.now() };
  const named = { key, seq, versionId, modifiedAtMs, detail: {} };
  await abandonUpload({ ...facts, uploads: memoryOf(errand, entry) }, named).catch(() => undefined);
}

/** Whether a server without our ids, which orders by arrival, has what is current here. */
async function hasNewer({ call, bucket, target }: Errand, key: string): Promise<boolean> {
  const index = openBucket(call.env, bucket.bucketId);
  const { epoch } = bucket;
  const current = await index.resolve({ key, epoch, nowMs: call.seams.now(), wantSegments: false });
  if (current.kind !== "found") return true;
  return current.version.detail.replication?.targets?.[target]?.state === "COMPLETED";
}

/**
 * What the role may not do. Reading is asked of the source here and once more with the bytes; a
 * bucket of the deployment asks for itself whether the role may write.
 */
function refusalOf(
  errand: Errand,
  { version }: Extract<DescribeOutcome, { kind: "version" }>,
): string | undefined {
  const { bucket, principal, isLocal, bucketThere } = errand;
  const { key, versionId, isDeleteMarker, detail } = version;
  const call = callOf(errand);
  const hasTags = (detail.tags ?? []).length > 0;
  const reading = [
    ...(isDeleteMarker ? [] : ["s3:GetObjectVersionForReplication"]),
    ...(hasTags ? ["s3:GetObjectVersionTagging"] : []),
    ...(detail.acl !== undefined ? ["s3:GetObjectVersionAcl"] : []),
  ];
  const unread = reading.find(
    (action) => !judge(call, bucket, askOf({ action, key, versionId }, detail)).isAllowed,
  );
  if (unread !== undefined) return denied(principal, unread, `${bucket.name}/${key}`);
  if (isLocal) return undefined;
  const writing = [
    isDeleteMarker ? "s3:ReplicateDelete" : "s3:ReplicateObject",
    ...(hasTags ? ["s3:ReplicateTags"] : []),
  ];
  const resource = `arn:aws:s3:::${bucketThere}/${key}`;
  const unwritten = writing.find((action) => !judgePlain(call, { action, resource }).isAllowed);
  return unwritten === undefined
    ? undefined
    : denied(principal, unwritten, `${bucketThere}/${key}`);
}

function denied({ arn }: Principal, action: string, path: string): string {
  return `AccessDenied: ${arn} is not authorized to perform ${action} on arn:aws:s3:::${path}`;
}

function callOf({ call, bucket, principal }: Errand): CallFacts {
  return {
    principal,
    authenticated: { method: "header" },
    isSecure: true,
    nowMs: call.seams.now(),
    region: bucket.region,
    headers: new Headers(),
    target: { query: parseQuery("") },
    edge: {},
  };
}

/** What the source is told; nothing while it will be tried again. */
function resultOf(
  { seams }: CourierCall,
  facts: {
    readonly entry: OutboxEntry;
    readonly outcome: CopyOutcome;
    readonly target: string;
  },
): ReplicationResult | undefined {
  const { entry, outcome, target } = facts;
  const { seq, key, version, id: rule } = entry;
  if (outcome.kind === "paused") return undefined;
  if (outcome.kind === "failed" && !isLastAttempt(entry)) return undefined;
  const common = {
    ...{ target, seq, key, rule, versionId: version.versionId ?? "null" },
    sizeBytes: entry.event === "Replicate:Version" ? (version.sizeBytes ?? 0) : 0,
    latencyMs: Math.max(0, seams.now() - entry.atMs),
  };
  if (outcome.kind === "copied") {
    const isOther = outcome.id !== undefined && outcome.id !== common.versionId;
    return { ...common, state: "COMPLETED", ...(isOther && { id: outcome.id }) };
  }
  const reason = outcome.kind === "refused" ? outcome.reason : outcome.error;
  return { ...common, state: "FAILED", reason };
}

/** After this long S3 Replication Time Control tells that it was late. */
const thresholdMs = 15 * 60_000;

/**
 * Failures are told to whoever asked for them; being late where the rule has a time.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-metrics-events.html
 */
function withEvent(result: ReplicationResult, errand: Errand | Refused): ReplicationResult {
  if (result.state === "FAILED") {
    return { ...result, event: "Replication:OperationFailedReplication" };
  }
  const rule = "refusal" in errand ? undefined : errand.rules.get(result.rule);
  const isTimed = rule?.Destination?.ReplicationTime?.Status === "Enabled";
  const isLate = isTimed && result.latencyMs > thresholdMs;
  return isLate ? { ...result, event: "Replication:OperationReplicatedAfterThreshold" } : result;
}

function renderOutcome(outcome: CopyOutcome): DeliveryResult {
  if (outcome.kind === "paused") return { kind: "paused" };
  if (outcome.kind !== "failed") return { kind: "done" };
  const { error, retryAfterMs } = outcome;
  return { kind: "failed", error, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}
