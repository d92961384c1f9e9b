// Data files of inventory reports: every field of AWS's list that a version can speak of, in both
// formats, with the manifest's schema beside them.
import { parquetReadObjects, parquetSchema } from "hyparquet";
import { describe, expect, it } from "vitest";
import type { ScannedVersion } from "../../../src/bucket/types.ts";
import { fieldsOf } from "../../../src/jobs/inventory/fields.ts";
import { renderCsv, renderFile, renderSchema } from "../../../src/jobs/inventory/files.ts";
import { parseLifecycle } from "../../../src/lifecycle/document.ts";
import { compileRules } from "../../../src/lifecycle/rules.ts";
import { inventoryFields } from "../../../src/operations/bucket/bucket-inventory.ts";

const bucket = { name: "source", ownerId: "f".repeat(64), isEnforced: false };
const modifiedAtMs = Date.UTC(2026, 10, 27, 12, 30, 15, 123);

const locked: ScannedVersion = {
  key: 'a b/"quoted", ü+.txt',
  seq: 7,
  versionId: "v1",
  isDeleteMarker: false,
  isCurrent: true,
  ended: null,
  modifiedAtMs,
  sizeBytes: 5_000_000_000_000,
  etag: "0123456789abcdef0123456789abcdef-3",
  storageClass: "GLACIER",
  content: "u1",
  checksum: { algorithm: "CRC32C", type: "COMPOSITE", value: "AAAAAA==" },
  detail: {
    partsCount: 3,
    ownerId: "0".repeat(64),
    encryption: { algorithm: "aws:kms", bucketKeyEnabled: true },
    lock: { mode: "COMPLIANCE", retainUntilMs: modifiedAtMs + 1000, legalHold: true },
  },
};

const marker: ScannedVersion = {
  key: "gone",
  seq: 9,
  versionId: "v2",
  isDeleteMarker: true,
  isCurrent: false,
  ended: null,
  modifiedAtMs,
  sizeBytes: 0,
  etag: "",
  storageClass: "STANDARD",
  content: null,
  detail: {},
};

const plain: ScannedVersion = {
  ...marker,
  key: "plain",
  versionId: "null",
  isDeleteMarker: false,
  ended: 12,
  sizeBytes: 0,
  etag: "d41d8cd98f00b204e9800998ecf8427e",
  content: "b1",
  detail: {},
};

const everything = fieldsOf({ hasAllVersions: true, optional: [...inventoryFields] });

describe("fields of what a bucket does by itself", () => {
  const day = (name: string) => fieldsOf({ hasAllVersions: false, optional: [name] });
  const csv = (name: string, row: ScannedVersion, more = {}) =>
    renderCsv({ fields: day(name), rows: [row], bucket: { ...bucket, ...more } }).split(",")[2];

  it("tell of replication, tiers and event holds", () => {
    const replica = { ...plain, detail: { replication: { status: "REPLICA" as const } } };
    expect(csv("ReplicationStatus", replica)).toBe('"REPLICA"\n');
    expect(csv("ReplicationStatus", plain)).toBe('""\n');
    const tiered = { ...plain, storageClass: "INTELLIGENT_TIERING" as const };
    expect(csv("IntelligentTieringAccessTier", tiered)).toBe('"FREQUENT"\n');
    const deep = { ...tiered, detail: { tier: "DEEP_ARCHIVE" as const } };
    expect(csv("IntelligentTieringAccessTier", deep)).toBe('"DEEP_ARCHIVE"\n');
    expect(csv("IntelligentTieringAccessTier", plain)).toBe('""\n');
    const held = { ...plain, detail: { lock: { eventHold: true, holdDuration: { days: 30 } } } };
    expect(csv("ObjectLockEventHoldStatus", held)).toBe('"On"\n');
    expect(csv("ObjectLockEventHoldDuration", held)).toBe('"30 Days"\n');
  });

  it("tell when lifecycle rules end a current object, and of no other", () => {
    const Rules = [
      { ID: "r", Status: "Enabled" as const, Filter: { Prefix: "pl" }, Expiration: { Days: 10 } },
    ];
    const document = parseLifecycle(JSON.stringify({ Rules }));
    const rules = { rules: compileRules(document) };
    const current = { ...plain, isCurrent: true, ended: null };
    expect(csv("LifecycleExpirationDate", current, rules)).toBe('"2026-12-08T00:00:00.000Z"\n');
    expect(csv("LifecycleExpirationDate", { ...current, key: "other" }, rules)).toBe('""\n');
    expect(csv("LifecycleExpirationDate", { ...plain, isCurrent: false }, rules)).toBe('""\n');
    expect(csv("LifecycleExpirationDate", current)).toBe('""\n');
  });
});

