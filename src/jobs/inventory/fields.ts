// The fields of an inventory report: their names in CSV schemas and in Parquet, and what each says of
// a version. Pure. The order is AWS's, whatever order a configuration has them in.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory.html#storage-inventory-contents

import type { ScannedVersion } from "../../bucket/types.ts";
import { earliestExpiration } from "../../lifecycle/expiration.ts";
import type { LifecycleRules } from "../../lifecycle/rules.ts";
import { isGroup, privateAcl } from "../../s3/acl.ts";

/** What a field says: `undefined` where it has nothing to say. Times are milliseconds. */
export type FieldValue = string | number | boolean | undefined;

export interface Field {
  /** As `OptionalFields` and `fileSchema` spell it. */
  readonly name: string;
  /** The column's name in Parquet. */
  readonly column: string;
  readonly type: "text" | "flag" | "size" | "time";
  /** Every report has it: it may not be left out. */
  readonly isRequired?: true;
  read(version: ScannedVersion, bucket: InventoriedBucket): FieldValue;
}

/** The bucket that is inventoried, as its rows need it. */
export interface InventoriedBucket {
  readonly name: string;
  readonly ownerId: string;
  /** No ACL means anything, and every object is the bucket owner's. */
  readonly isEnforced: boolean;
  /** Its lifecycle rules, where it has any. */
  readonly rules?: LifecycleRules;
}

/** In every report. */
const always: readonly Field[] = [
  {
    name: "Bucket",
    column: "bucket",
    type: "text",
    isRequired: true,
    read: (_, bucket) => bucket.name,
  },
  { name: "Key", column: "key", type: "text", isRequired: true, read: ({ key }) => key },
];

/** In reports of all versions. */
const ofVersions: readonly Field[] = [
  {
    name: "VersionId",
    column: "version_id",
    type: "text",
    read: ({ versionId }) => (versionId === "null" ? undefined : versionId),
  },
  { name: "IsLatest", column: "is_latest", type: "flag", read: ({ ended }) => ended === null },
  {
    name: "IsDeleteMarker",
    column: "is_delete_marker",
    type: "flag",
    read: ({ isDeleteMarker }) => isDeleteMarker,
  },
];

/** Where ownership is enforced all objects are the bucket owner's, whoever wrote them. */
function ownerOf({ detail }: ScannedVersion, { ownerId, isEnforced }: InventoriedBucket): string {
  return isEnforced ? ownerId : (detail?.ownerId ?? ownerId);
}

/**
 * JSON in base64.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/objectacl.html
 */
function accessControlList(version: ScannedVersion, bucket: InventoriedBucket): string {
  const own = privateAcl(ownerOf(version, bucket));
  const acl = bucket.isEnforced ? own : (version.detail?.acl ?? own);
  const grants = acl.map(([grantee, permission]) =>
    isGroup(grantee)
      ? { uri: grantee, type: "Group", permission }
      : { canonicalId: grantee, type: "CanonicalUser", permission },
  );
  return btoa(JSON.stringify({ version: "2022-11-10", status: "AVAILABLE", grants }));
}

/** Says nothing of delete markers, which have no content. */
function ofContent(read: Field["read"]): Field["read"] {
  return (version, bucket) => (version.isDeleteMarker ? undefined : read(version, bucket));
}

function lockOf({ detail }: ScannedVersion) {
  return detail?.lock;
}

function encryptionStatus({ detail }: ScannedVersion): string {
  switch (detail?.encryption?.algorithm) {
    case undefined:
      return "SSE-S3";
    case "SSE-C":
      return "SSE-C";
    case "aws:kms":
      return "SSE-KMS";
    default:
      return "DSSE-KMS";
  }
}

function bucketKeyStatus({ detail }: ScannedVersion): string | undefined {
  const algorithm = detail?.encryption?.algorithm;
  if (algorithm === undefined || algorithm === "SSE-C") return undefined;
  return detail?.encryption?.["bucketKeyEnabled"] === true ? "ENABLED" : "DISABLED";
}

/** Of current objects: when their bucket's rules end them. */
function expirationMs(version: ScannedVersion, { rules }: InventoriedBucket): number | undefined {
  if (rules === undefined || !version.isCurrent) return undefined;
  const { key, sizeBytes, modifiedAtMs: createdAtMs, detail } = version;
  const object = { key, sizeBytes, createdAtMs, tags: detail?.tags ?? [] };
  return earliestExpiration(rules, object)?.dueMs;
}

