// What the admin API answers of webhooks; docs/OPERATIONS.md describes it.

export interface Webhook {
  readonly name: string;
  readonly topicArn: string;
  readonly functionArn: string;
  readonly url: string;
  readonly isEventBus: boolean;
  readonly state: "enabled" | "disabled";
  readonly failures: number;
  readonly lastError?: string;
  readonly failingSince?: string;
  readonly lastFailedAt?: string;
  readonly lastDeliveredAt?: string;
  readonly previousSecretUntil?: string;
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
  readonly status?: number;
  readonly error?: string;
  readonly durationMs: number;
}

export interface Deliveries {
  readonly deliveries: readonly Delivery[];
  readonly next?: string;
  /** Of a replay: the end to ask with again. */
  readonly to?: string;
}

export const webhooksPath = "/accounts/self/webhooks";
export const pathOf = (name: string) => `${webhooksPath}/${encodeURIComponent(name)}`;
