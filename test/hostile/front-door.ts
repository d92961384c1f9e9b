// The Worker as hostile clients meet it: requests signed by hand through its own fetch, and what must
// hold of every refusal: status and code, strict XML, request ids, no change of anything, HEAD without
// a body, and a next request that works.

import { createExecutionContext, env, SELF, waitOnExecutionContext } from "cloudflare:test";
import { SaxesParser } from "saxes";
import { beforeAll, expect, it } from "vitest";
import { createApp } from "../../src/app.ts";
import type { Env, Seams } from "../../src/env.ts";
import { type Plan, type SignedRequest, signInHeader, signInQuery, signNot } from "./signing.ts";

export const host = "localhost";

export const rootKeys = {
  accessKeyId: env.ROOT_ACCESS_KEY_ID,
  secretAccessKey: env.ROOT_SECRET_ACCESS_KEY,
};

/** A plan in which the client, the host and the time may be left out. */
export type Wish = Omit<Plan, "keys" | "host" | "nowMs"> &
  Partial<Pick<Plan, "keys" | "host" | "nowMs">>;

const complete = (wish: Wish): Plan => ({ keys: rootKeys, host, nowMs: Date.now(), ...wish });

export const byHeader = (wish: Wish): SignedRequest => signInHeader(complete(wish));
export const byQuery = (wish: Wish, ...rest: [Parameters<typeof signInQuery>[1]?]): SignedRequest =>
  signInQuery(complete(wish), ...rest);
export const byNobody = (wish: Wish): SignedRequest => signNot(complete(wish));

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Text of the first element of that name, unescaped. */
  first(element: string): string | undefined;
}

/** What a request is sent through: the running Worker, unless a test brings bindings of its own. */
export interface Door {
  readonly env?: Env;
  readonly seams?: Seams;
}

/** Sends a request. With a door of its own the app runs here, where bindings can be watched. */
export async function send(request: SignedRequest, door: Door = {}): Promise<Answer> {
  const sent = new Request(`http://${request.host}${request.path}`, {
    method: request.method,
    headers: { host: request.host, ...request.headers },
    ...(request.body !== undefined && { body: request.body }),
    redirect: "manual",
  });
  if (door.env === undefined && door.seams === undefined) return read(await SELF.fetch(sent));
  // Nobody frames a body where there is no wire.
  if (request.body !== undefined && !sent.headers.has("transfer-encoding")) {
    const sizeBytes = new TextEncoder().encode(text(request.body)).length;
    const length = typeof request.body === "string" ? sizeBytes : request.body.length;
    if (!sent.headers.has("content-length")) sent.headers.set("content-length", String(length));
  }
  const context = createExecutionContext();
  const app = createApp(door.seams);
  const answer = await read(await app.fetch(sent, door.env ?? env, context));
  await waitOnExecutionContext(context);
  return answer;
}

const text = (body: string | Uint8Array) => (typeof body === "string" ? body : "");

async function read(response: Response): Promise<Answer> {
  const body = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text: body,
    first: (element) => elements(body).find(({ name }) => name === element)?.text,
  };
}

/** Every element of a document in order; throws when it is not well-formed. */
export function elements(document: string): { name: string; text: string }[] {
  const found: { name: string; text: string }[] = [];
  const open: { name: string; text: string }[] = [];
  const parser = new SaxesParser({ xmlns: true });
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ local }) => {
    const element = { name: local, text: "" };
    found.push(element);
    open.push(element);
  });
  parser.on("text", (part) => {
    const element = open.at(-1);
    if (element !== undefined) element.text += part;
  });
  parser.on("closetag", () => {
    open.pop();
  });
  if (document !== "") parser.write(document).close();
  return found;
}

/** The answer of an honest client's call, which must be the status given. */
export async function must(status: number, wish: Wish): Promise<Answer> {
  const answer = await send(byHeader(wish));
  if (answer.status !== status) {
    throw new Error(`${wish.method ?? "GET"} ${wish.path}: ${answer.status} ${answer.text}`);
  }
  return answer;
}

let made = 0;

/** A bucket of the operator's with one object, `there`. */
export async function makeBucket(bucket = nextName()): Promise<string> {
  await must(200, { method: "PUT", path: `/${bucket}` });
  await must(200, { method: "PUT", path: `/${bucket}/there`, body: "content" });
  return bucket;
}

function nextName(): string {
  made += 1;
  return `hostile-${made}-${crypto.randomUUID().slice(0, 8)}`;
}

/** The name of a bucket for all tests of a file; it is made before the first of them runs. */
export function sharedBucket(): string {
  const bucket = nextName();
  beforeAll(() => makeBucket(bucket));
  return bucket;
}

/** A put of an object under headers that it may not have. */
export const putWith = (path: string, headers: Record<string, string>) =>
  byHeader({ method: "PUT", path, body: "x", headers });

/** Everything that can be seen of a bucket: versions, uploads, settings. */
export async function snapshot(bucket: string): Promise<string> {
  const paths = ["?versions", "?uploads", "?versioning", "?tagging", "?ownershipControls"];
  let seen = "";
  for (const path of paths) {
    const { text } = await send(byHeader({ path: `/${bucket}${path}` }));
    seen += text.replace(/<(RequestId|HostId)>[^<]*<\/\1>/g, "");
  }
  return seen;
}

