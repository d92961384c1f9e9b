// Multipart uploads while they are open: begun, given parts, listed, aborted. Each part is a blob
// of its own (or pieces of blobs already held), so a part that is sent again never touches the
// bytes of the first (faults.md D26). Completing is in `complete.ts`.

import { condemnBytes, condemnPart, findCondemned } from "./condemned.ts";
import { wholeSeconds } from "./conditions.ts";
import { type IndexState, segmentsOf } from "./index-state.ts";
import { justAfter } from "./keys.ts";
import { endOf, firstKeyAfter, readPage } from "./pages.ts";
import { isExpired, share, standingSource } from "./references.ts";
import { blobsOf, column, type PartRow, readPart, renderChecksum, renderSegments } from "./rows.ts";
import { statements } from "./statements.ts";
import type {
  AbortUploadOutcome,
  AbortUploadRequest,
  CallFacts,
  CreateUploadOutcome,
  CreateUploadRequest,
  GetUploadOutcome,
  ListPartsOutcome,
  ListPartsRequest,
  ListUploadsOutcome,
  ListUploadsRequest,
  ListVersionPartsOutcome,
  ListVersionPartsRequest,
  PutPartOutcome,
  PutPartRequest,
  Upload,
  UploadFacts,
} from "./types.ts";

type UploadRow = readonly [key: string, uploadId: string, initiatedAtMs: number, facts: string];

/**
 * Begins an upload. Again with the same id: nothing, also when it was completed or aborted since.
 */
export function createUpload(index: IndexState, request: CreateUploadRequest): CreateUploadOutcome {
  const { sql, ledger } = index;
  const { key, uploadId, facts } = request;
  const refusal = ledger.admitKey(request, key);
  if (refusal !== undefined) return refusal;
  const isOver =
    sql.first(statements.manifestOf, uploadId) !== undefined ||
    findCondemned(index, uploadId, uploadId).length > 0;
  if (!isOver) {
    sql.run(statements.putUpload, key, uploadId, ledger.clockMs, JSON.stringify(facts));
  }
  return { kind: "created" };
}

/** The upload, while it is open. */
export function findUpload(
  { sql }: IndexState,
  { key, uploadId }: { key: string; uploadId: string },
): Upload | undefined {
  const row = sql.first<UploadRow>(statements.uploadOf, key, uploadId);
  return row === undefined ? undefined : readUpload(row);
}

function readUpload([key, uploadId, initiatedAtMs, facts]: UploadRow): Upload {
  return { ...(JSON.parse(facts) as UploadFacts), key, uploadId, initiatedAtMs };
}

export function getUpload(
  index: IndexState,
  request: CallFacts & { key: string; uploadId: string },
): GetUploadOutcome {
  const refusal = index.ledger.admitKey(request, request.key);
  if (refusal !== undefined) return refusal;
  const upload = findUpload(index, request);
  return upload === undefined ? { kind: "no-such-upload" } : { kind: "found", upload };
}

/** Records a part; one with the same number is replaced and its bytes condemned. */
export function putPart(index: IndexState, request: PutPartRequest): PutPartOutcome {
  const { sql, ledger } = index;
  const { key, uploadId, part, segments } = request;
  const refusal = ledger.admitKey(request, key);
  if (refusal !== undefined) return refusal;
  if (sql.first(statements.uploadOf, key, uploadId) === undefined) {
    return { kind: "no-such-upload" };
  }
  const length = segments.reduce((sum, segment) => sum + segment.length, 0);
  if (length !== part.sizeBytes) throw new Error("the segments are not the part");
  const text = renderSegments(segments, part.sizeBytes);
  const older = sql.first<PartRow>(statements.partOf, uploadId, part.partNumber);
  // The same bytes again: a repeated call, whose first answer was lost.
  if (older?.[5] === text) return { kind: "stored", modifiedAtMs: older[4] };
  const blobs = blobsOf(segments);
  const obstacle = request.sharedFrom === undefined ? unusable(index, blobs) : lost(index, request);
  if (obstacle !== undefined) return obstacle;
  if (request.sharedFrom !== undefined) for (const blob of blobs) share(index, blob);
  if (older !== undefined) condemnPart(index, { key, segments: older[5], sizeBytes: older[1] });
  const modifiedAtMs = Math.max(ledger.clockMs, older?.[4] ?? 0);
  const checksum = part.checksum === undefined ? null : renderChecksum(part.checksum);
  sql.run(
    statements.putPart,
    uploadId,
    part.partNumber,
    part.sizeBytes,
    part.etag,
    checksum,
    modifiedAtMs,
    text,
  );
  return { kind: "stored", modifiedAtMs };
}

