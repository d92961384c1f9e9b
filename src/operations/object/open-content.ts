// From a resolved read to its bytes. A blob that is missing is never a 404: the index is asked
// again (a mover may have swapped it), and after that it is our fault and said so (faults: P-READ).

import { S3Error } from "../../s3/errors.ts";
import { type ContentKeys, MissingBlobError, readSegments } from "../../storage/blobs.ts";
import type { ObjectContext } from "../context.ts";
import { type Read, resolveVersion } from "./read.ts";

const maximumTries = 3;

/** The bytes of the read's window. Throws InternalError when the stores do not have them. */
export async function openContent(
  context: ObjectContext,
  read: Read,
  keys?: ContentKeys,
): Promise<ReadableStream<Uint8Array>> {
  let { segments } = read.found;
  const isWhole = read.window.length === read.found.version.sizeBytes;
  for (let round = 1; ; round++) {
    try {
      const { body } = await readSegments(context.env, segments, keys, isWhole);
      return body;
    } catch (error) {
      if (!(error instanceof MissingBlobError)) throw error;
      if (round === maximumTries) throw integrityFailure(context, read, error);
      const again = await resolveVersion(context, {
        versionId: read.found.version.versionId,
        ...(read.request.range !== undefined && { range: read.request.range }),
        wantSegments: true,
      });
      // An overwrite in between would pair old headers with new bytes.
      if (again.version.seq !== read.found.version.seq)
        throw integrityFailure(context, read, error);
      segments = again.segments;
    }
  }
}

/** Logged as an integrity event, for the operator; the client learns only that it is our fault. */
function integrityFailure(context: ObjectContext, read: Read, cause: MissingBlobError): S3Error {
  console.error(
    JSON.stringify({
      event: "integrity",
      requestId: context.requestId,
      bucketId: context.bucket.bucketId,
      versionId: read.found.version.versionId,
      blob: cause.blob,
    }),
  );
  return new S3Error("InternalError", undefined, { cause });
}