/**
 * The bindings, as an app that runs in the test itself must have them: with a database object of its
 * own, so that it shares no memory of buckets and keys with the Worker behind `SELF`.
 */
export function ownBindings(): Env {
  const database = {
    prepare: (sql: string) => env.CATALOG.prepare(sql),
    batch: (statements: D1PreparedStatement[]) => env.CATALOG.batch(statements),
  } as D1Database;
  return { ...env, CATALOG: database };
}

/** The bindings, and how often a store or an index was asked for anything. */
export function countingBindings(): { env: Env; calls: () => number } {
  let calls = 0;
  const counting = <Binding extends object>(binding: Binding): Binding =>
    new Proxy(binding, {
      get: (target, name) => {
        const member = Reflect.get(target, name) as unknown;
        if (typeof member !== "function") return member;
        return (...parameters: unknown[]) => {
          calls += 1;
          return (member as (...all: unknown[]) => unknown).apply(target, parameters);
        };
      },
    });
  const counted = Object.fromEntries(
    Object.entries(ownBindings()).map(([name, value]) => {
      const isCounted = name.startsWith("STORE_") || name === "BUCKET_INDEX";
      return [name, isCounted ? counting(value as object) : value];
    }),
  );
  return { env: counted as unknown as Env, calls: () => calls };
}

/** What a refusal says. Regular expressions and texts are looked for in the message. */
export interface Refusal {
  readonly status: number;
  /** `undefined` for answers without a document: 304. */
  readonly code: string | undefined;
  readonly message?: string | RegExp;
  /** Elements beside code and message. */
  readonly detail?: Readonly<Record<string, string | RegExp>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What must hold of any refusal by itself. */
export function expectRefusal(answer: Answer, refusal: Refusal): void {
  expect(`${answer.status} ${answer.first("Code")}`, answer.text).toBe(
    `${refusal.status} ${refusal.code}`,
  );
  expect(answer.headers.get("x-amz-request-id")).toMatch(/^[0-9A-Z]{16}$/);
  expect(answer.headers.get("x-amz-id-2")).toBeTruthy();
  for (const [name, value] of Object.entries(refusal.headers ?? {})) {
    expect(answer.headers.get(name), name).toBe(value);
  }
  if (refusal.code === undefined) {
    expect(answer.text).toBe("");
    return;
  }
  expect(answer.headers.get("content-type")).toBe("application/xml");
  expect(answer.text).toMatch(/^<\?xml version="1.0" encoding="UTF-8"\?>\n<Error><Code>/);
  expect(answer.first("RequestId")).toBe(answer.headers.get("x-amz-request-id"));
  expect(answer.first("HostId")).toBe(answer.headers.get("x-amz-id-2"));
  if (refusal.message !== undefined) expectText(answer.first("Message"), refusal.message);
  for (const [name, value] of Object.entries(refusal.detail ?? {})) {
    expectText(answer.first(name), value);
  }
}

function expectText(actual: string | undefined, expected: string | RegExp): void {
  if (typeof expected === "string") expect(actual).toContain(expected);
  else expect(actual).toMatch(expected);
}

/**
 * Sends a request that must be refused, and checks everything that must hold: the refusal itself, the
 * same for HEAD without a body, that `bucket` is as it was, and that the next request works.
 */
export async function expectRefused(
  request: SignedRequest,
  refusal: Refusal,
  facts: { bucket: string; head?: SignedRequest; door?: Door },
): Promise<Answer> {
  const before = await snapshot(facts.bucket);
  const answer = await send(request, facts.door);
  expectRefusal(answer, refusal);
  if (facts.head !== undefined) {
    const head = await send(facts.head, facts.door);
    expect([head.status, head.text]).toEqual([refusal.status, ""]);
    expect(head.headers.get("x-amz-request-id")).toMatch(/^[0-9A-Z]{16}$/);
  }
  expect(await snapshot(facts.bucket)).toBe(before);
  expect((await send(byHeader({ path: `/${facts.bucket}/there` }))).text).toBe("content");
  return answer;
}

/** One row of a catalogue: what is sent, for a bucket, and what must come back. */
export interface Row extends Refusal {
  /** `B005 Credential left out`. */
  readonly name: string;
  readonly make: (bucket: string) => SignedRequest;
  /** Sent as HEAD too; by default it is not. */
  readonly head?: (bucket: string) => SignedRequest;
  /** For headers that a network between client and Worker would not carry as they are. */
  readonly door?: Door;
}

/** The app without a network in front of it: every header arrives as it was written. */
export const withoutNetwork: Door = { env: ownBindings() };

/** Makes a test of every row. */
export function runRows(rows: readonly Row[], bucketOf: () => string): void {
  for (const { name, make, head, door, ...refusal } of rows) {
    it(name, async () => {
      const bucket = bucketOf();
      const facts = { bucket, ...(head && { head: head(bucket) }), ...(door && { door }) };
      await expectRefused(make(bucket), refusal, facts);
    });
  }
}