function accessTier({ storageClass, detail }: ScannedVersion): string | undefined {
  return storageClass === "INTELLIGENT_TIERING" ? (detail?.tier ?? "FREQUENT") : undefined;
}

function holdStatus(version: ScannedVersion): string | undefined {
  const hold = lockOf(version)?.eventHold;
  if (hold === undefined) return undefined;
  return hold ? "On" : "Off";
}

function holdDuration(version: ScannedVersion): string | undefined {
  const duration = lockOf(version)?.holdDuration;
  if (duration === undefined) return undefined;
  return "days" in duration ? `${duration.days} Days` : `${duration.years} Years`;
}

const optional: readonly Field[] = [
  {
    name: "Size",
    column: "size",
    type: "size",
    read: ofContent(({ sizeBytes }) => sizeBytes),
  },
  {
    name: "LastModifiedDate",
    column: "last_modified_date",
    type: "time",
    read: ({ modifiedAtMs }) => modifiedAtMs,
  },
  { name: "ETag", column: "e_tag", type: "text", read: ofContent(({ etag }) => etag) },
  {
    name: "StorageClass",
    column: "storage_class",
    type: "text",
    read: ofContent(({ storageClass }) => storageClass),
  },
  {
    name: "IsMultipartUploaded",
    column: "is_multipart_uploaded",
    type: "flag",
    read: ofContent(({ detail }) => detail?.partsCount !== undefined),
  },
  {
    name: "ReplicationStatus",
    column: "replication_status",
    type: "text",
    read: ({ detail }) => detail?.replication?.status,
  },
  {
    name: "EncryptionStatus",
    column: "encryption_status",
    type: "text",
    read: ofContent(encryptionStatus),
  },
  {
    name: "ObjectLockRetainUntilDate",
    column: "object_lock_retain_until_date",
    type: "time",
    read: (version) => lockOf(version)?.retainUntilMs,
  },
  {
    name: "ObjectLockMode",
    column: "object_lock_mode",
    type: "text",
    read: (version) => lockOf(version)?.mode,
  },
  {
    name: "ObjectLockLegalHoldStatus",
    column: "object_lock_legal_hold_status",
    type: "text",
    read: ofContent((version) => (lockOf(version)?.legalHold === true ? "On" : "Off")),
  },
  {
    name: "IntelligentTieringAccessTier",
    column: "intelligent_tiering_access_tier",
    type: "text",
    read: ofContent(accessTier),
  },
  {
    name: "BucketKeyStatus",
    column: "bucket_key_status",
    type: "text",
    read: ofContent(bucketKeyStatus),
  },
  {
    name: "ChecksumAlgorithm",
    column: "checksum_algorithm",
    type: "text",
    read: ({ checksum }) => checksum?.algorithm,
  },
  {
    name: "ObjectAccessControlList",
    column: "object_access_control_list",
    type: "text",
    read: ofContent(accessControlList),
  },
  {
    name: "ObjectOwner",
    column: "object_owner",
    type: "text",
    read: (version, bucket) => ownerOf(version, bucket),
  },
  {
    name: "LifecycleExpirationDate",
    column: "lifecycle_expiration_date",
    type: "time",
    read: expirationMs,
  },
  {
    name: "ObjectLockEventHoldStatus",
    column: "object_lock_event_hold_status",
    type: "text",
    read: holdStatus,
  },
  {
    name: "ObjectLockEventHoldDuration",
    column: "object_lock_event_hold_duration",
    type: "text",
    read: holdDuration,
  },
  // When an object was last read is known to the index for the day of its next move only.
  {
    name: "IntelligentTieringReferenceDate",
    column: "intelligent_tiering_reference_date",
    type: "time",
    read: () => undefined,
  },
];

/** The columns of a report, in their order. */
export function fieldsOf(wish: {
  readonly hasAllVersions: boolean;
  readonly optional: readonly string[];
}): readonly Field[] {
  const asked = new Set(wish.optional);
  return [
    ...always,
    ...(wish.hasAllVersions ? ofVersions : []),
    ...optional.filter(({ name }) => asked.has(name)),
  ];
}
