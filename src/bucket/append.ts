// Append: a part more at the end of an object that has no versions. What is stored already stays where
// it is: a blob becomes the first part of a manifest, and a manifest that is the object's alone grows
// in place. Readers under way see what they began with, which is a prefix of what is there now.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/directory-buckets-objects-append.html

import { decodeChecksum, encodeChecksum } from "../checksums/algorithms.ts";
import { combineFullObject, multipartEtag } from "../checksums/combine.ts";
import { isFullObjectAlgorithm } from "../checksums/multipart.ts";
import type { Checksum } from "../s3/content.ts";
import type { AppendOutcome, AppendRequest } from "./append-types.ts";
import { condemnBytes, findCondemned } from "./condemned.ts";
import { judge } from "./conditions.ts";
import type { IndexState } from "./index-state.ts";
import { extendLayout, isManifest, renderLayout } from "./manifests.ts";
import { emit } from "./outbox.ts";
import { isExpired, keepFound, letGoIfShared, share } from "./references.ts";
import { isOutOfReach } from "./restores.ts";
import {
  blobsOf,
  column,
  type PartRow,
  parseSegments,
  readVersion,
  renderChecksum,
  renderDetail,
  type VersionRow,
} from "./rows.ts";
import { statements } from "./statements.ts";
import type { Version } from "./types.ts";
import { locked } from "./versions.ts";

const maximumParts = 10_000;

/** Appends once, however often it is asked: the blob tells. A second try that is refused seals it. */
export function append(index: IndexState, request: AppendRequest): AppendOutcome {
  const refusal = index.ledger.admitKey(request, request.key);
  if (refusal !== undefined) return refusal;
  const current = index.sql.first<VersionRow>(statements.currentOf, request.key);
  const outcome = findEarlier(index, request, current) ?? decide(index, request, current);
  const isSealed = outcome.kind === "appended" || outcome.kind === "expired-blob";
  // A blob that was ever counted took in the first try, and lives where the object went since.
  const isHeld = index.sql.first(statements.refsOf, request.blob) !== undefined;
  if (request.isRetry === true && !isSealed && !isHeld) {
    condemnBytes(index, { held: request.blob, reason: "refused", key: request.key });
  }
  return outcome;
}

/** The object as it is when this very blob is its last part or, asked again, any part of it. */
function findEarlier(
  { sql }: IndexState,
  { blob, isRetry }: AppendRequest,
  current: VersionRow | undefined,
): AppendOutcome | undefined {
  const content = current?.[column.content];
  if (current === undefined || content == null || !isManifest(content)) return undefined;
  const last = sql.first<PartRow>(statements.lastPart, content);
  const isThere =
    last?.[5] === blob ||
    (isRetry === true &&
      sql
        .rows<PartRow>(statements.partsAfter, content, 0, maximumParts)
        .some((row) => row[5] === blob));
  return isThere ? appended(readVersion(current)) : undefined;
}

function appended({ etag, sizeBytes, detail: { checksum } }: Version): AppendOutcome {
  return { kind: "appended", etag, sizeBytes, ...(checksum !== undefined && { checksum }) };
}

function decide(
  index: IndexState,
  request: AppendRequest,
  current: VersionRow | undefined,
): AppendOutcome {
  const { blob, offset, expectedSeq, conditions } = request;
  const isUsed = isExpired(index, blob) || findCondemned(index, blob, blob).length > 0;
  if (isUsed) return { kind: "expired-blob" };
  const refusal = judge(conditions, current);
  if (refusal !== undefined) return refusal;
  if (current?.[column.sizeBytes] !== offset) return { kind: "wrong-offset" };
  if (current[column.seq] !== expectedSeq) return { kind: "changed" };
  if (index.ledger.hasHistory || current[column.versionId] !== null) return { kind: "versioned" };
  if (locked(index, current)) return { kind: "locked" };
  const version = readVersion(current);
  // Archived since it was looked at: a restoration is of the version as it was asked for.
  if (isOutOfReach(version)) return { kind: "changed" };
  const partsCount = (version.detail.partsCount ?? 1) + 1;
  if (partsCount > maximumParts) return { kind: "too-many-parts" };
  const content = ownManifest(index, request, version);
  const layout = index.sql.first<[string, string]>(statements.manifestOf, content)?.[1] ?? "[]";
  const grown = extendLayout(layout, request.sizeBytes);
  putPart(index, request, { content, number: grown.number });
  index.sql.run(statements.setLayout, content, grown.layout);
  index.manifests.forget(content);
  return grow(index, request, { version, content, partsCount });
}

