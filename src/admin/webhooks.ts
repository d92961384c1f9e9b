// Webhooks of an account, for its root and the operator: make, list, switch, rotate, remove; what was
// delivered, and to send it again. A secret appears once, in the answer that made it (SEC-067).

import {
  type DeliveryOutcome,
  type DeliveryPlace,
  deliveriesBetween,
  findDelivery,
  type LoggedDelivery,
  listDeliveries,
  type WebhookDelivery,
} from "../catalog/webhook-deliveries.ts";
import {
  createWebhook,
  deleteWebhook,
  findWebhook,
  listWebhooks,
  rotateWebhook,
  setWebhookState,
  type Webhook,
} from "../catalog/webhooks.ts";
import type { Env } from "../env.ts";
import { webhookArns } from "../s3/event-destinations.ts";
import type { EventFilter } from "../s3/event-filter.ts";
import { isWebhookUrl } from "../s3/fetch-guard.ts";
import { newRequestId } from "../s3/ids.ts";
import { type AdminCall, requireAccount } from "./access.ts";
import { AdminError, answer, answerNothing } from "./answer.ts";
import type { Deliveries, Webhooks } from "./answers.ts";
import { readFields, readLimit } from "./fields.ts";

/** The webhook that a path names. */
export interface WebhookPath {
  readonly account: string;
  readonly name: string;
}

const secondsOfDay = 86_400;
/** Deliveries that one call sends again: each may take ten seconds. */
const replayedAtOnce = 20;

/** `GET /accounts/{ID|self}/webhooks`: `{webhooks}`, by name. */
export async function answerListWebhooks(call: AdminCall, account: string): Promise<Response> {
  const found = await listWebhooks(call, requireAccount(call, account));
  return answer<Webhooks>({ webhooks: found.map((webhook) => renderWebhook(call, webhook)) });
}

/** `POST /accounts/{ID|self}/webhooks {name, url, isEventBus?, filter?}`: 201 with the webhook and `secret`. */
export async function answerCreateWebhook(call: AdminCall, account: string): Promise<Response> {
  const accountId = requireAccount(call, account);
  const wish = await readFields(call.openBody(), {
    name: nameField,
    url: urlField(call.env),
    isEventBus: flagField,
    filter: filterField,
  });
  const { filter, ...rest } = wish;
  const facts = { accountId, ...rest, ...(filter !== undefined && { filter }) };
  const outcome = await createWebhook(call, facts);
  switch (outcome.kind) {
    case "created": {
      const { webhook, secret } = outcome;
      return answer({ ...renderWebhook(call, webhook), secret }, 201);
    }
    case "exists":
      throw new AdminError("WebhookExists");
    case "bus-exists":
      throw new AdminError("EventBusExists");
    case "limit-exceeded":
      throw new AdminError("WebhookLimitExceeded");
  }
}

/** `GET /accounts/{ID|self}/webhooks/{name}`. */
export async function answerGetWebhook(call: AdminCall, path: WebhookPath): Promise<Response> {
  return answer(renderWebhook(call, await requireWebhook(call, path)));
}

/** `PATCH /accounts/{ID|self}/webhooks/{name} {state}`: `enabled`, which forgets failures, or `disabled`. */
export async function answerUpdateWebhook(call: AdminCall, path: WebhookPath): Promise<Response> {
  const webhook = await requireWebhook(call, path);
  const { state } = await readFields(call.openBody(), { state: stateField });
  const after = await setWebhookState(call, webhook, state);
  if (after === undefined) throw new AdminError("NoSuchWebhook");
  return answer(renderWebhook(call, after));
}

/** `DELETE /accounts/{ID|self}/webhooks/{name}`: 204. What waits for it is dropped. */
export async function answerDeleteWebhook(call: AdminCall, path: WebhookPath): Promise<Response> {
  const accountId = requireAccount(call, path.account);
  if (!(await deleteWebhook(call, accountId, path.name))) throw new AdminError("NoSuchWebhook");
  return answerNothing();
}

/** `POST .../rotate {graceSeconds?}`: the webhook with its new `secret`; the old one signs on. */
export async function answerRotateWebhook(call: AdminCall, path: WebhookPath): Promise<Response> {
  const webhook = await requireWebhook(call, path);
  const { graceSeconds } = await readFields(call.openBody(), { graceSeconds: graceField });
  const rotated = await rotateWebhook(call, webhook, graceSeconds * 1000);
  if (rotated === undefined) throw new AdminError("NoSuchWebhook");
  return answer({ ...renderWebhook(call, rotated.webhook), secret: rotated.secret });
}

