// Looks for records of the audit: chunks that may hold them, newest first, then the lines in each. A
// search reads a bounded amount and says where to go on, also when it found nothing yet.

import { findAuditChunks, type StoredChunk } from "../catalog/audit-chunks.ts";
import type { CatalogCall } from "../catalog/database.ts";
import type { RequestRecord } from "../s3/request-record.ts";
import { readRecords } from "../storage/records.ts";

/** What is looked for; what is absent does not matter. */
export interface AuditWish {
  readonly fromMs: number;
  readonly toMs: number;
  readonly requestId?: string | undefined;
  readonly bucket?: string | undefined;
  /** A key, or with `isPrefix` the beginning of one. */
  readonly key?: string | undefined;
  readonly isPrefix?: boolean;
  /** An ARN or an access key. */
  readonly principal?: string | undefined;
  readonly operation?: string | undefined;
  /** `403`, or `4xx`. */
  readonly status?: string | undefined;
  /** An error code. */
  readonly code?: string | undefined;
}

/** Where a search goes on: a chunk, and how many of its hits were given. */
export interface AuditPlace {
  readonly toMs: number;
  readonly chunkId: number;
  readonly skip: number;
}

export interface AuditPage {
  readonly records: readonly RequestRecord[];
  readonly next?: AuditPlace;
}

/** One search looks into so many chunks, and so many records, at most. */
const chunksPerSearch = 100;
const recordsPerSearch = 60_000;

/** A page of what was recorded, chunks newest first, and in each the newest first. */
export async function searchAudit(
  call: CatalogCall,
  wish: AuditWish,
  page: { readonly after?: AuditPlace | undefined; readonly limit: number },
): Promise<AuditPage> {
  const { after, limit } = page;
  const chunks = await findAuditChunks(call, {
    fromMs: wish.fromMs,
    toMs: wish.toMs,
    bucket: wish.bucket,
    principal: wish.principal,
    ...(after !== undefined && {
      // A chunk of which some was given is looked into again.
      after: { toMs: after.toMs, chunkId: after.chunkId + (after.skip > 0 ? 1 : 0) },
    }),
    limit: chunksPerSearch,
  });
  const records: RequestRecord[] = [];
  let looked = 0;
  for (const chunk of chunks) {
    const { toMs, chunkId } = chunk;
    const isResumed = after !== undefined && after.chunkId === chunkId;
    const skip = isResumed ? after.skip : 0;
    const hits = (await readHits(call, chunk, wish)).slice(skip);
    const room = limit - records.length;
    records.push(...hits.slice(0, room));
    looked += chunk.records;
    if (hits.length > room) return { records, next: { toMs, chunkId, skip: skip + room } };
    const isOver = records.length >= limit || looked >= recordsPerSearch;
    if (isOver && chunk !== chunks.at(-1)) return { records, next: { toMs, chunkId, skip: 0 } };
  }
  const last = chunks.length === chunksPerSearch ? chunks.at(-1) : undefined;
  if (last === undefined) return { records };
  return { records, next: { toMs: last.toMs, chunkId: last.chunkId, skip: 0 } };
}

async function readHits(
  call: CatalogCall,
  { path }: StoredChunk,
  wish: AuditWish,
): Promise<RequestRecord[]> {
  // Gone meanwhile: joined with others, or too old.
  const records = ((await readRecords(call.env, path)) ?? []) as RequestRecord[];
  return records.filter((record) => matches(record, wish)).sort((a, b) => b.timeMs - a.timeMs);
}

function matches(record: RequestRecord, wish: AuditWish): boolean {
  const { timeMs, requester, claimedAccessKeyId, key = "" } = record;
  if (timeMs < wish.fromMs || timeMs > wish.toMs) return false;
  const names = [requester?.arn, requester?.accessKeyId, claimedAccessKeyId];
  return (
    isWished(wish.requestId, record.requestId) &&
    isWished(wish.bucket, record.bucket) &&
    (wish.key === undefined || (wish.isPrefix ? key.startsWith(wish.key) : key === wish.key)) &&
    (wish.principal === undefined || names.includes(wish.principal)) &&
    isWished(wish.operation, record.operation) &&
    isWished(wish.code, record.errorCode) &&
    (wish.status === undefined || hasStatus(wish.status, record.status))
  );
}

function isWished(wished: string | undefined, value: string | undefined): boolean {
  return wished === undefined || wished === value;
}

function hasStatus(wished: string, status: number | undefined): boolean {
  const text = String(status ?? "");
  return wished.endsWith("xx") ? text.startsWith(wished.slice(0, 1)) : text === wished;
}
