// What `/-/api/v1/duties` and `/-/api/v1/jobs` answer; docs/OPERATIONS.md describes it.

export interface Duty {
  readonly name: string;
  readonly cron: string;
  readonly state: "well" | "stuck";
  readonly startedAt: string;
  readonly tookMs: number;
  readonly nextDueAt: string | null;
  readonly backlog?: number;
  readonly error?: string;
}

export interface Job {
  readonly jobId: string;
  readonly kind: string;
  readonly bucket: string | null;
  readonly store?: number;
  readonly state: "running" | "done" | "failed";
  readonly stuck: boolean;
  readonly counts: Readonly<Record<string, number>>;
  readonly startedAt: string;
  readonly error?: string;
}

export interface Finding {
  readonly kind: string;
  readonly repaired: boolean;
  readonly foundAt: string;
  readonly [subject: string]: string | number | boolean;
}
