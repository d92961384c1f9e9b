// One version, one delete marker or one change to one destination, by S3's own calls. Each may be done
// again: a target that has it says so, or is asked first. Bytes stream through, part by part as they
// were uploaded, and the target verifies them.

import type { DescribeOutcome, RebuiltPart, Version } from "../../bucket/types.ts";
import {
  changeHeaders,
  digestHeaders,
  originHeaders,
  sourceVersionHeader,
  versionHeaders,
  type WriteFacts,
} from "./headers.ts";
import type { Send, TargetRequest } from "./sender.ts";

export interface CopyFacts extends WriteFacts {
  /** To the destination. */
  readonly send: Send;
  /** From the source's bucket, as the role. */
  readonly read: Send;
  /** Whether this was tried before. */
  readonly isRetry: boolean;
}

/** What became of a copy. `refused` will not change by itself; `failed` may. */
export type CopyOutcome =
  | { readonly kind: "copied"; readonly id?: string }
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "failed"; readonly error: string; readonly retryAfterMs?: number };

type Described = Extract<DescribeOutcome, { kind: "version" }>;

/** Thrown inside a copy, caught at its end. */
class CopyEnd extends Error {
  readonly outcome: CopyOutcome;
  constructor(outcome: CopyOutcome) {
    super(outcome.kind);
    this.outcome = outcome;
  }
}

/** Never throws: a target that cannot be reached is a failure. */
async function settled(work: () => Promise<CopyOutcome>): Promise<CopyOutcome> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CopyEnd) return error.outcome;
    return { kind: "failed", error: String(error) };
  }
}

/** The version with its bytes. */
export function copyVersion(facts: CopyFacts, { version, parts }: Described): Promise<CopyOutcome> {
  return settled(async () => {
    if (version.detail.encryption?.algorithm === "SSE-C") {
      const reason = "The object is encrypted with a key that only its owner has (SSE-C).";
      return { kind: "refused", reason };
    }
    if (!facts.isCairn && facts.isRetry) {
      const known = await findCopy(facts, version);
      if (known !== undefined) return known;
    }
    return isInParts(facts, version, parts)
      ? copyParts(facts, version, parts)
      : copyWhole(facts, version);
  });
}

const minimumPartBytes = 5 * 1024 * 1024;
const maximumPutBytes = 5 * 1024 ** 3;

/** Other servers want parts of a least size; whatever has smaller ones goes as a whole if it can. */
function isInParts(
  { isCairn }: CopyFacts,
  { detail, sizeBytes }: Version,
  parts: readonly RebuiltPart[],
): boolean {
  if (detail.partsCount === undefined || parts.length === 0) return false;
  const isRegular = parts.slice(0, -1).every((part) => part.sizeBytes >= minimumPartBytes);
  return isCairn || isRegular || sizeBytes > maximumPutBytes;
}

/** Another server's object that says it is of this version. */
async function findCopy(facts: CopyFacts, version: Version): Promise<CopyOutcome | undefined> {
  const request = { method: "HEAD", key: version.key, query: "", body: null } as const;
  const answer = await facts.send({ ...request, headers: new Headers() });
  const isIts = answer.ok && answer.headers.get(sourceVersionHeader) === version.versionId;
  return isIts ? copied(answer) : undefined;
}

async function copyWhole(facts: CopyFacts, version: Version): Promise<CopyOutcome> {
  const source = await open(facts, version, "");
  const headers = versionHeaders(facts, version, source.headers);
  const { etag, sizeBytes, detail } = version;
  const { checksum } = detail;
  const whole = checksum?.type === "FULL_OBJECT" ? checksum : undefined;
  const isSealed = detail.encryption !== undefined;
  const digests = digestHeaders(facts, { etag, isSealed, checksum: whole });
  for (const [name, value] of digests) headers.set(name, value);
  headers.set("content-length", String(sizeBytes));
  const put = { method: "PUT", key: version.key, query: "", headers, body: source.body } as const;
  return copied(await demand(facts.send, put));
}

