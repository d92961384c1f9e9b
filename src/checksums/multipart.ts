// The rules that bind the checksums of a multipart upload together: which type goes with which
// algorithm, what CreateMultipartUpload may ask for, what each part must then bring.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html

import type { Checksum, ChecksumAlgorithm, ChecksumType } from "../s3/content.ts";
import { S3Error } from "../s3/errors.ts";
import { checksumAlgorithms, parseChecksumAlgorithm } from "./algorithms.ts";
import type { FullObjectAlgorithm } from "./combine.ts";
import { type ChecksumPlan, hasClientChecksum } from "./plan.ts";

/** What an upload was begun with. */
export type UploadChecksum = Pick<Checksum, "algorithm" | "type">;

/** The types each algorithm may have in a multipart upload; the first is the default. */
export const checksumTypeRules: Readonly<
  Record<ChecksumAlgorithm, readonly [ChecksumType, ...ChecksumType[]]>
> = {
  CRC32: ["COMPOSITE", "FULL_OBJECT"],
  CRC32C: ["COMPOSITE", "FULL_OBJECT"],
  CRC64NVME: ["FULL_OBJECT"],
  MD5: ["COMPOSITE"],
  SHA1: ["COMPOSITE"],
  SHA256: ["COMPOSITE"],
  SHA512: ["COMPOSITE"],
  XXHASH128: ["COMPOSITE"],
  XXHASH3: ["COMPOSITE"],
  XXHASH64: ["COMPOSITE"],
};

/** Tells whether part checksums of `algorithm` combine to that of the whole object. */
export function isFullObjectAlgorithm(
  algorithm: ChecksumAlgorithm,
): algorithm is FullObjectAlgorithm {
  return checksumTypeRules[algorithm].includes("FULL_OBJECT");
}

/** Picks the type of an upload, the default when none is asked. Throws InvalidRequest for a bad pair. */
export function resolveChecksumType(
  algorithm: ChecksumAlgorithm,
  type: ChecksumType | undefined,
): ChecksumType {
  const allowed = checksumTypeRules[algorithm];
  if (type === undefined) return allowed[0];
  if (allowed.includes(type)) return type;
  throw new S3Error(
    "InvalidRequest",
    `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
  );
}

/**
 * Reads `x-amz-checksum-algorithm`, with which CopyObject and CreateMultipartUpload ask for a
 * checksum of content that is not in the request. Throws InvalidRequest for an unknown one.
 */
export function readChecksumAlgorithm(headers: Headers): ChecksumAlgorithm | undefined {
  const text = headers.get("x-amz-checksum-algorithm");
  if (text === null) return undefined;
  const algorithm = parseChecksumAlgorithm(text);
  if (algorithm === undefined) {
    throw new S3Error(
      "InvalidRequest",
      `Checksum algorithm provided is unsupported. Please try again with any of the valid types: [${checksumAlgorithms.join(", ")}]`,
    );
  }
  return algorithm;
}

/** Reads what CreateMultipartUpload asks for; undefined when it asks for nothing. */
export function planUploadChecksum(headers: Headers): UploadChecksum | undefined {
  const algorithm = readChecksumAlgorithm(headers);
  const type = readChecksumType(headers);
  if (algorithm !== undefined) return { algorithm, type: resolveChecksumType(algorithm, type) };
  if (type === undefined) return undefined;
  throw new S3Error(
    "InvalidRequest",
    "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.",
  );
}

/** Reads `x-amz-checksum-type` (CompleteMultipartUpload sends it too). Throws InvalidRequest. */
export function readChecksumType(headers: Headers): ChecksumType | undefined {
  const text = headers.get("x-amz-checksum-type");
  if (text === null) return undefined;
  const type = text.toUpperCase();
  if (type === "COMPOSITE" || type === "FULL_OBJECT") return type;
  throw new S3Error("InvalidRequest", "Value for x-amz-checksum-type header is invalid.");
}

/**
 * Refuses a part whose checksum is not of the upload's algorithm, and one without any where the
 * upload's is composite. An upload begun without an algorithm takes parts with any (or none).
 */
export function checkPartAlgorithm(plan: ChecksumPlan, upload: UploadChecksum | undefined): void {
  if (upload === undefined) return;
  const sent = hasClientChecksum(plan) ? plan.algorithm.toLowerCase() : "null";
  if (sent === upload.algorithm.toLowerCase()) return;
  if (sent === "null" && upload.type === "FULL_OBJECT") return;
  throw new S3Error(
    "InvalidRequest",
    `Checksum Type mismatch occurred, expected checksum Type: ${upload.algorithm.toLowerCase()}, actual checksum Type: ${sent}`,
  );
}
