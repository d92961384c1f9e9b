// Webhooks: where events of an account's buckets go by HTTPS. The secret that signs deliveries is
// made here, sealed at rest, told once, and leaves this file else only for whoever signs (SEC-067).

import type { EventFilter } from "../s3/event-filter.ts";
import { newRequestId } from "../s3/ids.ts";
import { type CatalogCall, type Query, queryAll, queryFirst } from "./database.ts";
import { type SealLabel, seal, unseal } from "./sealing.ts";

/** `disabled`: by its owner, or after too many failures. */
export type WebhookState = "enabled" | "disabled";

export interface Webhook {
  readonly webhookId: string;
  readonly accountId: string;
  readonly name: string;
  readonly url: string;
  /** It takes what buckets send to EventBridge. One an account. */
  readonly isEventBus: boolean;
  readonly filter?: EventFilter;
  readonly state: WebhookState;
  /** In a row, over all buckets. */
  readonly failures: number;
  readonly failingSinceMs?: number;
  readonly lastError?: string;
  readonly lastFailedAtMs?: number;
  readonly lastDeliveredAtMs?: number;
  /** The secret before the last rotation is valid until then. */
  readonly previousUntilMs?: number;
  readonly createdAtMs: number;
}

/** With the secrets that deliveries are signed with, the newest first. */
export interface OpenWebhook extends Webhook {
  readonly secrets: readonly string[];
}

interface WebhookRow {
  readonly webhook_id: string;
  readonly account_id: string;
  readonly name: string;
  readonly url: string;
  readonly sealed_secret: string;
  readonly previous_secret: string | null;
  readonly previous_until_ms: number | null;
  readonly is_event_bus: number;
  readonly filter: string | null;
  readonly state: WebhookState;
  readonly failures: number;
  readonly failing_since_ms: number | null;
  readonly last_error: string | null;
  readonly last_failed_at_ms: number | null;
  readonly last_delivered_at_ms: number | null;
  readonly created_at_ms: number;
}

export const maximumWebhooks = 100;

const insertWebhook = `INSERT INTO webhooks (webhook_id, account_id, name, url, sealed_secret,
    is_event_bus, created_at_ms, updated_at_ms, filter)
  SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?9
  WHERE (SELECT count(*) FROM webhooks WHERE account_id = ?2) < ?8
  ON CONFLICT DO NOTHING RETURNING webhook_id`;
const selectByName = "SELECT * FROM webhooks WHERE account_id = ?1 AND name = ?2";
const selectBus = "SELECT * FROM webhooks WHERE account_id = ?1 AND is_event_bus = 1";
const selectAll = "SELECT * FROM webhooks WHERE account_id = ?1 ORDER BY name";
const deleteRow = "DELETE FROM webhooks WHERE account_id = ?1 AND name = ?2 RETURNING webhook_id";
const updateState = `UPDATE webhooks SET state = ?3, updated_at_ms = ?4,
    failures = CASE WHEN ?3 = 'enabled' THEN 0 ELSE failures END,
    failing_since_ms = CASE WHEN ?3 = 'enabled' THEN NULL ELSE failing_since_ms END
  WHERE account_id = ?1 AND name = ?2 RETURNING *`;
const rotateRow = `UPDATE webhooks SET previous_secret = sealed_secret, previous_until_ms = ?4,
    sealed_secret = ?3, updated_at_ms = ?5
  WHERE account_id = ?1 AND name = ?2 RETURNING *`;
const noteSuccess = `UPDATE webhooks SET failures = 0, failing_since_ms = NULL,
    last_delivered_at_ms = ?2 WHERE webhook_id = ?1 RETURNING *`;
/** Disabled when it failed `?4` times in a row and since before `?5`. */
const noteFailureRow = `UPDATE webhooks SET failures = failures + 1, last_error = ?2,
    last_failed_at_ms = ?3, failing_since_ms = coalesce(failing_since_ms, ?3),
    state = CASE WHEN failures + 1 >= ?4 AND coalesce(failing_since_ms, ?3) <= ?5
      THEN 'disabled' ELSE state END
  WHERE webhook_id = ?1 RETURNING *`;

/** What a webhook's secret is bound to. */
export function webhookLabel(webhookId: string): SealLabel {
  return { purpose: "webhook", recordId: webhookId };
}

/** `whsec_` and base64 of 32 random bytes, as Standard Webhooks writes secrets. */
function newSecret({ seams }: CatalogCall): string {
  return `whsec_${btoa(String.fromCharCode(...seams.randomBytes(32)))}`;
}

/** Makes a webhook and its secret. The name, or the bus, may be taken. */
export async function createWebhook(
  call: CatalogCall,
  wish: Pick<Webhook, "accountId" | "name" | "url" | "isEventBus" | "filter">,
): Promise<
  | { readonly kind: "created"; readonly webhook: Webhook; readonly secret: string }
  | { readonly kind: "exists" | "bus-exists" | "limit-exceeded" }
