// What a write asks for besides its bytes: class, metadata, headers, tags, conditions. Read once
// from the typed input, refused here when it cannot be honoured. Shared by PutObject, CopyObject
// and CreateMultipartUpload, so that all write paths keep the same things.

import type { VersionDetail } from "../../bucket/types.ts";
import type { StorageClass } from "../../s3/content.ts";
import { S3Error } from "../../s3/errors.ts";
import { checkUserMetadata, parseTagging, readStoredHeaders } from "../../s3/metadata.ts";
import { parseStorageClass } from "../../storage/classes.ts";

/** The members that the write operations have in common, as the SDK types them. */
export interface WriteInput {
  readonly ACL?: string | undefined;
  readonly StorageClass?: string | undefined;
  readonly Metadata?: Record<string, string> | undefined;
  readonly Tagging?: string | undefined;
}

export interface WriteIntent {
  readonly storageClass: StorageClass;
  /** Everything but the checksum and the part count, which only the bytes can tell. */
  readonly detail: VersionDetail;
}

/** ACL headers that say no more than the bucket's enforced ownership already does. */
const harmlessAcls = new Set(["private", "bucket-owner-full-control"]);

/**
 * Reads a write's intent from its input and headers.
 * Throws InvalidStorageClass, MetadataTooLarge, InvalidTag, AccessControlListNotSupported and, for
 * what this deployment does not do yet, NotImplemented with the header's name.
 */
export function readWriteIntent(headers: Headers, input: WriteInput): WriteIntent {
  refuseUnsupported(headers, input);
  const metadata = input.Metadata ?? {};
  checkUserMetadata(metadata);
  const storedHeaders = readStoredHeaders(headers);
  const tags = input.Tagging === undefined ? [] : parseTagging(input.Tagging);
  return {
    storageClass: parseStorageClass(input.StorageClass ?? "STANDARD"),
    detail: {
      ...(Object.keys(storedHeaders).length > 0 && { headers: storedHeaders }),
      ...(Object.keys(metadata).length > 0 && { metadata }),
      ...(tags.length > 0 && { tags }),
    },
  };
}

function refuseUnsupported(headers: Headers, input: WriteInput): void {
  if (input.ACL !== undefined && !harmlessAcls.has(input.ACL)) {
    throw new S3Error("AccessControlListNotSupported");
  }
  for (const name of ["read", "write", "read-acp", "write-acp", "full-control"]) {
    if (headers.has(`x-amz-grant-${name}`)) throw new S3Error("AccessControlListNotSupported");
  }
}
