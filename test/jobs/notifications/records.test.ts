// Records of events that only some buckets ever see, in both shapes, as AWS's pages show them.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
import { describe, expect, it } from "vitest";
import type { OutboxEntry } from "../../../src/bucket/types.ts";
import { renderBridgeEvent } from "../../../src/jobs/notifications/bridge-events.ts";
import { messageIdOf } from "../../../src/jobs/notifications/courier.ts";
import { renderRecord } from "../../../src/jobs/notifications/records.ts";

const atMs = Date.UTC(2026, 10, 27, 12);

function entry(event: string, facts?: OutboxEntry["facts"]): OutboxEntry {
  const service = { principalId: "s3.amazonaws.com", sourceAddress: "s3.amazonaws.com" };
  return {
    event,
    key: "a/b (c).txt",
    seq: 255,
    atMs,
    id: "rule",
    failures: 0,
    version: { versionId: "v", seq: 7, sizeBytes: 5, etag: "e", storageClass: "STANDARD" },
    bucket: { name: "b", region: "r", accountId: "111122223333", ownerId: "o", isVersioned: true },
    origin: { ...service, requestId: "R", hostId: "H" },
    ...(facts !== undefined && { facts }),
  };
}

const record = (event: string, facts?: OutboxEntry["facts"]) =>
  JSON.parse(renderRecord(entry(event, facts))).Records[0];
const bridge = (event: string, facts?: OutboxEntry["facts"]) => {
  const text = renderBridgeEvent(entry(event, facts), "id");
  return text === undefined ? undefined : JSON.parse(text);
};

describe("records of S3", () => {
  it("encode keys as forms do, slashes left alone, and order events by their sequencer", () => {
    const { object } = record("ObjectCreated:Put").s3;
    expect(object).toEqual({
      key: "a/b+%28c%29.txt",
      size: 5,
      eTag: "e",
      versionId: "v",
      sequencer: "0000000000000000FF",
    });
  });

  it("tell of removals no size, and of markers the tag of nothing", () => {
    expect(Object.keys(record("LifecycleExpiration:Delete").s3.object)).toEqual([
      "key",
      "versionId",
      "sequencer",
    ]);
    expect(record("ObjectRemoved:DeleteMarkerCreated").s3.object.eTag).toBe(
      "d41d8cd98f00b204e9800998ecf8427e",
    );
  });

  it("tell when a restored copy ends, where a transition went, which tier it is now", () => {
    const restore = { restoreExpiresAtMs: atMs, restoreStorageClass: "GLACIER" };
    expect(record("ObjectRestore:Completed", restore).glacierEventData).toEqual({
      restoreEventData: {
        lifecycleRestorationExpiryTime: "2026-11-27T12:00:00.000Z",
        lifecycleRestoreStorageClass: "GLACIER",
      },
    });
    const moved = record("LifecycleTransition", { transitionStorageClass: "GLACIER" });
    expect(moved.lifecycleEventData).toEqual({
      transitionEventData: { destinationStorageClass: "GLACIER" },
    });
    expect(moved.userIdentity).toEqual({ principalId: "s3.amazonaws.com" });
    const tier = record("IntelligentTiering", { accessTier: "ARCHIVE_ACCESS" });
    expect(tier.intelligentTieringEventData).toEqual({ destinationAccessTier: "ARCHIVE_ACCESS" });
    const failed = record("Replication:OperationFailedReplication", {
      replicationRuleId: "r1",
      destinationBucket: "arn:aws:s3:::d",
      requestTimeMs: atMs,
      failureReason: "AssumeRoleNotPermitted",
    });
    expect(failed.replicationEventData).toEqual({
      replicationRuleId: "r1",
      destinationBucket: "arn:aws:s3:::d",
      s3Operation: "OBJECT_PUT",
      requestTime: "2026-11-27T12:00:00.000Z",
      failureReason: "AssumeRoleNotPermitted",
    });
  });
});

