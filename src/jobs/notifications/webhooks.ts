// Deliveries to a webhook: one POST an event, in order per key, each attempt noted in the log. A
// webhook that fails for long is disabled, and says so; what happened meanwhile stays in the log to
// be sent again (threats 146).

import { testEvent } from "../../bucket/outbox.ts";
import type { OutboxEntry } from "../../bucket/types.ts";
import {
  type LoggedDelivery,
  logDeliveries,
  type WebhookDelivery,
} from "../../catalog/webhook-deliveries.ts";
import { noteWebhook, type OpenWebhook } from "../../catalog/webhooks.ts";
import type { Env } from "../../env.ts";
import { type Fetch, postWebhook, type WebhookAnswer } from "../../outbound/webhook.ts";
import { passes } from "../../s3/event-filter.ts";
import { isWebhookUrl } from "../../s3/fetch-guard.ts";
import { type CourierCall, type DeliveryResult, deliverByKey, isLastAttempt } from "../outbox.ts";

/** Success is noted on the webhook at most this often. */
const successNotedMs = 60_000;

/** An entry with the message that tells of it. */
export interface WebhookEntry {
  readonly entry: OutboxEntry;
  readonly messageId: string;
  readonly body: string;
}

/**
 * Delivers the entries, or notes them as skipped where the webhook is disabled. What its filter does
 * not let pass is done with, and noted nowhere.
 */
export async function deliverToWebhook(
  call: CourierCall,
  webhook: OpenWebhook,
  { messages, send }: { messages: readonly WebhookEntry[]; send: Fetch },
): Promise<ReadonlyMap<number, DeliveryResult>> {
  const isWanted = ({ entry }: WebhookEntry) =>
    entry.event === testEvent || passes(webhook.filter, entry.version);
  const wanted = messages.filter(isWanted);
  const results = await deliverWanted(call, webhook, { messages: wanted, send });
  const unwanted = messages.filter((message) => !isWanted(message));
  const done = unwanted.map(({ entry }) => [entry.seq, { kind: "done" }] as const);
  return new Map([...done, ...results]);
}

async function deliverWanted(
  call: CourierCall,
  webhook: OpenWebhook,
  { messages, send }: { messages: readonly WebhookEntry[]; send: Fetch },
): Promise<ReadonlyMap<number, DeliveryResult>> {
  const bySeq = new Map(messages.map((message) => [message.entry.seq, message]));
  const logged: LoggedDelivery[] = [];
  if (webhook.state === "disabled") {
    for (const message of messages) logged.push(logOf(call, webhook, { message, durationMs: 0 }));
    await log(call, logged);
    return new Map(messages.map(({ entry }) => [entry.seq, { kind: "done" }]));
  }
  let isGone = false;
  const results = await deliverByKey(
    messages.map(({ entry }) => entry),
    async (entry) => {
      const message = bySeq.get(entry.seq);
      if (message === undefined || isGone) throw new Error("the webhook is gone");
      const startedAtMs = call.seams.now();
      const answer = await post(call, webhook, { message, send });
      const durationMs = call.seams.now() - startedAtMs;
      logged.push(logOf(call, webhook, { message, durationMs, answer }));
      if (answer.kind === "accepted") return { kind: "done" };
      isGone ||= answer.status === 410;
      const { error, retryAfterMs } = answer;
      return { kind: "failed", error, ...(retryAfterMs !== undefined && { retryAfterMs }) };
    },
  );
  await log(call, logged);
  await note(call, webhook, { results, isGone });
  return results;
}

/** Sends one message of the log again, under its own id. */
export async function redeliver(
  call: CourierCall,
  webhook: OpenWebhook,
  { delivery, send }: { delivery: LoggedDelivery; send: Fetch },
): Promise<WebhookDelivery> {
  const { messageId, body } = delivery;
  const startedAtMs = call.seams.now();
  const answer = await post(call, webhook, { message: { messageId, body }, send });
  const again: LoggedDelivery = {
    ...delivery,
    ...outcomeOf(answer, true),
    attempts: 1,
    atMs: call.seams.now(),
    durationMs: call.seams.now() - startedAtMs,
  };
  await log(call, [again]);
  const { body: _, ...shown } = again;
  return { ...shown, attempts: delivery.attempts + 1 };
}

