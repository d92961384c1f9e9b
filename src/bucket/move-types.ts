// What crosses RPC when a version's bytes move to another class. As `types.ts`: plain data, outcomes
// tagged, additive between releases.

import type { ContentId, Destination, Segment } from "../s3/content.ts";
import type { RebuiltPart } from "./scan-types.ts";
import type { CallFacts, Refusal, Version } from "./types.ts";

/** Which rule of a bucket's lifecycle wants a move. */
export interface LifecycleOrder {
  readonly rule: string;
  readonly action: "Transition" | "NoncurrentVersionTransition";
}

/** The version a mover means: gone, or another one, when its seq is no longer this. */
export interface MoveTarget {
  readonly key: string;
  /** Public id, `"null"` included. */
  readonly versionId: string;
  readonly seq: number;
}

export interface ClaimMoveRequest extends CallFacts, MoveTarget {
  readonly to: Destination;
  /** Random, the mover's own: what it swaps with. */
  readonly fence: string;
  readonly leaseMs: number;
  /** Copied for readers of an archived version, which stays where it is. */
  readonly isRestore?: true;
}

/** Why there is nothing to move. */
export type MoveRefusal =
  /** Deleted, or a delete marker. */
  | { readonly kind: "gone" }
  /** Another seq, or other bytes: looked at again it may still have to move. */
  | { readonly kind: "changed" };

export type ClaimMoveOutcome =
  | Refusal
  | MoveRefusal
  | {
      readonly kind: "claimed";
      readonly version: Version;
      /** For content made of parts: all of them. */
      readonly parts: readonly RebuiltPart[];
      /** The writer's id where the row keeps it. */
      readonly writtenAs?: string;
      /** What earlier movers copied of this very content on the same way. */
      readonly copied?: CopiedContent;
    }
  | { readonly kind: "in-place" }
  /** Another mover is at it. */
  | { readonly kind: "leased"; readonly untilMs: number };

/** Parts that are copied; the version does not name them yet. */
export interface CopiedContent {
  /** The id of the manifest that they are to be. */
  readonly content: ContentId;
  readonly parts: readonly CopiedPart[];
  /** Up to this number the copies were looked at once more since they were noted. */
  readonly provedTo: number;
}

export interface CopiedPart extends MovedPart {
  /** MD5 in hex of each blob as its store has it, in the order of the segments; each blob once. */
  readonly digests: readonly string[];
}

export interface NoteCopiedRequest extends CallFacts, MoveTarget {
  readonly to: Destination;
  readonly isRestore?: true;
  readonly fence: string;
  /** The claim lasts so long again. */
  readonly leaseMs: number;
  /** What the version must still name. */
  readonly source: ContentId;
  readonly content: ContentId;
  readonly parts: readonly CopiedPart[];
  readonly provedTo?: number;
  /** Noted before, and no longer what they were: they are condemned. */
  readonly lost?: readonly number[];
}

export type NoteCopiedOutcome =
  | Refusal
  | MoveRefusal
  | { readonly kind: "noted" }
  /** Another mover has it, or noted other copies. */
  | { readonly kind: "fenced" }
  /** The copies are too old to be named, or were given up. */
  | { readonly kind: "expired-blob" };

export interface SwapMoveRequest extends CallFacts, MoveTarget {
  readonly to: Destination;
  readonly fence: string;
  /** What the version must still name. */
  readonly expectedContent: ContentId;
  /** The copy: a fresh blob, or the id of a manifest made here of `parts`. */
  readonly content: ContentId;
  readonly parts?: readonly MovedPart[];
  /** The manifest's parts were noted, all of them. */
  readonly isNoted?: true;
  /** The lifecycle rule that asks for it: the swap counts it as done. */
  readonly lifecycle?: LifecycleOrder;
  /** Second and later tries: a refusal seals the copy against the first one arriving late. */
  readonly isRetry?: boolean;
}

export interface MovedPart {
  readonly partNumber: number;
  readonly segments: readonly Segment[];
}

export type SwapMoveOutcome =
  | Refusal
  | MoveRefusal
  /** The version as it is now. */
  | { readonly kind: "swapped"; readonly version: Version; readonly rowsWritten: number }
  /** The lease ended and another mover has it. */
  | { readonly kind: "fenced" }
  /** The copy is too old to be named, or was given up. */
  | { readonly kind: "expired-blob" };

export interface ReleaseMoveRequest {
  readonly key: string;
  readonly seq: number;
  readonly fence: string;
  /** There is more to copy: a lifecycle that wants it asks again at once. */
  readonly isPaused?: true;
}