/** `GET .../deliveries?outcome=O&before=PLACE&limit=N`: `{deliveries, next?}`, the latest first. */
export async function answerListDeliveries(
  call: AdminCall,
  path: WebhookPath,
  query: {
    readonly outcome: string | undefined;
    readonly before: string | undefined;
    readonly limit: string | undefined;
  },
): Promise<Response> {
  const { webhookId } = await requireWebhook(call, path);
  const limit = query.limit === undefined ? 100 : readLimit(query.limit);
  const found = await listDeliveries(call, webhookId, {
    limit: limit + 1,
    ...(query.before !== undefined && { before: readPlace(query.before) }),
    ...(query.outcome !== undefined && { outcome: outcomeField(query.outcome, "outcome") }),
  });
  return answerPage(found.slice(0, limit), found.length > limit);
}

/** `GET .../deliveries/{id}`: the delivery with the `body` that was sent, as text. */
export async function answerGetDelivery(
  call: AdminCall,
  path: WebhookPath,
  messageId: string,
): Promise<Response> {
  const { webhookId } = await requireWebhook(call, path);
  const delivery = await findDelivery(call, webhookId, messageId);
  if (delivery === undefined) throw new AdminError("NoSuchDelivery");
  return answer({ ...renderDelivery(delivery), body: delivery.body });
}

/**
 * `POST .../replay {id}` or `{from?, to?, outcome?, after?}`: sends one delivery, or some of a range,
 * again under their ids, and gives what became of them. `next` is the `after` to go on with, and
 * `to` the end to ask with again.
 */
export async function answerReplay(call: AdminCall, path: WebhookPath): Promise<Response> {
  const { webhookId, accountId, name } = await requireWebhook(call, path);
  const wish = await readFields(call.openBody(), {
    id: optional(textField),
    from: optional(timeField),
    to: optional(timeField),
    outcome: optional(outcomeField),
    after: optional(placeField),
  });
  const resend = (delivery: LoggedDelivery) => call.resend({ accountId, name }, delivery);
  if (wish.id !== undefined) {
    const delivery = await findDelivery(call, webhookId, wish.id);
    if (delivery === undefined) throw new AdminError("NoSuchDelivery");
    return answerPage([await resend(delivery)], false);
  }
  // What is sent again now must not be found again by the next page: it is asked with the same end.
  const toMs = Math.min(wish.to ?? call.nowMs, call.nowMs);
  const found = await deliveriesBetween(call, webhookId, {
    fromMs: wish.from ?? 0,
    toMs,
    ...(wish.outcome !== undefined && { outcome: wish.outcome }),
    ...(wish.after !== undefined && { after: wish.after }),
    limit: replayedAtOnce,
  });
  const sent: WebhookDelivery[] = [];
  // In the order they came, one after the other.
  for (const delivery of found) sent.push(await resend(delivery));
  const last = found.at(-1);
  const next = found.length === replayedAtOnce && last !== undefined && renderPlace(last);
  return answer({ deliveries: sent.map(renderDelivery), to: iso(toMs), ...(next && { next }) });
}

/** `POST .../test`: sends S3's test event now; gives what became of it. */
export async function answerTestWebhook(call: AdminCall, path: WebhookPath): Promise<Response> {
  const { webhookId, accountId, name } = await requireWebhook(call, path);
  const messageId = newRequestId(call.seams.randomBytes);
  const Time = new Date(call.nowMs).toISOString();
  const event = { Service: "Amazon S3", Event: "s3:TestEvent", Time, RequestId: messageId };
  const delivery: LoggedDelivery = {
    ...{ webhookId, messageId, bucket: "", key: "", event: "TestEvent" },
    ...{ outcome: "pending", attempts: 0, atMs: call.nowMs, durationMs: 0 },
    body: JSON.stringify(event),
  };
  return answer(renderDelivery(await call.resend({ accountId, name }, delivery)));
}

async function requireWebhook(call: AdminCall, { account, name }: WebhookPath): Promise<Webhook> {
  const found = await findWebhook(call, requireAccount(call, account), name);
  if (found === undefined) throw new AdminError("NoSuchWebhook");
  return found;
}

function answerPage(deliveries: readonly WebhookDelivery[], hasMore: boolean): Response {
  const last = deliveries.at(-1);
  const next = hasMore && last !== undefined && renderPlace(last);
  return answer<Deliveries>({ deliveries: deliveries.map(renderDelivery), ...(next && { next }) });
}

/** Member by member: what is not named here cannot leave. */
function renderWebhook({ env }: AdminCall, webhook: Webhook) {
  const { accountId, name, url, isEventBus, state, failures, lastError, createdAtMs } = webhook;
  const time = (ms: number | undefined) => (ms === undefined ? undefined : iso(ms));
  return {
    name,
    account: accountId,
    ...webhookArns(env.REGION ?? "us-east-1", accountId, name),
    ...{ url, isEventBus, filter: webhook.filter, state, failures, lastError },
    failingSince: time(webhook.failingSinceMs),
    lastFailedAt: time(webhook.lastFailedAtMs),
    lastDeliveredAt: time(webhook.lastDeliveredAtMs),
    previousSecretUntil: time(webhook.previousUntilMs),
    createdAt: iso(createdAtMs),
  };
}

