// Everything that crosses the RPC boundary between the Worker and a bucket's index. Plain data;
// outcomes are tagged and never thrown. Additive between releases: an older Worker may talk to a
// newer index and the other way round (faults.md D12).

import type { Acl } from "../s3/acl.ts";
import type { AccessTier, Checksum, ContentId, Segment, StorageClass } from "../s3/content.ts";
import type { DefaultLock, VersionLock } from "./amend-types.ts";
import type { Emission } from "./outbox-types.ts";
import type { ReplicaOrigin, VersionReplication } from "./replication-types.ts";
import type { RestoreState } from "./restore-types.ts";

export type * from "./access-types.ts";
export type * from "./amend-types.ts";
export type * from "./annotation-types.ts";
export type * from "./append-types.ts";
export type * from "./lifecycle-types.ts";
export type * from "./move-types.ts";
export type * from "./outbox-types.ts";
export type * from "./rename-types.ts";
export type * from "./replication-types.ts";
export type * from "./restore-types.ts";
export type { BucketIndexRpc } from "./rpc-types.ts";
export type * from "./scan-types.ts";
export type * from "./upload-types.ts";

export type VersioningState = "Unversioned" | "Enabled" | "Suspended";

/** Standard headers kept with a version and given back on reads. */
export interface StoredHeaders {
  readonly contentType?: string;
  readonly cacheControl?: string;
  readonly contentDisposition?: string;
  readonly contentEncoding?: string;
  readonly contentLanguage?: string;
  /** The text the client sent, given back as it was. */
  readonly expires?: string;
  readonly websiteRedirectLocation?: string;
}

/**
 * What a writer says of a version, apart from its bytes. JSON in one column; absent when default.
 */
export interface VersionDetail {
  readonly headers?: StoredHeaders;
  /** User metadata, names in lower case without `x-amz-meta-`. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly checksum?: Checksum;
  /** Only for versions made by CompleteMultipartUpload. */
  readonly partsCount?: number;
  /** Object tags in the order given. */
  readonly tags?: readonly (readonly [key: string, value: string])[];
  /** Canonical id of the owner when it is not the bucket's owner. */
  readonly ownerId?: string;
  /** Absent: full control for the owner, and nothing else. Means nothing under enforced ownership. */
  readonly acl?: Acl;
  readonly encryption?: { readonly algorithm: string; readonly [field: string]: string | boolean };
  readonly lock?: VersionLock;
  /** Only for INTELLIGENT_TIERING: where its bytes are; absent for the frequent access tier. */
  readonly tier?: AccessTier;
  /** Only in buckets that replicate, or are replicated to. */
  readonly replication?: VersionReplication;
}

/** One committed state of a key, as readers see it. */
export interface Version {
  readonly key: string;
  readonly seq: number;
  /** Public id; `"null"` for the null version. */
  readonly versionId: string;
  readonly isLatest: boolean;
  readonly isDeleteMarker: boolean;
  readonly modifiedAtMs: number;
  readonly sizeBytes: number;
  /** Without quotes. Empty for delete markers. */
  readonly etag: string;
  readonly storageClass: StorageClass;
  /** `null` for delete markers only. */
  readonly content: ContentId | null;
  readonly detail: VersionDetail;
}

/** Asked of every call, so that a stale copy of the settings ends here. */
export interface CallFacts {
  /** The settings epoch the caller decided with. */
  readonly epoch: number;
  /** The Worker's clock, milliseconds. The index keeps `max(now, last seen)`. */
  readonly nowMs: number;
  /** Who is to be told of what this call changes, by those settings; absent for nobody. */
  readonly emit?: Emission;
}

/** The key lives in another partition now; ask that one. It has the keys from `from` up to `to`. */
export interface Moved {
  readonly kind: "moved";
  readonly partition: string;
  readonly from?: string;
  readonly to?: string;
}

/** Answers any call may give. */
export type Refusal =
  | { readonly kind: "stale"; readonly epoch: number }
  | Moved
  | { readonly kind: "no-such-bucket" };

