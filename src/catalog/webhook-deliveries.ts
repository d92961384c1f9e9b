// What became of deliveries to webhooks: one row an event, kept for some days, bounded, with the body
// that was sent, so that it can be sent again.

import { type CatalogCall, type Query, queryAll, queryFirst, transact } from "./database.ts";

/** `pending`: it failed and will be tried again. `skipped`: the webhook was disabled. */
export type DeliveryOutcome = "delivered" | "pending" | "failed" | "skipped";

export interface WebhookDelivery {
  /** The same for every attempt: what receivers know an event again by. */
  readonly messageId: string;
  readonly webhookId: string;
  /** Of the last attempt. */
  readonly atMs: number;
  readonly bucket: string;
  readonly key: string;
  readonly event: string;
  readonly outcome: DeliveryOutcome;
  readonly attempts: number;
  /** HTTP status; absent when there was no answer. */
  readonly status?: number;
  readonly error?: string;
  readonly durationMs: number;
}

export type LoggedDelivery = WebhookDelivery & { readonly body: string };

interface DeliveryRow {
  readonly webhook_id: string;
  readonly at_ms: number;
  readonly message_id: string;
  readonly bucket: string;
  readonly object_key: string;
  readonly event: string;
  readonly outcome: DeliveryOutcome;
  readonly attempts: number;
  readonly status: number | null;
  readonly error: string | null;
  readonly duration_ms: number;
  readonly body: string;
}

/** Rows of one webhook that are kept, however young. */
export const deliveriesKept = 10_000;
/** Statements of one transaction with D1. */
const rowsAtOnce = 50;

const upsert = `INSERT INTO webhook_deliveries (webhook_id, at_ms, message_id, bucket, object_key,
    event, outcome, attempts, status, error, duration_ms, body)
  SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12
  WHERE EXISTS (SELECT 1 FROM webhooks WHERE webhook_id = ?1)
  ON CONFLICT (webhook_id, message_id) DO UPDATE SET at_ms = ?2, outcome = ?7, status = ?9,
    error = ?10, duration_ms = ?11, attempts = webhook_deliveries.attempts + ?8`;
const COLUMNS = `webhook_id, at_ms, message_id, bucket, object_key, event, outcome, attempts, status,
  error, duration_ms`;
const selectPage = `SELECT ${COLUMNS}, '' AS body FROM webhook_deliveries
  WHERE webhook_id = ?1 AND (at_ms, message_id) < (?2, ?3) AND (?4 IS NULL OR outcome = ?4)
  ORDER BY at_ms DESC, message_id DESC LIMIT ?5`;
const selectOne = `SELECT ${COLUMNS}, body FROM webhook_deliveries
  WHERE webhook_id = ?1 AND message_id = ?2`;
const selectRange = `SELECT ${COLUMNS}, body FROM webhook_deliveries
  WHERE webhook_id = ?1 AND at_ms >= ?2 AND at_ms < ?3 AND (?4 IS NULL OR outcome = ?4)
    AND (at_ms, message_id) > (?5, ?6)
  ORDER BY at_ms, message_id LIMIT ?7`;
/** Webhook by webhook, by the index: what stays is not read, and the bound is found once for each. */
const prune = (bound: string) => `DELETE FROM webhook_deliveries
  WHERE (webhook_id, message_id) IN (
    SELECT old.webhook_id, old.message_id FROM webhooks CROSS JOIN webhook_deliveries AS old
    WHERE old.webhook_id = webhooks.webhook_id AND old.at_ms < ${bound})`;
const pruneOld = prune("?1");
const pruneMany = prune(`(SELECT kept.at_ms FROM webhook_deliveries AS kept
    WHERE kept.webhook_id = webhooks.webhook_id ORDER BY kept.at_ms DESC LIMIT 1 OFFSET ?1)`);

/** Notes attempts, each on the row of its event; `attempts` is how many more there were. */
export async function logDeliveries(
  call: CatalogCall,
  deliveries: readonly LoggedDelivery[],
): Promise<void> {
  for (let at = 0; at < deliveries.length; at += rowsAtOnce) {
    const queries = deliveries
      .slice(at, at + rowsAtOnce)
      .map(
        (entry): Query => [
          upsert,
          ...[entry.webhookId, entry.atMs, entry.messageId, entry.bucket, entry.key, entry.event],
          ...[entry.outcome, entry.attempts, entry.status ?? null, entry.error ?? null],
          ...[entry.durationMs, entry.body],
        ],
      );
    await transact(call, queries);
  }
}

/** Where a page goes on. */
export interface DeliveryPlace {
  readonly atMs: number;
  readonly messageId: string;
}

/** The latest first. */
export async function listDeliveries(
  call: CatalogCall,
  webhookId: string,
  page: {
    readonly before?: DeliveryPlace;
    readonly outcome?: DeliveryOutcome;
    readonly limit: number;
  },
): Promise<readonly WebhookDelivery[]> {
  const { atMs, messageId } = page.before ?? { atMs: Number.MAX_SAFE_INTEGER, messageId: "" };
  const filter = [page.outcome ?? null, page.limit];
  const query: Query = [selectPage, webhookId, atMs, messageId, ...filter];
  return (await queryAll<DeliveryRow>(call, query)).map(renderDelivery);
}

export async function findDelivery(
  call: CatalogCall,
  webhookId: string,
  messageId: string,
): Promise<LoggedDelivery | undefined> {
  const row = await queryFirst<DeliveryRow>(call, [selectOne, webhookId, messageId]);
  return row === undefined ? undefined : { ...renderDelivery(row), body: row.body };
}

/** The oldest first, with their bodies: for sending again. */
export async function deliveriesBetween(
  call: CatalogCall,
  webhookId: string,
  range: {
    readonly fromMs: number;
    readonly toMs: number;
    readonly outcome?: DeliveryOutcome;
    readonly after?: DeliveryPlace;
    readonly limit: number;
  },
): Promise<readonly LoggedDelivery[]> {
  const { fromMs, toMs, outcome, limit, after = { atMs: -1, messageId: "" } } = range;
  const place = [after.atMs, after.messageId, limit];
  const query: Query = [selectRange, webhookId, fromMs, toMs, outcome ?? null, ...place];
  const rows = await queryAll<DeliveryRow>(call, query);
  return rows.map((row) => ({ ...renderDelivery(row), body: row.body }));
}

/** Drops rows that are older than `beforeMs`, and of each webhook all but the newest ones. */
export async function pruneDeliveries(
  call: CatalogCall,
  beforeMs: number,
  kept = deliveriesKept,
): Promise<void> {
  await transact(call, [
    [pruneOld, beforeMs],
    // The last one that stays.
    [pruneMany, kept - 1],
  ]);
}

function renderDelivery(row: DeliveryRow): WebhookDelivery {
  return {
    messageId: row.message_id,
    webhookId: row.webhook_id,
    atMs: row.at_ms,
    bucket: row.bucket,
    key: row.object_key,
    event: row.event,
    outcome: row.outcome,
    attempts: row.attempts,
    durationMs: row.duration_ms,
    ...(row.status !== null && { status: row.status }),
    ...(row.error !== null && { error: row.error }),
  };
}
