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
    ["ObjectRestore:Post", "Object Restore Initiated", {}],
    ["ObjectRestore:Delete", "Object Restore Expired", {}],
  ])("%s is %s", (event, type, detail) => {
    const told = bridge(event);
    expect(told["detail-type"]).toBe(type);
    expect(told.detail).toMatchObject({ ...detail, requester: "s3.amazonaws.com" });
    expect(told.detail["source-ip-address"]).toBeUndefined();
    expect(told.detail.object.key).toBe("a/b (c).txt");
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
    expect(bridge("ObjectRetention:Put")).toBeUndefined();
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
