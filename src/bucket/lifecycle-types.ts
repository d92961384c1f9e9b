// What crosses RPC about lifecycle: a bounded piece of a sweep, how it stands, and what would happen.
// As `types.ts`: plain data, additive between releases.

import type { StorageClass } from "../s3/content.ts";
import type { CallFacts, Refusal, VersioningState } from "./types.ts";

export type LifecycleActionKind =
  | "Expiration"
  | "ExpiredObjectDeleteMarker"
  | "NoncurrentVersionExpiration"
  | "Transition"
  | "NoncurrentVersionTransition"
  | "AbortIncompleteMultipartUpload";

/** How often something was done, and to how many bytes. */
export interface LifecycleCount {
  readonly rule: string;
  readonly action: LifecycleActionKind;
  readonly count: number;
  readonly bytes: number;
}

export interface SweepLifecycleRequest extends CallFacts {
  /** The setting's document; `null` when the bucket has no rules any more. */
  readonly rules: string | null;
  /** Differs when rules or the length of a day do; short. */
  readonly rulesId: string;
  /** The length of a lifecycle day, milliseconds. */
  readonly dayMs: number;
  readonly versioning: VersioningState;
  /** Locks or replication of a version may matter. */
  readonly readsDetail: boolean;
  /** Ids for the delete markers this may make: as many as may be made. */
  readonly markerIds: readonly string[];
  /** At most about this many versions are read. */
  readonly maximumVersions: number;
  readonly maximumTransitions: number;
  /** Versions to move, all together; one larger than that is handed out alone. */
  readonly maximumTransitionBytes?: number;
}

/** A version that is to be moved: for the mover, which checks that it is still as it was. */
export interface DueTransition {
  readonly key: string;
  readonly versionId: string;
  readonly seq: number;
  readonly sizeBytes: number;
  readonly from: StorageClass;
  readonly storageClass: StorageClass;
  readonly rule: string;
  readonly action: "Transition" | "NoncurrentVersionTransition";
}

/** Something done, for the access log. */
export interface LifecycleDeed {
  readonly action: LifecycleActionKind;
  readonly key: string;
  readonly versionId?: string;
  readonly sizeBytes: number;
  readonly isMarkerMade?: true;
}

export type SweepLifecycleOutcome =
  | Refusal
  | {
      readonly kind: "swept";
      readonly versionsSeen: number;
      readonly rangesVisited: number;
      readonly counts: readonly LifecycleCount[];
      readonly deeds: readonly LifecycleDeed[];
      readonly transitions: readonly DueTransition[];
      /** Nothing else is due now. */
      readonly isDone: boolean;
      /** When something may be due next; `null` for never. */
      readonly nextDueMs: number | null;
    };

export interface LifecycleStatus {
  readonly ranges: number;
  readonly dueRanges: number;
  /** Versions in all ranges when they were visited last. */
  readonly versions: number;
  readonly nextDueMs: number | null;
  /** What was done, by day (milliseconds of its beginning), the latest first. */
  readonly days: readonly (LifecycleCount & { readonly dayStartMs: number })[];
}

export interface PreviewLifecycleRequest {
  readonly rules: string;
  readonly nowMs: number;
  readonly untilMs: number;
  readonly dayMs: number;
  readonly versioning: VersioningState;
  /** Go on behind this key. */
  readonly after?: string;
  readonly maximumVersions: number;
}

/** What happens on one day by one rule between two classes. */
export interface LifecyclePreviewDay {
  readonly dayStartMs: number;
  readonly action: LifecycleActionKind;
  readonly rule: string;
  readonly from: StorageClass;
  /** `null` when bytes are let go; `from` when a marker only hides them. */
  readonly to: StorageClass | null;
  readonly count: number;
  readonly bytes: number;
}

export interface LifecycleSample {
  readonly atMs: number;
  readonly action: LifecycleActionKind;
  readonly rule: string;
  readonly key: string;
  readonly versionId?: string;
}

export interface LifecyclePreviewPage {
  readonly keys: number;
  readonly versions: number;
  readonly days: readonly LifecyclePreviewDay[];
  readonly samples: readonly LifecycleSample[];
  /** Give it back as `after`; absent at the end. */
  readonly next?: string;
}

export interface ExplainLifecycleRequest extends Omit<PreviewLifecycleRequest, "after"> {
  readonly key: string;
}

export interface ExplainedVersion {
  readonly versionId: string;
  readonly isLatest: boolean;
  readonly isDeleteMarker: boolean;
  readonly modifiedAtMs: number;
  readonly sizeBytes: number;
  readonly storageClass: StorageClass;
  /** Ids of the rules that apply to it. */
  readonly rules: readonly string[];
  readonly noncurrentSinceMs?: number;
  /** `null`: until a hold is taken off. */
  readonly lockedUntilMs?: number | null;
  readonly waitsForReplication?: true;
  readonly events: readonly {
    readonly atMs: number;
    readonly action: LifecycleActionKind;
    readonly rule: string;
    readonly to: StorageClass | null;
  }[];
}