/** Preconditions of a write, judged in the transaction that writes. ETags without quotes. */
export interface WriteConditions {
  readonly ifMatch?: string;
  /** Only `*` exists for writes. */
  readonly ifNoneMatch?: "*";
  /** DeleteObject(s) only: `x-amz-if-match-last-modified-time`, milliseconds (whole seconds). */
  readonly ifModifiedAtMs?: number;
  /** DeleteObject(s) only: `x-amz-if-match-size`. */
  readonly ifSizeBytes?: number;
}

export type ConditionRefusal =
  | { readonly kind: "precondition-failed"; readonly condition: string }
  /** If-Match on a key that has no current object: 404. */
  | { readonly kind: "no-such-key" };

/** Which bytes of the content a read wants; resolved against the size by `s3/range.ts`. */
export type RangeWish =
  | { readonly kind: "from-to"; readonly first: number; readonly last?: number }
  | { readonly kind: "suffix"; readonly length: number }
  | { readonly kind: "part"; readonly partNumber: number };

export interface ResolveRequest extends CallFacts {
  readonly key: string;
  /** Public version id, `"null"` included; absent for the current version. */
  readonly versionId?: string;
  /** When given, `segments` covers only these bytes. */
  readonly range?: RangeWish;
  /** False for HEAD and the like: no segments are wanted. */
  readonly wantSegments: boolean;
}

export type ResolveOutcome =
  | Refusal
  | {
      readonly kind: "found";
      readonly version: Version;
      /**
       * The bytes asked for, in order; empty when none were wanted or the range is unsatisfiable.
       */
      readonly segments: readonly Segment[];
      /** The version has annotations. */
      readonly isAnnotated?: true;
      /** Of INTELLIGENT_TIERING alone: when it was used last, as far as was noticed. */
      readonly usedAtMs?: number;
      /** Of archived versions alone: without it, or while it goes on, there are no segments. */
      readonly restore?: RestoreState;
      /** For `part` wishes: where that part lies. Absent when there is no such part. */
      readonly part?: {
        readonly offset: number;
        readonly length: number;
        readonly checksum?: Checksum;
      };
    }
  /** `marker` is set when the newest version is a delete marker. */
  | {
      readonly kind: "no-such-key";
      readonly marker?: { readonly versionId: string; readonly modifiedAtMs: number };
    }
  | { readonly kind: "no-such-version" };

/** Asserts, in the writing transaction, that the source of a copy by reference still stands. */
export interface SharedFrom {
  readonly key: string;
  readonly seq: number;
}

export interface CommitRequest extends CallFacts {
  readonly key: string;
  readonly versioning: VersioningState;
  /**
   * Chosen by the caller, random and time-ordered: makes the call idempotent. Public id when
   * versioning is enabled.
   */
  readonly versionId: string;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly storageClass: StorageClass;
  readonly content: ContentId;
  /** Present for copies by reference: `content` is the source's and gains a reference. */
  readonly sharedFrom?: SharedFrom;
  /** Present for copies inside the bucket that take the source version's annotations along. */
  readonly annotationsFrom?: SharedFrom;
  readonly detail: VersionDetail;
  readonly conditions?: WriteConditions;
  /** For a version whose detail brings no lock: the bucket's default, counted from its creation. */
  readonly defaultLock?: DefaultLock;
  /** Second and later tries of the same commit: the index looks whether the first one took. */
  readonly isRetry?: boolean;
}

export type CommitOutcome =
  | Refusal
  | ConditionRefusal
  | {
      readonly kind: "committed";
      /** Public id to show; absent in a bucket that was never versioned. */
      readonly versionId?: string;
      readonly modifiedAtMs: number;
      readonly etag: string;
      /** A replica that was here already: the bytes it brought are nobody's. */
      readonly isKnown?: true;
    }
  /** The blob id is older than the longest request: the sweeper may own it. Store again. */
  | { readonly kind: "expired-blob" }
  /** The source of the copy is gone or changed: resolve it again. */
  | { readonly kind: "source-gone" }
  | { readonly kind: "locked" };

