// What crosses RPC when bytes are put behind an object. As `types.ts`: plain data, outcomes tagged,
// additive between releases.

import type { Checksum } from "../s3/content.ts";
import type { CallFacts, ConditionRefusal, Refusal, WriteConditions } from "./types.ts";

export interface AppendRequest extends CallFacts {
  readonly key: string;
  /** The version the caller read: its encryption and class are those of the blob. */
  readonly expectedSeq: number;
  /** Must be the object's size. */
  readonly offset: number;
  /** A fresh blob, whole. */
  readonly blob: string;
  readonly sizeBytes: number;
  /** MD5 of the appended bytes, hex. */
  readonly etag: string;
  readonly checksum: Checksum;
  /** A fresh upload id: names the content if it is not made of parts yet, or shares them. */
  readonly manifestId: string;
  readonly conditions?: WriteConditions;
  /** Second and later tries of the same call. */
  readonly isRetry?: boolean;
}

export type AppendOutcome =
  | Refusal
  | ConditionRefusal
  | {
      readonly kind: "appended";
      readonly etag: string;
      readonly sizeBytes: number;
      /** Of the whole object; absent when what is known of its parts does not combine. */
      readonly checksum?: Checksum;
    }
  /** The offset is not the object's size. */
  | { readonly kind: "wrong-offset" }
  /** Another object stands there than the one the caller read. */
  | { readonly kind: "changed" }
  | { readonly kind: "too-many-parts" }
  /** Versions are whole: only objects without them can grow. */
  | { readonly kind: "versioned" }
  | { readonly kind: "locked" }
  | { readonly kind: "expired-blob" };
