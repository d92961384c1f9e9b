// Upkeep of the audit: what is older than its retention goes, and the many small chunks of quiet hours
// are joined, so that a search reads few. The order makes every step safe to repeat: what is to be found
// is written before what it replaces is forgotten, and the store forgets last.

import {
  dropAuditChunks,
  oldAuditChunks,
  type StoredChunk,
  smallAuditChunks,
} from "../catalog/audit-chunks.ts";
import type { CatalogCall } from "../catalog/database.ts";
import type { Env } from "../env.ts";
import { describeChunk } from "../s3/audit-chunk.ts";
import { newRequestId } from "../s3/ids.ts";
import type { RequestRecord } from "../s3/request-record.ts";
import { deleteRecords, readRecords, writeRecords } from "../storage/records.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const defaultDays = 90;

/** Chunks at a time: one call to the store removes so many. */
const chunksPerRound = 1000;
const roundsPerRun = 20;

/** Chunks below this are joined, and so many of an hour at a time: some MB unpacked. */
const smallBytes = 64 * 1024;
const joinedAtOnce = 100;
const recordsJoined = 20_000;

/** How long the audit is kept, milliseconds. */
export function auditKeptMs({ AUDIT_RETENTION_DAYS }: Env): number {
  const text = AUDIT_RETENTION_DAYS?.trim() ?? "";
  const days = text === "" ? Number.NaN : Number(text);
  return (days >= 1 && days <= 3653 ? days : defaultDays) * dayMs;
}

/** Removes what is older than the retention. */
export async function pruneAudit(call: CatalogCall): Promise<void> {
  const beforeMs = call.nowMs - auditKeptMs(call.env);
  for (let round = 0; round < roundsPerRun; round += 1) {
    const chunks = await oldAuditChunks(call, beforeMs, chunksPerRound);
    if (chunks.length === 0) return;
    const paths = chunks.map(({ path }) => path);
    // The rows last: a row without a chunk is passed over, a chunk without a row stays for ever.
    await deleteRecords(call.env, paths);
    await dropAuditChunks(call, paths);
  }
}

/** Joins the small chunks of hours that are over. */
export async function joinAudit(call: CatalogCall): Promise<void> {
  const endsMs = Math.floor(call.nowMs / hourMs) * hourMs - hourMs;
  let fromMs = endsMs - dayMs;
  for (let round = 0; round < roundsPerRun; round += 1) {
    const span = { fromMs, toMs: endsMs, sizeBytes: smallBytes };
    const [first, ...rest] = await smallAuditChunks(call, span, joinedAtOnce);
    if (first === undefined) return;
    const hour = Math.floor(first.toMs / hourMs);
    const group = [first, ...rest].filter(({ toMs }) => Math.floor(toMs / hourMs) === hour);
    const joined = group.length > 1 && (await join(call, group));
    // What stays small is alone in its hour: the next hour.
    if (!joined) fromMs = (hour + 1) * hourMs;
  }
}

/** False when there was nothing worth joining. */
async function join(call: CatalogCall, group: readonly StoredChunk[]): Promise<boolean> {
  const records: RequestRecord[] = [];
  const paths: string[] = [];
  for (const { path, records: count } of group) {
    if (paths.length > 0 && records.length + count > recordsJoined) break;
    records.push(...(((await readRecords(call.env, path)) ?? []) as RequestRecord[]));
    paths.push(path);
  }
  if (paths.length < 2 || records.length === 0) return false;
  records.sort((one, other) => one.timeMs - other.timeMs);
  const facts = describeChunk(records);
  const time = new Date(facts.fromMs).toISOString();
  const id = newRequestId(call.seams.randomBytes);
  const path = `audit/${time.slice(0, 10)}/${time.slice(11, 13)}-joined-${id}` as const;
  const sizeBytes = await writeRecords(call.env, path, records);
  await dropAuditChunks(call, paths, { ...facts, path, sizeBytes });
  await deleteRecords(call.env, paths);
  return true;
}
