// What crosses RPC about replication: what a version says of it, what became of deliveries, how it
// stands. As `types.ts`: plain data, additive between releases.

import type { ReplicationRule } from "../s3/replication-rules.ts";
import type { VersionLock } from "./amend-types.ts";
import type { Emission } from "./outbox-types.ts";
import type { CallFacts, Refusal, VersionDetail } from "./types.ts";

export type ReplicationState = "PENDING" | "COMPLETED" | "FAILED";

/** The version that a replica is of. */
export interface ReplicaOrigin {
  /** Names the index it came from; of another deployment, too. */
  readonly source: string;
  /** Its place in the order of that index. */
  readonly seq: number;
  /** Public id, `"null"` included: the replica has the same. */
  readonly versionId: string;
  readonly modifiedAtMs: number;
}

/** How it stands with one destination of a version. */
export interface ReplicatedTo {
  readonly state: ReplicationState;
  /** The entry of the outbox that decides; results of earlier ones no longer count. */
  readonly seq: number;
  /** What the version is called there, where that is not its own id. */
  readonly id?: string;
  readonly reason?: string;
}

/** A version's part in replication; absent when it has none. */
export interface VersionReplication {
  /** `x-amz-replication-status`. */
  readonly status: ReplicationState | "REPLICA";
  /** When tags, ACL or lock were changed last; of two changes the later one wins. */
  readonly changedAtMs?: number;
  /** Of replicas only. */
  readonly origin?: ReplicaOrigin;
  /** By the destination's ARN. */
  readonly targets?: Readonly<Record<string, ReplicatedTo>>;
}

/** What a version gets from a later state of itself on the other side. */
export interface ReplicaChange {
  readonly changedAtMs: number;
  readonly tags: NonNullable<VersionDetail["tags"]>;
  readonly acl?: NonNullable<VersionDetail["acl"]>;
  /** Taken over as far as the lock it has may be changed so. */
  readonly lock?: VersionLock;
  /** The caller has s3:BypassGovernanceRetention here: a retention under GOVERNANCE may shrink. */
  readonly mayShorten?: boolean;
  /** The caller has s3:PutObjectLegalHold here: a hold may be lifted. */
  readonly mayRelease?: boolean;
}

/** What became of one entry of the outbox. */
export interface ReplicationResult {
  readonly target: string;
  readonly seq: number;
  readonly key: string;
  readonly versionId: string;
  /** The rule's id. */
  readonly rule: string;
  readonly state: "COMPLETED" | "FAILED";
  readonly reason?: string;
  /** What the version is called at the destination, where that is not its own id. */
  readonly id?: string;
  readonly sizeBytes: number;
  /** From the change to its delivery, milliseconds. */
  readonly latencyMs: number;
  /** Told to whoever watches: `Replication:OperationFailedReplication` and its kin. */
  readonly event?: string;
}

/** Which delivery an upload belongs to: the destination, and the place in its outbox. */
export interface ReplicationUploadName {
  readonly target: string;
  readonly seq: number;
}

/** A multipart upload at a destination. */
export interface RememberedUpload {
  readonly uploadId: string;
  /** What is uploaded; of something else nothing is gone on with. */
  readonly source: string;
  /** Numbers of parts, and the ETags that the target gave them. */
  readonly parts: readonly (readonly [number, string])[];
}

export interface NoteReplicationUploadRequest extends ReplicationUploadName {
  /** With the parts that are new; absent: it is over. */
  readonly upload?: RememberedUpload;
}

export interface SettleReplicationRequest {
  readonly nowMs: number;
  readonly results: readonly ReplicationResult[];
  readonly emit?: Emission;
}

/** Versions that are there already, page by page; or what failed, once more. */
export interface EnrolRequest extends CallFacts {
  readonly what: "existing" | "failed";
  readonly rules: readonly ReplicationRule[];
  readonly after?: string;
  readonly limit: number;
  readonly bucket: Emission["bucket"];
}

export type EnrolOutcome =
  | Refusal
  | {
      readonly kind: "enrolled";
      readonly seen: number;
      readonly enrolled: number;
      readonly sizeBytes: number;
      /** Give it back as `after`; absent at the end. */
      readonly next?: string;
    };

/** One rule's deliveries to one destination since the rule began. */
export interface ReplicationCounters {
  readonly target: string;
  readonly rule: string;
  readonly completed: number;
  readonly completedBytes: number;
  readonly failed: number;
  /** Sum and greatest of all that completed. */
  readonly latencySumMs: number;
  readonly latencyMaxMs: number;
  readonly lastAtMs: number;
}

export interface ReplicationStatus {
  readonly pending: readonly {
    readonly target: string;
    readonly rule: string;
    readonly operations: number;
    readonly sizeBytes: number;
    readonly oldestAtMs: number;
  }[];
  readonly counters: readonly ReplicationCounters[];
  /** What failed for good and waits for `failed` to be enrolled, newest first; at most 100. */
  readonly failures: readonly {
    readonly target: string;
    readonly key: string;
    readonly versionId: string;
    readonly reason: string;
    readonly failedAtMs: number;
  }[];
  readonly failureCount: number;
}
