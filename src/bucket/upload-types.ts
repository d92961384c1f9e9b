// What crosses RPC about multipart uploads. As `types.ts`: plain data, outcomes tagged, additive
// between releases.

import type { Checksum, ContentId, Segment, StorageClass } from "../s3/content.ts";
import type { DefaultLock } from "./amend-types.ts";
import type {
  CallFacts,
  ConditionRefusal,
  Refusal,
  SharedFrom,
  VersionDetail,
  VersioningState,
  WriteConditions,
} from "./types.ts";

/** What an upload was begun with; becomes the version's facts when it completes. */
export interface UploadFacts {
  readonly storageClass: StorageClass;
  readonly detail: VersionDetail;
  /** Algorithm and type asked for at CreateMultipartUpload; absent: none asked, CRC64NVME kept. */
  readonly checksum?: Pick<Checksum, "algorithm" | "type">;
  readonly initiator: { readonly id: string; readonly displayName: string };
  readonly ownerId?: string;
}

export interface Upload extends UploadFacts {
  readonly key: string;
  readonly uploadId: string;
  readonly initiatedAtMs: number;
}

export interface CreateUploadRequest extends CallFacts {
  readonly key: string;
  readonly uploadId: string;
  readonly facts: UploadFacts;
}

export type CreateUploadOutcome = Refusal | { readonly kind: "created" };

export interface Part {
  readonly partNumber: number;
  readonly sizeBytes: number;
  /** MD5, hex, without quotes. */
  readonly etag: string;
  readonly checksum?: Checksum;
  readonly modifiedAtMs: number;
}

export interface PutPartRequest extends CallFacts {
  readonly key: string;
  readonly uploadId: string;
  readonly part: Omit<Part, "modifiedAtMs">;
  readonly segments: readonly Segment[];
  /** UploadPartCopy by reference: the source version that `segments` were taken from. */
  readonly sharedFrom?: SharedFrom;
}

export type PutPartOutcome =
  | Refusal
  | { readonly kind: "stored"; readonly modifiedAtMs: number }
  | { readonly kind: "no-such-upload" }
  | { readonly kind: "expired-blob" }
  | { readonly kind: "source-gone" };

export type GetUploadOutcome =
  | Refusal
  | { readonly kind: "found"; readonly upload: Upload }
  | { readonly kind: "no-such-upload" };

export interface ListPartsRequest extends CallFacts {
  readonly key: string;
  readonly uploadId: string;
  readonly afterPartNumber: number;
  readonly limit: number;
}

export type ListPartsOutcome =
  | Refusal
  | { readonly kind: "no-such-upload" }
  | {
      readonly kind: "page";
      readonly upload: Upload;
      readonly parts: readonly Part[];
      readonly isTruncated: boolean;
    };

/** Parts of a committed version, for GetObjectAttributes; same shape, found by content id. */
export interface ListVersionPartsRequest extends CallFacts {
  readonly key: string;
  readonly content: ContentId;
  readonly afterPartNumber: number;
  readonly limit: number;
}

export type ListVersionPartsOutcome =
  | Refusal
  | { readonly kind: "page"; readonly parts: readonly Part[]; readonly isTruncated: boolean };

export interface ListUploadsRequest extends CallFacts {
  readonly prefix: string;
  readonly delimiter: string;
  readonly keyMarker?: string;
  readonly uploadIdMarker?: string;
  readonly limit: number;
}

export type ListUploadsOutcome =
  | Refusal
  | {
      readonly kind: "page";
      readonly uploads: readonly Upload[];
      readonly commonPrefixes: readonly string[];
      readonly isTruncated: boolean;
      readonly nextKeyMarker?: string;
      readonly nextUploadIdMarker?: string;
    };

export interface CompleteUploadRequest extends CallFacts {
  readonly key: string;
  readonly uploadId: string;
  readonly versioning: VersioningState;
  readonly versionId: string;
  readonly parts: readonly {
    readonly partNumber: number;
    /** Without quotes. */
    readonly etag: string;
    /** base64, when the client named one. */
    readonly checksum?: Omit<Checksum, "type">;
  }[];
  /** Whole-object checksum (or composite `value-N`) the client expects. */
  readonly expectedChecksum?: Omit<Checksum, "type"> & Partial<Pick<Checksum, "type">>;
  /** `x-amz-mp-object-size`. */
  readonly expectedSizeBytes?: number;
  readonly conditions?: WriteConditions;
  /** As in `CommitRequest`, from the completion on. */
  readonly defaultLock?: DefaultLock;
}

export type CompleteUploadOutcome =
  | Refusal
  | ConditionRefusal
  | {
      readonly kind: "committed";
      readonly versionId?: string;
      readonly etag: string;
      readonly sizeBytes: number;
      readonly modifiedAtMs: number;
      readonly checksum?: Checksum;
      /** What the upload was begun with (encryption headers and the like go into the answer). */
      readonly detail: VersionDetail;
    }
  | { readonly kind: "no-such-upload" }
  | { readonly kind: "invalid-part"; readonly partNumber: number; readonly etag: string }
  | { readonly kind: "invalid-part-order" }
  | {
      readonly kind: "part-too-small";
      readonly partNumber: number;
      readonly sizeBytes: number;
      readonly etag: string;
    }
  | { readonly kind: "wrong-size" }
  | { readonly kind: "bad-checksum"; readonly algorithm: string }
  /** The checksum type or algorithm asked for does not fit the upload's. */
  | { readonly kind: "checksum-mismatch"; readonly message: string }
  | { readonly kind: "locked" };

export interface AbortUploadRequest extends CallFacts {
  readonly key: string;
  readonly uploadId: string;
  /** `x-amz-if-match-initiated-time`, milliseconds. */
  readonly ifInitiatedAtMs?: number;
}

export type AbortUploadOutcome =
  | Refusal
  | { readonly kind: "aborted" }
  | { readonly kind: "no-such-upload" }
  | { readonly kind: "precondition-failed"; readonly condition: string };