/** The manifest of the object's content, made if need be, held by no other version. */
function ownManifest(index: IndexState, request: AppendRequest, version: Version): string {
  const content = version.content ?? "";
  const { key, manifestId } = request;
  if (!isManifest(content)) {
    const { etag, modifiedAtMs, sizeBytes, detail } = version;
    const checksum = detail.checksum === undefined ? null : renderChecksum(detail.checksum);
    index.sql.run(
      statements.putManifest,
      manifestId,
      key,
      renderLayout([{ number: 1, sizeBytes }]),
      "{}",
    );
    index.sql.run(
      statements.putPart,
      manifestId,
      1,
      sizeBytes,
      etag,
      checksum,
      modifiedAtMs,
      content,
    );
    keepFound(index, content);
    // A late echo of the write that stored it must not make it a version again (faults.md D26).
    if (!isExpired(index, content)) condemnBytes(index, { held: content, reason: "gone", key });
    return manifestId;
  }
  if (!letGoIfShared(index, content)) return content;
  const [, layout = "[]"] = index.sql.first<[string, string]>(statements.manifestOf, content) ?? [];
  index.sql.run(statements.putManifest, manifestId, key, layout, "{}");
  index.sql.run(statements.copyParts, content, manifestId);
  for (const row of index.sql.rows<PartRow>(statements.partsAfter, manifestId, 0, maximumParts)) {
    for (const blob of blobsOf(parseSegments(row[5], row[1]))) share(index, blob);
  }
  return manifestId;
}

function putPart(
  index: IndexState,
  { blob, sizeBytes, etag, checksum }: AppendRequest,
  { content, number }: { content: string; number: number },
): void {
  const { sql, ledger } = index;
  const text = renderChecksum(checksum);
  sql.run(statements.putPart, content, number, sizeBytes, etag, text, ledger.clockMs, blob);
  keepFound(index, blob);
}

/** The object's row as it is from now on: the same object, larger. */
function grow(
  index: IndexState,
  request: AppendRequest,
  { version, content, partsCount }: { version: Version; content: string; partsCount: number },
): AppendOutcome {
  const { sql, ledger } = index;
  const checksum = combined(version, request);
  const { checksum: _, ...rest } = version.detail;
  const detail = { ...rest, partsCount, ...(checksum !== undefined && { checksum }) };
  const sizeBytes = version.sizeBytes + request.sizeBytes;
  // Of the tag before and the new part: reading every part's would make each append dearer.
  const [digest = ""] = version.etag.split("-");
  const [hash = ""] = multipartEtag([digest, request.etag]).split("-");
  const etag = `${hash}-${partsCount}`;
  const seq = ledger.takeSeq();
  const modifiedAtMs = Math.max(ledger.clockMs, version.modifiedAtMs);
  const [checksumText, , text] = renderDetail(detail);
  sql.run(
    statements.growCurrent,
    request.key,
    seq,
    modifiedAtMs,
    sizeBytes,
    etag,
    content,
    checksumText,
    text,
  );
  if (ledger.hasTiered) sql.run(statements.dropAccess, request.key, version.seq);
  if (ledger.hasAnnotations) sql.run(statements.reseatAnnotations, request.key, version.seq, seq);
  emit(index, request.emit, {
    event: "ObjectCreated:Put",
    key: request.key,
    version: { seq, sizeBytes, etag, storageClass: version.storageClass, modifiedAtMs },
  });
  return appended({ ...version, etag, sizeBytes, detail });
}

/** CRCs of the whole combine from that of what was there and that of what came. */
function combined(version: Version, { checksum, sizeBytes }: AppendRequest): Checksum | undefined {
  const before = version.detail.checksum;
  if (before?.type !== "FULL_OBJECT" || before.algorithm !== checksum.algorithm) return undefined;
  const { algorithm } = before;
  if (!isFullObjectAlgorithm(algorithm)) return undefined;
  const [first, second] = [before, checksum].map(({ value }) => decodeChecksum(algorithm, value));
  if (first === undefined || second === undefined) return undefined;
  const value = combineFullObject(algorithm, [
    { value: first, lengthBytes: version.sizeBytes },
    { value: second, lengthBytes: sizeBytes },
  ]);
  return { algorithm, type: "FULL_OBJECT", value: encodeChecksum(value) };
}
