// A bucket that notifies, an outbox that is delivered when the test says so, and receivers that the
// test makes: nothing leaves the process.
import { env, runInDurableObject } from "cloudflare:test";
import {
  type NotificationConfiguration,
  PutBucketNotificationConfigurationCommand,
} from "@aws-sdk/client-s3";
import type { BucketIndex } from "../../../src/bucket/bucket-index.ts";
import { operatorAccount } from "../../../src/catalog/accounts.ts";
import { createWebhook } from "../../../src/catalog/webhooks.ts";
import { type Env, systemSeams } from "../../../src/env.ts";
import { notificationCourier } from "../../../src/jobs/notifications/courier.ts";
import { type CourierTable, drainOutbox } from "../../../src/jobs/outbox.ts";
import type { EventFilter } from "../../../src/s3/event-filter.ts";
import { openTestBucket, s3 } from "../fixture.ts";

/** A request as a receiver saw it. */
export interface Received {
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
  readonly atMs: number;
}

/** A receiver: answers by `answer`, 204 unless it says otherwise. */
export class Receiver {
  readonly received: Received[] = [];
  answer: (message: Received) => Response | Promise<Response> = () =>
    new Response(null, { status: 204 });
  nowMs = () => 0;

  send = async (url: string, init: RequestInit): Promise<Response> => {
    const headers = new Headers(init.headers as HeadersInit);
    const message = { url, headers, body: String(init.body), atMs: this.nowMs() };
    this.received.push(message);
    return this.answer(message);
  };

  /** Event and key of each record, in the order they came. */
  get events(): string[] {
    return this.received.map(({ body }) => {
      const [record] = (JSON.parse(body) as { Records?: ReadonlyArray<S3Record> }).Records ?? [];
      return record === undefined ? "test" : `${record.eventName} ${record.s3.object.key}`;
    });
  }
}

interface S3Record {
  readonly eventName: string;
  readonly s3: { readonly object: { readonly key: string } };
}

export const catalog = (nowMs = Date.now()) => ({ env, seams: systemSeams, nowMs });

let made = 0;

/** A webhook of the operator's; gives its ARN and secret. */
export async function makeWebhook(
  more: { isEventBus?: boolean; url?: string; filter?: EventFilter } = {},
) {
  made += 1;
  const { accountId } = await operatorAccount(catalog());
  const name = `hook-${made}-${crypto.randomUUID().slice(0, 8)}`;
  const { isEventBus = false, url = "https://receiver.example/in", filter } = more;
  const wish = { accountId, name, url, isEventBus, ...(filter !== undefined && { filter }) };
  const outcome = await createWebhook(catalog(), wish);
  if (outcome.kind !== "created") throw new Error(outcome.kind);
  const topicArn = `arn:aws:sns:us-east-1:${accountId}:${name}`;
  return { ...outcome.webhook, secret: outcome.secret, topicArn };
}

/** A bucket that notifies as configured; its own delivery is off, and no test event waits. */
export async function makeWatchedBucket(NotificationConfiguration: NotificationConfiguration) {
  const bucket = await openTestBucket("watched");
  await s3().send(
    new PutBucketNotificationConfigurationCommand({
      Bucket: bucket.name,
      NotificationConfiguration,
      SkipDestinationValidation: true,
    }),
  );
  await inside(bucket.bucketId, (index) => Object.assign(index, { drain: async () => {} }));
  return bucket;
}

export function inside<Result>(
  bucketId: string,
  look: (index: BucketIndex, storage: DurableObjectStorage) => Result,
): Promise<Awaited<Result>> {
  const namespace = env.BUCKET_INDEX as unknown as DurableObjectNamespace<BucketIndex>;
  const stub = namespace.get(namespace.idFromName(bucketId));
  return runInDurableObject(stub, async (instance, state) =>
    look(instance as unknown as BucketIndex, state.storage),
  ) as Promise<Awaited<Result>>;
}

/** Delivers what is due at `nowMs`. */
export function drain(
  bucketId: string,
  facts: {
    readonly receiver: Receiver;
    readonly nowMs?: number;
    readonly bindings?: Partial<Env>;
    readonly couriers?: CourierTable;
  },
): Promise<void> {
  const { receiver, nowMs = Date.now(), bindings = {} } = facts;
  const couriers = facts.couriers ?? { notification: notificationCourier(receiver.send) };
  const seams = { ...systemSeams, now: () => nowMs };
  const place = { env: { ...env, ...bindings } as Env, seams, couriers };
  return inside(bucketId, (index) => drainOutbox(index, place));
}
