// The courier of bucket notifications: from the ARN in the configuration to a queue or a webhook of
// the bucket's account. What has no destination any more is dropped, as S3 does.

import type { OutboxBatch, OutboxEntry } from "../../bucket/types.ts";
import { operatorAccount } from "../../catalog/accounts.ts";
import { openWebhook } from "../../catalog/webhooks.ts";
import { busQueueName, isKnownQueue, sendToQueue } from "../../outbound/queues.ts";
import type { Fetch } from "../../outbound/webhook.ts";
import { eventBridgeTarget, parseDestination } from "../../s3/event-destinations.ts";
import type { Courier, CourierCall, DeliveryResult } from "../outbox.ts";
import { renderBridgeEvent } from "./bridge-events.ts";
import { renderRecord } from "./records.ts";
import { deliverToWebhook, type WebhookEntry } from "./webhooks.ts";

type Results = ReadonlyMap<number, DeliveryResult>;

/** Delivers notifications; `send` is how requests leave. */
export function notificationCourier(send: Fetch): Courier {
  return async (call, batch) => {
    const [first] = batch.entries;
    if (first === undefined) return new Map();
    const messages = batch.entries.map((entry) => messageOf(batch.target, entry));
    const told = messages.filter((message) => message.body !== "");
    const results = await deliver(call, { batch, messages: told, send });
    // What EventBridge is not told is done with.
    const untold = messages.filter((message) => message.body === "");
    const done = untold.map(({ entry }) => [entry.seq, { kind: "done" }] as const);
    return new Map([...done, ...results]);
  };
}

async function deliver(
  call: CourierCall,
  facts: { batch: OutboxBatch; messages: readonly WebhookEntry[]; send: Fetch },
): Promise<Results> {
  const { batch, messages, send } = facts;
  const { target } = batch;
  const accountId = batch.entries[0]?.bucket.accountId ?? "";
  if (target === eventBridgeTarget) {
    const bus = { accountId, name: busQueueName };
    const { accountId: operatorId } = await operatorAccount(call);
    if (isKnownQueue(call.env, bus, operatorId)) return deliverToQueue(call, bus, messages);
    return deliverToNamed(call, { accountId, name: undefined, messages, send });
  }
  const destination = parseDestination(target);
  if (destination === undefined) return allDone(messages);
  const { service, name } = destination;
  if (service === "sqs") return deliverToQueue(call, { accountId, name }, messages);
  return deliverToNamed(call, { accountId, name, messages, send });
}

async function deliverToNamed(
  call: CourierCall,
  facts: {
    accountId: string;
    name: string | undefined;
    messages: readonly WebhookEntry[];
    send: Fetch;
  },
): Promise<Results> {
  const { accountId, name, messages, send } = facts;
  const webhook = await openWebhook(call, accountId, name);
  if (webhook === undefined) return allDone(messages);
  return deliverToWebhook(call, webhook, { messages, send });
}

/** All or nothing: a queue takes a batch whole, and a batch sent twice is told twice. */
async function deliverToQueue(
  call: CourierCall,
  queue: { accountId: string; name: string },
  messages: readonly WebhookEntry[],
): Promise<Results> {
  const { accountId: operatorId } = await operatorAccount(call);
  const bodies = messages.map(({ body }) => body);
  await sendToQueue(call.env, { ...queue, operatorId }, bodies);
  return allDone(messages);
}

function allDone(messages: readonly WebhookEntry[]): Results {
  return new Map(messages.map(({ entry }) => [entry.seq, { kind: "done" }]));
}

function messageOf(target: string, entry: OutboxEntry): WebhookEntry {
  const messageId = messageIdOf(entry);
  const body =
    target === eventBridgeTarget ? renderBridgeEvent(entry, messageId) : renderRecord(entry);
  return { entry, messageId, body: body ?? "" };
}

/**
 * The same for every attempt, another for every event: of the bucket by its name and the moment, for
 * names are used again. In the shape of a UUID, as EventBridge's ids are.
 */
export function messageIdOf({ bucket, seq, atMs }: OutboxEntry): string {
  let hash = 0x811c9dc5;
  for (const char of bucket.name) {
    hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  const name = hash.toString(16).padStart(8, "0");
  const time = atMs.toString(16).padStart(12, "0").slice(-12);
  const order = seq.toString(16).padStart(12, "0").slice(-12);
  return `${name}-${time.slice(0, 4)}-${time.slice(4, 8)}-${time.slice(8)}-${order}`;
}
