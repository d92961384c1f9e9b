// What requests without a payload of their own say about checksums: the algorithm that CopyObject
// and CreateMultipartUpload ask for, the value that CompleteMultipartUpload expects of the whole;
// and the rules that bind algorithm and type.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html

import type { Checksum, ChecksumAlgorithm, ChecksumType } from "../s3/content.ts";
import { S3Error } from "../s3/errors.ts";
import { checksumAlgorithms, decodeChecksum, parseChecksumAlgorithm } from "./algorithms.ts";
import type { FullObjectAlgorithm } from "./combine.ts";
import { findChecksumHeader, invalidValue, requireAlgorithm } from "./headers.ts";

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

/** Picks an upload's type, the default when none is asked. Throws InvalidRequest for a bad pair. */
export function resolveChecksumType(
  algorithm: ChecksumAlgorithm,
  type: ChecksumType | undefined,
): ChecksumType {
  const allowed = checksumTypeRules[algorithm];
  if (type === undefined) return allowed[0];
  if (allowed.includes(type)) return type;
  throw new S3Error(
    "InvalidRequest",
    `The ${type} checksum type cannot be used with the ` +
      `${algorithm.toLowerCase()} checksum algorithm.`,
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
      "Checksum algorithm provided is unsupported. Please try again with any of the valid " +
        `types: [${checksumAlgorithms.join(", ")}]`,
    );
  }
  return algorithm;
}

/** Reads what CreateMultipartUpload asks for; undefined for nothing. Throws InvalidRequest. */
export function readMultipartChecksum(
  headers: Headers,
): Pick<Checksum, "algorithm" | "type"> | undefined {
  const algorithm = readChecksumAlgorithm(headers);
  const type = readChecksumType(headers);
  if (algorithm !== undefined) return { algorithm, type: resolveChecksumType(algorithm, type) };
  if (type === undefined) return undefined;
  throw new S3Error(
    "InvalidRequest",
    "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.",
  );
}

/**
 * Reads the checksum that CompleteMultipartUpload expects of the whole object, as sent (a composite
 * one may end in `-N`), and its type when one is said. Throws InvalidRequest.
 */
export function readExpectedChecksum(
  headers: Headers,
): (Omit<Checksum, "type"> & Partial<Pick<Checksum, "type">>) | undefined {
  const header = findChecksumHeader(headers);
  if (header === undefined) return undefined;
  const algorithm = requireAlgorithm(header);
  const digest = header.text.replace(/-[1-9][0-9]{0,4}$/, "");
  if (decodeChecksum(algorithm, digest) === undefined) throw invalidValue(header);
  const type = readChecksumType(headers);
  return { algorithm, value: header.text, ...(type !== undefined && { type }) };
}

function readChecksumType(headers: Headers): ChecksumType | undefined {
  const text = headers.get("x-amz-checksum-type");
  if (text === null) return undefined;
  const type = text.toUpperCase();
  if (type === "COMPOSITE" || type === "FULL_OBJECT") return type;
  throw new S3Error("InvalidRequest", "Value for x-amz-checksum-type header is invalid.");
}
