// The audit for the operator's eyes: `GET /audit`, by request id, bucket and key, principal, operation,
// outcome and time; newest first, a page at a time.

import { requestTimeMs } from "../s3/ids.ts";
import type { RequestRecord } from "../s3/request-record.ts";
import { type AdminCall, requireOperator } from "./access.ts";
import { AdminError, answer } from "./answer.ts";
import type { AuditPage } from "./answers.ts";
import { type AuditPlace, type AuditWish, searchAudit } from "./audit-search.ts";
import { readLimit } from "./fields.ts";

/** A parameter of the query string. */
type Query = (name: string) => string | undefined;

const parameters = [
  "requestId",
  "bucket",
  "key",
  "keyPrefix",
  "principal",
  "operation",
  "status",
  "code",
  "from",
  "to",
  "after",
  "limit",
];

/** Clocks of isolates, and the digits of a request id. */
const slackMs = 2_000;

/** `GET /audit` */
export async function answerAudit(
  call: AdminCall,
  query: Query,
  given: readonly string[],
): Promise<Response> {
  requireOperator(call);
  const unknown = given.find((name) => !parameters.includes(name));
  if (unknown !== undefined) throw invalid(`Unknown parameter ${JSON.stringify(unknown)}.`);
  const limit = query("limit") === undefined ? 100 : readLimit(query("limit"));
  const wish = readWish(call, query);
  const after = readPlace(query("after"));
  // What this isolate has not written down yet is looked for too.
  await call.settleRecords();
  const { records, next } = await searchAudit(call, wish, { after, limit });
  return answer<AuditPage>({
    level: call.env.AUDIT?.trim() || "off",
    records: records.map(renderRecord),
    ...(next !== undefined && { next: `${next.toMs}.${next.chunkId}.${next.skip}` }),
  });
}

function readWish(call: AdminCall, query: Query): AuditWish {
  const requestId = query("requestId");
  const [key, prefix] = [query("key"), query("keyPrefix")];
  if (key !== undefined && prefix !== undefined) throw invalid("Give key or keyPrefix, not both.");
  if ((key ?? prefix) !== undefined && query("bucket") === undefined) {
    throw invalid("A key is looked for in a bucket: give bucket too.");
  }
  const status = query("status");
  if (status !== undefined && !/^[1-5](?:\d\d|xx)$/.test(status)) {
    throw invalid("status must be like 403 or 4xx.");
  }
  return {
    ...spanOf(call, query, requestId),
    requestId,
    bucket: query("bucket"),
    key: key ?? prefix,
    isPrefix: prefix !== undefined,
    principal: query("principal"),
    operation: query("operation"),
    status,
    code: query("code"),
  };
}

/** The span asked for; a request id says itself when its request came. */
function spanOf(call: AdminCall, query: Query, requestId: string | undefined) {
  const fromMs = readTime("from", query("from")) ?? 0;
  const toMs = readTime("to", query("to")) ?? Number.MAX_SAFE_INTEGER;
  if (requestId === undefined) return { fromMs, toMs };
  const cameAtMs = requestTimeMs(requestId, call.nowMs);
  if (cameAtMs === undefined) throw invalid("requestId is no request id.");
  return {
    fromMs: Math.max(fromMs, cameAtMs - slackMs),
    toMs: Math.min(toMs, cameAtMs + slackMs),
  };
}

function readTime(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const timeMs = Date.parse(text);
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(timeMs)) {
    throw invalid(`${name} must be a time like 2026-11-27T21:00:00Z.`);
  }
  return timeMs;
}

function readPlace(text: string | undefined): AuditPlace | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,16}\.\d{1,15}\.\d{1,6}$/.test(text)) throw invalid("after is no place of a search.");
  const [toMs = 0, chunkId = 0, skip = 0] = text.split(".").map(Number);
  return { toMs, chunkId, skip };
}

/** Times as text; the rest as it was recorded. */
function renderRecord({ timeMs, ...record }: RequestRecord) {
  return { time: new Date(timeMs).toISOString(), ...record };
}

function invalid(message: string): AdminError {
  return new AdminError("InvalidRequest", message);
}
