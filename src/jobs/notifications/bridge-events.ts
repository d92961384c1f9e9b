// Events in the shape S3 gives them to EventBridge. Pure.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html

import type { OutboxEntry } from "../../bucket/types.ts";

/** What kind of event it is there, and what its detail says of itself. */
interface Kind {
  readonly type: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

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
  const { bucket, origin, key, version, seq, atMs, event } = entry;
  const { sizeBytes, etag, versionId } = version;
  const isRemoval = kind.type === "Object Deleted";
  const isByService = origin.principalId === "s3.amazonaws.com";
  const isSized = !isRemoval && !event.startsWith("ObjectTagging:") && event !== "ObjectAcl:Put";
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
      bucket: { name: bucket.name },
      object: {
        key,
        ...(isSized && sizeBytes !== undefined && { size: sizeBytes }),
        ...(etag !== undefined && !isRemoval && { etag }),
        ...(versionId !== undefined && { "version-id": versionId }),
        sequencer: seq.toString(16).padStart(16, "0"),
      },
      "request-id": origin.requestId,
      requester: isByService ? origin.principalId : requesterOf(entry),
      ...(!isByService && { "source-ip-address": origin.sourceAddress }),
      ...kind.detail,
    },
  });
}

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
    default:
      return undefined;
  }
}

/** The account, for root; otherwise the id of the user or session. */
function requesterOf({ origin }: OutboxEntry): string {
  return origin.principalId.replace(/^AWS:/, "");
}

function secondsTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, "Z");
}
