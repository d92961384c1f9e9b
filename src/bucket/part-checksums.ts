// The checksums of a multipart upload: what the parts' values make of the whole, and what the
// client may claim of either. Pure. Messages are AWS's.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/tutorial-s3-mpu-additional-checksums.html

import { decodeChecksum, encodeChecksum } from "../checksums/algorithms.ts";
import {
  combineComposite,
  combineFullObject,
  encodeComposite,
  type PartChecksum,
} from "../checksums/combine.ts";
import { isFullObjectAlgorithm } from "../checksums/multipart.ts";
import type { Checksum } from "../s3/content.ts";
import { parseChecksum } from "./rows.ts";
import type { CompleteUploadOutcome, CompleteUploadRequest, Part, Upload } from "./types.ts";

/** What S3 keeps when CreateMultipartUpload asked for nothing. */
const unasked: Pick<Checksum, "algorithm" | "type"> = {
  algorithm: "CRC64NVME",
  type: "FULL_OBJECT",
};

/**
 * The object's checksum. None when a part has no value of the upload's algorithm (parts copied by
 * reference whose bytes were never read).
 */
export function combineChecksums(upload: Upload, parts: readonly Part[]): Checksum | undefined {
  const { algorithm, type } = upload.checksum ?? unasked;
  const values: PartChecksum[] = [];
  for (const { checksum, sizeBytes } of parts) {
    if (checksum?.algorithm !== algorithm) return undefined;
    const value = decodeChecksum(algorithm, checksum.value);
    if (value === undefined) return undefined;
    values.push({ value, lengthBytes: sizeBytes });
  }
  if (type === "COMPOSITE") {
    const digest = combineComposite(
      algorithm,
      values.map(({ value }) => value),
    );
    return { algorithm, type, value: encodeComposite(digest, parts.length) };
  }
  if (!isFullObjectAlgorithm(algorithm)) return undefined;
  return { algorithm, type, value: encodeChecksum(combineFullObject(algorithm, values)) };
}

/** Judges what the list says of one part's checksum. `stored` as in `renderChecksum`. */
export function judgePartChecksum(
  upload: Upload,
  listed: CompleteUploadRequest["parts"][number],
  stored: string | null,
): CompleteUploadOutcome | undefined {
  const { partNumber, etag, checksum } = listed;
  const { algorithm, type } = upload.checksum ?? unasked;
  if (checksum === undefined) {
    if (upload.checksum === undefined || type === "FULL_OBJECT") return undefined;
    const message = `The upload was created using a ${algorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${partNumber} in the request.`;
    return { kind: "checksum-mismatch", message };
  }
  if (checksum.algorithm !== algorithm) {
    const message = `Checksum Type mismatch occurred, expected checksum Type: ${algorithm.toLowerCase()}, actual checksum Type: ${checksum.algorithm.toLowerCase()}`;
    return { kind: "checksum-mismatch", message };
  }
  if (stored === null || parseChecksum(stored).value !== checksum.value) {
    return { kind: "invalid-part", partNumber, etag };
  }
  return undefined;
}

/** Judges the checksum the client expects of the whole against the one computed. */
export function judgeExpected(
  upload: Upload,
  expected: CompleteUploadRequest["expectedChecksum"],
  computed: Checksum | undefined,
): CompleteUploadOutcome | undefined {
  if (expected === undefined) return undefined;
  const { algorithm, type } = upload.checksum ?? unasked;
  if (expected.type !== undefined && expected.type !== type) {
    const message = `The upload was created using the ${type} checksum mode. The complete request must use the same checksum mode.`;
    return { kind: "checksum-mismatch", message };
  }
  if (expected.algorithm !== algorithm) {
    const message = `Checksum Type mismatch occurred, expected checksum Type: ${algorithm.toLowerCase()}, actual checksum Type: ${expected.algorithm.toLowerCase()}`;
    return { kind: "checksum-mismatch", message };
  }
  if (computed === undefined) return { kind: "bad-checksum", algorithm };
  // A composite value may come with or without the number of parts behind it.
  const [bare] = computed.value.split("-");
  const isRight = expected.value === computed.value || expected.value === bare;
  return isRight ? undefined : { kind: "bad-checksum", algorithm };
}
