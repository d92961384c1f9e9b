// The admin API, `/-/api/v1`: JSON, signed like S3. Its errors are thrown in the shape that
// `describeError` reads.

import { AwsClient } from "aws4fetch";
import { currentSession, longTermKey } from "../session/store.ts";
import { withLongTermKey } from "./identity.ts";

/** A refusal of the admin API. */
export class AdminError extends Error {
  readonly $metadata: { readonly httpStatusCode: number };

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = code;
    this.$metadata = { httpStatusCode: status };
  }
}

/**
 * One call: `admin<Status>("GET", "/status")`. The answer's JSON, or `undefined` for an empty one.
 * Throws AdminError.
 */
export function admin<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  return withLongTermKey(() => call<Answer>(method, path, body));
}

async function call<Answer>(method: string, path: string, body: unknown): Promise<Answer> {
  const session = currentSession();
  if (session === undefined) throw new Error("no session");
  const key = longTermKey() ?? session.key;
  const signer = new AwsClient({ ...key, region: session.region, service: "s3", retries: 2 });
  const payload = body === undefined ? "" : JSON.stringify(body);
  const answer = await signer.fetch(`${location.origin}/-/api/v1${path}`, {
    method,
    cache: "no-store",
    headers: {
      "x-amz-content-sha256": await sha256(payload),
      ...(payload !== "" && { "content-type": "application/json" }),
    },
    ...(payload !== "" && { body: payload }),
  });
  const text = await answer.text();
  const value: unknown = text === "" ? undefined : JSON.parse(text);
  if (!answer.ok) {
    const { code = "Error", message = "" } =
      (value as { error?: { code?: string; message?: string } } | undefined)?.error ?? {};
    throw new AdminError(answer.status, code, message);
  }
  return value as Answer;
}

async function sha256(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