> {
  const webhookId = newRequestId(call.seams.randomBytes);
  const secret = newSecret(call);
  const sealed = await seal(call, webhookLabel(webhookId), secret);
  const { accountId, name, url, isEventBus, filter } = wish;
  const made = await queryFirst(call, [
    insertWebhook,
    webhookId,
    ...[accountId, name, url, sealed, isEventBus ? 1 : 0],
    ...[call.nowMs, maximumWebhooks, filter === undefined ? null : JSON.stringify(filter)],
  ]);
  if (made === undefined) {
    if ((await findWebhook(call, accountId, name)) !== undefined) return { kind: "exists" };
    const bus = isEventBus ? await findBus(call, accountId) : undefined;
    return { kind: bus === undefined ? "limit-exceeded" : "bus-exists" };
  }
  const webhook = await findWebhook(call, accountId, name);
  if (webhook === undefined) return { kind: "exists" };
  return { kind: "created", webhook, secret };
}

export async function listWebhooks(
  call: CatalogCall,
  accountId: string,
): Promise<readonly Webhook[]> {
  return (await queryAll<WebhookRow>(call, [selectAll, accountId])).map(renderWebhook);
}

export async function findWebhook(
  call: CatalogCall,
  accountId: string,
  name: string,
): Promise<Webhook | undefined> {
  const row = await queryFirst<WebhookRow>(call, [selectByName, accountId, name]);
  return row === undefined ? undefined : renderWebhook(row);
}

/** The webhook that takes an account's EventBridge events. */
export async function findBus(call: CatalogCall, accountId: string): Promise<Webhook | undefined> {
  const row = await queryFirst<WebhookRow>(call, [selectBus, accountId]);
  return row === undefined ? undefined : renderWebhook(row);
}

/** As `findWebhook`, or `findBus` without a name, with the secrets. */
export async function openWebhook(
  call: CatalogCall,
  accountId: string,
  name: string | undefined,
): Promise<OpenWebhook | undefined> {
  const query: Query =
    name === undefined ? [selectBus, accountId] : [selectByName, accountId, name];
  const row = await queryFirst<WebhookRow>(call, query);
  if (row === undefined) return undefined;
  const isPreviousValid = (row.previous_until_ms ?? 0) > call.nowMs;
  const sealed = [row.sealed_secret, isPreviousValid ? row.previous_secret : null];
  const secrets = await Promise.all(
    sealed.flatMap((text) =>
      text === null ? [] : [unseal(call.env, webhookLabel(row.webhook_id), text)],
    ),
  );
  return { ...renderWebhook(row), secrets };
}

/** Forgets a webhook, its secret and its log; false when there is none. */
export async function deleteWebhook(
  call: CatalogCall,
  accountId: string,
  name: string,
): Promise<boolean> {
  return (await queryFirst(call, [deleteRow, accountId, name])) !== undefined;
}

/** Switches a webhook on, its failures forgotten, or off. */
export async function setWebhookState(
  call: CatalogCall,
  webhook: Pick<Webhook, "accountId" | "name">,
  state: WebhookState,
): Promise<Webhook | undefined> {
  const { accountId, name } = webhook;
  const query: Query = [updateState, accountId, name, state, call.nowMs];
  const row = await queryFirst<WebhookRow>(call, query);
  return row === undefined ? undefined : renderWebhook(row);
}

/** Gives a webhook a new secret; the old one goes on for `graceMs`. */
export async function rotateWebhook(
  call: CatalogCall,
  { accountId, name, webhookId }: Pick<Webhook, "accountId" | "name" | "webhookId">,
  graceMs: number,
): Promise<{ readonly webhook: Webhook; readonly secret: string } | undefined> {
  const secret = newSecret(call);
  const sealed = await seal(call, webhookLabel(webhookId), secret);
  const until = call.nowMs + graceMs;
  const query: Query = [rotateRow, accountId, name, sealed, until, call.nowMs];
  const row = await queryFirst<WebhookRow>(call, query);
  return row === undefined ? undefined : { webhook: renderWebhook(row), secret };
}

/**
 * Counts an outcome. A webhook that failed so often in a row, for so long, is disabled. Both bounds
 * count, for a webhook of many buckets fails often in a minute.
 */
export async function noteWebhook(
  call: CatalogCall,
  webhookId: string,
  outcome:
    | { readonly kind: "delivered" }
    | {
        readonly kind: "failed";
        readonly error: string;
        readonly maximumFailures: number;
        readonly maximumFailingMs: number;
      },
): Promise<Webhook | undefined> {
  const row = await queryFirst<WebhookRow>(
    call,
    outcome.kind === "delivered"
      ? [noteSuccess, webhookId, call.nowMs]
      : [
          noteFailureRow,
          webhookId,
          ...[outcome.error, call.nowMs, outcome.maximumFailures],
          call.nowMs - outcome.maximumFailingMs,
        ],
  );
  return row === undefined ? undefined : renderWebhook(row);
}

function renderWebhook(row: WebhookRow): Webhook {
  return {
    webhookId: row.webhook_id,
    accountId: row.account_id,
    name: row.name,
    url: row.url,
    isEventBus: row.is_event_bus === 1,
    state: row.state,
    failures: row.failures,
    createdAtMs: row.created_at_ms,
    ...(row.filter !== null && { filter: JSON.parse(row.filter) as EventFilter }),
    ...(row.failing_since_ms !== null && { failingSinceMs: row.failing_since_ms }),
    ...(row.last_error !== null && { lastError: row.last_error }),
    ...(row.last_failed_at_ms !== null && { lastFailedAtMs: row.last_failed_at_ms }),
    ...(row.last_delivered_at_ms !== null && { lastDeliveredAtMs: row.last_delivered_at_ms }),
    ...(row.previous_until_ms !== null && { previousUntilMs: row.previous_until_ms }),
  };
}
