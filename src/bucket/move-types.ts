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
    }
  | { readonly kind: "in-place" }
  /** Another mover is at it. */
  | { readonly kind: "leased"; readonly untilMs: number };

export interface SwapMoveRequest extends CallFacts, MoveTarget {
  readonly to: Destination;
  readonly fence: string;
  /** What the version must still name. */
  readonly expectedContent: ContentId;
  /** The copy: a fresh blob, or the id of a manifest made here of `parts`. */
  readonly content: ContentId;
  readonly parts?: readonly MovedPart[];
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
}
