// What crosses RPC when a version's detail is changed in place: tags, Object Lock, encryption. As
// `types.ts`: plain data, outcomes tagged, additive between releases.

import type { Acl } from "../s3/acl.ts";
import type { ContentId } from "../s3/content.ts";
import type { ReplicaChange } from "./replication-types.ts";
import type { CallFacts, Refusal, Version, VersionDetail } from "./types.ts";

/** How long a version stays after its event hold is released: one of the two, as it was given. */
export type HoldDuration = { readonly days: number } | { readonly years: number };

/**
 * Object Lock of one version.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
 */
export interface VersionLock {
  readonly mode?: "GOVERNANCE" | "COMPLIANCE";
  /** While an event hold is on, the earliest end: the hold itself may move it further. */
  readonly retainUntilMs?: number;
  /** Absent: never had one. `false`: had one, and it was taken away. */
  readonly legalHold?: boolean;
  /** Absent: never had one. `false`: it was released. */
  readonly eventHold?: boolean;
  /** There while the event hold is on. */
  readonly holdDuration?: HoldDuration;
}

/** What a bucket gives to new versions that bring no lock of their own. */
export interface DefaultLock {
  readonly mode: "GOVERNANCE" | "COMPLIANCE";
  /** From the version's creation on. */
  readonly period?: HoldDuration;
  readonly holdDuration?: HoldDuration;
}

/**
 * What PutObjectRetention asks for. Without any member: no retention and no event hold any more.
 */
export interface RetentionWish {
  readonly mode?: "GOVERNANCE" | "COMPLIANCE";
  readonly retainUntilMs?: number;
  readonly eventHold?: boolean;
  readonly holdDuration?: HoldDuration;
}

export type Amendment =
  /** Replaces all tags; none removes them. */
  | { readonly kind: "tags"; readonly tags: NonNullable<VersionDetail["tags"]> }
  | {
      readonly kind: "retention";
      readonly retention: RetentionWish;
      readonly bypassGovernance: boolean;
    }
  | { readonly kind: "legal-hold"; readonly isOn: boolean }
  /** Absent: the owner's full control. Only if the version is the one with that `seq`. */
  | { readonly kind: "acl"; readonly expectedSeq: number; readonly acl?: Acl }
  /** Only if the version is still the one with that `seq`; else `changed`. */
  | {
      readonly kind: "encryption";
      readonly expectedSeq: number;
      readonly encryption: VersionDetail["encryption"];
      /**
       * A fresh blob with the same bytes, encrypted so: the version names it from now on, and what
       * it named before is condemned. Absent: the bytes stay as they are.
       */
      readonly content?: ContentId;
    }
  /** What a replica, or the version a replica is of, was changed to on the other side. */
  | { readonly kind: "replica"; readonly change: ReplicaChange };

export interface AmendRequest extends CallFacts {
  readonly key: string;
  /** Public version id, `"null"` included; absent for the current version. */
  readonly versionId?: string;
  readonly change: Amendment;
}

export type AmendOutcome =
  | Refusal
  /** The version as it is now. */
  | { readonly kind: "amended"; readonly version: Version }
  | { readonly kind: "no-such-key" }
  | { readonly kind: "no-such-version" }
  /** Named, or newest: delete markers have nothing to change. */
  | { readonly kind: "delete-marker"; readonly marker: Version }
  /** The lock it has forbids the lock it would get. */
  | { readonly kind: "locked" }
  /** Bypassing governance to shorten under an event hold needs a new hold, on or off. */
  | { readonly kind: "hold-unspecified" }
  /** An event hold can only be released onto a date in the future. */
  | { readonly kind: "hold-without-date" }
  | { readonly kind: "changed" };
