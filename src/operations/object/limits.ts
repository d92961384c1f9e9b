// Size limits of S3's writes.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html

import { S3Error } from "../../s3/errors.ts";

/** The largest single PUT, part and copy source, in bytes: 5 GiB. */
export const maximumUploadBytes = 5 * 1024 ** 3;

/** Refuses what no single upload may be: EntityTooLarge, with both sizes. */
export function checkUploadSize(sizeBytes: number): void {
  if (sizeBytes <= maximumUploadBytes) return;
  throw new S3Error("EntityTooLarge", undefined, {
    detail: { ProposedSize: String(sizeBytes), MaxSizeAllowed: String(maximumUploadBytes) },
  });
}