async function copyParts(
  facts: CopyFacts,
  version: Version,
  parts: readonly RebuiltPart[],
): Promise<CopyOutcome> {
  const { key } = version;
  const isSealed = version.detail.encryption !== undefined;
  const read = await demand(facts.read, sourceRequest("HEAD", version, ""));
  const headers = versionHeaders(facts, version, read.headers);
  const { checksum } = version.detail;
  // An upload that asked for no algorithm may have parts of others: its replica asks for none too.
  const isUniform = parts.every((part) => part.checksum?.algorithm === checksum?.algorithm);
  const isTold = checksum !== undefined && isUniform && facts.isCairn;
  if (isTold) {
    headers.set("x-amz-checksum-algorithm", checksum.algorithm);
    headers.set("x-amz-checksum-type", checksum.type);
  }
  const begun = await demand(facts.send, {
    ...{ method: "POST", key, query: "uploads=", body: null },
    headers: withLength(headers, 0),
  });
  const uploadId = element(await begun.text(), "UploadId");
  if (uploadId === undefined) throw failed("The target began no upload.");
  const upload = `uploadId=${encodeURIComponent(uploadId)}`;
  try {
    const listed: string[] = [];
    for (const part of parts) {
      const { partNumber, sizeBytes } = part;
      const source = await open(facts, version, `partNumber=${partNumber}`);
      const own = new Headers(originHeaders(facts, version));
      const digests = digestHeaders(facts, { ...part, isSealed, checksum: part.checksum });
      for (const [name, value] of digests) own.set(name, value);
      const answer = await demand(facts.send, {
        ...{ method: "PUT", key, query: `partNumber=${partNumber}&${upload}` },
        headers: withLength(own, sizeBytes),
        body: source.body,
      });
      await answer.body?.cancel();
      listed.push(renderPart(part, answer.headers.get("etag") ?? "", isTold));
    }
    return await complete(facts, version, { upload, listed });
  } catch (error) {
    const abort = { method: "DELETE", key, query: upload, body: null } as const;
    const own = new Headers(originHeaders(facts, version));
    await facts.send({ ...abort, headers: own }).catch(() => undefined);
    throw error;
  }
}

function renderPart({ partNumber, checksum }: RebuiltPart, etag: string, isTold: boolean): string {
  const name = `Checksum${checksum?.algorithm ?? ""}`;
  const digest = checksum === undefined || !isTold ? "" : `<${name}>${checksum.value}</${name}>`;
  const tag = etag.replaceAll('"', "&quot;");
  return `<Part><PartNumber>${partNumber}</PartNumber><ETag>${tag}</ETag>${digest}</Part>`;
}

async function complete(
  facts: CopyFacts,
  version: Version,
  { upload, listed }: { readonly upload: string; readonly listed: readonly string[] },
): Promise<CopyOutcome> {
  const namespace = "http://s3.amazonaws.com/doc/2006-03-01/";
  const document = `<CompleteMultipartUpload xmlns="${namespace}">${listed.join("")}</CompleteMultipartUpload>`;
  const answer = await demand(facts.send, {
    ...{ method: "POST", key: version.key, query: upload },
    ...payload(document, new Headers(originHeaders(facts, version))),
  });
  // This call may begin to answer before it knows how it ends.
  const text = await answer.text();
  const code = /<Error>/.test(text) ? (element(text, "Code") ?? "InternalError") : undefined;
  if (code !== undefined) throw failed(code);
  return copied(answer);
}

/** The delete marker; on another server a deletion of what is there. */
export function copyMarker(facts: CopyFacts, version: Version): Promise<CopyOutcome> {
  return settled(async () => {
    const { key } = version;
    if (!facts.isCairn) {
      if (!version.isLatest) return { kind: "copied" };
      const request = { method: "HEAD", key, query: "", body: null } as const;
      const there = await facts.send({ ...request, headers: new Headers() });
      if (there.status === 404) return { kind: "copied" };
    }
    const headers = new Headers(originHeaders(facts, version));
    return copied(
      await demand(facts.send, { method: "DELETE", key, query: "", headers, body: null }),
    );
  });
}

/** Tags and lock of a version that is there; the whole version where it is not. */
export function copyChange(
  facts: CopyFacts,
  described: Described,
  id: string | undefined,
): Promise<CopyOutcome> {
  const { version } = described;
  return settled(async () => {
    if (!facts.isCairn) return changeElsewhere(facts, version, id);
    const headers = withLength(changeHeaders(facts, version, true), 0);
    const put = { method: "PUT", key: version.key, query: "", headers, body: null } as const;
    const answer = await facts.send(put);
    if (answer.status !== 404) return copied(await judge(answer));
    const text = await answer.text();
    if (element(text, "Code") === "NoSuchBucket")
      return { kind: "refused", reason: "NoSuchBucket" };
    return copyVersion(facts, described);
  });
}

