// Uploads for tests: begun, given parts of made-up blobs with real checksums, completed.

import type {
  CompleteUploadOutcome,
  CompleteUploadRequest,
  Part,
  UploadFacts,
} from "../../src/bucket/types.ts";
import { encodeChecksum } from "../../src/checksums/algorithms.ts";
import { createHasher } from "../../src/checksums/hashers.ts";
import type { ChecksumAlgorithm } from "../../src/s3/content.ts";
import type { IndexUnderTest } from "./fixture.ts";

export const mebibyte = 1024 * 1024;
type Listed = CompleteUploadRequest["parts"][number];

export async function createUpload(
  index: IndexUnderTest,
  key: string,
  facts: Partial<UploadFacts> = {},
): Promise<string> {
  const uploadId = index.uploadId();
  const outcome = await index.rpc.createUpload({
    ...index.facts,
    key,
    uploadId,
    facts: {
      storageClass: "STANDARD",
      detail: {},
      initiator: { id: "arn", displayName: "someone" },
      ...facts,
    },
  });
  if (outcome.kind !== "created") throw new Error(outcome.kind);
  return uploadId;
}

/** The digest of `sizeBytes` zeros, so that whole objects can be checked too. */
export function digestOfZeros(algorithm: ChecksumAlgorithm, sizeBytes: number): Uint8Array {
  const hasher = createHasher(algorithm);
  hasher.update(new Uint8Array(sizeBytes));
  return hasher.digest();
}

export interface PartOptions {
  readonly sizeBytes?: number;
  readonly algorithm?: ChecksumAlgorithm;
  readonly blob?: string;
}

/** Stores a part of zeros under a fresh blob; the ETag is its MD5. */
export async function putPart(
  index: IndexUnderTest,
  { key, uploadId, partNumber }: { key: string; uploadId: string; partNumber: number },
  { sizeBytes = 5 * mebibyte, algorithm = "CRC64NVME", blob = index.blob() }: PartOptions = {},
) {
  const part: Omit<Part, "modifiedAtMs"> = {
    partNumber,
    sizeBytes,
    etag: Buffer.from(digestOfZeros("MD5", sizeBytes)).toString("hex"),
    checksum: {
      algorithm,
      type: "FULL_OBJECT",
      value: encodeChecksum(digestOfZeros(algorithm, sizeBytes)),
    },
  };
  const segments = [{ blob, offset: 0, length: sizeBytes }];
  const outcome = await index.rpc.putPart({ ...index.facts, key, uploadId, part, segments });
  return { outcome, part, blob };
}

/** An upload with parts of these sizes, and the list that completes it. */
export async function uploadOf(
  index: IndexUnderTest,
  key: string,
  sizes: readonly number[],
  facts: Partial<UploadFacts> = {},
) {
  const uploadId = await createUpload(index, key, facts);
  const parts: Listed[] = [];
  const blobs: string[] = [];
  for (const [at, sizeBytes] of sizes.entries()) {
    const place = { key, uploadId, partNumber: at + 1 };
    const algorithm = facts.checksum?.algorithm ?? "CRC64NVME";
    const { outcome, part, blob } = await putPart(index, place, { sizeBytes, algorithm });
    if (outcome.kind !== "stored") throw new Error(outcome.kind);
    parts.push({ partNumber: at + 1, etag: part.etag });
    blobs.push(blob);
  }
  return { key, uploadId, parts, blobs };
}

export function complete(
  index: IndexUnderTest,
  upload: { key: string; uploadId: string; parts: readonly Listed[] },
  options: Partial<CompleteUploadRequest> = {},
): Promise<CompleteUploadOutcome> {
  return index.rpc.completeUpload({
    ...index.facts,
    versioning: index.versioning,
    versionId: index.versionId(),
    key: upload.key,
    uploadId: upload.uploadId,
    parts: upload.parts,
    ...options,
  });
}