/** Fresh blobs must be young, and never condemned: a late echo of a replaced part is refused. */
function unusable(index: IndexState, blobs: readonly string[]): PutPartOutcome | undefined {
  const isUnusable = blobs.some(
    (blob) => isExpired(index, blob) || findCondemned(index, blob, blob).length > 0,
  );
  return isUnusable ? { kind: "expired-blob" } : undefined;
}

/** Shared bytes must be held by the source that was named, which must still stand. */
function lost(index: IndexState, request: PutPartRequest): PutPartOutcome | undefined {
  const source = request.sharedFrom && standingSource(index, request.sharedFrom);
  if (source === undefined) return { kind: "source-gone" };
  const length = source[column.sizeBytes];
  const held = segmentsOf(index, source[column.content] ?? "", { offset: 0, length });
  const blobs = new Set(held.map(({ blob }) => blob));
  const isHeld = request.segments.every(({ blob }) => blobs.has(blob));
  return isHeld ? undefined : { kind: "source-gone" };
}

/** The parts of an open upload, by number. */
export function listParts(index: IndexState, request: ListPartsRequest): ListPartsOutcome {
  const refusal = index.ledger.admitKey(request, request.key);
  if (refusal !== undefined) return refusal;
  const upload = findUpload(index, request);
  if (upload === undefined) return { kind: "no-such-upload" };
  return { kind: "page", upload, ...partsPage(index, request.uploadId, request) };
}

/** The parts of a committed version; none when it was not uploaded in parts. */
export function listVersionParts(
  index: IndexState,
  request: ListVersionPartsRequest,
): ListVersionPartsOutcome {
  const refusal = index.ledger.admitKey(request, request.key);
  if (refusal !== undefined) return refusal;
  return { kind: "page", ...partsPage(index, request.content, request) };
}

function partsPage(
  { sql }: IndexState,
  content: string,
  { afterPartNumber, limit }: { afterPartNumber: number; limit: number },
) {
  const rows = sql.rows<PartRow>(statements.partsAfter, content, afterPartNumber, limit + 1);
  const isTruncated = limit > 0 && rows.length > limit;
  return { parts: rows.slice(0, limit).map(readPart), isTruncated };
}

/** Open uploads by key, then by when they were begun: upload ids sort by time. */
export function listUploads(index: IndexState, request: ListUploadsRequest): ListUploadsOutcome {
  const { prefix, keyMarker, uploadIdMarker } = request;
  const refusal = index.ledger.admitKey(request, keyMarker ?? prefix);
  if (refusal !== undefined) return refusal;
  const end = endOf(prefix);
  const firstKey = firstKeyAfter(keyMarker, request);
  const isInsideKey =
    keyMarker !== undefined && uploadIdMarker !== undefined && firstKey === justAfter(keyMarker);
  const start = isInsideKey ? ([keyMarker, uploadIdMarker] as const) : placeAt(firstKey);
  const page = readPage<UploadRow, readonly [key: string, uploadId: string]>({
    ...request,
    start,
    read: ([key, id], count) => index.sql.rows(statements.listUploads, key, id, end, count),
    keyOf: (row) => row[0],
    placeAfter: (row) => [row[0], row[1]],
    placeAt: (key) => [key, ""],
  });
  const { rows, commonPrefixes, isTruncated, last } = page;
  return {
    kind: "page",
    uploads: rows.map(readUpload),
    commonPrefixes,
    isTruncated,
    ...(isTruncated && last !== undefined && nextMarkers(last)),
  };
}

function placeAt(key: string | undefined): readonly [key: string, uploadId: string] | undefined {
  return key === undefined ? undefined : [key, ""];
}

function nextMarkers(last: UploadRow | string) {
  if (typeof last === "string") return { nextKeyMarker: last };
  return { nextKeyMarker: last[0], nextUploadIdMarker: last[1] };
}

/** Ends an open upload; its parts stay for the grace under the upload's id (faults.md D24). */
export function abortUpload(index: IndexState, request: AbortUploadRequest): AbortUploadOutcome {
  const { key, uploadId, ifInitiatedAtMs } = request;
  const refusal = index.ledger.admitKey(request, key);
  if (refusal !== undefined) return refusal;
  const upload = findUpload(index, request);
  if (upload === undefined) return { kind: "no-such-upload" };
  const isOther =
    ifInitiatedAtMs !== undefined &&
    wholeSeconds(ifInitiatedAtMs) !== wholeSeconds(upload.initiatedAtMs);
  if (isOther) {
    return { kind: "precondition-failed", condition: "x-amz-if-match-initiated-time" };
  }
  index.sql.run(statements.dropUpload, key, uploadId);
  condemnBytes(index, { held: uploadId, reason: "upload", key });
  return { kind: "aborted" };
}
