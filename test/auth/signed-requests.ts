// Requests for the tests of this room, signed by the AWS SDK's own signer and then, where a test
// wants malice, changed by hand. Chunked bodies are encoded here, from AWS's description.

import { createHash, createHmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Checksum } from "@smithy/types";
import type { AuthenticationFacts, AuthenticationRequest } from "../../src/auth/authenticate.ts";
import type { AccessKey, Principal } from "../../src/auth/types.ts";
import { S3Error } from "../../src/s3/errors.ts";

export const accessKeyId = "AKIDEXAMPLE000000000";
export const secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
export const signedAtMs = Date.UTC(2026, 10, 22, 18, 23, 10);
export const amzDate = "20261122T182310Z";
export const host = "s3.example.com";
export const emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

export const owner: Principal = {
  type: "Account",
  accountId: "111122223333",
  canonicalId: "a".repeat(64),
  displayName: "owner",
  arn: "arn:aws:iam::111122223333:root",
  accessKeyId,
  isOperator: true,
};

const keys = new Map<string, AccessKey>([
  [accessKeyId, { accessKeyId, secret, status: "Active", principal: owner }],
  ["AKIDISABLED000000000", { accessKeyId, secret, status: "Inactive", principal: owner }],
]);

/** What `authenticate` needs to know, with the clock at the signing time unless told otherwise. */
export function facts(changes: Partial<AuthenticationFacts> = {}): AuthenticationFacts {
  return {
    nowMs: signedAtMs,
    region: "us-east-1",
    findAccessKey: async (id) => keys.get(id),
    ...changes,
  };
}

class NodeSha256 implements Checksum {
  readonly #hash;
  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    const bytes = typeof key === "string" ? key : key === undefined ? undefined : viewOf(key);
    this.#hash = bytes === undefined ? createHash("sha256") : createHmac("sha256", bytes);
  }
  update(data: Uint8Array): void {
    this.#hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return new Uint8Array(this.#hash.digest());
  }
  reset(): void {}
}

function viewOf(data: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

export interface RequestPlan {
  readonly method?: string;
  /** Encoded as it goes over the wire. */
  readonly path?: string;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
  readonly service?: string;
  readonly region?: string;
  readonly keyId?: string;
  readonly secret?: string;
  readonly dateMs?: number;
  readonly expiresSeconds?: number;
}

function signer(plan: RequestPlan): SignatureV4 {
  return new SignatureV4({
    credentials: {
      accessKeyId: plan.keyId ?? accessKeyId,
      secretAccessKey: plan.secret ?? secret,
    },
    region: plan.region ?? "us-east-1",
    service: plan.service ?? "s3",
    sha256: NodeSha256,
    uriEscapePath: (plan.service ?? "s3") !== "s3",
    applyChecksum: (plan.service ?? "s3") === "s3",
  });
}

function plain(plan: RequestPlan) {
  return {
    method: plan.method ?? "GET",
    protocol: "https:",
    hostname: host,
    path: plan.path ?? "/bucket/key",
    query: { ...plan.query },
    headers: { host, ...plan.headers },
    body: plan.body,
  };
}

const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);

function toAuthenticationRequest(signed: {
  method: string;
  path: string;
  query?: Record<string, unknown>;
  headers: Record<string, string>;
}): AuthenticationRequest {
  const query = Object.entries(signed.query ?? {});
  return {
    method: signed.method,
    rawPath: signed.path,
    rawQuery: query.map(([name, value]) => `${encode(name)}=${encode(String(value))}`).join("&"),
    headers: new Headers(signed.headers),
    isSecure: true,
  };
}

/** Signed in the Authorization header. The body's hash is added as the SDK for S3 does. */
export async function signInHeader(plan: RequestPlan = {}): Promise<AuthenticationRequest> {
  const signingDate = new Date(plan.dateMs ?? signedAtMs);
  const isS3 = (plan.service ?? "s3") === "s3";
  const hash = createHash("sha256")
    .update(plan.body ?? "")
    .digest("hex");
  const headers = isS3 ? { "x-amz-content-sha256": hash, ...plan.headers } : plan.headers;
  const request = plain({ ...plan, ...(headers === undefined ? {} : { headers }) });
  const signed = await signer(plan).sign(request, { signingDate });
  return toAuthenticationRequest(signed as Parameters<typeof toAuthenticationRequest>[0]);
}

const payloadWord = "x-amz-content-sha256";

async function presignWith(
  plan: RequestPlan,
  options: { unhoistableHeaders?: Set<string>; unsignableHeaders?: Set<string> },
): Promise<AuthenticationRequest> {
  const headers = { [payloadWord]: "UNSIGNED-PAYLOAD", ...plan.headers };
  const signed = await signer(plan).presign(plain({ ...plan, headers }), {
    signingDate: new Date(plan.dateMs ?? signedAtMs),
    expiresIn: plan.expiresSeconds ?? 900,
    ...options,
  });
  return toAuthenticationRequest(signed as Parameters<typeof toAuthenticationRequest>[0]);
}

const allHeaders = (plan: RequestPlan) =>
  new Set([payloadWord, ...Object.keys(plan.headers ?? {})]);

/** Signed in the URL, with nothing said of the payload; the plan's headers are signed as headers. */
export async function presign(plan: RequestPlan = {}): Promise<AuthenticationRequest> {
  const unhoistableHeaders = allHeaders(plan);
  const unsignableHeaders = new Set([payloadWord]);
  const request = await presignWith(plan, { unhoistableHeaders, unsignableHeaders });
  return withHeaders(request, { [payloadWord]: null });
}

/** Signed in the URL, with the word for the payload in a signed header. */
export function presignS3(plan: RequestPlan = {}): Promise<AuthenticationRequest> {
  return presignWith(plan, { unhoistableHeaders: allHeaders(plan) });
}

/** Signed in the URL, with the word for the payload and every x-amz-* header moved there too. */
export function presignHoisted(plan: RequestPlan = {}): Promise<AuthenticationRequest> {
  return presignWith(plan, {});
}

/** A copy of the request with some headers set, or removed when the value is `null`. */
export function withHeaders(
  request: AuthenticationRequest,
  changes: Record<string, string | null>,
): AuthenticationRequest {
  const headers = new Headers(request.headers);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) headers.delete(name);
    else headers.set(name, value);
  }
  return { ...request, headers };
}

/** A copy of the request whose Authorization header was edited. */
export function withAuthorization(
  request: AuthenticationRequest,
  edit: (value: string) => string,
): AuthenticationRequest {
  return withHeaders(request, { authorization: edit(request.headers.get("authorization") ?? "") });
}

/** A copy of the request with one parameter of the URL set, or removed when `null`. */
export function withParameter(
  request: AuthenticationRequest,
  name: string,
  value: string | null,
): AuthenticationRequest {
  const kept = request.rawQuery.split("&").filter((pair) => !pair.startsWith(`${name}=`));
  if (value !== null) kept.push(`${name}=${encode(value)}`);
  return { ...request, rawQuery: kept.filter((pair) => pair !== "").join("&") };
}

/** Runs something that must be refused and gives the refusal as a client would read it. */
export async function refusal(work: () => unknown): Promise<{
  code: string;
  status: number;
  message: string;
  detail: Readonly<Record<string, string>>;
}> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    return {
      code: error.code,
      status: error.status,
      message: error.message,
      detail: error.detail,
    };
  }
  throw new Error("it was not refused");
}
