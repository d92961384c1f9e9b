// The queues that events may go to: a closed table, read from EVENT_QUEUES. The names of bindings are
// the operator's and of one shape; nothing that a user writes is ever looked up in the environment.

import type { Env } from "../env.ts";

/** The queue that takes an account's EventBridge events. */
export const busQueueName = "eventbridge";

const entryShape = /^(?:(\d{12}):)?([A-Za-z0-9_-]{1,80})=(EVENT_QUEUE[A-Z0-9_]*)$/;

/** Bounds of Cloudflare Queues: messages and bytes of one call. */
const maximumMessages = 100;
const maximumBytes = 240_000;

/** Which queue: an account's, by name. */
export interface QueueName {
  readonly accountId: string;
  readonly name: string;
}

/** Whether the queue is in the table; it may lack its binding all the same. */
export function isKnownQueue(env: Env, queue: QueueName, operatorId: string): boolean {
  return bindingOf(env, queue, operatorId) !== undefined;
}

/** The queues of an account, by name. */
export function queuesOf(env: Env, accountId: string, operatorId: string): readonly string[] {
  return entries(env, operatorId)
    .filter((entry) => entry.accountId === accountId)
    .map(({ name }) => name)
    .sort();
}

/** Puts the texts into the queue, in order. Throws when the binding is missing or refuses. */
export async function sendToQueue(
  env: Env,
  queue: QueueName & { readonly operatorId: string },
  bodies: readonly string[],
): Promise<void> {
  const binding = bindingOf(env, queue, queue.operatorId);
  if (binding === undefined) throw new Error(`EVENT_QUEUES has no queue ${queue.name}`);
  const bound = (env as unknown as Readonly<Record<string, unknown>>)[binding];
  if (!isQueue(bound)) throw new Error(`${binding} is not bound to a queue`);
  let batch: { body: string; contentType: "text" }[] = [];
  let bytes = 0;
  for (const body of bodies) {
    const size = new TextEncoder().encode(body).length;
    if (batch.length === maximumMessages || bytes + size > maximumBytes) {
      await bound.sendBatch(batch);
      batch = [];
      bytes = 0;
    }
    batch.push({ body, contentType: "text" });
    bytes += size;
  }
  if (batch.length > 0) await bound.sendBatch(batch);
}

function bindingOf(env: Env, { accountId, name }: QueueName, operatorId: string) {
  return entries(env, operatorId).find(
    (entry) => entry.name === name && entry.accountId === accountId,
  )?.binding;
}

/** The table; what is not of its shape is left out. */
function entries(env: Env, operatorId: string) {
  return (env.EVENT_QUEUES ?? "").split(",").flatMap((entry) => {
    const [, accountId = operatorId, name, binding] = entryShape.exec(entry.trim()) ?? [];
    return name === undefined || binding === undefined ? [] : [{ accountId, name, binding }];
  });
}

function isQueue(value: unknown): value is Pick<Queue, "sendBatch"> {
  return typeof value === "object" && value !== null && "sendBatch" in value;
}
