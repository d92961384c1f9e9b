// How the SDK sends uploads here: XMLHttpRequest, because fetch tells nobody how far a body is. Who
// wants to know registers a listener for the body's bytes.

import type { S3ClientConfig } from "@aws-sdk/client-s3";

type Listener = (sentBytes: number) => void;

const listeners = new WeakMap<object, Listener>();

/** Calls `listener` with the bytes of `body` that were sent so far. */
export function onSent(body: object, listener: Listener): void {
  listeners.set(body, listener);
}

/** What the SDK hands over; its own type is not exported by the client's package. */
interface SdkRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Blob | Uint8Array | string;
}

const encode = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

function addressOf({ protocol, hostname, port, path, query = {} }: SdkRequest): string {
  const parts = Object.entries(query).flatMap(([name, value]) => {
    const values = Array.isArray(value) ? value : [value];
    return values.map((one) => (one === null ? encode(name) : `${encode(name)}=${encode(one)}`));
  });
  const search = parts.length > 0 ? `?${parts.join("&")}` : "";
  return `${protocol}//${hostname}${port ? `:${port}` : ""}${path}${search}`;
}

/** Headers that a browser sets itself. */
const ownHeaders: ReadonlySet<string> = new Set(["host", "content-length", "user-agent"]);

function handle(request: SdkRequest, options: { readonly abortSignal?: AbortSignal } = {}) {
  const { abortSignal } = options;
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open(request.method, addressOf(request));
    for (const [name, value] of Object.entries(request.headers)) {
      if (!ownHeaders.has(name.toLowerCase())) xhr.setRequestHeader(name, value);
    }
    xhr.responseType = "blob";
    const listener = typeof request.body === "object" ? listeners.get(request.body) : undefined;
    if (listener) xhr.upload.onprogress = (event) => listener(event.loaded);
    const abort = () => xhr.abort();
    abortSignal?.addEventListener("abort", abort);
    xhr.onloadend = () => abortSignal?.removeEventListener("abort", abort);
    xhr.onload = () => {
      const headers: Record<string, string> = {};
      for (const line of xhr.getAllResponseHeaders().trim().split(/\r?\n/)) {
        const at = line.indexOf(": ");
        if (at > 0) headers[line.slice(0, at).toLowerCase()] = line.slice(at + 2);
      }
      resolve({ response: { statusCode: xhr.status, headers, body: xhr.response } });
    };
    xhr.onerror = () => reject(new TypeError("Failed to fetch"));
    xhr.onabort = () => reject(Object.assign(new Error("aborted"), { name: "AbortError" }));
    xhr.send((request.body as Blob | BufferSource | string | undefined) ?? null);
  });
}

/** For `requestHandler` of a client. */
export const xhrHandler = {
  metadata: { handlerProtocol: "http/1.1" },
  handle,
  destroy: () => undefined,
  updateHttpClientConfig: () => undefined,
  httpHandlerConfigs: () => ({}),
} as unknown as NonNullable<S3ClientConfig["requestHandler"]>;
