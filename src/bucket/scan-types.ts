// What crosses RPC for those who compare the index with the stores, and mend or rebuild it. As
// `types.ts`: plain data, additive between releases. No epoch: upkeep obeys no settings.

import type { Checksum, ContentId, Segment, StorageClass } from "../s3/content.ts";
import type { DefaultLock } from "./amend-types.ts";
import type { Part, UploadFacts, Version, VersionDetail } from "./types.ts";

/** Rows of one kind, behind `after`, in their order. A place may be kept for days. */
export type ScanRequest =
  | {
      readonly what: "versions";
      readonly after?: VersionPlace;
      readonly limit: number;
      /** Only what listings show. */
      readonly isCurrentOnly?: true;
      /** The rows come with all that is known of them. */
      readonly wantsDetail?: true;
    }
  | { readonly what: "parts"; readonly after?: PartPlace; readonly limit: number }
  | { readonly what: "uploads"; readonly after?: UploadPlace; readonly limit: number };

/** With `seq`: behind that version of the key, among older ones; without: behind the key. */
export interface VersionPlace {
  readonly key: string;
  readonly seq?: number;
}

export interface PartPlace {
  readonly content: ContentId;
  readonly number: number;
}

export interface UploadPlace {
  readonly key: string;
  readonly uploadId: string;
}

/** A version as its row has it: keys in order, newest version first. */
export interface ScannedVersion
  extends Pick<
    Version,
    "key" | "seq" | "isDeleteMarker" | "modifiedAtMs" | "sizeBytes" | "etag" | "content"
  > {
  /** Public id, `"null"` for the null version. */
  readonly versionId: string;
  /** Stands in `current`; all others in `history`. */
  readonly isCurrent: boolean;
  /** The seq that ended it; `null` for what is newest. */
  readonly ended: number | null;
  readonly checksum?: Checksum;
  /** Bytes of the listed parts, for content made of parts; absent when there is no manifest. */
  readonly layoutBytes?: number;
  readonly storageClass: StorageClass;
  /** Only where it was asked for. */
  readonly detail?: VersionDetail;
}

/** Which rows to add up, behind a place, and how many at most. */
export type UsageWish =
  | { readonly what: "versions"; readonly after?: VersionPlace; readonly limit: number }
  | { readonly what: "uploads"; readonly after?: UploadPlace; readonly limit: number }
  | { readonly what: "condemned"; readonly limit: number };

/** What rows of one class came to. */
export interface ClassUsage {
  readonly storageClass: StorageClass;
  readonly objects: number;
  readonly noncurrentVersions: number;
  readonly deleteMarkers: number;
  readonly uploads: number;
  readonly currentBytes: number;
  readonly noncurrentBytes: number;
  readonly uploadBytes: number;
}

/** The sums of some rows; without a place to go on there are no more of their kind. */
export interface UsageShare {
  readonly classes: readonly ClassUsage[];
  readonly next?: VersionPlace;
  readonly nextUpload?: UploadPlace;
  /** What waits for its removal, at most as much as was asked for. */
  readonly condemned?: { readonly versions: number; readonly bytes: number };
}

/** A part of an open upload or of a completed one. */
export interface ScannedPart extends Part {
  readonly content: ContentId;
  readonly segments: readonly Segment[];
  /** What the part belongs to. `condemned` bytes may be gone at any time. */
  readonly owner: "manifest" | "upload" | "condemned" | "none";
}

export interface ScannedUpload extends UploadPlace {
  readonly initiatedAtMs: number;
  readonly partsCount: number;
  readonly sizeBytes: number;
}

export type ScanOutcome =
  /** Never a bucket's index, or no longer: nothing to compare. */
  | { readonly kind: "no-such-bucket" }
  | {
      readonly kind: "versions";
      readonly rows: readonly ScannedVersion[];
      readonly isTruncated: boolean;
    }
  | { readonly kind: "parts"; readonly rows: readonly ScannedPart[]; readonly isTruncated: boolean }
  | {
      readonly kind: "uploads";
      readonly rows: readonly ScannedUpload[];
      readonly isTruncated: boolean;
    };

/** Holders are counted in one turn, one share of all content ids at a time. */
export interface RecountRequest {
  readonly share: number;
  /** Number of shares. */
  readonly of: number;
  readonly isRepair: boolean;
}

/**
 * `wrong-count`: the rows that hold it are not as many as its reference count. `stray-count`: a
 * count of what nothing holds. `stray-parts`: parts, or a manifest, that nothing holds.
 */
export interface CountFinding {
  readonly kind: "wrong-count" | "stray-count" | "stray-parts";
  readonly content: ContentId;
  readonly counted: number;
  readonly recorded: number;
}

export interface RecountOutcome {
  readonly findings: readonly CountFinding[];
  /** With `isRepair`, all of them were repaired in the same transaction. */
  readonly isRepaired: boolean;
}

/** A version found in the stores, or told by a note, for an index that is rebuilt. */
export interface RebuiltVersion {
  readonly key: string;
  /** The writer's id; what orders the versions of a key. */
  readonly versionId: string;
  /** The bucket showed it as `null` when it was written, as far as is known. */
  readonly isNull: boolean;
  readonly isDeleteMarker: boolean;
  readonly modifiedAtMs: number;
  readonly sizeBytes: number;
  readonly etag: string;
  readonly storageClass: StorageClass;
  readonly content: ContentId | null;
  readonly detail: VersionDetail;
  /** For content made of parts. */
  readonly parts?: readonly RebuiltPart[];
  /** A note told of it: its blobs may have been stored for something else. */
  readonly isNoted?: boolean;
}

export interface RebuiltPart extends Part {
  readonly segments: readonly Segment[];
}

/** An upload that was open, or whose completion left no trace. */
export interface RebuiltUpload {
  readonly key: string;
  readonly uploadId: string;
  readonly facts: UploadFacts;
  readonly part: RebuiltPart;
}

export type RebuildRequest =
  /** Refused unless the index is empty and was never a bucket's, or is being rebuilt. */
  | { readonly step: "begin"; readonly bucketId: string; readonly nowMs: number }
  | {
      readonly step: "add";
      readonly nowMs: number;
      readonly versions: readonly RebuiltVersion[];
      readonly uploads: readonly RebuiltUpload[];
      /** For versions whose lock nothing tells. */
      readonly defaultLock?: DefaultLock;
    }
  /** From here on the index answers. Blobs that lost to a newer one of their key are condemned. */
  | { readonly step: "finish"; readonly epoch: number; readonly nowMs: number };

export type RebuildOutcome =
  | { readonly kind: "done"; readonly added: number }
  | { readonly kind: "not-empty" };

/** A version by its public name. */
export interface VersionName {
  readonly key: string;
  readonly versionId: string;
}

/** All that is known of one version, for the note that a rebuild reads. */
export type DescribeOutcome =
  | { readonly kind: "no-such-version" }
  | { readonly kind: "version"; readonly version: Version; readonly parts: readonly RebuiltPart[] };
