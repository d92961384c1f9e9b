// Annotations: up to 1,000 named texts of a version, in a table of their own beside it. They belong to
// (key, seq), so they stay with a version that becomes older, and go when it goes. Nothing of the
// version changes when they do.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/annotations-overview.html

import type {
  AnnotatedRefusal,
  AnnotatedRequest,
  AnnotationFacts,
  DeleteAnnotationOutcome,
  GetAnnotationOutcome,
  ListAnnotationsOutcome,
  ListAnnotationsRequest,
  NamedAnnotationRequest,
  PutAnnotationOutcome,
  PutAnnotationRequest,
} from "./annotation-types.ts";
import type { IndexState } from "./index-state.ts";
import { beyondEveryKey, prefixEnd } from "./keys.ts";
import { emitOf } from "./outbox.ts";
import { parseChecksum, readVersion, renderChecksum } from "./rows.ts";
import { statements } from "./statements.ts";
import type { Version } from "./types.ts";
import { findVersion, readHead } from "./versions.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectAnnotation.html */
const maximumAnnotations = 1000;

type AnnotationRow = readonly [
  name: string,
  modifiedAtMs: number,
  sizeBytes: number,
  etag: string,
  checksum: string,
];

/** Writes an annotation, in place of one with the same name. Doing it again changes nothing. */
export function putAnnotation(
  index: IndexState,
  request: PutAnnotationRequest,
): PutAnnotationOutcome {
  const version = findAnnotated(index, request);
  if (isRefusal(version)) return version;
  if (version.detail.encryption?.algorithm === "SSE-C") return { kind: "customer-key" };
  const { sql, ledger } = index;
  const { key, seq } = version;
  const { name, sizeBytes, etag, checksum } = request.annotation;
  const isNew = sql.first(statements.annotationOf, key, seq, name) === undefined;
  const [count] = isNew ? (sql.first<[number]>(statements.countAnnotations, key, seq) ?? [0]) : [0];
  if (count >= maximumAnnotations) return { kind: "too-many" };
  const text = renderChecksum(checksum);
  const values = [name, ledger.clockMs, sizeBytes, etag, text, request.text] as const;
  sql.run(statements.putAnnotation, key, seq, ...values);
  ledger.hasAnnotations = true;
  const facts = {
    annotationName: name,
    annotationSizeBytes: sizeBytes,
    annotationEtag: etag,
  };
  emitOf(index, request.emit, { event: "ObjectAnnotation:Put", version, facts });
  return { kind: "stored", version };
}

export function getAnnotation(
  index: IndexState,
  request: NamedAnnotationRequest,
): GetAnnotationOutcome {
  const version = findAnnotated(index, request);
  if (isRefusal(version)) return version;
  const row = index.sql.first<[...AnnotationRow, string]>(
    statements.annotationWithText,
    version.key,
    version.seq,
    request.name,
  );
  if (row === undefined) return { kind: "no-such-annotation" };
  const [name, modifiedAtMs, sizeBytes, etag, checksum, text] = row;
  const annotation = readAnnotation([name, modifiedAtMs, sizeBytes, etag, checksum]);
  return { kind: "found", version, annotation, text };
}

export function deleteAnnotation(
  index: IndexState,
  request: NamedAnnotationRequest,
): DeleteAnnotationOutcome {
  const version = findAnnotated(index, request);
  if (isRefusal(version)) return version;
  const { sql } = index;
  const { key, seq } = version;
  // What was not there is not told to have gone.
  if (sql.first(statements.annotationOf, key, seq, request.name) === undefined) {
    return { kind: "deleted", version };
  }
  sql.run(statements.dropAnnotation, key, seq, request.name);
  const facts = { annotationName: request.name };
  emitOf(index, request.emit, { event: "ObjectAnnotation:Delete", version, facts });
  return { kind: "deleted", version };
}

/** Names in UTF-8 order, without the texts. */
export function listAnnotations(
  index: IndexState,
  request: ListAnnotationsRequest,
): ListAnnotationsOutcome {
  const version = findAnnotated(index, request);
  if (isRefusal(version)) return version;
  const { prefix, after = "", limit } = request;
  const rows = index.sql.rows<AnnotationRow>(
    statements.listAnnotations,
    version.key,
    version.seq,
    prefix,
    prefixEnd(prefix) ?? beyondEveryKey,
    after,
    limit + 1,
  );
  return {
    kind: "page",
    version,
    annotations: rows.slice(0, limit).map(readAnnotation),
    isTruncated: rows.length > limit,
  };
}

function readAnnotation([
  name,
  modifiedAtMs,
  sizeBytes,
  etag,
  checksum,
]: AnnotationRow): AnnotationFacts {
  return { name, modifiedAtMs, sizeBytes, etag, checksum: parseChecksum(checksum) };
}

/** The version the request is about, if it is an object and the condition holds. */
function findAnnotated(index: IndexState, request: AnnotatedRequest): Version | AnnotatedRefusal {
  const { key, versionId, objectIfMatch } = request;
  const refusal = index.ledger.admitKey(request, key);
  if (refusal !== undefined) return refusal;
  const row =
    versionId === undefined ? readHead(index, key).current : findVersion(index, key, versionId);
  if (row === undefined) {
    return { kind: versionId === undefined ? "no-such-key" : "no-such-version" };
  }
  const version = readVersion(row);
  if (version.isDeleteMarker) return { kind: "delete-marker", marker: version };
  const isOther =
    objectIfMatch !== undefined && objectIfMatch !== "*" && objectIfMatch !== version.etag;
  if (isOther) return { kind: "precondition-failed", condition: "x-amz-object-if-match" };
  return version;
}

function isRefusal(found: Version | AnnotatedRefusal): found is AnnotatedRefusal {
  return "kind" in found;
}
