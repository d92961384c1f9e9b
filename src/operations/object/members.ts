// From a version to the members that GetObject, HeadObject, PutObject and their kin share. Names
// are the SDK's; members that are absent on AWS are absent here.

import type { Version, VersionDetail } from "../../bucket/types.ts";
import type { Checksum, ChecksumAlgorithm } from "../../s3/content.ts";

const checksumMember = {
  CRC32: "ChecksumCRC32",
  CRC32C: "ChecksumCRC32C",
  CRC64NVME: "ChecksumCRC64NVME",
  SHA1: "ChecksumSHA1",
  SHA256: "ChecksumSHA256",
  SHA512: "ChecksumSHA512",
  MD5: "ChecksumMD5",
  XXHASH64: "ChecksumXXHASH64",
  XXHASH3: "ChecksumXXHASH3",
  XXHASH128: "ChecksumXXHASH128",
} as const satisfies Record<ChecksumAlgorithm, string>;

export type ChecksumMember = (typeof checksumMember)[ChecksumAlgorithm];
type ChecksumMembers = { [M in ChecksumMember]?: string } & {
  ChecksumType?: "FULL_OBJECT" | "COMPOSITE";
};

/** `{ChecksumCRC32: "...", ChecksumType: "FULL_OBJECT"}`; empty without a checksum. */
export function checksumMembers(checksum: Checksum | undefined): ChecksumMembers {
  if (checksum === undefined) return {};
  return { [checksumMember[checksum.algorithm]]: checksum.value, ChecksumType: checksum.type };
}

/** The checksum member alone, for parts, whose type is their upload's. */
export function partChecksumMember(checksum: Pick<Checksum, "algorithm" | "value"> | undefined): {
  [M in ChecksumMember]?: string;
} {
  return checksum === undefined ? {} : { [checksumMember[checksum.algorithm]]: checksum.value };
}

/** The one checksum among the members of an input, for CompletedPart and the like. */
export function readChecksumMember(
  members: { readonly [M in ChecksumMember]?: string | undefined },
): Omit<Checksum, "type"> | undefined {
  for (const [algorithm, member] of Object.entries(checksumMember)) {
    const value = members[member];
    if (value !== undefined) return { algorithm: algorithm as ChecksumAlgorithm, value };
  }
  return undefined;
}

interface EncryptionMembers {
  ServerSideEncryption?: "AES256" | "aws:kms" | "aws:kms:dsse";
  SSEKMSKeyId?: string;
  BucketKeyEnabled?: boolean;
  SSECustomerAlgorithm?: string;
  SSECustomerKeyMD5?: string;
}

/** How a version is encrypted. What says nothing has SSE-S3, as everything on AWS since 2023. */
export function encryptionMembers({ encryption }: VersionDetail): EncryptionMembers {
  if (encryption === undefined) return { ServerSideEncryption: "AES256" };
  if (encryption.algorithm === "SSE-C") {
    const { customerKeyMd5 } = encryption;
    return { SSECustomerAlgorithm: "AES256", SSECustomerKeyMD5: String(customerKeyMd5) };
  }
  return {
    ServerSideEncryption: encryption.algorithm === "aws:kms" ? "aws:kms" : "aws:kms:dsse",
    SSEKMSKeyId: String(encryption["keyArn"]),
    ...(encryption["bucketKeyEnabled"] === true && { BucketKeyEnabled: true }),
  };
}

/** The client's encryption context, which only writes tell back. */
export function contextMember({ encryption }: VersionDetail): {
  SSEKMSEncryptionContext?: string;
} {
  const context = encryption?.["context"];
  return typeof context === "string" ? { SSEKMSEncryptionContext: context } : {};
}

/** What GET and HEAD say of a version, range and checksum apart. */
export function versionMembers(version: Version, isVersioned: boolean) {
  const { headers = {}, metadata, tags, replication } = version.detail;
  return {
    AcceptRanges: "bytes",
    LastModified: new Date(version.modifiedAtMs),
    ETag: `"${version.etag}"`,
    ContentType: headers.contentType ?? "binary/octet-stream",
    ...(headers.cacheControl !== undefined && { CacheControl: headers.cacheControl }),
    ...(headers.contentDisposition !== undefined && {
      ContentDisposition: headers.contentDisposition,
    }),
    ...(headers.contentEncoding !== undefined && { ContentEncoding: headers.contentEncoding }),
    ...(headers.contentLanguage !== undefined && { ContentLanguage: headers.contentLanguage }),
    ...(headers.expires !== undefined && { ExpiresString: headers.expires }),
    ...(headers.websiteRedirectLocation !== undefined && {
      WebsiteRedirectLocation: headers.websiteRedirectLocation,
    }),
    ...(metadata !== undefined && { Metadata: { ...metadata } }),
    ...(tags !== undefined && tags.length > 0 && { TagCount: tags.length }),
    ...(version.storageClass !== "STANDARD" && { StorageClass: version.storageClass }),
    ...(isVersioned && { VersionId: version.versionId }),
    ...(replication !== undefined && { ReplicationStatus: replication.status }),
    ...encryptionMembers(version.detail),
  };
}
