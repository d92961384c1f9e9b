// What crosses RPC about archived versions that are brought back. As `types.ts`: plain data, outcomes
// tagged, additive between releases.

import type { ContentId } from "../s3/content.ts";
import type { MoveTarget, SwapMoveRequest } from "./move-types.ts";
import type { CallFacts, Refusal } from "./types.ts";

/** Slowest first. */
export const restoreTiers = ["Bulk", "Standard", "Expedited"] as const;

export type RestoreTier = (typeof restoreTiers)[number];

/** How a version stands that was, or is being, restored. */
export interface RestoreState {
  readonly isOngoing: boolean;
  /** When the restored copy goes; absent while it is not there yet. */
  readonly expiresAtMs?: number;
}

export interface StartRestoreRequest extends CallFacts, MoveTarget {
  readonly tier: RestoreTier;
  /** How long the copy is kept, in days of `dayMs`; absent under Intelligent-Tiering. */
  readonly days?: number;
  readonly dayMs: number;
  /** When the bytes may be there. */
  readonly readyAtMs: number;
}

export type StartRestoreOutcome =
  | Refusal
  /** Asked for, or asked for faster than before. */
  | { readonly kind: "accepted" }
  /** The copy is there, and stays until then. */
  | { readonly kind: "extended"; readonly expiresAtMs: number }
  | { readonly kind: "in-progress" }
  /** Deleted, overwritten or moved since it was looked at. */
  | { readonly kind: "changed" };

/** A restoration whose time has come: to be made, or to be ended. */
export interface DueRestore extends MoveTarget {
  readonly kind: "ready" | "expired";
  /** Kept under Intelligent-Tiering, which restores for good. */
  readonly isTiered: boolean;
}

export interface DueRestores {
  /** The epoch to call with: upkeep obeys no settings. */
  readonly epoch: number;
  readonly due: readonly DueRestore[];
  readonly hasMore: boolean;
}

export interface FinishRestoreRequest extends Omit<SwapMoveRequest, "to" | "content">, CallFacts {
  readonly dayMs: number;
  readonly content: ContentId;
}

export type FinishRestoreOutcome =
  | Refusal
  | { readonly kind: "restored"; readonly expiresAtMs: number }
  | { readonly kind: "changed" };

export interface EndRestoreRequest extends CallFacts {
  readonly key: string;
  readonly seq: number;
}

export interface PostponeRestoreRequest {
  readonly key: string;
  readonly seq: number;
  readonly untilMs: number;
}

export interface RestoreStatesRequest extends CallFacts {
  /** Versions by their public ids; without one, the current version. */
  readonly versions: readonly { readonly key: string; readonly versionId?: string }[];
}
