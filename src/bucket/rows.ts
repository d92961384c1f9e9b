// Between rows and the types that cross RPC: how a version, a checksum and a part's segments are
// written in columns. What listings show has columns of its own, so that a page parses no JSON.
// Reads trust the database: only this room writes it.

import type { Checksum, Segment, StorageClass } from "../s3/content.ts";
import { nullVersionId } from "../s3/ids.ts";
import type { Part, Version, VersionDetail } from "./types.ts";

/** A version as the statements select it. */
export type VersionRow = readonly [
  key: string,
  seq: number,
  ended: number | null,
  isMarker: number,
  versionId: string | null,
  modifiedAtMs: number,
  sizeBytes: number,
  etag: string,
  storageClass: StorageClass | null,
  content: string | null,
  checksum: string | null,
  owner: string | null,
  writtenAs: string | null,
  detail: string | null,
];

/** Columns by name, for the code that picks one. */
export const column = {
  key: 0,
  seq: 1,
  ended: 2,
  isMarker: 3,
  versionId: 4,
  modifiedAtMs: 5,
  sizeBytes: 6,
  etag: 7,
  content: 9,
  writtenAs: 12,
  detail: 13,
} as const;

/** The row as readers see it. A row of `current` is latest; of `history`, only a newest marker. */
export function readVersion(row: VersionRow): Version {
  const [key, seq, ended, isMarker, versionId, modifiedAtMs, sizeBytes, etag, storageClass] = row;
  return {
    key,
    seq,
    versionId: versionId ?? nullVersionId,
    isLatest: ended === null,
    isDeleteMarker: isMarker === 1,
    modifiedAtMs,
    sizeBytes,
    etag,
    storageClass: storageClass ?? "STANDARD",
    content: row[column.content],
    detail: readDetail(row),
  };
}

function readDetail(row: VersionRow): VersionDetail {
  const [checksum, ownerId, , detail] = row.slice(10) as [string | null, string | null, 0, string];
  return {
    ...(detail !== null && (JSON.parse(detail) as VersionDetail)),
    ...(checksum !== null && { checksum: parseChecksum(checksum) }),
    ...(ownerId !== null && { ownerId }),
  };
}

/** The three columns a detail takes: checksum, owner, and the rest as JSON, NULL when empty. */
export function renderDetail(
  detail: VersionDetail,
): [checksum: string | null, owner: string | null, rest: string | null] {
  const { checksum, ownerId, ...rest } = detail;
  const text = JSON.stringify(rest);
  return [
    checksum === undefined ? null : renderChecksum(checksum),
    ownerId ?? null,
    text === "{}" ? null : text,
  ];
}

/** `CRC64NVME:F:base64`: algorithm, type by its first letter, value. */
export function renderChecksum({ algorithm, type, value }: Checksum): string {
  return `${algorithm}:${type.charAt(0)}:${value}`;
}

export function parseChecksum(text: string): Checksum {
  const [algorithm, type, value] = text.split(":") as [Checksum["algorithm"], string, string];
  return { algorithm, type: type === "F" ? "FULL_OBJECT" : "COMPOSITE", value };
}

/** A part as the statements select it. */
export type PartRow = readonly [
  number: number,
  sizeBytes: number,
  etag: string,
  checksum: string | null,
  modifiedAtMs: number,
  segments: string,
];

export function readPart([partNumber, sizeBytes, etag, checksum, modifiedAtMs]: PartRow): Part {
  return {
    partNumber,
    sizeBytes,
    etag,
    modifiedAtMs,
    ...(checksum !== null && { checksum: parseChecksum(checksum) }),
  };
}

/** The blob's id alone when the part is one whole blob, as nearly all are; otherwise JSON. */
export function renderSegments(segments: readonly Segment[], sizeBytes: number): string {
  const [first, second] = segments;
  const isWhole = first !== undefined && second === undefined && first.offset === 0;
  if (isWhole && first.length === sizeBytes) return first.blob;
  return JSON.stringify(segments.map(({ blob, offset, length }) => [blob, offset, length]));
}

export function parseSegments(text: string, sizeBytes: number): Segment[] {
  if (!text.startsWith("[")) return [{ blob: text, offset: 0, length: sizeBytes }];
  const triples = JSON.parse(text) as [string, number, number][];
  return triples.map(([blob, offset, length]) => ({ blob, offset, length }));
}

/** Each blob once: a row holds one reference to a blob however many of its bytes it takes. */
export function blobsOf(segments: readonly Segment[]): string[] {
  return [...new Set(segments.map(({ blob }) => blob))];
}
