// Where the audit's chunks are: one row for each chunk of lines in the store, with what a search must
// know to pass it over. No row is written for a single request.

import { type CatalogCall, queryAll, transact } from "./database.ts";

/** A chunk: lines of JSON in the store. */
export interface AuditChunk {
  readonly path: string;
  /** Times of the first and the last request in it, milliseconds. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly records: number;
  readonly sizeBytes: number;
  /** The distinct ones in it; `*` stands for all where they are too many to list. */
  readonly buckets: readonly string[];
  readonly principals: readonly string[];
}

export interface StoredChunk extends AuditChunk {
  readonly chunkId: number;
}

interface ChunkRow {
  readonly chunk_id: number;
  readonly path: string;
  readonly from_ms: number;
  readonly to_ms: number;
  readonly records: number;
  readonly size_bytes: number;
  readonly buckets: string;
  readonly principals: string;
}

const COLUMNS = "chunk_id, path, from_ms, to_ms, records, size_bytes, buckets, principals";

const insertChunk = `INSERT INTO audit_chunks
    (path, from_ms, to_ms, records, size_bytes, buckets, principals)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (path) DO NOTHING`;
/** Newest first; `?5` and `?6` are the place of the last one seen. */
const selectChunks = `SELECT ${COLUMNS} FROM audit_chunks
  WHERE to_ms >= ?1 AND from_ms <= ?2
    AND (?3 IS NULL OR EXISTS (SELECT 1 FROM json_each(buckets) WHERE value IN (?3, '*')))
    AND (?4 IS NULL OR EXISTS (SELECT 1 FROM json_each(principals) WHERE value IN (?4, '*')))
    AND (to_ms < ?5 OR (to_ms = ?5 AND chunk_id < ?6))
  ORDER BY to_ms DESC, chunk_id DESC LIMIT ?7`;
const selectOld = `SELECT ${COLUMNS} FROM audit_chunks WHERE to_ms < ?1 ORDER BY to_ms LIMIT ?2`;
const selectSmall = `SELECT ${COLUMNS} FROM audit_chunks
  WHERE to_ms >= ?1 AND to_ms < ?2 AND size_bytes < ?3 ORDER BY to_ms, chunk_id LIMIT ?4`;
const dropChunks = "DELETE FROM audit_chunks WHERE path IN (SELECT value FROM json_each(?1))";

/** Makes a chunk findable. Idempotent. */
export async function addAuditChunk(call: CatalogCall, chunk: AuditChunk): Promise<void> {
  await transact(call, [insertion(chunk)]);
}

function insertion(chunk: AuditChunk) {
  const { path, fromMs, toMs, records, sizeBytes, buckets, principals } = chunk;
  const lists = [JSON.stringify(buckets), JSON.stringify(principals)] as const;
  return [insertChunk, path, fromMs, toMs, records, sizeBytes, ...lists] as const;
}

/** Which chunks may hold what is looked for. */
export interface ChunkSearch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly bucket?: string | undefined;
  readonly principal?: string | undefined;
  /** The last chunk seen; its successors are older. */
  readonly after?: { readonly toMs: number; readonly chunkId: number } | undefined;
  readonly limit: number;
}

/** The chunks that may hold it, newest first. */
export async function findAuditChunks(
  call: CatalogCall,
  { fromMs, toMs, bucket, principal, after, limit }: ChunkSearch,
): Promise<readonly StoredChunk[]> {
  const rows = await queryAll<ChunkRow>(call, [
    selectChunks,
    fromMs,
    toMs,
    bucket ?? null,
    principal ?? null,
    after?.toMs ?? Number.MAX_SAFE_INTEGER,
    after?.chunkId ?? 0,
    limit,
  ]);
  return rows.map(renderChunk);
}

/** Chunks whose last request is older than that, oldest first. */
export async function oldAuditChunks(
  call: CatalogCall,
  beforeMs: number,
  limit: number,
): Promise<readonly StoredChunk[]> {
  return (await queryAll<ChunkRow>(call, [selectOld, beforeMs, limit])).map(renderChunk);
}

/** Chunks of a span that are smaller than that, oldest first: candidates for being joined. */
export async function smallAuditChunks(
  call: CatalogCall,
  span: { readonly fromMs: number; readonly toMs: number; readonly sizeBytes: number },
  limit: number,
): Promise<readonly StoredChunk[]> {
  const query = [selectSmall, span.fromMs, span.toMs, span.sizeBytes, limit] as const;
  return (await queryAll<ChunkRow>(call, query)).map(renderChunk);
}

/** Forgets chunks; `joined` takes their place in the same transaction. */
export async function dropAuditChunks(
  call: CatalogCall,
  paths: readonly string[],
  joined?: AuditChunk,
): Promise<void> {
  await transact(call, [
    [dropChunks, JSON.stringify(paths)],
    ...(joined === undefined ? [] : [insertion(joined)]),
  ]);
}

function renderChunk(row: ChunkRow): StoredChunk {
  return {
    chunkId: row.chunk_id,
    path: row.path,
    fromMs: row.from_ms,
    toMs: row.to_ms,
    records: row.records,
    sizeBytes: row.size_bytes,
    buckets: JSON.parse(row.buckets) as string[],
    principals: JSON.parse(row.principals) as string[],
  };
}
