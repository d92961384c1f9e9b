// CompleteMultipartUpload: the listed parts become a version's content where they lie; no byte
// moves. The manifest keeps the answer, so that asking again with the same list gives it again for
// as long as the content exists (faults.md D24, D25). The order of refusals is AWS's.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html

import { multipartEtag } from "../checksums/combine.ts";
import type { Checksum } from "../s3/content.ts";
import { condemnPart } from "./condemned.ts";
import { judge } from "./conditions.ts";
import type { IndexState } from "./index-state.ts";
import { renderLayout } from "./manifests.ts";
import { combineChecksums, judgeExpected, judgePartChecksum } from "./part-checksums.ts";
import { syncReplica } from "./replica-changes.ts";
import { namedAsReplica } from "./replicas.ts";
import { column, type PartRow, readPart, readVersion } from "./rows.ts";
import { statements } from "./statements.ts";
import type {
  CompleteUploadOutcome,
  CompleteUploadRequest,
  Part,
  Upload,
  VersionDetail,
} from "./types.ts";
import { abortUpload, findUpload } from "./uploads.ts";
import { locked, nullOf, place, readHead, shownId, storedId } from "./versions.ts";

/**
 * All parts but the last must be this large.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
 */
const minimumPartBytes = 5 * 1024 * 1024;
const everyPart = 10_001;

/** The answer as the manifest keeps it; `versionId` NULL for the null version. */
interface Completion {
  readonly versionId: string | null;
  readonly etag: string;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
  readonly checksum?: Checksum;
  readonly detail: VersionDetail;
}

/** Completes the upload, or gives the answer it was completed with. */
export function completeUpload(
  index: IndexState,
  request: CompleteUploadRequest,
): CompleteUploadOutcome {
  const refusal = index.ledger.admitKey(request, request.key);
  if (refusal !== undefined) return refusal;
  const upload = findUpload(index, request);
  if (upload === undefined) return replay(index, request);
  const known = findReplica(index, request, upload);
  if (known !== undefined) return known;
  const rows = index.sql.rows<PartRow>(statements.partsAfter, upload.uploadId, 0, everyPart);
  const stored = new Map(rows.map((row) => [row[0], row]));
  const chosen = chooseParts(upload, request, stored);
  if (!Array.isArray(chosen)) return chosen;
  const parts = chosen.map(readPart);
  const checksum = combineChecksums(upload, parts);
  const misfit = judgeWhole(upload, request, { parts, checksum });
  if (misfit !== undefined) return misfit;
  const kept = new Set(parts.map(({ partNumber }) => partNumber));
  const dropped = rows.filter(([number]) => !kept.has(number));
  return write(index, request, { upload, parts, dropped, checksum });
}

/** A replica that is here under the same id: the upload was one too many, and goes. */
function findReplica(
  index: IndexState,
  request: CompleteUploadRequest,
  { uploadId, detail }: Upload,
): CompleteUploadOutcome | undefined {
  const { key } = request;
  const origin = detail.replication?.origin;
  const row = origin && syncReplica(index, { key, origin, detail });
  if (row === undefined || row[column.content] === uploadId) return undefined;
  abortUpload(index, { ...request, uploadId });
  const { etag, sizeBytes, modifiedAtMs, detail: known } = readVersion(row);
  const completion = { versionId: row[column.versionId], etag, sizeBytes, modifiedAtMs };
  return answer(request, { ...completion, detail: known });
}

/** The rows of the listed parts, or what is wrong with the list. */
function chooseParts(
  upload: Upload,
  request: CompleteUploadRequest,
  stored: ReadonlyMap<number, PartRow>,
): PartRow[] | CompleteUploadOutcome {
  const chosen: PartRow[] = [];
  let previous = 0;
  for (const { partNumber } of request.parts) {
    if (partNumber <= previous) return { kind: "invalid-part-order" };
    previous = partNumber;
  }
  for (const listed of request.parts) {
    const row = stored.get(listed.partNumber);
    const { partNumber, etag } = listed;
    if (row === undefined || row[2] !== etag) return { kind: "invalid-part", partNumber, etag };
    const misfit = judgePartChecksum(upload, listed, row[3]);
    if (misfit !== undefined) return misfit;
    chosen.push(row);
  }
  // What was appended to has parts of any size, and its replicas have them too.
  const isReplica = upload.detail.replication?.origin !== undefined;
  for (const [partNumber, sizeBytes, etag] of isReplica ? [] : chosen.slice(0, -1)) {
    if (sizeBytes < minimumPartBytes) {
      return { kind: "part-too-small", partNumber, sizeBytes, etag };
    }
  }
  return chosen;
}

