// What needs a person: signs gathered from the server's status, the webhooks, and the buckets one by
// one. What may not be asked is left out.

import { GetBucketAclCommand, GetBucketPolicyStatusCommand, type Grant } from "@aws-sdk/client-s3";
import type {
  EventStatus,
  LifecycleState,
  ReplicationStatus,
  ServerStatus,
  Webhook,
} from "../../../../src/admin/answers.ts";
import { admin } from "../../clients/admin.ts";
import { send } from "../../clients/s3.ts";
import { home as text } from "../../messages/en/home.ts";
import { runPool } from "../../work/gate.ts";

export interface Alert {
  readonly tone: "danger" | "warning";
  readonly words: string;
  /** The screen where something can be done. */
  readonly to: string;
}

const danger = (words: string, to: string): Alert => ({ tone: "danger", words, to });
const warning = (words: string, to: string): Alert => ({ tone: "warning", words, to });

export function alertsOfStatus({ catalog, stores, upkeep }: ServerStatus): readonly Alert[] {
  const { damage, stuckJobs, stuckDuties } = upkeep;
  return [
    ...(catalog.answers ? [] : [danger(text("catalogDown"), "/settings")]),
    ...stores
      .filter(({ answers }) => !answers)
      .map(({ store }) => danger(text("silentStore", { name: store }), "/settings")),
    ...(damage ? [danger(text("damage", { count: damage }), "/jobs")] : []),
    ...(stuckJobs ? [warning(text("stuckJobs", { count: stuckJobs }), "/jobs")] : []),
    ...(stuckDuties ?? []).map((name) => warning(text("stuckDuty", { name }), "/jobs")),
  ];
}

export function alertsOfWebhooks(webhooks: readonly Webhook[]): readonly Alert[] {
  return webhooks.flatMap(({ name, state, failures, lastError = "" }) => {
    const to = `/webhooks/${name}`;
    if (state === "disabled") return [danger(text("webhookDisabled", { name }), to)];
    if (failures === 0) return [];
    return [warning(text("webhookFailing", { name, error: lastError }), to)];
  });
}

export function alertsOfLifecycle(buckets: readonly LifecycleState[]): readonly Alert[] {
  return buckets.flatMap(({ bucket, error }) => {
    if (error === null) return [];
    const words = text("lifecycleFailed", { bucket, error });
    return [warning(words, `/buckets/${bucket}/management`)];
  });
}

/** What cannot leave a bucket: events that nobody takes, and replicas whose target stays away. */
export function alertsOfTargets(bucket: string, targets: EventStatus["targets"]): readonly Alert[] {
  return targets.flatMap(({ kind, backlog, failures, lastError }) => {
    if (failures === 0 || !lastError) return [];
    const words = { count: backlog, bucket, error: lastError };
    const message = kind === "notification" ? "eventsWaiting" : "replicasWaiting";
    return [warning(text(message, words), `/buckets/${bucket}/management`)];
  });
}

const everybody = /\/groups\/global\/(AllUsers|AuthenticatedUsers)$/;

const isForEverybody = ({ Grantee }: Grant): boolean => everybody.test(Grantee?.URI ?? "");

/** What one bucket has to say. Whatever it does not tell this caller says nothing. */
export async function alertsOfBucket(bucket: string): Promise<readonly Alert[]> {
  const place = { Bucket: bucket };
  const [policy, acl, events, replication] = await Promise.allSettled([
    send(new GetBucketPolicyStatusCommand(place)),
    send(new GetBucketAclCommand(place)),
    admin<EventStatus>("GET", `/events/${bucket}`),
    admin<ReplicationStatus>("GET", `/replication/${bucket}`),
  ]);
  const alerts: Alert[] = [];
  const publicly = (how: string) =>
    danger(`${text("publicBucket", { bucket })} (${how})`, `/buckets/${bucket}/permissions`);
  if (policy.status === "fulfilled" && policy.value.PolicyStatus?.IsPublic) {
    alerts.push(publicly(text("publicByPolicy")));
  }
  if (acl.status === "fulfilled" && acl.value.Grants?.some(isForEverybody)) {
    alerts.push(publicly(text("publicByAcl")));
  }
  const management = `/buckets/${bucket}/management`;
  if (events.status === "fulfilled") {
    alerts.push(...alertsOfTargets(bucket, events.value.targets));
  }
  if (replication.status === "fulfilled" && replication.value.failed > 0) {
    const words = { count: replication.value.failed, bucket };
    alerts.push(warning(text("replicationFailed", words), management));
  }
  return alerts;
}

const atOnce = 4;

/** Of many buckets, a few at a time. */
export async function alertsOfBuckets(buckets: readonly string[]): Promise<readonly Alert[]> {
  const alerts: Alert[] = [];
  await runPool(buckets, atOnce, async (bucket) => {
    alerts.push(...(await alertsOfBucket(bucket)));
  });
  return alerts;
}
