// Callers for the admin API's tests: the door as `app.ts` opens it, with the caller chosen.
import { env } from "cloudflare:test";
import type { Resend } from "../../src/admin/access.ts";
import { type AdminCaller, serveAdmin } from "../../src/admin/serve.ts";
import {
  type Account,
  createAccount,
  operatorAccount,
  rootPrincipal,
} from "../../src/catalog/accounts.ts";
import type { NewAccessKey } from "../../src/catalog/key-ring.ts";
import { type Env, systemSeams } from "../../src/env.ts";
import type { ByteSource } from "../../src/s3/byte-source.ts";
import type { Principal } from "../../src/s3/principal.ts";
import { parseQuery } from "../../src/s3/target.ts";

export const NOW_MS = 1_795_000_000_000;
export const call = { env, seams: systemSeams, nowMs: NOW_MS };

/** A verified payload held in memory; `failure` is what verification says at its end. */
export function bodyOf(text: string, failure?: Error): ByteSource & { cancelled: boolean } {
  const bytes = new TextEncoder().encode(text);
  const source = {
    length: bytes.length,
    cancelled: false,
    read: () => Promise.reject(new Error("the admin API reads its body at once")),
    readAll: () => (failure ? Promise.reject(failure) : Promise.resolve(bytes)),
    trailers: () => new Map<string, string>(),
    cancel: async () => {
      source.cancelled = true;
    },
  };
  return source;
}

export interface Asked {
  readonly as: Principal;
  readonly body?: unknown;
  /** A body that is not JSON text of `body`. */
  readonly source?: ByteSource;
  readonly env?: Env;
  readonly advanceJob?: (jobId: string) => Promise<void>;
  readonly resend?: Resend;
}

/** Sends `"GET /status"` and the like; gives the status, the headers and the parsed body. */
export async function ask(line: string, asked: Asked) {
  const [method = "", path = ""] = line.split(" ");
  const text = asked.body === undefined ? "" : JSON.stringify(asked.body);
  const source = asked.source ?? bodyOf(text);
  const authenticate = async (): Promise<AdminCaller> => ({
    principal: asked.as,
    nowMs: NOW_MS,
    authenticated: { method: "header" },
    isSecure: true,
    region: "us-east-1",
    headers: new Headers(),
    target: { query: parseQuery("") },
    edge: {},
    openBody: () => source,
  });
  const request = new Request(`http://localhost/-/api/v1${path}`, { method });
  const resend: Resend = asked.resend ?? (async (_, delivery) => delivery);
  const advanceJob = asked.advanceJob ?? (async () => undefined);
  const facts = { env: asked.env ?? env, seams: systemSeams, authenticate, advanceJob, resend };
  return read(await serveAdmin(request, facts));
}

export async function read(response: Response) {
  const text = await response.text();
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
  const body: any = text === "" ? undefined : JSON.parse(text);
  return { status: response.status, headers: response.headers, text, body };
}

export const anonymous: Principal = {
  type: "Anonymous",
  accountId: "",
  canonicalId: "",
  displayName: "",
  arn: "*",
  isOperator: false,
};

export async function operator(): Promise<Principal> {
  return rootPrincipal(await operatorAccount(call), env.ROOT_ACCESS_KEY_ID);
}

let tenants = 0;

export async function tenant(): Promise<{
  account: Account;
  key: NewAccessKey;
  principal: Principal;
}> {
  tenants += 1;
  const facts = { name: `admin tenant ${tenants}`, email: `admin-${tenants}@example.com` };
  const outcome = await createAccount(call, facts);
  if (outcome.kind !== "created") throw new Error(outcome.kind);
  const principal = rootPrincipal(outcome.account, outcome.key.accessKeyId);
  return { account: outcome.account, key: outcome.key, principal };
}