describe("a record of S3 as a whole", () => {
  it("has the members that AWS shows, in its order", () => {
    expect(JSON.parse(renderRecord(entry("ObjectCreated:Put")))).toEqual({
      Records: [
        {
          eventVersion: "2.6",
          eventSource: "aws:s3",
          awsRegion: "r",
          eventTime: "2026-11-27T12:00:00.000Z",
          eventName: "ObjectCreated:Put",
          userIdentity: { principalId: "s3.amazonaws.com" },
          requestParameters: { sourceIPAddress: "s3.amazonaws.com" },
          responseElements: { "x-amz-request-id": "R", "x-amz-id-2": "H" },
          s3: {
            s3SchemaVersion: "1.0",
            configurationId: "rule",
            bucket: { name: "b", ownerIdentity: { principalId: "o" }, arn: "arn:aws:s3:::b" },
            object: expect.anything(),
          },
        },
      ],
    });
  });

  it("tells of a restored copy's end only when it is there", () => {
    const restore = { restoreExpiresAtMs: atMs, restoreStorageClass: "GLACIER" };
    for (const event of ["ObjectRestore:Post", "ObjectRestore:Delete"]) {
      expect(record(event, restore)).not.toHaveProperty("glacierEventData");
    }
    const tier = record("ObjectRestore:Completed", { restoreStorageClass: "INTELLIGENT_TIERING" });
    expect(tier.glacierEventData).toEqual({
      restoreEventData: { lifecycleRestoreStorageClass: "INTELLIGENT_TIERING" },
    });
  });

  it("tells retentions as AWS's own reader of events expects them", () => {
    const fixed = { retentionMode: "COMPLIANCE", retainUntilMs: atMs };
    expect(record("ObjectRetention:Put", fixed).objectRetentionEventData).toEqual({
      mode: "COMPLIANCE",
      retainUntilDate: "2026-11-27T12:00:00.000Z",
    });
    const held = { ...fixed, eventHold: true, holdDays: 90 };
    expect(record("ObjectRetention:Put", held).objectRetentionEventData).toEqual({
      mode: "COMPLIANCE",
      retainUntilDate: "2026-11-27T12:00:00.000Z",
      eventHold: "ON",
      eventHoldDuration: { days: 90 },
    });
    expect(record("ObjectRetention:Put", {})).not.toHaveProperty("objectRetentionEventData");
  });

  it("tells which annotation, and of copies whether they have any", () => {
    const put = { annotationName: "n", annotationSizeBytes: 24, annotationEtag: "t" };
    expect(record("ObjectAnnotation:Put", put).s3.objectAnnotation).toEqual({
      name: "n",
      size: 24,
      eTag: "t",
    });
    expect(record("ObjectAnnotation:Delete", { annotationName: "n" }).s3.objectAnnotation).toEqual({
      name: "n",
    });
    const copy = record("ObjectCreated:Copy", { hasAnnotations: false });
    expect(copy.s3.object.hasObjectAnnotation).toBe(false);
  });
});

