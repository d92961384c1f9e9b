// What the tests of bucket operations share: signed calls through the Worker's own fetch, a second
// account, and a look into XML answers that needs no parser.
import { env, SELF } from "cloudflare:test";
import { AwsClient } from "aws4fetch";
import { createAccount } from "../../../src/catalog/accounts.ts";
import { systemSeams } from "../../../src/env.ts";

export const origin = "http://localhost";

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The operator's root keys. */
export const rootKeys: Keys = {
  accessKeyId: env.ROOT_ACCESS_KEY_ID,
  secretAccessKey: env.ROOT_SECRET_ACCESS_KEY,
};

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Content of every element of that name, unescaped as far as the tests need. */
  all(element: string): string[];
  /** Content of the first element of that name. */
  first(element: string): string | undefined;
}

export interface Wish {
  readonly body?: string;
  readonly headers?: Record<string, string>;
  readonly keys?: Keys;
  readonly service?: string;
}

/** One signed call: `call("PUT", "/bucket?tagging", { body })`. */
export async function call(method: string, path: string, wish: Wish = {}): Promise<Answer> {
  const client = new AwsClient({
    ...(wish.keys ?? rootKeys),
    service: wish.service ?? "s3",
    region: "us-east-1",
  });
  const request = await client.sign(`${origin}${path}`, {
    method,
    ...(wish.body !== undefined && { body: wish.body }),
    headers: wish.headers ?? {},
  });
  // Signed, and sent by any client; without a network in between nobody adds it.
  const headers = new Headers(request.headers);
  headers.set("host", new URL(origin).host);
  return read(await SELF.fetch(new Request(request, { headers })));
}

/** One call without a signature. */
export async function callAnonymously(method: string, path: string): Promise<Answer> {
  return read(await SELF.fetch(`${origin}${path}`, { method }));
}

async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  const all = (element: string) =>
    [...text.matchAll(new RegExp(`<${element}(?: [^>]*)?>([\\s\\S]*?)</${element}>`, "g"))].map(
      (match) => match[1] ?? "",
    );
  return {
    status: response.status,
    headers: response.headers,
    text,
    all,
    first: (element) => all(element)[0],
  };
}

let made = 0;

/** A fresh bucket of the operator's; gives its name. */
export async function makeBucket(label = "bucket"): Promise<string> {
  made += 1;
  const name = `${label}-${made}-${crypto.randomUUID().slice(0, 8)}`;
  const answer = await call("PUT", `/${name}`);
  if (answer.status !== 200) throw new Error(`no bucket: ${answer.status} ${answer.text}`);
  return name;
}

/** Puts `content` under each key, in order. */
export async function putObjects(bucket: string, keys: string[], content = "x"): Promise<void> {
  for (const key of keys) {
    const path = key.split("/").map(encodeURIComponent).join("/");
    const answer = await call("PUT", `/${bucket}/${path}`, { body: content });
    if (answer.status !== 200) throw new Error(`no object: ${answer.status} ${answer.text}`);
  }
}

export interface TestAccount {
  readonly keys: Keys;
  readonly accountId: string;
  readonly canonicalId: string;
}

/** Another account with its root keys. */
export async function makeAccount(name = "stranger"): Promise<TestAccount> {
  const outcome = await createAccount(
    { env, seams: systemSeams, nowMs: Date.now() },
    { name, email: `${crypto.randomUUID()}@example.com` },
  );
  if (outcome.kind !== "created") throw new Error(outcome.kind);
  const { accountId, canonicalId } = outcome.account;
  return { keys: outcome.key, accountId, canonicalId };
}

/** Content-MD5 of a text, for the calls that want one. */
export async function contentMd5(text: string): Promise<Record<string, string>> {
  const digest = await crypto.subtle.digest("MD5", new TextEncoder().encode(text));
  return { "content-md5": btoa(String.fromCharCode(...new Uint8Array(digest))) };
}
