// What the admin API answers, for those who ask: the console draws from these types, and the functions
// that answer are held to them. Members that the console does not read may be more. Types alone.

export interface ServerStatus {
  readonly version: string;
  readonly region: string;
  readonly baseDomain: string | null;
  /** Below it buckets are websites. */
  readonly websiteDomain: string | null;
  readonly time: string;
  readonly catalog: {
    readonly answers: boolean;
    readonly deployedAt?: string | undefined;
    readonly accounts?: number | undefined;
    readonly accessKeys?: number | undefined;
    readonly buckets?: number | undefined;
  };
  readonly stores: readonly {
    readonly store: string;
    readonly classes: readonly string[];
    readonly answers: boolean;
  }[];
  /** All `null` when it is not known. */
  readonly upkeep: {
    readonly damage: number | null;
    readonly stuckJobs: number | null;
    readonly stuckDuties: readonly string[] | null;
    readonly lastScrubAt: string | null;
  };
}

export interface ClassUsage {
  readonly storageClass: string;
  readonly objects: number;
  readonly noncurrentVersions: number;
  readonly currentBytes: number;
  readonly noncurrentBytes: number;
  readonly uploadBytes: number;
}

export interface Usage {
  readonly objects: number;
  readonly versions: number;
  readonly deleteMarkers: number;
  readonly uploads: number;
  readonly bytes: number;
  readonly classes: readonly ClassUsage[];
}

export interface DayUsage extends Usage {
  /** `2026-11-27`, UTC. */
  readonly day: string;
}

export interface BucketUsage extends Usage {
  readonly bucket: string;
  readonly measuredAt: string;
}

export interface RequestPoint {
  readonly time: string;
  readonly AllRequests: number;
  readonly BytesDownloaded: number;
  readonly BytesUploaded: number;
  readonly "4xxErrors": number;
  readonly "5xxErrors": number;
  readonly FirstByteLatency?: Latency | undefined;
  readonly TotalRequestLatency?: Latency | undefined;
}

/** Milliseconds. */
export interface Latency {
  /** `null` where there was no request. */
  readonly average: number | null;
  readonly maximum: number;
}

export interface Cost {
  readonly bucket: string | null;
  readonly daysInMonth: number;
  readonly requests: {
    readonly writes: number;
    readonly reads: number;
    readonly bytesDown: number;
  };
  readonly stored: readonly {
    readonly storageClass: string;
    readonly versions: number;
    readonly bytes: number;
    readonly condemnedBytes: number;
  }[];
  readonly month: string;
  readonly daysMeasured: number;
  readonly bills: readonly {
    readonly name: string;
    readonly pricesOf: string;
    readonly currency: string;
    readonly storage: number;
    readonly requests: number;
    readonly egress: number;
    readonly total: number;
    readonly forecast: number;
  }[];
}

export interface Duty {
  readonly name: string;
  readonly cron: string;
  readonly state: "well" | "stuck";
  readonly startedAt: string;
  readonly tookMs: number;
  readonly nextDueAt: string | null;
  readonly backlog?: number | undefined;
  readonly error?: string | undefined;
}

export interface Job {
  readonly jobId: string;
  readonly kind: string;
  readonly bucket: string | null;
  readonly store?: number | undefined;
  readonly state: "running" | "done" | "failed";
  readonly stuck: boolean;
  readonly counts: Readonly<Record<string, number>>;
  readonly startedAt: string;
  readonly error?: string | undefined;
}

export interface Finding {
  readonly kind: string;
  readonly repaired: boolean;
  readonly foundAt: string;
  readonly [subject: string]: string | number | boolean;
}

export interface EventStatus {
  readonly bucket: string;
  readonly backlog: number;
  readonly oldestAt?: string | undefined;
  readonly nextAt?: string | undefined;
  readonly targets: readonly {
    readonly kind: "notification" | "replication";
    readonly target: string;
    readonly backlog: number;
    readonly oldestAt?: string | undefined;
    readonly failures: number;
    readonly waitingKeys: number;
    readonly retryAt?: string | undefined;
    readonly lastError?: string | undefined;
    readonly lastErrorAt?: string | undefined;
  }[];
}

export interface ReplicationStatus {
  readonly bucket: string;
  readonly rules: readonly {
    readonly rule: string;
    readonly destination: string;
    readonly pendingOperations: number;
    readonly pendingBytes: number;
    readonly oldestAt?: string | undefined;
    readonly completedOperations: number;
    readonly completedBytes: number;
    readonly failedOperations: number;
    readonly averageLatencyMs: number | null;
    readonly longestLatencyMs: number | null;
    readonly lastAt?: string | undefined;
  }[];
  readonly failures: readonly {
    readonly key: string;
    readonly versionId: string;
    readonly destination: string;
    readonly reason: string;
    readonly failedAt: string;
  }[];
  readonly failed: number;
}

export interface Webhook {
  readonly name: string;
  readonly topicArn: string;
  readonly functionArn: string;
  readonly url: string;
  readonly isEventBus: boolean;
  readonly state: "enabled" | "disabled";
  readonly failures: number;
  readonly lastError?: string | undefined;
  readonly failingSince?: string | undefined;
  readonly lastFailedAt?: string | undefined;
  readonly lastDeliveredAt?: string | undefined;
  readonly previousSecretUntil?: string | undefined;
  readonly createdAt: string;
}

