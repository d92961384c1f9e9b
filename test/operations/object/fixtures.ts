// What the tests of object operations share: the AWS SDK through the Worker's own fetch, and the
// same app over bindings that a test has broken on purpose.

import { createExecutionContext, env, SELF, waitOnExecutionContext } from "cloudflare:test";
import { S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { expect } from "vitest";
import { createApp } from "../../../src/app.ts";
import { type Env, type Seams, systemSeams } from "../../../src/env.ts";
import { installDomParser } from "../../s3/dom-parser.ts";
import { origin, rootKeys } from "../bucket/fixtures.ts";

installDomParser();

type Send = (request: Request) => Promise<Response>;

/**
 * An SDK client whose requests go to `send`; by default to the Worker under test. Its clock may be
 * ahead, as that of an app with seams of its own.
 */
export function sdk(
  send: Send = (request) => SELF.fetch(request),
  systemClockOffset = 0,
  credentials = rootKeys,
): S3Client {
  return new S3Client({
    endpoint: origin,
    region: "us-east-1",
    forcePathStyle: true,
    credentials,
    maxAttempts: 1,
    systemClockOffset,
    requestHandler: { handle: (request: SdkRequest) => carry(request, send) },
  });
}

interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Record<string, string | string[] | null>;
  readonly headers: Record<string, string>;
  readonly body?: BodyInit | null;
}

async function carry(request: SdkRequest, send: Send) {
  const url = new URL(origin + request.path);
  for (const [name, value] of Object.entries(request.query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) {
      url.searchParams.append(name, one ?? "");
    }
  }
  const hasBody = request.method !== "GET" && request.method !== "HEAD";
  const headers = new Headers(request.headers);
  const body = hasBody ? (request.body ?? null) : null;
  // As every HTTP client does; the SDK leaves it to them.
  if (hasBody && !headers.has("content-length")) {
    headers.set("content-length", String(await lengthOf(body)));
  }
  const text = url.href.replaceAll("+", "%20");
  const response = await send(new Request(text, { method: request.method, headers, body }));
  return {
    response: {
      statusCode: response.status,
      headers: Object.fromEntries(response.headers),
      body: response.body ?? new ReadableStream({ start: (controller) => controller.close() }),
    },
  };
}

async function lengthOf(body: BodyInit | null): Promise<number> {
  return body === null ? 0 : (await new Response(body).arrayBuffer()).byteLength;
}

/** The same app over other bindings. Waits for the work that outlives the response. */
export function through(bindings: Partial<Env>, seams: Seams = systemSeams): Send {
  const app = createApp(seams);
  return async (request) => {
    const context = createExecutionContext();
    const response = await app.fetch(request, { ...env, ...bindings } as Env, context);
    const body = await response.arrayBuffer();
    await waitOnExecutionContext(context);
    const isNull = response.status === 204 || response.status === 304;
    return new Response(isNull ? null : body, response);
  };
}

/** A store whose methods are replaced one by one. */
export function brokenStore(store: R2Bucket, broken: Partial<R2Bucket>): R2Bucket {
  return new Proxy(store, {
    get(target, name) {
      const value = Reflect.get(name in broken ? broken : target, name);
      return typeof value === "function" ? value.bind(name in broken ? broken : target) : value;
    },
  });
}

/** Index stubs whose calls pass through `around`, which may fail before or after the real one. */
export function brokenIndex(
  around: (method: string, call: () => Promise<unknown>) => Promise<unknown>,
): DurableObjectNamespace {
  return new Proxy(env.BUCKET_INDEX, {
    get(namespace, name) {
      const value = Reflect.get(namespace, name);
      if (typeof value !== "function") return value;
      return (...input: unknown[]) => {
        const result = value.apply(namespace, input);
        return name === "get" || name === "getByName" ? brokenStub(result, around) : result;
      };
    },
  });
}

function brokenStub(
  stub: object,
  around: (method: string, call: () => Promise<unknown>) => Promise<unknown>,
) {
  return new Proxy(stub, {
    get:
      (target, name) =>
      (...input: unknown[]) =>
        around(String(name), async () => {
          const methods = target as Record<string, (...given: unknown[]) => Promise<unknown>>;
          return methods[String(name)]?.(...input);
        }),
  });
}

/** Asserts that the call is refused so, and gives the error for more. */
export async function refusal(call: Promise<unknown>, code: string, status: number) {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(S3ServiceException);
  const { name, $metadata } = error as S3ServiceException;
  expect({ name, status: $metadata.httpStatusCode }).toEqual({ name: code, status });
  return error as S3ServiceException;
}

/** Ids of all blobs in the stores. */
export async function storedBlobs(): Promise<string[]> {
  const stores = Object.entries(env).filter(([name]) => name.startsWith("STORE_"));
  const pages = await Promise.all(stores.map(([, store]) => (store as R2Bucket).list()));
  // Notes stand beside them, and come when they like.
  const names = pages.flatMap((page) => page.objects.map((object) => object.key));
  return names.filter((name) => !name.startsWith("note/"));
}