function judgeWhole(
  upload: Upload,
  request: CompleteUploadRequest,
  { parts, checksum }: { parts: readonly Part[]; checksum: Checksum | undefined },
): CompleteUploadOutcome | undefined {
  const isSized = request.expectedSizeBytes !== undefined;
  if (isSized && request.expectedSizeBytes !== sizeOf(parts)) return { kind: "wrong-size" };
  return judgeExpected(upload, request.expectedChecksum, checksum);
}

function sizeOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

function write(
  index: IndexState,
  request: CompleteUploadRequest,
  facts: {
    upload: Upload;
    parts: readonly Part[];
    dropped: readonly PartRow[];
    checksum: Checksum | undefined;
  },
): CompleteUploadOutcome {
  const { sql } = index;
  const { upload, parts, dropped, checksum } = facts;
  const { key, uploadId, versioning, versionId } = namedAsReplica(request, upload.detail);
  const head = readHead(index, key);
  const refusal = judge(request.conditions, head.current);
  if (refusal !== undefined) return refusal;
  const displaced = versioning === "Enabled" ? undefined : nullOf(index, key, head);
  if (displaced !== undefined && locked(index, displaced)) return { kind: "locked" };
  for (const [number, sizeBytes, , , , segments] of dropped) {
    condemnPart(index, { key, segments, sizeBytes });
    sql.run(statements.dropPart, uploadId, number);
  }
  const version = {
    key,
    versioning,
    versionId,
    head,
    isShared: false,
    sizeBytes: sizeOf(parts),
    etag: multipartEtag(parts.map(({ etag }) => etag)),
    storageClass: upload.storageClass,
    content: uploadId,
    detail: detailOf(upload, parts.length, checksum),
    ...(request.defaultLock !== undefined && { defaultLock: request.defaultLock }),
    event: "ObjectCreated:CompleteMultipartUpload",
    ...(request.emit !== undefined && { emit: request.emit }),
  };
  const completion: Completion = {
    versionId: storedId(versioning, versionId),
    etag: version.etag,
    sizeBytes: version.sizeBytes,
    modifiedAtMs: place(index, version),
    ...(checksum !== undefined && { checksum }),
    detail: upload.detail,
  };
  const layout = renderLayout(
    parts.map(({ partNumber, sizeBytes }) => ({ number: partNumber, sizeBytes })),
  );
  sql.run(statements.putManifest, uploadId, key, layout, JSON.stringify(completion));
  sql.run(statements.dropUpload, key, uploadId);
  return answer(request, completion);
}

function detailOf(
  { detail, ownerId }: Upload,
  partsCount: number,
  checksum: Checksum | undefined,
): VersionDetail {
  return {
    ...detail,
    partsCount,
    ...(checksum !== undefined && { checksum }),
    ...(ownerId !== undefined && { ownerId }),
  };
}

/** An upload that is not open was completed with this very list, or is gone. */
function replay(index: IndexState, request: CompleteUploadRequest): CompleteUploadOutcome {
  const { sql } = index;
  const row = sql.first<[string, string, string]>(statements.manifestOf, request.uploadId);
  if (row === undefined || row[0] !== request.key) return { kind: "no-such-upload" };
  const rows = sql.rows<PartRow>(statements.partsAfter, request.uploadId, 0, everyPart);
  const isSame =
    rows.length === request.parts.length &&
    request.parts.every(
      ({ partNumber, etag }, at) => rows[at]?.[0] === partNumber && rows[at]?.[2] === etag,
    );
  return isSame ? answer(request, JSON.parse(row[2]) as Completion) : { kind: "no-such-upload" };
}

function answer(
  { versioning }: CompleteUploadRequest,
  { versionId, ...completion }: Completion,
): CompleteUploadOutcome {
  return { kind: "committed", ...shownId(versioning, versionId), ...completion };
}