function renderDelivery(delivery: WebhookDelivery) {
  const { messageId: id, bucket, key, event, outcome, attempts, status, error } = delivery;
  const { atMs, durationMs } = delivery;
  const at = iso(atMs);
  return { id, at, bucket, key, event, outcome, attempts, status, error, durationMs };
}

const iso = (ms: number) => new Date(ms).toISOString();

/** `MILLISECONDS/ID`: opaque to clients. */
function renderPlace({ atMs, messageId }: DeliveryPlace): string {
  return `${atMs}/${messageId}`;
}

function readPlace(text: string): DeliveryPlace {
  const [, at, messageId] = /^(\d{1,15})\/([0-9A-Za-z-]{1,64})$/.exec(text) ?? [];
  if (at === undefined || messageId === undefined) throw invalid("The place is not one of ours.");
  return { atMs: Number(at), messageId };
}

type Field<Value> = (value: unknown, field: string) => Value;

/** A field that may be absent. */
function optional<Value>(check: Field<Value>): Field<Value | undefined> {
  return (value, field) => (value === undefined ? undefined : check(value, field));
}

const textField: Field<string> = (value, field) => {
  if (typeof value === "string" && /^[0-9A-Za-z-]{1,64}$/.test(value)) return value;
  throw invalid(`${field} must be the id of a delivery.`);
};

const nameField: Field<string> = (value, field) => {
  if (typeof value === "string" && /^[A-Za-z0-9_-]{1,80}$/.test(value)) return value;
  throw invalid(`${field} must be 1 to 80 letters, digits, hyphens and underscores.`);
};

const flagField: Field<boolean> = (value, field) => {
  if (value === undefined || typeof value === "boolean") return value ?? false;
  throw invalid(`${field} must be true or false.`);
};

/** `{tags?: {name: value}, metadata?: {name: value}}`, at most ten of each. */
const filterField: Field<EventFilter | undefined> = (value, field) => {
  if (value === undefined) return undefined;
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  const members = isObject ? Object.entries(value as object) : [];
  const isFilter =
    members.length > 0 &&
    members.every(([name, pairs]) => ["tags", "metadata"].includes(name) && arePairs(pairs));
  if (!isFilter) throw invalid(`${field} must hold "tags" or "metadata", names with their values.`);
  const { tags, metadata = {} } = value as EventFilter;
  const lower = Object.entries(metadata).map(([name, text]) => [name.toLowerCase(), text]);
  return {
    ...(tags !== undefined && { tags }),
    ...(lower.length > 0 && { metadata: Object.fromEntries(lower) }),
  };
};

function arePairs(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const pairs = Object.entries(value);
  const isText = (text: unknown) => typeof text === "string" && text.length <= 256;
  return pairs.length <= 10 && pairs.every(([name, text]) => name !== "" && isText(text));
}

const stateField: Field<"enabled" | "disabled"> = (value, field) => {
  if (value === "enabled" || value === "disabled") return value;
  throw invalid(`${field} must be "enabled" or "disabled".`);
};

const outcomeField: Field<DeliveryOutcome> = (value, field) => {
  const known = ["delivered", "pending", "failed", "skipped"] as const;
  const outcome = known.find((each) => each === value);
  if (outcome === undefined) throw invalid(`${field} must be one of ${known.join(", ")}.`);
  return outcome;
};

const timeField: Field<number> = (value, field) => {
  const ms = typeof value === "string" ? Date.parse(value) : Number.NaN;
  if (Number.isFinite(ms)) return ms;
  throw invalid(`${field} must be a time in ISO 8601.`);
};

const placeField: Field<DeliveryPlace> = (value) => readPlace(String(value));

const graceField: Field<number> = (value, field) => {
  if (value === undefined) return secondsOfDay;
  const isNumber = typeof value === "number" && Number.isInteger(value);
  if (isNumber && value >= 0 && value <= 30 * secondsOfDay) return value;
  throw invalid(`${field} must be a number of seconds, at most 30 days.`);
};

function urlField(env: Env): Field<string> {
  const domains = `${env.BASE_DOMAIN ?? ""},${env.WEBSITE_DOMAIN ?? ""}`.split(",");
  const ownDomains = domains.map((domain) => domain.trim()).filter((domain) => domain !== "");
  return (value, field) => {
    const bounds = { isLocal: env.LOCAL === "true", ownDomains };
    if (typeof value === "string" && isWebhookUrl(value, bounds)) return value;
    const form = "the https URL of a public host that is not this server, on port 443 or 8443";
    throw invalid(`${field} must be ${form}.`);
  };
}

function invalid(message: string): AdminError {
  return new AdminError("InvalidRequest", message);
}
