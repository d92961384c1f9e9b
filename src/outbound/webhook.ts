// One delivery to a webhook: a signed POST, as Standard Webhooks has it. It follows no redirect,
// waits ten seconds, and reads nothing of the answer but its status and Retry-After.
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md

/** What is sent, and under which id: the same for every attempt. */
export interface WebhookMessage {
  readonly url: string;
  readonly messageId: string;
  readonly body: string;
  /** `whsec_...`; each of them signs. */
  readonly secrets: readonly string[];
  readonly nowMs: number;
}

export type WebhookAnswer =
  | { readonly kind: "accepted"; readonly status: number }
  | {
      readonly kind: "refused";
      /** Absent when no answer came. */
      readonly status?: number;
      readonly error: string;
      readonly retryAfterMs?: number;
    };

/** How requests leave: the global `fetch`, unless a test says otherwise. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

const timeoutMs = 10_000;
const longestRetryAfterMs = 3600 * 1000;

/** Sends the message. Never throws. */
export async function postWebhook(message: WebhookMessage, send: Fetch): Promise<WebhookAnswer> {
  const timestamp = String(Math.floor(message.nowMs / 1000));
  let response: Response;
  try {
    response = await send(message.url, {
      method: "POST",
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        "content-type": "application/json; charset=utf-8",
        "user-agent": "Cairn-Webhooks/1",
        "webhook-id": message.messageId,
        "webhook-timestamp": timestamp,
        "webhook-signature": await signatures(message, timestamp),
      },
      body: message.body,
    });
  } catch (error) {
    const isTimeout = error instanceof Error && error.name === "TimeoutError";
    return { kind: "refused", error: isTimeout ? "no answer in 10 seconds" : describe(error) };
  }
  await response.body?.cancel().catch(() => undefined);
  const { status } = response;
  if (status >= 200 && status < 300) return { kind: "accepted", status };
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  const retryAfterMs = Math.min(seconds * 1000, longestRetryAfterMs);
  const error = status >= 300 && status < 400 ? `HTTP ${status}, not followed` : `HTTP ${status}`;
  return { kind: "refused", status, error, ...(retryAfterMs > 0 && { retryAfterMs }) };
}

/** `v1,` and the base64 HMAC-SHA256 of id, time and body, for every secret that is valid. */
async function signatures(
  { messageId, body, secrets }: WebhookMessage,
  timestamp: string,
): Promise<string> {
  const signed = new TextEncoder().encode(`${messageId}.${timestamp}.${body}`);
  const each = secrets.map(async (secret) => {
    const bytes = Uint8Array.from(atob(secret.replace(/^whsec_/, "")), (char) =>
      char.charCodeAt(0),
    );
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    const key = await crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign"]);
    const signature = new Uint8Array(await crypto.subtle.sign("HMAC", key, signed));
    return `v1,${btoa(String.fromCharCode(...signature))}`;
  });
  return (await Promise.all(each)).join(" ");
}

function describe(error: unknown): string {
  return String(error instanceof Error ? error.message : error).slice(0, 200);
}
