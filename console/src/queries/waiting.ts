// What waits to leave a bucket: events and replicas, as the admin API tells of it.

export interface EventStatus {
  readonly bucket: string;
  readonly backlog: number;
  readonly oldestAt?: string;
  readonly nextAt?: string;
  readonly targets: readonly {
    readonly kind: "notification" | "replication";
    readonly target: string;
    readonly backlog: number;
    readonly oldestAt?: string;
    readonly failures: number;
    readonly waitingKeys: number;
    readonly retryAt?: string;
    readonly lastError?: string;
    readonly lastErrorAt?: string;
  }[];
}

export interface ReplicationStatus {
  readonly bucket: string;
  readonly rules: readonly {
    readonly rule: string;
    readonly destination: string;
    readonly pendingOperations: number;
    readonly pendingBytes: number;
    readonly oldestAt?: string;
    readonly completedOperations: number;
    readonly completedBytes: number;
    readonly failedOperations: number;
    readonly averageLatencyMs: number | null;
    readonly longestLatencyMs: number | null;
    readonly lastAt?: string;
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