export type Outcome = "delivered" | "pending" | "failed" | "skipped";

export interface Delivery {
  readonly id: string;
  readonly at: string;
  readonly bucket: string;
  readonly key: string;
  readonly event: string;
  readonly outcome: Outcome;
  readonly attempts: number;
  readonly status?: number | undefined;
  readonly error?: string | undefined;
  readonly durationMs: number;
}

export interface Deliveries {
  readonly deliveries: readonly Delivery[];
  readonly next?: string | undefined;
  /** Of a replay: the end to ask with again. */
  readonly to?: string | undefined;
}

export interface PreviewDay {
  readonly day: string;
  readonly action: string;
  readonly rule: string;
  readonly from: string;
  readonly to: string | null;
  readonly count: number;
  readonly bytes: number;
}

export interface LifecyclePreview {
  readonly bucket: string;
  readonly from: string | null;
  readonly until: string | null;
  readonly keys: number;
  readonly versions: number;
  readonly days: readonly PreviewDay[];
  readonly samples: readonly {
    readonly at: string;
    readonly action: string;
    readonly rule: string;
    readonly key: string;
    readonly versionId?: string | undefined;
  }[];
  readonly savings: readonly {
    readonly prices: string;
    readonly asOf: string;
    readonly storage: number;
    readonly transitions: number;
    readonly net: number;
  }[];
  readonly next?: string | undefined;
}

export interface LifecycleStatus {
  readonly bucket: string;
  readonly dayLengthSeconds: number;
  readonly hasRules: boolean;
  readonly dueAt?: string | null | undefined;
  readonly lastLookAt?: string | null | undefined;
  readonly lastCompletedAt?: string | null | undefined;
  readonly lastRun?: Readonly<Record<string, number>> | undefined;
  readonly error?: string | null | undefined;
  readonly backlog: {
    readonly ranges: number;
    readonly ofRanges: number;
    readonly versions: number;
  };
  readonly nextDueAt: string | null;
  /** What was done, by day. */
  readonly days: readonly { readonly day: string; readonly [count: string]: number | string }[];
}

export interface ExplainedVersion {
  readonly versionId: string;
  readonly isLatest: boolean;
  readonly isDeleteMarker: boolean;
  readonly modifiedAt: string;
  readonly storageClass: string;
  readonly lockedUntil?: string | null | undefined;
  readonly waitsForReplication?: boolean | undefined;
  readonly events: readonly {
    readonly at: string | null;
    readonly action: string;
    readonly rule: string;
    readonly to: string | null;
  }[];
}

/** What `/lifecycle` tells of each bucket with rules. */
export interface LifecycleState {
  readonly bucket: string;
  readonly error: string | null;
}

export interface AuditRecord {
  readonly time: string;
  readonly requestId: string;
  readonly service: string;
  readonly operation: string;
  readonly requester?: { readonly type: string | undefined; readonly arn?: string } | undefined;
  readonly claimedAccessKeyId?: string | undefined;
  readonly remoteAddress?: string | undefined;
  readonly bucket?: string | undefined;
  readonly key?: string | undefined;
  readonly versionId?: string | undefined;
  readonly requestUri?: string | undefined;
  readonly status?: number | undefined;
  readonly errorCode?: string | undefined;
  readonly bytesSent?: number | undefined;
  readonly bytesReceived?: number | undefined;
  readonly totalMs?: number | undefined;
  readonly userAgent?: string | undefined;
  readonly decision?: {
    readonly isAllowed: boolean | undefined;
    readonly reason: string;
    readonly action?: string | undefined;
    readonly policy?: string | undefined;
    readonly statement?: { readonly index: number; readonly sid?: string } | undefined;
  };
  /** A message for `/explain/message`. */
  readonly denial?: string | undefined;
}

export interface AuditPage {
  readonly level: string;
  readonly records: readonly AuditRecord[];
  readonly next?: string | undefined;
}

/** Of one bucket, or of all where none is named. */
export interface UsageDays {
  readonly bucket?: string | undefined;
  readonly days: readonly DayUsage[];
}

export interface LatestUsage {
  readonly buckets: readonly BucketUsage[];
  readonly next?: string | undefined;
}

export interface RequestCounts {
  readonly bucket?: string | undefined;
  readonly filter?: string | undefined;
  readonly period: "hour" | "minute";
  readonly points: readonly RequestPoint[];
}

export interface Jobs {
  readonly jobs: readonly Job[];
}

export interface Findings {
  readonly findings: readonly Finding[];
  readonly next?: string | undefined;
}

export interface Duties {
  readonly duties: readonly Duty[];
}

export interface EventQueues {
  readonly queues: readonly { readonly name: string; readonly queueArn: string }[];
}

export interface Webhooks {
  readonly webhooks: readonly Webhook[];
}

export interface LifecycleStates {
  readonly buckets: readonly LifecycleState[];
  readonly next?: string | undefined;
}

export interface ExplainedVersions {
  readonly bucket: string;
  readonly key: string;
  readonly versions: readonly ExplainedVersion[];
}

/** A bucket behind another S3 endpoint; its secret never leaves. */
export interface Remote {
  readonly name: string;
  readonly arn: string;
  readonly kind: "cairn" | "s3";
  /** 12 digits, or `*` for every account. */
  readonly account: string;
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly createdAt: string;
}

export interface Remotes {
  readonly remotes: readonly Remote[];
}
