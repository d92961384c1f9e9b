// Events in the shape S3 gives them to EventBridge. Pure.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html

import type { OutboxEntry } from "../../bucket/types.ts";
import { sequencerOf } from "./records.ts";

/** What kind of event it is there, and what its detail says of itself. */
interface Kind {
  readonly type: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** The schema of the detail, as AWS sends it (seen 2026-10 in `us-east-2`). */
const detailVersion = "1.2";
/** MD5 of nothing: the entity tag of a delete marker. */
const emptyEtag = "d41d8cd98f00b204e9800998ecf8427e";

const createdBy: Readonly<Record<string, string>> = {
  "ObjectCreated:Put": "PutObject",
  "ObjectCreated:Post": "POST Object",
  "ObjectCreated:Copy": "CopyObject",
  "ObjectCreated:CompleteMultipartUpload": "CompleteMultipartUpload",
};

/** The message for one entry; `undefined` for events that EventBridge is not told. */
export function renderBridgeEvent(entry: OutboxEntry, eventId: string): string | undefined {
  const kind = kindOf(entry);
  if (kind === undefined) return undefined;
  const { bucket, origin, atMs } = entry;
  const isByService = origin.sourceAddress === "s3.amazonaws.com";
  return JSON.stringify({
    version: "0",
    id: eventId,
    "detail-type": kind.type,
    source: "aws.s3",
    account: bucket.accountId,
    time: secondsTime(atMs),
    region: bucket.region,
    resources: [`arn:aws:s3:::${bucket.name}`],
    detail: {
      version: "0",
      "event-version": detailVersion,
      bucket: { name: bucket.name },
      object: objectOf(entry),
      "request-id": origin.requestId,
      // AWS: "AWS account ID or AWS service principal of requester".
      requester: origin.accountId ?? origin.principalId,
      ...(!isByService && { "source-ip-address": origin.sourceAddress }),
      ...kind.detail,
    },
  });
}

/** Changes that leave the content alone tell no size; of what is gone, a marker tells its own tag. */
function objectOf({ key, version, seq, event, facts = {} }: OutboxEntry) {
  const { sizeBytes, etag, versionId } = version;
  const [group = "", what = ""] = event.split(":");
  const isRemoval = group === "ObjectRemoved" || group === "LifecycleExpiration";
  const isSized = !isRemoval && !unsized.has(group);
  const tag = what === "DeleteMarkerCreated" ? emptyEtag : isRemoval ? undefined : etag;
  return {
    key,
    ...(isSized && sizeBytes !== undefined && { size: sizeBytes }),
    ...(tag !== undefined && { etag: tag }),
    ...(versionId !== undefined && { "version-id": versionId }),
    ...(facts["hasAnnotations"] !== undefined && {
      "has-object-annotation": facts["hasAnnotations"],
    }),
    ...(group !== "ObjectRestore" && { sequencer: sequencerOf(seq) }),
  };
}

const unsized: ReadonlySet<string> = new Set(["ObjectTagging", "ObjectAcl", "ObjectAnnotation"]);

function kindOf({ event, facts = {} }: OutboxEntry): Kind | undefined {
  const [group = "", what = ""] = event.split(":");
  const { restoreExpiresAtMs, restoreStorageClass: sourceClass } = facts;
  const source = sourceClass === undefined ? {} : { "source-storage-class": sourceClass };
  switch (group) {
    case "ObjectCreated":
      return { type: "Object Created", detail: { reason: createdBy[event] ?? "PutObject" } };
    case "ObjectRemoved":
    case "LifecycleExpiration": {
      const reason = group === "ObjectRemoved" ? "DeleteObject" : "Lifecycle Expiration";
      const deletion = what === "Delete" ? "Permanently Deleted" : "Delete Marker Created";
      return { type: "Object Deleted", detail: { reason, "deletion-type": deletion } };
    }
    case "ObjectRestore": {
      if (what === "Post") return { type: "Object Restore Initiated", detail: source };
      if (what === "Delete") return { type: "Object Restore Expired" };
      const expiry = restoreExpiresAtMs === undefined ? undefined : Number(restoreExpiresAtMs);
      const until = expiry === undefined ? {} : { "restore-expiry-time": secondsTime(expiry) };
      return { type: "Object Restore Completed", detail: { ...until, ...source } };
    }
    case "LifecycleTransition": {
      const detail = { "destination-storage-class": facts["transitionStorageClass"] };
      return { type: "Object Storage Class Changed", detail };
    }
    case "IntelligentTiering":
      return {
        type: "Object Access Tier Changed",
        detail: { "destination-access-tier": facts["accessTier"] },
      };
    case "ObjectTagging":
      return { type: what === "Put" ? "Object Tags Added" : "Object Tags Deleted" };
    case "ObjectAcl":
      return { type: "Object ACL Updated" };
    case "ObjectRetention":
      return { type: "Object Retention Updated", detail: retentionOf(facts) };
    case "ObjectAnnotation":
      return annotationKind(what, facts);
    default:
      return undefined;
  }
}

type Facts = NonNullable<OutboxEntry["facts"]>;

function annotationKind(what: string, facts: Facts): Kind {
  const { annotationName: name, annotationSizeBytes: size, annotationEtag: etag } = facts;
  const isPut = what === "Put";
  const annotation = { name, ...(isPut && { size, etag }) };
  return {
    type: isPut ? "Object Annotation Created" : "Object Annotation Removed",
    detail: { reason: `${what}ObjectAnnotation`, "object-annotation": annotation },
  };
}

/** Nothing of a retention that was taken away. */
function retentionOf(facts: Facts): Readonly<Record<string, unknown>> {
  const { retentionMode: mode, retainUntilMs, eventHold, holdDays, holdYears } = facts;
  if (mode === undefined && eventHold === undefined) return {};
  const until = retainUntilMs === undefined ? undefined : new Date(Number(retainUntilMs));
  const data = {
    mode,
    ...(until !== undefined && { "retain-until-date": until.toISOString() }),
    ...(eventHold !== undefined && { "event-hold": eventHold === true ? "ON" : "OFF" }),
    ...(holdDays !== undefined && { "event-hold-duration": { days: holdDays } }),
    ...(holdYears !== undefined && { "event-hold-duration": { years: holdYears } }),
  };
  return { "object-retention-event-data": data };
}

function secondsTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, "Z");
}
