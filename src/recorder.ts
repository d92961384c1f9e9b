// The end of every request: where somebody wants it, one record is built of what was noted on the way
// and of the answer, and handed to the buffer. Where nobody does, the answer passes untouched.

import { readEdge } from "./auth/edge.ts";
import { type BucketRecord, loadBucket } from "./catalog/buckets.ts";
import { countRequest } from "./count-request.ts";
import type { Arrival } from "./identify.ts";
import type { RequestNotes } from "./operations/notes.ts";
import { flushSoon, keepForAudit, keepForLog } from "./record-buffer.ts";
import { describeRequest, type Ending, partsOf } from "./record-parts.ts";
import { type AuditLevel, type Wants, wantsOf } from "./record-wants.ts";
import { renderAccessLogLine } from "./s3/access-log-line.ts";
import { isAddressableBucketName } from "./s3/bucket-name.ts";
import type { RequestRecord } from "./s3/request-record.ts";
import { utf8Length } from "./s3/target.ts";

/** A request that was answered. */
export interface Answered {
  readonly request: Request;
  readonly arrival: Arrival;
  readonly notes: RequestNotes;
}

/**
 * Gives the answer to send. Somebody who wants the record gets it when the last byte is sent; the
 * client waits for nothing.
 */
export function recorded(response: Response, facts: Answered): Response {
  const { arrival, notes } = facts;
  const { env } = arrival;
  if (wasRefusedEarly(notes)) {
    arrival.waitUntil(recordRefusal(response, facts));
    return response;
  }
  const wants = wantsOf(env, notes.bucket);
  const sourceWants = notes.source === undefined ? undefined : wantsOf(env, notes.source.bucket);
  if (wants === undefined && sourceWants === undefined) return response;
  const answeredAtMs = arrival.seams.now();
  return counted(response, facts, (bytesSent) => {
    keepSafely(facts, { response, answeredAtMs, bytesSent, endedAtMs: arrival.seams.now() });
  });
}

/** Refused before its bucket was looked at: a signature that does not match, parameters at odds. */
function wasRefusedEarly({ bucket, code, service, row, target }: RequestNotes): boolean {
  if (bucket !== undefined || code === undefined || service !== undefined) return false;
  if (code === "NoSuchBucket" || row?.name === "CreateBucket") return false;
  return target?.bucket !== undefined && isAddressableBucketName(target.bucket);
}

/** The bucket is looked for after the answer: its log has such requests too. */
async function recordRefusal(response: Response, facts: Answered): Promise<void> {
  const { arrival, notes } = facts;
  const { env, seams } = arrival;
  const nowMs = seams.now();
  const bytesSent = lengthOf(response, notes) ?? 0;
  const name = notes.target?.bucket ?? "";
  const bucket = await loadBucket({ env, seams, nowMs }, name).catch(() => undefined);
  if (bucket !== undefined) notes.bucket = bucket;
  if (wantsOf(env, bucket) === undefined) return;
  keepSafely(facts, { response, answeredAtMs: nowMs, bytesSent, endedAtMs: nowMs });
}

/** A record is never worth an answer. */
function keepSafely(facts: Answered, ending: Ending): void {
  try {
    keep(facts, ending);
  } catch (error) {
    console.error(JSON.stringify({ event: "record-failed", ...facts.notes.ids }), error);
  }
}

/** Answers up to this size are taken to arrive whole; larger ones are counted as they leave. */
const countedFromBytes = 64 * 1024;

/** The same answer; `finish` is told how many bytes of the body were sent. */
function counted(
  response: Response,
  { notes, arrival, request }: Answered,
  finish: (bytesSent: number) => void,
): Response {
  const { body } = response;
  const length = lengthOf(response, notes);
  // Answers of IAM and its kin are short, and nobody asks how short.
  const isUnmeasured = length === undefined && notes.row === undefined;
  if (body === null || request.method === "HEAD" || isUnmeasured) {
    finish(0);
    return response;
  }
  if (length !== undefined && length < countedFromBytes) {
    finish(length);
    return response;
  }
  const { readable, writable } =
    length === undefined ? new IdentityTransformStream() : new FixedLengthStream(length);
  arrival.waitUntil(pump(body, writable).then(finish));
  const { status, headers } = response;
  return new Response(readable, { status, headers, encodeBody: "manual" });
}

