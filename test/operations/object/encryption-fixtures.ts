// What the tests of encryption share: signed calls over TLS, customers' keys, and a look into the
// store itself.
import { createExecutionContext, env, waitOnExecutionContext } from "cloudflare:test";
import { createHash } from "node:crypto";
import { AwsClient } from "aws4fetch";
import { createApp } from "../../../src/app.ts";
import { type Env, systemSeams } from "../../../src/env.ts";
import { isBlobId } from "../../../src/s3/ids.ts";
import { type Keys, rootKeys } from "../bucket/fixtures.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
  readonly text: string;
}

export interface Wish {
  readonly body?: string | Uint8Array;
  readonly headers?: Record<string, string>;
  readonly keys?: Keys;
  /** `http:` for calls that must not be over TLS. */
  readonly scheme?: "http" | "https";
  readonly service?: string;
  readonly settings?: Partial<Env>;
}

const app = createApp(systemSeams);

/** One signed call: `send("PUT", "/bucket/key", { body })`. */
export async function send(method: string, path: string, wish: Wish = {}): Promise<Answer> {
  const client = new AwsClient({
    ...(wish.keys ?? rootKeys),
    service: wish.service ?? "s3",
    region: "us-east-1",
    retries: 0,
  });
  const request = await client.sign(`${wish.scheme ?? "https"}://localhost${path}`, {
    method,
    ...(wish.body !== undefined && { body: wish.body as Uint8Array<ArrayBuffer> }),
    headers: wish.headers ?? {},
  });
  // The Worker's own fetch cannot be called over TLS in a test: it loses the Host header.
  request.headers.set("host", "localhost");
  const length = new TextEncoder().encode(typeof wish.body === "string" ? wish.body : "").length;
  const bodyBytes = wish.body instanceof Uint8Array ? wish.body.length : length;
  if (method !== "GET" && method !== "HEAD") {
    request.headers.set("content-length", String(bodyBytes));
  }
  const context = createExecutionContext();
  const response = await app.fetch(request, { ...env, ...wish.settings }, context);
  const bytes = new Uint8Array(await response.arrayBuffer());
  await waitOnExecutionContext(context);
  const { status, headers } = response;
  return { status, headers, bytes, text: new TextDecoder().decode(bytes) };
}

/** One call of the KMS API; the parsed answer and its status. */
export async function kms(action: string, input: object = {}, keys: Keys = rootKeys) {
  const answer = await send("POST", "/", {
    body: JSON.stringify(input),
    headers: {
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `TrentService.${action}`,
    },
    keys,
    service: "kms",
  });
  const output = (answer.text === "" ? {} : JSON.parse(answer.text)) as Record<string, unknown>;
  return { status: answer.status, headers: answer.headers, output };
}

/** The three headers of a customer's key, or those of a copy source. */
export function customerKey(seed: string, prefix = "x-amz-"): Record<string, string> {
  const key = createHash("sha256").update(seed).digest();
  const name = `${prefix}server-side-encryption-customer`;
  return {
    [`${name}-algorithm`]: "AES256",
    [`${name}-key`]: key.toString("base64"),
    [`${name}-key-md5`]: createHash("md5").update(key).digest("base64"),
  };
}

/** As `customerKey`, for the source of a copy. */
export function sourceKey(seed: string): Record<string, string> {
  return customerKey(seed, "x-amz-copy-source-");
}

let made = 0;

/** A bucket that takes SSE-C too. */
export async function makeOpenBucket(): Promise<string> {
  made += 1;
  const name = `sealed-${made}-${crypto.randomUUID().slice(0, 8)}`;
  await expectOk(await send("PUT", `/${name}`));
  await expectOk(await send("PUT", `/${name}?encryption`, { body: allowing("NONE") }));
  return name;
}

/** An encryption setting with SSE-S3 that blocks `what`. */
export function allowing(what: string): string {
  return `<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault><BlockedEncryptionTypes><EncryptionType>${what}</EncryptionType></BlockedEncryptionTypes></Rule></ServerSideEncryptionConfiguration>`;
}

export async function expectOk(answer: Answer): Promise<Answer> {
  if (answer.status >= 300) throw new Error(`${answer.status} ${answer.text}`);
  return answer;
}

/** Every byte of every blob of the standard store, and all that its metadata says. */
export async function storeContents(): Promise<{ bytes: Buffer; metadata: string }> {
  const pieces: Uint8Array[] = [];
  let metadata = "";
  for (let after: string | undefined; ; ) {
    const page = await env.STORE_STANDARD.list({
      include: ["customMetadata"],
      ...(after !== undefined && { startAfter: after }),
    });
    for (const { key, customMetadata } of page.objects) {
      const object = isBlobId(key) ? await env.STORE_STANDARD.get(key) : null;
      if (object !== null) pieces.push(new Uint8Array(await object.arrayBuffer()));
      metadata += JSON.stringify(customMetadata);
      after = key;
    }
    if (!page.truncated) break;
  }
  return { bytes: Buffer.concat(pieces), metadata };
}

/** Flips a bit of every blob in the standard store that is at least that long. */
export async function damageStore(place: number): Promise<void> {
  const { objects } = await env.STORE_STANDARD.list();
  for (const { key } of objects) {
    const object = await env.STORE_STANDARD.get(key);
    if (object === null || object.size <= place || !isBlobId(key)) continue;
    const bytes = new Uint8Array(await object.arrayBuffer());
    bytes[place] = (bytes[place] ?? 0) ^ 1;
    const { customMetadata } = object;
    await env.STORE_STANDARD.put(key, bytes, { ...(customMetadata && { customMetadata }) });
  }
}
