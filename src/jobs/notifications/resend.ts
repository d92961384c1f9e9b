// Sends a delivery of the log again, or for the first time: for those who ask through the admin API.

import type { LoggedDelivery, WebhookDelivery } from "../../catalog/webhook-deliveries.ts";
import { openWebhook } from "../../catalog/webhooks.ts";
import type { Env, Seams } from "../../env.ts";
import { S3Error } from "../../s3/errors.ts";
import { redeliver } from "./webhooks.ts";

/** What became of it. A disabled webhook is sent to all the same: somebody wants to know. */
export async function resendDelivery(
  { env, seams }: { readonly env: Env; readonly seams: Seams },
  webhook: { readonly accountId: string; readonly name: string },
  delivery: LoggedDelivery,
): Promise<WebhookDelivery> {
  const call = { env, seams, nowMs: seams.now() };
  const open = await openWebhook(call, webhook.accountId, webhook.name);
  // Deleted between two looks.
  if (open === undefined) throw new S3Error("OperationAborted");
  const send = (url: string, init: RequestInit) => fetch(url, init);
  return redeliver(call, open, { delivery, send });
}
