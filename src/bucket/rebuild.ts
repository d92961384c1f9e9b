// An index made anew from what the stores tell, for a bucket whose own is lost (faults.md D49). Until
// the last step it answers nobody, and the sweeper finds no orphans in it. Versions may come in any
// order and more than once. The order of a key's versions is that of their writers' ids, to the
// millisecond: the old index's own order died with it.

import { idTimeMs, isVersionId } from "../s3/ids.ts";
import { condemnBytes } from "./condemned.ts";
import type { IndexState } from "./index-state.ts";
import { lockByDefault } from "./locks.ts";
import { renderLayout } from "./manifests.ts";
import { recountAll } from "./recount.ts";
import {
  column,
  type PartRow,
  parseSegments,
  readPart,
  readVersion,
  renderChecksum,
  renderDetail,
  renderSegments,
  type VersionRow,
} from "./rows.ts";
import type {
  DescribeOutcome,
  RebuildOutcome,
  RebuildRequest,
  RebuiltPart,
  RebuiltUpload,
  RebuiltVersion,
  VersionName,
} from "./scan-types.ts";
import { statements } from "./statements.ts";
import { findVersion } from "./versions.ts";

const everyPart = 10_001;

/** One step of a rebuild. Each may be repeated. */
export function rebuild(index: IndexState, request: RebuildRequest): RebuildOutcome {
  const { ledger } = index;
  ledger.tick(request.nowMs);
  switch (request.step) {
    case "begin":
      if (ledger.state !== "none" && ledger.state !== "rebuilding") return { kind: "not-empty" };
      ledger.setState("rebuilding", request.bucketId);
      return { kind: "done", added: 0 };
    case "add":
      return ledger.state === "rebuilding" ? add(index, request) : { kind: "not-empty" };
    case "finish":
      if (ledger.state === "rebuilding") finish(index, request.epoch);
      return { kind: "done", added: 0 };
  }
}

function add(index: IndexState, request: Extract<RebuildRequest, { step: "add" }>): RebuildOutcome {
  let added = 0;
  for (const version of request.versions) {
    const { defaultLock } = request;
    const isLocked = version.isDeleteMarker || version.detail.lock?.mode !== undefined;
    const lock =
      isLocked || defaultLock === undefined
        ? undefined
        : { ...lockByDefault(defaultLock, version.modifiedAtMs), ...version.detail.lock };
    const detail = lock === undefined ? version.detail : { ...version.detail, lock };
    if (addVersion(index, { ...version, detail })) added += 1;
  }
  for (const upload of request.uploads) if (addUpload(index, upload)) added += 1;
  return { kind: "done", added };
}

/** Everything is in: what several rows hold is counted, the order goes on behind the last. */
function finish(index: IndexState, epoch: number): void {
  const { sql, ledger } = index;
  recountAll(index);
  const [last] = sql.first<[number]>(statements.maximumSeq) ?? [0];
  sql.run(statements.writeMeta, "reserved", `${last + 1} ${ledger.clockMs}`);
  ledger.advanceEpoch(epoch);
  ledger.setState("active", ledger.bucketId);
  ledger.load();
}

/** False when the version is known, or lost to a newer null version of its key. */
function addVersion(index: IndexState, version: RebuiltVersion): boolean {
  const { sql } = index;
  const { key, content, isNull } = version;
  const rows = [
    ...sql.rows<VersionRow>(statements.currentOf, key),
    ...sql.rows<VersionRow>(statements.scanOlder, key, Number.MAX_SAFE_INTEGER),
  ];
  if (rows.some((row) => isSame(row, version))) return false;
  let seq = seqOf(version);
  const older = isNull ? rows.find((row) => row[column.versionId] === null) : undefined;
  if (older !== undefined && older[column.seq] > seq) {
    if (content !== null) condemnBytes(index, { held: content, reason: "refused", key });
    return false;
  }
  const others = rows.filter((row) => row !== older);
  if (older !== undefined) dropOlder(index, older);
  while (others.some((row) => row[column.seq] === seq)) seq += 1;
  insert(index, version, { seq, others });
  if (version.parts !== undefined) addParts(index, version, version.parts);
  if (version.isNoted === true) keepFound(index, version);
  return true;
}

/**
 * A count of one for each blob: its own description may not lead to where it is held now, and the
 * sweep spares whatever was ever counted.
 */
function keepFound({ sql }: IndexState, { content, parts = [] }: RebuiltVersion): void {
  const segments = parts.flatMap((part) => part.segments);
  const held = new Set([content, ...segments.map(({ blob }) => blob)]);
  for (const one of held) if (one !== null) sql.run(statements.countOne, one);
}

function isSame(row: VersionRow, { versionId, isNull, content }: RebuiltVersion): boolean {
  if (!isNull) return row[column.versionId] === versionId;
  return row[column.versionId] === null && row[column.content] === content;
}

/** Milliseconds and, within one, a number made of the id: the same whoever tells of the version. */
function seqOf({ versionId, modifiedAtMs }: RebuiltVersion): number {
  const timeMs = isVersionId(versionId) ? idTimeMs(versionId) : modifiedAtMs;
  let mixed = 0;
  for (const character of versionId) mixed = (mixed * 31 + character.charCodeAt(0)) % 1000;
  return timeMs * 1000 + mixed;
}

