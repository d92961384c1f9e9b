// Who is asking, for every door of the program: S3, IAM and STS in `dispatch`, the admin API in
// `app`. One way in, so that no door has a weaker lock.

import { authenticate, nobody } from "./auth/authenticate.ts";
import { limitFailures } from "./auth/failure-limit.ts";
import { refuseForeignHost } from "./auth/local-host.ts";
import { openPayload } from "./auth/payload.ts";
import type { Authenticated, Principal } from "./auth/types.ts";
import { noteKeyUse } from "./catalog/access-keys.ts";
import { findCaller } from "./catalog/callers.ts";
import type { Env, Seams } from "./env.ts";
import type { ByteSource } from "./s3/byte-source.ts";
import { S3Error } from "./s3/errors.ts";
import type { Target } from "./s3/target.ts";
import { bytesSource } from "./storage/sources.ts";

/** What a request arrives with, besides itself. */
export interface Arrival {
  readonly env: Env;
  readonly seams: Seams;
  waitUntil(work: Promise<unknown>): void;
}

export interface Caller {
  /** The request's time, milliseconds. */
  readonly nowMs: number;
  readonly region: string;
  readonly isSecure: boolean;
  readonly authenticated: Authenticated;
  readonly principal: Principal;
  /** Opens the payload: decoded and verified while it is read. Once only. */
  openBody(): ByteSource;
}

/** IAM, STS and KMS documents are small; their hash is part of the signature (AWS: 1 MB). */
const maximumDocumentBytes = 1024 * 1024;

/** Authenticates a request. Throws every authentication error of S3; anonymous is a principal. */
export async function identify(
  request: Request,
  target: Target,
  arrival: Arrival,
): Promise<Caller> {
  // A browser's preflight carries no identity, whatever stands in its URL: it may be a presigned one.
  if (request.method === "OPTIONS") return identifyNobody(request, target, arrival);
  const { env, seams } = arrival;
  const nowMs = seams.now();
  const region = env.REGION ?? "us-east-1";
  const isSecure = request.url.startsWith("https:");
  const call = { env, seams, nowMs };
  let document: Uint8Array | undefined;
  const authenticated = await authenticate(
    {
      method: request.method,
      rawPath: target.rawPath,
      rawQuery: target.rawQuery,
      headers: request.headers,
      isSecure,
      ...clientEncoding(request),
      readBody: async () => {
        document = await readDocument(request);
        return document;
      },
    },
    { nowMs, region, findAccessKey: (accessKeyId, token) => findCaller(call, accessKeyId, token) },
  ).catch(async (error: unknown) => {
    throw await limitFailures(error, request, { env, nowMs });
  });
  const { principal, service } = authenticated;
  if (principal.type === "Anonymous") refuseForeignHost(target.host, env);
  // Temporary keys are in no table.
  if (principal.accessKeyId !== undefined && principal.session === undefined) {
    const use = { accessKeyId: principal.accessKeyId, service, region };
    const note = noteKeyUse(call, use);
    if (note !== undefined) arrival.waitUntil(note.catch(() => undefined));
  }
  const openBody = () =>
    document === undefined
      ? openPayload(request.body, request.headers, authenticated.payload)
      : bytesSource(document);
  return { nowMs, region, isSecure, authenticated, principal, openBody };
}

/**
 * The caller of what everybody may ask, whatever credentials came along: preflights and visits to
 * websites. Throws AccessDenied under a host name that is not ours (SEC-112).
 */
export function identifyNobody(
  request: Request,
  target: Pick<Target, "host">,
  { env, seams }: Arrival,
): Caller {
  refuseForeignHost(target.host, env);
  return {
    nowMs: seams.now(),
    region: env.REGION ?? "us-east-1",
    isSecure: request.url.startsWith("https:"),
    authenticated: {
      principal: nobody,
      payload: { kind: "unsigned" },
      service: "s3",
      method: "anonymous",
    },
    principal: nobody,
    openBody: () => openPayload(request.body, request.headers, { kind: "unsigned" }),
  };
}

/** The whole body of a call whose signature covers it without a header that says its hash. */
async function readDocument(request: Request): Promise<Uint8Array> {
  if (request.body === null) return new Uint8Array(0);
  const body = openPayload(request.body, request.headers, { kind: "unsigned" });
  try {
    if (body.length > maximumDocumentBytes) throw new S3Error("MaxMessageLengthExceeded");
    return await body.readAll();
  } catch (error) {
    // Nobody else can: the stream is held by its reader now.
    await body.cancel();
    throw error;
  }
}

/** The edge rewrites Accept-Encoding, which some clients sign; the original is kept beside it. */
function clientEncoding(request: Request): { clientAcceptEncoding?: string } {
  const original = request.cf?.["clientAcceptEncoding"];
  return typeof original === "string" ? { clientAcceptEncoding: original } : {};
}
