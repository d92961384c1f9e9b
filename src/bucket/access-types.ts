// What crosses RPC about the use of versions under Intelligent-Tiering. As `types.ts`: plain data,
// additive between releases.

import type { AccessTier } from "../s3/content.ts";
import type { VersionPlace } from "./scan-types.ts";
import type { CallFacts, Version, VersionDetail } from "./types.ts";

export interface NoticeAccessRequest extends CallFacts {
  readonly key: string;
  readonly seq: number;
  /** Noticed again only when the last time is longer ago than this. */
  readonly restMs: number;
}

export interface ScanTieredRequest {
  readonly after?: VersionPlace;
  /** Rows looked at, of whatever class: bounds the time of one turn. */
  readonly limit: number;
}

/** A version of INTELLIGENT_TIERING, current or not. */
export interface TieredVersion extends Pick<Version, "key" | "versionId" | "seq" | "sizeBytes"> {
  readonly tier?: AccessTier;
  readonly tags: NonNullable<VersionDetail["tags"]>;
  /** When it was read last, or written, or came into the class. */
  readonly usedAtMs: number;
}

export interface TieredPage {
  readonly rows: readonly TieredVersion[];
  /** Give it back as `after`; absent behind the last row. */
  readonly next?: VersionPlace;
}