function dropOlder(index: IndexState, row: VersionRow): void {
  const [key, seq] = row;
  const held = row[column.content];
  if (held !== null) condemnBytes(index, { held, reason: "refused", key });
  const isCurrent = index.sql.first<VersionRow>(statements.currentOf, key)?.[column.seq] === seq;
  if (isCurrent) index.sql.run(statements.dropCurrent, key);
  else index.sql.run(statements.dropHistory, key, seq);
}

/** Puts the row where its seq belongs, and ends what is older. `others` are newest first. */
function insert(
  { sql, ledger }: IndexState,
  version: RebuiltVersion,
  { seq, others }: { seq: number; others: readonly VersionRow[] },
): void {
  const { key } = version;
  const newer = others.findLast((row) => row[column.seq] > seq);
  const older = others.find((row) => row[column.seq] < seq);
  if (older !== undefined) {
    ledger.hasHistory = true;
    const isCurrent = older[column.ended] === null && older[column.isMarker] === 0;
    if (isCurrent) {
      sql.run(statements.archiveCurrent, key, seq);
      sql.run(statements.dropCurrent, key);
    } else {
      sql.run(statements.endHistory, key, older[column.seq], seq);
    }
  }
  const values = valuesOf(version);
  ledger.noteClass(version.storageClass);
  if (newer === undefined && !version.isDeleteMarker) {
    sql.run(statements.putCurrent, key, seq, ...values);
    return;
  }
  ledger.hasHistory = true;
  const isMarker = version.isDeleteMarker ? 1 : 0;
  sql.run(statements.putHistory, key, seq, newer?.[column.seq] ?? null, isMarker, ...values);
}

function valuesOf(version: RebuiltVersion): SqlStorageValue[] {
  const [checksum, owner, detail] = renderDetail(version.detail);
  return [
    version.isNull ? null : version.versionId,
    version.modifiedAtMs,
    version.sizeBytes,
    version.etag,
    version.storageClass === "STANDARD" ? null : version.storageClass,
    version.content,
    checksum,
    owner,
    null,
    detail,
  ];
}

function addParts(
  { sql }: IndexState,
  version: RebuiltVersion,
  parts: readonly RebuiltPart[],
): void {
  const content = version.content ?? "";
  for (const part of parts) putPart(sql, content, part);
  const { etag, sizeBytes, modifiedAtMs, detail } = version;
  const versionId = version.isNull ? null : version.versionId;
  const completion = { versionId, etag, sizeBytes, modifiedAtMs, detail };
  const layout = renderLayout(
    parts.map((part) => ({ number: part.partNumber, sizeBytes: part.sizeBytes })),
  );
  const isKnown = sql.first(statements.manifestOf, content) !== undefined;
  if (!isKnown) {
    sql.run(statements.putManifest, content, version.key, layout, JSON.stringify(completion));
  }
}

function putPart(sql: IndexState["sql"], content: string, part: RebuiltPart): void {
  const checksum = part.checksum === undefined ? null : renderChecksum(part.checksum);
  const { partNumber, sizeBytes, etag, modifiedAtMs } = part;
  const segments = renderSegments(part.segments, sizeBytes);
  sql.run(
    statements.putPart,
    content,
    partNumber,
    sizeBytes,
    etag,
    checksum,
    modifiedAtMs,
    segments,
  );
}

/** A part whose upload no note completes: the upload is open again; of a number the newest wins. */
function addUpload({ sql }: IndexState, { key, uploadId, facts, part }: RebuiltUpload): boolean {
  if (sql.first(statements.manifestOf, uploadId) !== undefined) return false;
  sql.run(statements.putUpload, key, uploadId, idTimeMs(uploadId), JSON.stringify(facts));
  const known = sql.first<PartRow>(statements.partOf, uploadId, part.partNumber);
  if (known !== undefined && known[4] >= part.modifiedAtMs) return false;
  putPart(sql, uploadId, part);
  return true;
}

/** What a note must say of a version, so that a rebuild can make it again. */
export function describe(index: IndexState, key: string, versionId: string): DescribeOutcome {
  if (index.ledger.state !== "active") return { kind: "no-such-version" };
  const row = findVersion(index, key, versionId);
  if (row === undefined) return { kind: "no-such-version" };
  const content = row[column.content] ?? "";
  const rows = index.sql.rows<PartRow>(statements.partsAfter, content, 0, everyPart);
  const parts = rows.map((part) => ({
    ...readPart(part),
    segments: parseSegments(part[5], part[1]),
  }));
  return { kind: "version", version: readVersion(row), parts };
}

/** Which of the versions are gone, so that their notes may go. */
export function findMissing(index: IndexState, names: readonly VersionName[]): VersionName[] {
  const { state } = index.ledger;
  if (state === "none" || state === "rebuilding") return [];
  return names.filter(({ key, versionId }) => findVersion(index, key, versionId) === undefined);
}