describe("events for EventBridge", () => {
  it.each([
    ["ObjectCreated:Post", "Object Created", { reason: "POST Object" }],
    [
      "ObjectCreated:CompleteMultipartUpload",
      "Object Created",
      { reason: "CompleteMultipartUpload" },
    ],
    [
      "LifecycleExpiration:DeleteMarkerCreated",
      "Object Deleted",
      { reason: "Lifecycle Expiration", "deletion-type": "Delete Marker Created" },
    ],
    ["ObjectTagging:Put", "Object Tags Added", {}],
    ["ObjectTagging:Delete", "Object Tags Deleted", {}],
    ["ObjectAcl:Put", "Object ACL Updated", {}],
    ["ObjectRetention:Put", "Object Retention Updated", {}],
    ["ObjectAnnotation:Put", "Object Annotation Created", { reason: "PutObjectAnnotation" }],
    ["ObjectAnnotation:Delete", "Object Annotation Removed", { reason: "DeleteObjectAnnotation" }],
    ["ObjectRestore:Post", "Object Restore Initiated", {}],
    ["ObjectRestore:Delete", "Object Restore Expired", {}],
  ])("%s is %s", (event, type, detail) => {
    const told = bridge(event);
    expect(told["detail-type"]).toBe(type);
    expect(told.detail).toMatchObject({ ...detail, requester: "s3.amazonaws.com" });
    expect(told.detail["source-ip-address"]).toBeUndefined();
    expect(told.detail.object.key).toBe("a/b (c).txt");
  });

  it("have the members that AWS shows", () => {
    const caller = { principalId: "AWS:AIDA", accountId: "999988887777", sourceAddress: "1.2.3.4" };
    const base = entry("ObjectRemoved:DeleteMarkerCreated");
    const by = { ...base, origin: { ...base.origin, ...caller } };
    expect(JSON.parse(renderBridgeEvent(by, "id") ?? "")).toEqual({
      version: "0",
      id: "id",
      "detail-type": "Object Deleted",
      source: "aws.s3",
      account: "111122223333",
      time: "2026-11-27T12:00:00Z",
      region: "r",
      resources: ["arn:aws:s3:::b"],
      detail: {
        version: "0",
        "event-version": "1.2",
        bucket: { name: "b" },
        object: {
          key: "a/b (c).txt",
          etag: "d41d8cd98f00b204e9800998ecf8427e",
          "version-id": "v",
          sequencer: "0000000000000000FF",
        },
        "request-id": "R",
        requester: "999988887777",
        "source-ip-address": "1.2.3.4",
        reason: "DeleteObject",
        "deletion-type": "Delete Marker Created",
      },
    });
    expect(bridge("ObjectRestore:Completed").detail.object).not.toHaveProperty("sequencer");
    expect(bridge("ObjectRemoved:Delete").detail.object).not.toHaveProperty("etag");
  });

  it("tell annotations, retentions and copies", () => {
    const put = { annotationName: "n", annotationSizeBytes: 24, annotationEtag: "t" };
    const made = bridge("ObjectAnnotation:Put", put).detail;
    expect(made["object-annotation"]).toEqual({ name: "n", size: 24, etag: "t" });
    expect(made.object).not.toHaveProperty("size");
    const gone = bridge("ObjectAnnotation:Delete", { annotationName: "n" }).detail;
    expect(gone["object-annotation"]).toEqual({ name: "n" });
    const held = {
      retentionMode: "GOVERNANCE",
      retainUntilMs: atMs,
      eventHold: true,
      holdYears: 1,
    };
    expect(bridge("ObjectRetention:Put", held).detail["object-retention-event-data"]).toEqual({
      mode: "GOVERNANCE",
      "retain-until-date": "2026-11-27T12:00:00.000Z",
      "event-hold": "ON",
      "event-hold-duration": { years: 1 },
    });
    const copy = bridge("ObjectCreated:Copy", { hasAnnotations: true }).detail;
    expect(copy.object["has-object-annotation"]).toBe(true);
  });

  it("tell where and until when", () => {
    const restore = { restoreExpiresAtMs: atMs, restoreStorageClass: "GLACIER" };
    expect(bridge("ObjectRestore:Completed", restore).detail).toMatchObject({
      "restore-expiry-time": "2026-11-27T12:00:00Z",
      "source-storage-class": "GLACIER",
    });
    const moved = bridge("LifecycleTransition", { transitionStorageClass: "DEEP_ARCHIVE" });
    expect(moved.detail["destination-storage-class"]).toBe("DEEP_ARCHIVE");
    const tier = bridge("IntelligentTiering", { accessTier: "ARCHIVE_ACCESS" });
    expect(tier.detail["destination-access-tier"]).toBe("ARCHIVE_ACCESS");
  });

  it("leave out what EventBridge is not told", () => {
    expect(bridge("ObjectLegalHold:Put")).toBeUndefined();
    expect(bridge("Replication:OperationNotTracked")).toBeUndefined();
  });
});

describe("ids of messages", () => {
  it("are UUIDs in shape, the same for one event, others for others", () => {
    const one = entry("ObjectCreated:Put");
    const id = messageIdOf(one);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
    expect(messageIdOf({ ...one, failures: 3 })).toBe(id);
    const others = [
      { ...one, seq: 256 },
      { ...one, atMs: atMs + 1 },
      { ...one, bucket: { ...one.bucket, name: "c" } },
    ];
    expect(new Set([id, ...others.map(messageIdOf)]).size).toBe(4);
  });
});