/** One key of DeleteObject or DeleteObjects. */
export interface Deletion {
  readonly key: string;
  readonly versionId?: string;
  readonly conditions?: WriteConditions;
  /** Id for the delete marker this may make. */
  readonly markerVersionId: string;
  readonly bypassGovernance?: boolean;
  /** The marker is a replica: it has its source's id and time. */
  readonly origin?: ReplicaOrigin;
}

export interface DeleteRequest extends CallFacts {
  readonly versioning: VersioningState;
  /** Owner recorded on delete markers; absent for the bucket's owner. */
  readonly ownerId?: string;
  readonly deletions: readonly Deletion[];
}

export type DeletionResult =
  | {
      readonly kind: "deleted";
      /** The version removed, or the marker made. */
      readonly versionId?: string;
      /** A marker was made, or the version removed was a marker. */
      readonly isDeleteMarker: boolean;
      /** Id of the marker that was made (or removed). */
      readonly markerVersionId?: string;
      /** Of the object that was removed for good. */
      readonly sizeBytes?: number;
    }
  | ConditionRefusal
  | { readonly kind: "locked" }
  | Moved;

/** `results[i]` answers `deletions[i]`. */
export type DeleteOutcome =
  | Refusal
  | { readonly kind: "done"; readonly results: readonly DeletionResult[] };

export interface ListRequest extends CallFacts {
  readonly prefix: string;
  readonly delimiter: string;
  /** Keys (or common prefixes) strictly after this one, UTF-8 binary order. */
  readonly after?: string;
  /** 0..1000 entries and common prefixes together. */
  readonly limit: number;
}

/** A line of a listing, only what listings show. */
export interface ListedObject {
  readonly key: string;
  readonly modifiedAtMs: number;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly storageClass: StorageClass;
  readonly checksum?: Pick<Checksum, "algorithm" | "type">;
  readonly ownerId?: string;
}

export type ListOutcome =
  | Refusal
  | {
      readonly kind: "page";
      readonly objects: readonly ListedObject[];
      readonly commonPrefixes: readonly string[];
      readonly isTruncated: boolean;
      /** Give it back as `after` to go on: the last key or common prefix of this page. */
      readonly next?: string;
    };

/**
 * How a page of objects crosses RPC: `ListedRow`s as one JSON text. `bucket/client.ts` unpacks
 * it.
 */
export type PackedListOutcome =
  | Refusal
  | (Omit<Extract<ListOutcome, { kind: "page" }>, "objects"> & { readonly packed: string });

export interface ListVersionsRequest extends CallFacts {
  readonly prefix: string;
  readonly delimiter: string;
  readonly keyMarker?: string;
  readonly versionIdMarker?: string;
  readonly limit: number;
}

export type ListVersionsOutcome =
  | Refusal
  /** The marker is no version id at all. One whose version is gone is no error. */
  | { readonly kind: "no-such-version-marker" }
  | {
      readonly kind: "page";
      /** Of `detail`, only checksum and owner: listings show no more. */
      readonly versions: readonly Version[];
      readonly commonPrefixes: readonly string[];
      readonly isTruncated: boolean;
      readonly nextKeyMarker?: string;
      readonly nextVersionIdMarker?: string;
    };

/** Content whose last reference is gone and whose grace is over: safe to remove from the stores. */
export interface CondemnedBlob {
  readonly blob: string;
  readonly ticket: string;
}

/** As `PackedListOutcome`, with the rows of versions. */
export type PackedListVersionsOutcome =
  | Exclude<ListVersionsOutcome, { kind: "page" }>
  | (Omit<Extract<ListVersionsOutcome, { kind: "page" }>, "versions"> & {
      readonly packed: string;
    });

export interface ClaimRequest {
  readonly nowMs: number;
  /** How long condemned content stays, milliseconds. */
  readonly graceMs: number;
  readonly limit: number;
  /** Go on behind this one: for slices that leave blobs whose removal failed for later. */
  readonly afterTicket?: string;
}

/** A blob found in a store, with what its metadata says it was stored for. */
export interface StoredBlob {
  readonly blob: string;
  readonly key: string;
  readonly versionId?: string;
  readonly uploadId?: string;
  readonly partNumber?: number;
}