/** Another server's version by the id it has there; without one, its newest. */
async function changeElsewhere(
  facts: CopyFacts,
  { key, detail, isLatest }: Version,
  id: string | undefined,
): Promise<CopyOutcome> {
  if (id === undefined && !isLatest) return { kind: "copied" };
  const which = id === undefined ? "" : `&versionId=${encodeURIComponent(id)}`;
  const tags = (detail.tags ?? []).map(
    ([name, value]) =>
      `<Tag><Key>${escapeText(name)}</Key><Value>${escapeText(value)}</Value></Tag>`,
  );
  const document = `<Tagging><TagSet>${tags.join("")}</TagSet></Tagging>`;
  const body = await digested(document);
  const request = { key, query: `tagging=${which}`, method: "PUT" } as const;
  await demand(facts.send, { ...request, ...body });
  const { lock } = detail;
  if (lock?.legalHold !== undefined) {
    const status = lock.legalHold ? "ON" : "OFF";
    const held = await digested(`<LegalHold><Status>${status}</Status></LegalHold>`);
    const query = `legal-hold=${which}`;
    await demand(facts.send, { ...request, query, ...held });
  }
  if (lock?.mode !== undefined && (lock.retainUntilMs ?? 0) > facts.nowMs) {
    const until = new Date(lock.retainUntilMs ?? 0).toISOString();
    const text = `<Retention><Mode>${lock.mode}</Mode><RetainUntilDate>${until}</RetainUntilDate></Retention>`;
    const query = `retention=${which}`;
    await demand(facts.send, { ...request, query, ...(await digested(text)) });
  }
  return { kind: "copied", ...(id !== undefined && { id }) };
}

async function open(facts: CopyFacts, version: Version, query: string): Promise<Response> {
  const answer = await demand(facts.read, sourceRequest("GET", version, query));
  if (answer.body === null) throw failed("The source gave no bytes.");
  return answer;
}

function sourceRequest(method: "GET" | "HEAD", version: Version, query: string): TargetRequest {
  const { key, versionId } = version;
  const named = `versionId=${versionId}${query === "" ? "" : `&${query}`}`;
  return { method, key, query: named, headers: new Headers(), body: null };
}

/** The answer, if it is a success; otherwise the copy ends with what the refusal means. */
async function demand(send: Send, request: TargetRequest): Promise<Response> {
  try {
    return await judge(await send(request));
  } catch (error) {
    await request.body?.cancel().catch(() => undefined);
    throw error;
  }
}

async function judge(answer: Response): Promise<Response> {
  if (answer.ok) return answer;
  const text = await answer.text().catch(() => "");
  const code = element(text, "Code") ?? `HTTP ${answer.status}`;
  const reason = [code, element(text, "Message") ?? ""].join(": ").slice(0, 500);
  if (!isPassing(answer.status, code)) throw new CopyEnd({ kind: "refused", reason });
  const seconds = Number(answer.headers.get("retry-after") ?? Number.NaN);
  const later = Number.isFinite(seconds) ? { retryAfterMs: seconds * 1000 } : {};
  throw new CopyEnd({ kind: "failed", error: reason, ...later });
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

function failed(error: string): CopyEnd {
  return new CopyEnd({ kind: "failed", error });
}

function copied(answer: Response): CopyOutcome {
  const id = answer.headers.get("x-amz-version-id");
  return { kind: "copied", ...(id !== null && { id }) };
}

function payload(text: string, headers: Headers): Pick<TargetRequest, "headers" | "body"> {
  const bytes = new TextEncoder().encode(text);
  return { headers: withLength(headers, bytes.length), body: new Response(bytes).body };
}

/** Documents want a digest on servers of the older kind. */
async function digested(text: string): Promise<Pick<TargetRequest, "headers" | "body">> {
  const digest = await crypto.subtle.digest("MD5", new TextEncoder().encode(text));
  const headers = new Headers({ "content-md5": Buffer.from(digest).toString("base64") });
  return payload(text, headers);
}

function withLength(headers: Headers, length: number): Headers {
  headers.set("content-length", String(length));
  return headers;
}

/** The content of the first element of that name; S3's answers need no more of a parser here. */
function element(text: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
