// The headers of a replica's write: everything its source says of itself, in S3's own words. Pure.

import type { Version } from "../../bucket/types.ts";
import type { ChecksumAlgorithm } from "../../s3/content.ts";
import { renderReplica, replicaHeader } from "../../s3/replica-header.ts";
import type { DestinationDocument } from "../../s3/replication-rules.ts";
import { sourceVersionMember } from "../../s3/source-version.ts";
import { originsOf } from "./origins.ts";

/** What is known of the target, and of the index the version is in. */
export interface WriteFacts {
  /** Told ids and times of versions; other servers have ids of their own. */
  readonly isCairn: boolean;
  readonly destination: DestinationDocument;
  /** Names the source's index. */
  readonly source: string;
  readonly nowMs: number;
}

const contentHeaders = [
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-type",
  "expires",
  "x-amz-website-redirect-location",
];

/** For the write that makes the replica. `read`: the headers of the source's own answer. */
export function versionHeaders(facts: WriteFacts, version: Version, read: Headers): Headers {
  const headers = changeHeaders(facts, version, false);
  for (const [name, value] of read) {
    if (contentHeaders.includes(name) || name.startsWith("x-amz-meta-")) headers.set(name, value);
  }
  if (!facts.isCairn) {
    const origins = [version.versionId, ...originsOf(version)];
    headers.set(`x-amz-meta-${sourceVersionMember}`, origins.join(" "));
  }
  const storageClass = facts.destination.StorageClass ?? version.storageClass;
  if (storageClass !== "STANDARD") headers.set("x-amz-storage-class", storageClass);
  for (const [name, value] of encryptionHeaders(facts, version)) headers.set(name, value);
  return headers;
}

/** Of SSE-S3 objects SSE-S3, whatever the destination's default is, as on AWS. */
function encryptionHeaders(
  { isCairn, destination }: WriteFacts,
  { detail }: Version,
): [string, string][] {
  const name = "x-amz-server-side-encryption";
  const { encryption } = detail;
  if (encryption === undefined) return isCairn ? [[name, "AES256"]] : [];
  const keyId = destination.EncryptionConfiguration?.ReplicaKmsKeyID ?? "";
  return [
    [name, encryption.algorithm],
    [`${name}-aws-kms-key-id`, keyId],
    ...(encryption["bucketKeyEnabled"] === true
      ? [[`${name}-bucket-key-enabled`, "true"] as [string, string]]
      : []),
  ];
}

/** Tags, lock and which version it is: all that a change of a version is. */
export function changeHeaders(facts: WriteFacts, version: Version, isChange: boolean): Headers {
  const headers = new Headers();
  const { tags = [] } = version.detail;
  if (tags.length > 0) {
    const pairs = tags.map(([key, value]) => `${encode(key)}=${encode(value)}`);
    headers.set("x-amz-tagging", pairs.join("&"));
  }
  for (const [name, value] of lockHeaders(version, facts.nowMs)) headers.set(name, value);
  for (const [name, value] of originHeaders(facts, version, isChange)) headers.set(name, value);
  return headers;
}

/** Says which version the write is of, to a target that may know. */
export function originHeaders(
  { isCairn, destination, source }: WriteFacts,
  version: Pick<Version, "seq" | "versionId" | "modifiedAtMs" | "detail">,
  isChange = false,
): [string, string][] {
  const owner = destination.Account;
  const expected: [string, string][] =
    owner === undefined ? [] : [["x-amz-expected-bucket-owner", owner]];
  if (!isCairn) return [];
  const { seq, versionId, modifiedAtMs, detail } = version;
  const { acl } = detail;
  const changedAtMs = detail.replication?.changedAtMs;
  const wish = {
    ...{ source, seq, versionId, modifiedAtMs },
    ...(changedAtMs !== undefined && { changedAtMs }),
    ...(isChange && { isChange: true as const }),
    ...(acl !== undefined && { acl }),
    ...(destination.AccessControlTranslation?.Owner === "Destination" && {
      isOwnerOverridden: true as const,
    }),
  };
  return [...expected, [replicaHeader, renderReplica(wish)]];
}

/** A retention that is over is no more than none. */
function lockHeaders({ detail: { lock } }: Version, nowMs: number): [string, string][] {
  if (lock === undefined) return [];
  const prefix = "x-amz-object-lock-";
  const { mode, retainUntilMs = 0, legalHold, eventHold, holdDuration } = lock;
  const headers: [string, string][] = [];
  const isHeld = eventHold === true && holdDuration !== undefined;
  if (mode !== undefined && (retainUntilMs > nowMs || isHeld)) {
    headers.push([`${prefix}mode`, mode]);
    if (retainUntilMs > nowMs) {
      headers.push([`${prefix}retain-until-date`, new Date(retainUntilMs).toISOString()]);
    }
    if (isHeld) {
      const [unit, length] =
        "days" in holdDuration ? ["days", holdDuration.days] : ["years", holdDuration.years];
      headers.push([`${prefix}event-hold`, "ON"]);
      headers.push([`${prefix}event-hold-duration-${unit}`, String(length)]);
    }
  }
  if (legalHold !== undefined) headers.push([`${prefix}legal-hold`, legalHold ? "ON" : "OFF"]);
  return headers;
}

/** What other servers know to check. */
const commonAlgorithms: readonly ChecksumAlgorithm[] = [
  "CRC32",
  "CRC32C",
  "CRC64NVME",
  "SHA1",
  "SHA256",
];

/** The digests of whole bytes, which the target verifies before it answers. */
export function digestHeaders(
  { isCairn }: WriteFacts,
  bytes: {
    readonly etag: string;
    readonly isSealed: boolean;
    readonly checksum:
      | { readonly algorithm: ChecksumAlgorithm; readonly value: string }
      | undefined;
  },
): [string, string][] {
  const { etag, isSealed, checksum } = bytes;
  const headers: [string, string][] = [];
  if (!isSealed && /^[0-9a-f]{32}$/.test(etag)) {
    headers.push(["content-md5", Buffer.from(etag, "hex").toString("base64")]);
  }
  if (checksum !== undefined && (isCairn || commonAlgorithms.includes(checksum.algorithm))) {
    headers.push([`x-amz-checksum-${checksum.algorithm.toLowerCase()}`, checksum.value]);
  }
  return headers;
}

function encode(text: string): string {
  return encodeURIComponent(text);
}
