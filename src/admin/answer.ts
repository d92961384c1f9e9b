// The shape of every answer of the admin API: JSON, never cached; errors as
// `{"error": {"code", "message"}}` with fixed codes and texts (SEC-043). It decides nothing.

import { S3Error } from "../s3/errors.ts";

const errorTable = {
  AccessDenied: [403, "Access denied."],
  AccountOwnsBuckets: [409, "The account still owns buckets. Delete them first."],
  BodyTooLarge: [413, "The request body is too large."],
  EmailInUse: [409, "Another account has this e-mail address."],
  EventBusExists: [409, "The account has an event bus already."],
  InvalidRequest: [400, "The request is not valid."],
  KeyLimitExceeded: [409, "An account has at most two access keys. Delete one first."],
  MethodNotAllowed: [405, "This path does not answer to that method."],
  NoSuchAccessKey: [404, "There is no such access key."],
  NoSuchAccount: [404, "There is no such account."],
  InvalidAuthorizationMessage: [400, "The content of the authorization message is invalid."],
  NoSuchBucket: [404, "There is no such bucket."],
  NoSuchJob: [404, "There is no such job."],
  NoSuchPrincipal: [404, "There is no such principal in the account."],
  NoSuchDelivery: [404, "The log has no such delivery."],
  NoSuchWebhook: [404, "There is no such webhook."],
  NoSuchPath: [404, "The admin API has no such path."],
  NoSuchRemote: [404, "There is no such remote."],
  OperatorAccount: [409, "The operator's account cannot be deleted."],
  RemoteExists: [409, "Another remote has this name."],
  RootKeyIsConfigured: [
    409,
    "This is the deployment's root key: change ROOT_ACCESS_KEY_ID and ROOT_SECRET_ACCESS_KEY.",
  ],
  WebhookExists: [409, "There is a webhook of this name already."],
  WebhookLimitExceeded: [409, "An account has at most 100 webhooks."],
} as const satisfies Record<string, readonly [status: number, message: string]>;

export type AdminErrorCode = keyof typeof errorTable;

/** A refusal the client is meant to read. `message` overrides the table's text. */
export class AdminError extends Error {
  readonly code: AdminErrorCode;
  readonly status: number;

  constructor(code: AdminErrorCode, message?: string) {
    super(message ?? errorTable[code][1]);
    this.name = "AdminError";
    this.code = code;
    this.status = errorTable[code][0];
  }
}

const headers = {
  "content-type": "application/json; charset=utf-8",
  // Answers may hold a new secret.
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
};

/** A JSON answer; `answer<Shape>(...)` holds it to a shape that `answers.ts` promises. */
export function answer<Body = unknown>(body: Body, status = 200): Response {
  return new Response(`${JSON.stringify(body)}\n`, { status, headers });
}

/** Done, and nothing to say. */
export function answerNothing(): Response {
  return new Response(null, { status: 204, headers: { "cache-control": "no-store" } });
}

/**
 * The answer to anything thrown. Refusals of the admin API and of S3 (authentication, body
 * verification, `ServiceUnavailable`) keep their codes; all else becomes InternalError, and its
 * cause goes to the log only.
 */
export function answerError(error: unknown): Response {
  if (error instanceof AdminError || error instanceof S3Error) {
    if (error.status >= 500) console.error("admin API:", error, error.cause);
    return answer({ error: { code: error.code, message: error.message } }, error.status);
  }
  console.error("admin API:", error);
  const message = "The server met an error of its own. Its log says more.";
  return answer({ error: { code: "InternalError", message } }, 500);
}