describe("a CSV file", () => {
  it("quotes every field, encodes keys, and says nothing where there is nothing to say", () => {
    const fields = fieldsOf({
      hasAllVersions: true,
      optional: ["ETag", "Size", "LastModifiedDate", "StorageClass"],
    });
    const lines = renderCsv({ fields, rows: [locked, marker, plain], bucket }).split("\n");
    expect(renderSchema("CSV", fields)).toBe(
      "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag, StorageClass",
    );
    expect(lines).toEqual([
      '"source","a+b/%22quoted%22%2C+%C3%BC%2B.txt","v1","true","false","5000000000000",' +
        '"2026-11-27T12:30:15.123Z","0123456789abcdef0123456789abcdef-3","GLACIER"',
      '"source","gone","v2","true","true","","2026-11-27T12:30:15.123Z","",""',
      '"source","plain","","false","false","0","2026-11-27T12:30:15.123Z",' +
        '"d41d8cd98f00b204e9800998ecf8427e","STANDARD"',
      "",
    ]);
  });

  it("tells of owners and ACLs, and of the bucket's owner alone where that is enforced", () => {
    const fields = fieldsOf({
      hasAllVersions: false,
      optional: ["ObjectOwner", "ObjectAccessControlList"],
    });
    const ownerId = "0".repeat(64);
    const group = "http://acs.amazonaws.com/groups/global/AllUsers";
    const acl = [[ownerId, "FULL_CONTROL"] as const, [group, "READ"] as const];
    const rows = [{ ...plain, detail: { ownerId, acl } }];
    const told = (isEnforced: boolean) => {
      const line = renderCsv({ fields, rows, bucket: { ...bucket, isEnforced } });
      const [, , list = "", owner = ""] = line.trim().replaceAll('"', "").split(",");
      return [JSON.parse(atob(list)).grants, owner];
    };
    expect(told(false)).toEqual([
      [
        { canonicalId: ownerId, type: "CanonicalUser", permission: "FULL_CONTROL" },
        { uri: group, type: "Group", permission: "READ" },
      ],
      ownerId,
    ]);
    expect(told(true)).toEqual([
      [{ canonicalId: bucket.ownerId, type: "CanonicalUser", permission: "FULL_CONTROL" }],
      bucket.ownerId,
    ]);
  });

  it("of current versions alone has no columns of versions", () => {
    const fields = fieldsOf({ hasAllVersions: false, optional: [] });
    expect(renderCsv({ fields, rows: [plain], bucket })).toBe('"source","plain"\n');
  });

  it("is gzip", async () => {
    const fields = fieldsOf({ hasAllVersions: false, optional: [] });
    const bytes = await renderFile("CSV", { fields, rows: [plain], bucket });
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    expect(await new Response(stream).text()).toBe('"source","plain"\n');
  });
});

describe("a Parquet file", () => {
  it("holds what any reader of Parquet finds again, with nulls and types", async () => {
    const rows = [locked, marker, plain];
    const bytes = await renderFile("Parquet", { fields: everything, rows, bucket });
    const file = bytes.buffer.slice(0) as ArrayBuffer;
    const read = await parquetReadObjects({ file });
    expect(read).toHaveLength(3);
    expect(read[0]).toMatchObject({
      bucket: "source",
      key: locked.key,
      version_id: "v1",
      is_latest: true,
      is_delete_marker: false,
      size: 5_000_000_000_000n,
      last_modified_date: new Date(modifiedAtMs),
      is_multipart_uploaded: true,
      encryption_status: "SSE-KMS",
      bucket_key_status: "ENABLED",
      object_lock_mode: "COMPLIANCE",
      object_lock_retain_until_date: new Date(modifiedAtMs + 1000),
      object_lock_legal_hold_status: "On",
      checksum_algorithm: "CRC32C",
      object_owner: "0".repeat(64),
    });
    expect(read[1]).toMatchObject({ size: null, is_delete_marker: true, e_tag: null });
    expect(read[2]).toMatchObject({ version_id: null, encryption_status: "SSE-S3" });
  });

  it("is described by the manifest's schema, column by column", async () => {
    const rows = [locked];
    const bytes = await renderFile("Parquet", { fields: everything, rows, bucket });
    const { parquetMetadata } = await import("hyparquet");
    const metadata = parquetMetadata(bytes.buffer.slice(0) as ArrayBuffer);
    const columns = parquetSchema(metadata).children.map(({ element }) => {
      const type = element.type === "BYTE_ARRAY" ? "binary" : element.type?.toLowerCase();
      const word = element.converted_type === undefined ? "" : ` (${element.converted_type})`;
      return `${element.repetition_type?.toLowerCase()} ${type} ${element.name}${word};`;
    });
    expect(renderSchema("Parquet", everything)).toBe(
      `message s3.inventory { ${columns.join(" ")} }`,
    );
  });
});
