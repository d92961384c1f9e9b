// What a write asks for besides its bytes: class, metadata, headers, tags, conditions. Read once
// from the typed input, refused here when it cannot be honoured. Shared by PutObject, CopyObject
// and CreateMultipartUpload, so that all write paths keep the same things.

import type { VersionDetail } from "../../bucket/types.ts";
import type { StorageClass } from "../../s3/content.ts";
import { checkUserMetadata, parseTagging, readStoredHeaders } from "../../s3/metadata.ts";
import { parseStorageClass } from "../../storage/classes.ts";

/** The members that the write operations have in common, as the SDK types them. */
export interface WriteInput {
  readonly StorageClass?: string | undefined;
  readonly Metadata?: Record<string, string> | undefined;
  readonly Tagging?: string | undefined;
}

export interface WriteIntent {
  readonly storageClass: StorageClass;
  /** Everything but the checksum and the part count, which only the bytes can tell. */
  readonly detail: VersionDetail;
}

/**
 * Reads a write's intent from its input and headers.
 * Throws InvalidStorageClass, MetadataTooLarge, InvalidTag. Owner and ACL: `operations/acl.ts`.
 */
export function readWriteIntent(headers: Headers, input: WriteInput): WriteIntent {
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
