// A store behind another S3 endpoint, spoken to as any client does: requests signed with the operator's
// key for it, no redirect followed, nothing waited for without an end. It is reached only where the
// operator's settings say so, never where a user's text does. An outage is a 503 for what lies there,
// and touches no other class (faults.md D38).

import {
  CompletedMultipartUpload$,
  type ObjectStorageClass,
  RestoreRequest$,
} from "@aws-sdk/client-s3";
import { AwsClient } from "aws4fetch";
import { S3Error } from "../s3/errors.ts";
import { shapeOf } from "../s3/schema.ts";
import { parseXml, type XmlElement } from "../s3/xml-parse.ts";
import { compileDocument } from "../s3/xml-write.ts";
import type {
  BlobStore,
  ListedPage,
  ListWish,
  PartedUpload,
  StoredBody,
  StoredObject,
} from "./blob-store.ts";

/** The setting `REMOTE_CLASS_...`, as JSON. */
export interface RemoteSetting {
  /** `https://s3.eu-west-1.amazonaws.com`; plain http only on a laptop. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  /** In front of every name there; empty when absent. */
  readonly prefix?: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** The class asked for there; the endpoint's default when absent. */
  readonly storageClass?: ObjectStorageClass;
  /** How long the endpoint may take to answer; 30 when absent. */
  readonly timeoutSeconds?: number;
}

/** The slowest transfer that is waited for, bytes in a millisecond. */
const slowestRate = 256;
/** Objects are asked about one by one for their metadata, which no listing tells. */
const headsPerPage = 200;
const headsAtOnce = 6;
/** A page of a listing has some ten elements for each object. */
const maximumElements = 50_000;
/** How long bytes that the endpoint keeps archived are asked back for. */
const thawDays = 2;

type Body = ReadableStream | ArrayBuffer | ArrayBufferView | string | null;

interface RemoteRequest {
  readonly method: string;
  readonly key?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Body;
  /** What is sent or wanted, for how long it may take. */
  readonly lengthBytes?: number;
}

export class RemoteStore implements BlobStore {
  readonly #setting: RemoteSetting;
  readonly #client: AwsClient;

