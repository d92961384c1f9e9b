// Events in the shape S3 gives them to queues, topics and functions. Pure.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
// https://github.com/aws/aws-sdk-java-v2/tree/master/services-custom/s3-event-notifications
//
// AWS shows where an annotation stands for EventBridge only; here it stands at the same place.

import type { OutboxEntry } from "../../bucket/types.ts";

/** One schema for all events, since 2.4. */
const eventVersion = "2.6";
/** MD5 of nothing: what S3 shows as the entity tag of a delete marker. */
const emptyEtag = "d41d8cd98f00b204e9800998ecf8427e";

/** The message for one entry: a document with one record, as S3 sends them. */
export function renderRecord(entry: OutboxEntry): string {
  if (entry.event === "TestEvent") return JSON.stringify(testEvent(entry));
  return JSON.stringify({ Records: [recordOf(entry)] });
}

function testEvent({ bucket, origin, atMs }: OutboxEntry) {
  return {
    Service: "Amazon S3",
    Event: "s3:TestEvent",
    Time: isoTime(atMs),
    Bucket: bucket.name,
    RequestId: origin.requestId,
    HostId: origin.hostId,
  };
}

function recordOf(entry: OutboxEntry) {
  const { bucket, origin, event, id, atMs } = entry;
  return {
    eventVersion,
    eventSource: "aws:s3",
    awsRegion: bucket.region,
    eventTime: isoTime(atMs),
    eventName: event,
    userIdentity: { principalId: origin.principalId },
    requestParameters: { sourceIPAddress: origin.sourceAddress },
    responseElements: { "x-amz-request-id": origin.requestId, "x-amz-id-2": origin.hostId },
    s3: {
      s3SchemaVersion: "1.0",
      configurationId: id,
      bucket: {
        name: bucket.name,
        ownerIdentity: { principalId: bucket.ownerId },
        arn: `arn:aws:s3:::${bucket.name}`,
      },
      object: objectOf(entry),
      ...annotationOf(entry),
    },
    ...moreOf(entry),
  };
}

/** Removals tell no size and no tag: there is nothing any more. */
function objectOf({ key, event, version, seq, facts = {} }: OutboxEntry) {
  const { sizeBytes, etag, versionId } = version;
  const isRemoval = event.startsWith("ObjectRemoved:") || event.startsWith("LifecycleExpiration:");
  const eTag = event.endsWith(":DeleteMarkerCreated") ? emptyEtag : isRemoval ? undefined : etag;
  return {
    key: encodeKey(key),
    ...(!isRemoval && sizeBytes !== undefined && { size: sizeBytes }),
    ...(eTag !== undefined && { eTag }),
    ...(versionId !== undefined && { versionId }),
    ...(facts["hasAnnotations"] !== undefined && { hasObjectAnnotation: facts["hasAnnotations"] }),
    sequencer: sequencerOf(seq),
  };
}

/** Compared as text: greater for what happened later to the same key. */
export function sequencerOf(seq: number): string {
  return seq.toString(16).toUpperCase().padStart(18, "0");
}

function annotationOf({ facts = {} }: OutboxEntry) {
  const { annotationName: name, annotationSizeBytes: size, annotationEtag: eTag } = facts;
  if (name === undefined) return {};
  return { objectAnnotation: { name, ...(size !== undefined && { size, eTag }) } };
}

/** What only some events have. AWS: "only visible for s3:ObjectRestore:Completed events". */
function moreOf({ event, facts = {} }: OutboxEntry): object {
  const { restoreExpiresAtMs, restoreStorageClass, transitionStorageClass, accessTier } = facts;
  if (event === "ObjectRestore:Completed" && restoreStorageClass !== undefined) {
    const restoreEventData = {
      // What comes back from an archiving tier stays.
      ...(restoreExpiresAtMs !== undefined && {
        lifecycleRestorationExpiryTime: isoTime(Number(restoreExpiresAtMs)),
      }),
      lifecycleRestoreStorageClass: restoreStorageClass,
    };
    return { glacierEventData: { restoreEventData } };
  }
  if (event === "ObjectRetention:Put") return retentionOf(facts);
  if (transitionStorageClass !== undefined) {
    const transitionEventData = { destinationStorageClass: transitionStorageClass };
    return { lifecycleEventData: { transitionEventData } };
  }
  if (accessTier !== undefined) {
    return { intelligentTieringEventData: { destinationAccessTier: accessTier } };
  }
  return event.startsWith("Replication:") ? { replicationEventData: replicationOf(facts) } : {};
}

/** Nothing of a retention that was taken away. */
function retentionOf(facts: NonNullable<OutboxEntry["facts"]>): object {
  const { retentionMode: mode, retainUntilMs, eventHold, holdDays, holdYears } = facts;
  if (mode === undefined && eventHold === undefined) return {};
  const objectRetentionEventData = {
    mode,
    ...(retainUntilMs !== undefined && { retainUntilDate: isoTime(Number(retainUntilMs)) }),
    ...(eventHold !== undefined && { eventHold: eventHold === true ? "ON" : "OFF" }),
    ...(holdDays !== undefined && { eventHoldDuration: { days: holdDays } }),
    ...(holdYears !== undefined && { eventHoldDuration: { years: holdYears } }),
  };
  return { objectRetentionEventData };
}

function replicationOf(facts: NonNullable<OutboxEntry["facts"]>) {
  const { replicationRuleId, destinationBucket, requestTimeMs, failureReason } = facts;
  const { threshold, replicationTimeMs } = facts;
  return {
    replicationRuleId,
    destinationBucket,
    s3Operation: facts["s3Operation"] ?? "OBJECT_PUT",
    ...(requestTimeMs !== undefined && { requestTime: isoTime(Number(requestTimeMs)) }),
    ...(failureReason !== undefined && { failureReason }),
    ...(threshold !== undefined && { threshold }),
    ...(replicationTimeMs !== undefined && { replicationTime: replicationTimeMs }),
  };
}

/** As HTML forms encode, slashes left alone: what S3 does to keys in its records. */
function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replaceAll("%2F", "/")
    .replaceAll("%20", "+")
    .replace(/[!'()~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
