// What crosses RPC about the outbox: who wants to be told of changes, what is told, and how the
// telling goes. As `types.ts`: plain data, additive between releases.

import type { ReplicationRule } from "../s3/replication-rules.ts";
import type { VersionDetail } from "./types.ts";

/**
 * What watches a bucket. Each kind delivers in a way of its own (`jobs/outbox.ts` has the table) and
 * all share the outbox: order per key, at least once.
 */
export type WatcherKind = "notification" | "replication";

/** One who wants to be told, from the settings in force. */
export interface Watcher {
  readonly kind: WatcherKind;
  /** Where to, unique within its kind: an ARN, an id. Each target waits and fails alone. */
  readonly target: string;
  /** The configuration's or rule's id, told with the event. */
  readonly id: string;
  /** Names without `s3:`; `ObjectCreated:*` is every one of its group. */
  readonly events: readonly string[];
  readonly prefix?: string;
  readonly suffix?: string;
}

/** Who caused a change, as events tell it. */
export interface EventOrigin {
  /** `AWS:AIDA...` and the like; what acts by itself is `s3.amazonaws.com`. */
  readonly principalId: string;
  /** Whose that is, 12 digits; absent for S3 itself and for the anonymous. */
  readonly accountId?: string;
  readonly sourceAddress: string;
  readonly requestId: string;
  readonly hostId: string;
}

/** Passed beside the epoch to every call that changes something; absent when nobody watches. */
export interface Emission {
  readonly watchers: readonly Watcher[];
  /** Replication rules in force. They match by more than names: see `bucket/replication.ts`. */
  readonly rules?: readonly ReplicationRule[];
  readonly bucket: {
    readonly name: string;
    readonly region: string;
    readonly accountId: string;
    /** Canonical id. */
    readonly ownerId: string;
    /** Was ever given versions: events then name the null version too. */
    readonly isVersioned: boolean;
  };
  readonly origin: EventOrigin;
  /** What the caller's operation is called, where the index cannot tell: `ObjectCreated:Post`. */
  readonly event?: string;
  /** Annotations follow the version that is written, from another bucket. */
  readonly isAnnotated?: boolean;
  /** What removals are called instead of `ObjectRemoved`: `:Delete`, `:DeleteMarkerCreated`. */
  readonly removal?: "LifecycleExpiration";
}

/** The version an event is about, as it was then: the event outlives it. */
export interface EmittedVersion {
  /** Public id; absent in a bucket that was never versioned. */
  readonly versionId?: string;
  /** The version's own place in the order: names it in the index. */
  readonly seq: number;
  readonly isDeleteMarker?: boolean;
  readonly sizeBytes?: number;
  readonly etag?: string;
  readonly storageClass?: string;
  readonly modifiedAtMs?: number;
  /** What webhooks may filter by; absent when there are none. */
  readonly tags?: NonNullable<VersionDetail["tags"]>;
  readonly metadata?: NonNullable<VersionDetail["metadata"]>;
}

/** A change as the index tells it. */
export interface Change {
  /** Without `s3:`. */
  readonly event: string;
  readonly key: string;
  readonly version: EmittedVersion;
  /** What only some events have, by the names of their consumers: `lifecycle`, `restore`. */
  readonly facts?: Readonly<Record<string, string | number | boolean>>;
}

/** A row of the outbox as its consumer gets it. */
export interface OutboxEntry extends Change, Pick<Emission, "bucket" | "origin"> {
  /** Greater for later changes of the same key; the sequencer of events. */
  readonly seq: number;
  /** When it happened, by the index's clock. */
  readonly atMs: number;
  /** Id of the watcher that wanted it. */
  readonly id: string;
  /** Deliveries of this very entry that failed so far. */
  readonly failures: number;
}

/** Entries due for one target: in order, and of each key without gaps. */
export interface OutboxBatch {
  readonly kind: WatcherKind;
  readonly target: string;
  /** Failures in a row of the target as a whole. */
  readonly failures: number;
  readonly entries: readonly OutboxEntry[];
  /** There are more due entries behind these. */
  readonly hasMore: boolean;
}

export interface ClaimOutboxRequest {
  readonly nowMs: number;
  /** Entries per target at most. */
  readonly limit: number;
  /** A target with this many failures in a row gets one entry: a probe. */
  readonly probeAfter: number;
}

/** What became of a batch. What is in neither list was not tried and stays as it is. */
export interface SettleOutboxRequest extends Pick<OutboxBatch, "kind" | "target"> {
  /** Delivered, or given up: gone from the outbox. */
  readonly done: readonly number[];
  /** The key waits until `retryAtMs`, later entries of it too. */
  readonly failed: readonly {
    readonly seq: number;
    readonly key: string;
    readonly retryAtMs: number;
    readonly error: string;
  }[];
  readonly nowMs: number;
  /** The whole target waits: until when, and its failures in a row. Absent: it works. */
  readonly stop?: { readonly failures: number; readonly retryAtMs: number; readonly error: string };
}

/** The outbox for the operator's eyes. */
export interface OutboxStatus {
  readonly backlog: number;
  readonly oldestAtMs?: number;
  /** When the next delivery is due; absent when there is nothing to deliver. */
  readonly nextAtMs?: number;
  readonly targets: readonly {
    readonly kind: WatcherKind;
    readonly target: string;
    readonly backlog: number;
    readonly oldestAtMs?: number;
    readonly failures: number;
    readonly retryAtMs?: number;
    readonly lastError?: string;
    readonly lastErrorAtMs?: number;
    /** Keys that wait after a failure of their own. */
    readonly waitingKeys: number;
  }[];
}