function lengthOf(response: Response, { body }: RequestNotes): number | undefined {
  const header = response.headers.get("content-length");
  if (header !== null) return Number(header);
  if (body === undefined) return undefined;
  return typeof body === "string" ? utf8Length(body) : body.length;
}

/** Held in memory for each answer that is counted. */
const pumpedBytes = 256 * 1024;

/** Passes the bytes on and gives how many got through. Never throws: a client may leave. */
async function pump(
  from: ReadableStream<Uint8Array>,
  to: WritableStream<Uint8Array>,
): Promise<number> {
  const source = openSource(from);
  const writer = to.getWriter();
  let bytesSent = 0;
  try {
    for (let chunk = await source.read(); chunk !== undefined; chunk = await source.read()) {
      await writer.write(chunk);
      bytesSent += chunk.length;
    }
    await writer.close();
  } catch (error) {
    await Promise.allSettled([source.cancel(error), writer.abort(error)]);
  }
  return bytesSent;
}

interface Source {
  /** The next bytes; what was read before is used up. `undefined` at the end. */
  read(): Promise<Uint8Array | undefined>;
  cancel(reason: unknown): Promise<void>;
}

/** Reads the runtime's own streams in few large steps: each costs as much as a small one. */
function openSource(from: ReadableStream<Uint8Array>): Source {
  const own = openLarge(from);
  if (own === undefined) {
    const reader = from.getReader();
    return { read: async () => (await reader.read()).value, cancel: (why) => reader.cancel(why) };
  }
  let buffer = new ArrayBuffer(pumpedBytes);
  const read = async () => {
    const { value } = await own.readAtLeast(pumpedBytes, new Uint8Array(buffer));
    if (value === undefined || value.length === 0) return undefined;
    buffer = value.buffer as ArrayBuffer;
    return value;
  };
  return { read, cancel: (why) => own.cancel(why) };
}

/** `undefined` for streams made of script: they give their bytes as they have them. */
function openLarge(from: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | undefined {
  try {
    return from.getReader({ mode: "byob" });
  } catch {
    return undefined;
  }
}

function keep(facts: Answered, ending: Ending): void {
  const { arrival, notes, request } = facts;
  const { env } = arrival;
  const record = describeRequest(
    { request, notes, edge: notes.caller?.edge ?? readEdge(request, env) },
    ending,
  );
  const own = wantsOf(env, notes.bucket);
  if (own !== undefined) {
    keepRecord(arrival, { record, bucket: notes.bucket, wants: own });
    countRequest(env, own, { record, notes, method: request.method });
  }
  for (const part of partsOf(record, notes)) {
    const wants = wantsOf(env, part.bucket);
    if (wants !== undefined) keepRecord(arrival, { ...part, wants });
  }
  flushSoon(arrival);
}

/** Hands a record to whoever wants it. The caller has it flushed. */
export function keepRecord(
  { env }: Pick<Arrival, "env">,
  facts: {
    readonly record: RequestRecord;
    readonly bucket: BucketRecord | undefined;
    readonly wants: Wants;
  },
): void {
  const { record, bucket, wants } = facts;
  if (isAudited(record, wants.audit)) keepForAudit(env, record);
  if (wants.log === undefined || bucket === undefined) return;
  const { bucketId, name, accountId, region, ownerCanonicalId } = bucket;
  const log = { bucketId, bucket: name, accountId, region, target: wants.log };
  keepForLog(env, log, record.timeMs, renderAccessLogLine(record, ownerCanonicalId));
}

const reading = /^(?:Get|List|Head|Describe|Simulate|Select|Options|Generate|Decrypt|Encrypt)/;
const readingMethods = /^(?:GET|HEAD|OPTIONS) /;

/** Whether a request belongs into an audit of that level. */
function isAudited(record: RequestRecord, level: AuditLevel): boolean {
  if (level !== "changes") return level === "all";
  const { operation, requestUri, status } = record;
  if (status === 401 || status === 403) return true;
  return operation === "-" ? !readingMethods.test(requestUri ?? "") : !reading.test(operation);
}