/** The domains of this deployment: no delivery goes there. */
export function ownDomainsOf(env: Env): readonly string[] {
  const text = `${env.BASE_DOMAIN ?? ""},${env.WEBSITE_DOMAIN ?? ""}`;
  return text.split(",").flatMap((domain) => (domain.trim() === "" ? [] : [domain.trim()]));
}

function post(
  call: CourierCall,
  webhook: OpenWebhook,
  { message, send }: { message: Pick<WebhookEntry, "messageId" | "body">; send: Fetch },
): Promise<WebhookAnswer> {
  const { url, secrets } = webhook;
  const bounds = { isLocal: call.env.LOCAL === "true", ownDomains: ownDomainsOf(call.env) };
  if (!isWebhookUrl(url, bounds)) {
    return Promise.resolve({ kind: "refused", error: "the address is not allowed" });
  }
  const { messageId, body } = message;
  return postWebhook({ url, messageId, body, secrets, nowMs: call.seams.now() }, send);
}

function logOf(
  call: CourierCall,
  webhook: OpenWebhook,
  attempt: { message: WebhookEntry; durationMs: number; answer?: WebhookAnswer },
): LoggedDelivery {
  const { message, durationMs, answer } = attempt;
  const { entry, messageId, body } = message;
  const outcome =
    answer === undefined
      ? ({ outcome: "skipped", error: "the webhook is disabled" } as const)
      : outcomeOf(answer, isLastAttempt(entry));
  return {
    webhookId: webhook.webhookId,
    messageId,
    body,
    bucket: entry.bucket.name,
    key: entry.key,
    event: entry.event,
    ...outcome,
    attempts: answer === undefined ? 0 : 1,
    atMs: call.seams.now(),
    durationMs,
  };
}

function outcomeOf(answer: WebhookAnswer, isLast: boolean) {
  if (answer.kind === "accepted") {
    return { outcome: "delivered", status: answer.status } as const;
  }
  const { status, error } = answer;
  const outcome = isLast ? "failed" : "pending";
  return { outcome, error, ...(status !== undefined && { status }) } as const;
}

/** The log is for eyes: losing a line of it must not deliver an event twice. */
async function log(call: CourierCall, logged: readonly LoggedDelivery[]): Promise<void> {
  await logDeliveries({ ...call, nowMs: call.seams.now() }, logged).catch((error: unknown) => {
    console.error(JSON.stringify({ event: "delivery-log-failed" }), error);
  });
}

/** Counts the slice for the webhook as a whole: one success is enough to begin anew. */
async function note(
  call: CourierCall,
  webhook: OpenWebhook,
  { results, isGone }: { results: ReadonlyMap<number, DeliveryResult>; isGone: boolean },
): Promise<void> {
  const nowMs = call.seams.now();
  const all = [...results.values()];
  const failed = all.find((result) => result.kind === "failed");
  const isDelivered = all.some(({ kind }) => kind === "done");
  if (isDelivered && !isGone) {
    const isRecent = nowMs - (webhook.lastDeliveredAtMs ?? 0) < successNotedMs;
    if (webhook.failures === 0 && isRecent) return;
    await noteWebhook({ ...call, nowMs }, webhook.webhookId, { kind: "delivered" });
    return;
  }
  if (failed?.kind !== "failed") return;
  const after = await noteWebhook({ ...call, nowMs }, webhook.webhookId, {
    kind: "failed",
    error: failed.error,
    maximumFailures: isGone ? 0 : setting(call.env.WEBHOOK_MAXIMUM_FAILURES, 36),
    maximumFailingMs: isGone ? 0 : failingMs(call.env),
  });
  if (after?.state !== "disabled") return;
  const { accountId, name, lastError } = after;
  console.error(JSON.stringify({ event: "webhook-disabled", accountId, name, lastError }));
}

function failingMs(env: Env): number {
  return setting(env.WEBHOOK_MAXIMUM_FAILING_SECONDS, 43_200) * 1000;
}

function setting(text: string | undefined, otherwise: number): number {
  const value = text === undefined || text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) && value >= 0 ? value : otherwise;
}
