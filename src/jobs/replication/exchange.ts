// What copies to a destination share: what they work with, how they ask and what answers mean, and how
// they end.

import type { RememberedUpload, Version } from "../../bucket/types.ts";
import type { CopyPace } from "../copy-parts.ts";
import type { WriteFacts } from "./headers.ts";
import type { Send, TargetRequest } from "./sender.ts";

export interface CopyFacts extends WriteFacts {
  /** To the destination. */
  readonly send: Send;
  /** From the source's bucket, as the role. */
  readonly read: Send;
  /** Whether this was tried before. */
  readonly isRetry: boolean;
  /** What is remembered of an upload that takes more than one slice. */
  readonly uploads: UploadMemory;
  readonly pace: UploadPace;
  readonly now: () => number;
}

/** What is known of an upload at the target, for whoever goes on with it. */
export interface UploadMemory {
  find(): Promise<RememberedUpload | null>;
  note(news: RememberedUpload): Promise<void>;
  forget(): Promise<void>;
}

/** When an upload is noted, and makes way for others. */
export type UploadPace = Pick<CopyPace, "noteBytes" | "sliceBytes" | "sliceMs">;

/** What became of a copy. `refused` will not change by itself; `failed` may. */
export type CopyOutcome =
  | { readonly kind: "copied"; readonly id?: string }
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "failed"; readonly error: string; readonly retryAfterMs?: number }
  /** Some parts are there: it is gone on with at once. */
  | { readonly kind: "paused" };

/** Thrown inside a copy, caught at its end. */
export class CopyEnd extends Error {
  readonly outcome: CopyOutcome;
  /** The target's own code, where it answered with one. */
  readonly code: string | undefined;

  constructor(outcome: CopyOutcome, code?: string) {
    super(outcome.kind);
    this.outcome = outcome;
    this.code = code;
  }
}

/** Never throws: a target that cannot be reached is a failure. */
export async function settled(work: () => Promise<CopyOutcome>): Promise<CopyOutcome> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CopyEnd) return error.outcome;
    return { kind: "failed", error: String(error) };
  }
}

export async function open(facts: CopyFacts, version: Version, query: string): Promise<Response> {
  const answer = await demand(facts.read, sourceRequest("GET", version, query));
  if (answer.body === null) throw failed("The source gave no bytes.");
  return answer;
}

export function sourceRequest(
  method: "GET" | "HEAD",
  version: Version,
  query: string,
): TargetRequest {
  const { key, versionId } = version;
  const named = `versionId=${versionId}${query === "" ? "" : `&${query}`}`;
  return { method, key, query: named, headers: new Headers(), body: null };
}

/** The answer, if it is a success; otherwise the copy ends with what the refusal means. */
export async function demand(send: Send, request: TargetRequest): Promise<Response> {
  try {
    return await judge(await send(request));
  } catch (error) {
    await request.body?.cancel().catch(() => undefined);
    throw error;
  }
}

export async function judge(answer: Response): Promise<Response> {
  if (answer.ok) return answer;
  const text = await answer.text().catch(() => "");
  const code = element(text, "Code") ?? `HTTP ${answer.status}`;
  const reason = [code, element(text, "Message") ?? ""].join(": ").slice(0, 500);
  if (!isPassing(answer.status, code)) throw new CopyEnd({ kind: "refused", reason }, code);
  const seconds = Number(answer.headers.get("retry-after") ?? Number.NaN);
  const later = Number.isFinite(seconds) ? { retryAfterMs: seconds * 1000 } : {};
  throw new CopyEnd({ kind: "failed", error: reason, ...later }, code);
}

/** What may be another time: overload, outages, and keys of a remote that somebody will put right. */
const passingCodes: ReadonlySet<string> = new Set([
  "ExpiredToken",
  "InvalidAccessKeyId",
  "InvalidToken",
  "OperationAborted",
  "RequestTimeTooSkewed",
  "RequestTimeout",
  "SignatureDoesNotMatch",
  "SlowDown",
]);

function isPassing(status: number, code: string): boolean {
  return status >= 500 || status === 408 || status === 429 || passingCodes.has(code);
}

export function failed(error: string, code?: string): CopyEnd {
  return new CopyEnd({ kind: "failed", error }, code);
}

export function copied(answer: Response): CopyOutcome {
  const id = answer.headers.get("x-amz-version-id");
  return { kind: "copied", ...(id !== null && { id }) };
}

export function payload(text: string, headers: Headers): Pick<TargetRequest, "headers" | "body"> {
  const bytes = new TextEncoder().encode(text);
  return { headers: withLength(headers, bytes.length), body: new Response(bytes).body };
}

/** Documents want a digest on servers of the older kind. */
export async function digested(text: string): Promise<Pick<TargetRequest, "headers" | "body">> {
  const digest = await crypto.subtle.digest("MD5", new TextEncoder().encode(text));
  const headers = new Headers({ "content-md5": Buffer.from(digest).toString("base64") });
  return payload(text, headers);
}

export function withLength(headers: Headers, length: number): Headers {
  headers.set("content-length", String(length));
  return headers;
}

/** The content of the first element of that name; S3's answers need no more of a parser here. */
export function element(text: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
}

export function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