  constructor(setting: RemoteSetting) {
    const { accessKeyId, secretAccessKey, region } = setting;
    this.#setting = setting;
    this.#client = new AwsClient({
      ...{ accessKeyId, secretAccessKey, region },
      service: "s3",
      retries: 0,
    });
  }

  async head(key: string): Promise<StoredObject | null> {
    const response = await this.#ask({ method: "HEAD", key });
    if (response.status === 404) return null;
    return describe(key, await expect(response, 200));
  }

  async get(
    key: string,
    { range }: { readonly range?: { readonly offset: number; readonly length: number } } = {},
  ): Promise<StoredBody | null> {
    const headers =
      range === undefined
        ? {}
        : { range: `bytes=${range.offset}-${range.offset + range.length - 1}` };
    const response = await this.#ask({ method: "GET", key, headers });
    if (response.status === 404) return drop(response, null);
    // The code that R2 has for it (`store-errors.ts`).
    if (response.status === 416) return drop(response, new Error("beyond the end (10039)"));
    if (response.status === 403) await this.#thaw(key, response);
    await expect(response, range === undefined ? 200 : 206);
    const body = (response.body ?? new Response("").body) as ReadableStream<Uint8Array>;
    return { ...describe(key, response), body, text: () => new Response(body).text() };
  }

  async put(key: string, value: Body, options: R2PutOptions = {}): Promise<StoredObject | null> {
    const isCreateOnly = options.onlyIf !== undefined;
    const headers = {
      ...this.#storedHeaders(options),
      ...(isCreateOnly && { "if-none-match": "*" }),
    };
    const response = await this.#ask({ method: "PUT", key, headers, body: value });
    if (response.status === 412) return drop(response, null);
    await drop(await expect(response, 200), undefined);
    const object = await this.head(key);
    if (object === null) throw unavailable(new Error("what was stored is not there"));
    return object;
  }

  async delete(keys: string | string[]): Promise<void> {
    for (const key of typeof keys === "string" ? [keys] : keys) {
      const response = await this.#ask({ method: "DELETE", key });
      if (response.status !== 404) await expect(response, 204);
      await response.body?.cancel();
    }
  }

  async list(wish: ListWish = {}): Promise<ListedPage> {
    const { prefix = "", startAfter, include = [] } = wish;
    const own = this.#setting.prefix ?? "";
    const limit = Math.min(wish.limit ?? 1000, include.length > 0 ? headsPerPage : 1000);
    const query = new URLSearchParams({
      "list-type": "2",
      "max-keys": String(limit),
      prefix: own + prefix,
      ...(startAfter !== undefined && { "start-after": own + startAfter }),
    });
    const response = await this.#ask({
      method: "GET",
      query: String(query).replaceAll("+", "%20"),
    });
    await expect(response, 200);
    const root = parseXml(new Uint8Array(await response.arrayBuffer()), maximumElements);
    const listed = root.children
      .filter(({ name }) => name === "Contents")
      .map((entry) => listedObject(entry, own));
    const objects: StoredObject[] = include.length > 0 ? [] : listed;
    for (let start = 0; include.length > 0 && start < listed.length; start += headsAtOnce) {
      const batch = listed.slice(start, start + headsAtOnce);
      const heads = await Promise.all(batch.map(({ key }) => this.head(key)));
      objects.push(...heads.filter((head) => head !== null));
    }
    return { objects, truncated: textOf(root, "IsTruncated") === "true" };
  }

  async createMultipartUpload(key: string, options: R2PutOptions = {}): Promise<PartedUpload> {
    const headers = this.#storedHeaders(options);
    const response = await this.#ask({ method: "POST", key, query: "uploads=", headers });
    await expect(response, 200);
    const root = parseXml(new Uint8Array(await response.arrayBuffer()), maximumElements);
    const uploadId = encodeURIComponent(textOf(root, "UploadId"));
    const query = `uploadId=${uploadId}`;
    return {
      uploadPart: async (partNumber, body) => {
        const place = `partNumber=${partNumber}&uploadId=${uploadId}`;
        const answer = await this.#ask({ method: "PUT", key, query: place, body });
        await drop(await expect(answer, 200), undefined);
        return { partNumber, etag: answer.headers.get("etag") ?? "" };
      },
      complete: async (parts) => {
        const Parts = parts.map(({ partNumber, etag }) => ({ PartNumber: partNumber, ETag: etag }));
        const body = render("CompleteMultipartUpload", CompletedMultipartUpload$, { Parts });
        const answer = await expect(await this.#ask({ method: "POST", key, query, body }), 200);
        // The status is sent before the work is done: the document tells how it went.
        const document = parseXml(new Uint8Array(await answer.arrayBuffer()), maximumElements);
        const object = document.name === "Error" ? null : await this.head(key);
        if (object === null) throw unavailable(new Error("the parts were not put together"));
        return object;
      },
      abort: async () => {
        await drop(await this.#ask({ method: "DELETE", key, query }), undefined);
      },
    };
  }

  /** What the endpoint itself keeps archived is asked back for; whoever wants it comes again. */
  async #thaw(key: string, refused: Response): Promise<void> {
    const text = await refused.text();
    if (!text.includes("<Code>InvalidObjectState</Code>")) throw refusal(403, text);
    const body = render("RestoreRequest", RestoreRequest$, { Days: thawDays });
    const response = await this.#ask({ method: "POST", key, query: "restore=", body });
    const isAsked = [200, 202, 409].includes(response.status);
    await response.body?.cancel();
    throw unavailable(new Error(isAsked ? "the bytes are being restored" : "not restored"));
  }

  #storedHeaders({ customMetadata = {} }: R2PutOptions): Record<string, string> {
    const { storageClass } = this.#setting;
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(customMetadata)) {
      headers[`x-amz-meta-${name}`] = value;
    }
    if (storageClass !== undefined) headers["x-amz-storage-class"] = storageClass;
    return headers;
  }

  async #ask({ method, key, query, headers = {}, body }: RemoteRequest): Promise<Response> {
    const { endpoint, bucket, prefix = "", timeoutSeconds = 30 } = this.#setting;
    const path = key === undefined ? bucket : `${bucket}/${encodePath(prefix + key)}`;
    const url = `${endpoint}/${path}${query === undefined ? "" : `?${query}`}`;
    const abort = new AbortController();
    const patienceMs = timeoutSeconds * 1000 + lengthOf(body) / slowestRate;
    const timer = setTimeout(() => abort.abort(new Error("no answer in time")), patienceMs);
    try {
      const signed = await this.#client.sign(url, {
        method,
        headers: { ...headers, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" },
      });
      return await fetch(signed.url, {
        method,
        headers: signed.headers,
        redirect: "manual",
        signal: abort.signal,
        ...(body !== undefined && { body: body as BodyInit | null }),
      });
    } catch (error) {
      throw unavailable(error);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Streams say nothing of their length here: they may take as long as the largest put. */
function lengthOf(body: Body | undefined): number {
  if (body === undefined || body === null) return 0;
  if (body instanceof ReadableStream) return 5 * 1024 ** 3;
  return typeof body === "string" ? body.length : body.byteLength;
}

function encodePath(key: string): string {
  return key.split("/").map(encodeURIComponent).join("/");
}

const documents = new Map<string, ReturnType<typeof compileDocument>>();

function render(root: string, schema: unknown, value: object): string {
  const shape = shapeOf(schema);
  if (shape.kind !== "structure") throw new TypeError("not a document");
  const write = documents.get(root) ?? compileDocument(root, shape.members());
  documents.set(root, write);
  return write(value, false);
}

function describe(key: string, { headers }: Response): StoredObject {
  const customMetadata: Record<string, string> = {};
  for (const [name, value] of headers) {
    if (name.startsWith("x-amz-meta-")) customMetadata[name.slice("x-amz-meta-".length)] = value;
  }
  const etag = unquote(headers.get("etag") ?? "");
  // Only where the endpoint keeps the bytes as they are is the ETag their MD5.
  const kms = headers.get("x-amz-server-side-encryption")?.startsWith("aws:kms") === true;
  const md5 = !kms && /^[0-9a-f]{32}$/.test(etag) ? { md5: etag } : {};
  const total = /\/(\d+)$/.exec(headers.get("content-range") ?? "")?.[1];
  return {
    key,
    etag,
    customMetadata,
    size: Number(total ?? headers.get("content-length") ?? 0),
    uploaded: new Date(headers.get("last-modified") ?? 0),
    checksums: { toJSON: () => md5 },
  };
}

function listedObject(entry: XmlElement, prefix: string): StoredObject {
  return {
    key: textOf(entry, "Key").slice(prefix.length),
    etag: unquote(textOf(entry, "ETag")),
    size: Number(textOf(entry, "Size")),
    uploaded: new Date(textOf(entry, "LastModified")),
    checksums: { toJSON: () => ({}) },
  };
}

function textOf({ children }: XmlElement, name: string): string {
  return children.find((child) => child.name === name)?.text ?? "";
}

function unquote(etag: string): string {
  return etag.replaceAll('"', "");
}

/** The response, if it has that status. Throws SlowDown, ServiceUnavailable, InternalError. */
async function expect(response: Response, status: number): Promise<Response> {
  if (response.status === status) return response;
  throw refusal(response.status, response.body === null ? "" : await response.text());
}

function refusal(status: number, text: string): S3Error {
  const cause = new Error(`the remote store answered ${status}: ${text.slice(0, 500)}`);
  if (status === 429) return new S3Error("SlowDown", undefined, { cause });
  return status >= 500 ? unavailable(cause) : new S3Error("InternalError", undefined, { cause });
}

function unavailable(cause: unknown): S3Error {
  return new S3Error("ServiceUnavailable", undefined, { cause });
}

async function drop<Value>(response: Response, value: Value): Promise<Exclude<Value, Error>> {
  await response.body?.cancel();
  if (value instanceof Error) throw value;
  return value as Exclude<Value, Error>;
}
