// What every read of an object's bytes does before them: find the version, judge the conditions,
// settle the range. GET and HEAD differ only in whether the bytes are opened.

import type { RangeWish, ResolveOutcome, Version } from "../../bucket/types.ts";
import { checkReadConditions } from "../../s3/conditions.ts";
import { S3Error } from "../../s3/errors.ts";
import { isVersionId } from "../../s3/ids.ts";
import { invalidRange, parseRange, resolveRange } from "../../s3/range.ts";
import { formatHttpDate } from "../../s3/time.ts";
import { callFacts, type ObjectContext, versioningOf } from "../context.ts";
import { settle } from "../outcomes.ts";
import { archiveMembers, refuseArchived } from "./archived.ts";
import { expirationMember } from "./lifecycle-members.ts";
import { lockMembers } from "./lock.ts";
import { checksumMembers, versionMembers } from "./members.ts";

export type Found = Extract<ResolveOutcome, { kind: "found" }>;

/** A version, and the bytes of it that are wanted. */
export interface Read {
  readonly found: Found;
  /** What was asked of the index, to ask again when a blob has moved. */
  readonly request: { readonly versionId?: string; readonly range?: RangeWish };
  readonly window: { readonly offset: number; readonly length: number };
  readonly isPartial: boolean;
}

/**
 * Resolves the version a read names and decides everything the client can be refused:
 * 404, 405 for delete markers, 304/412 for conditions, 416 for ranges, 400 for nonsense.
 */
export async function resolveForRead(
  context: ObjectContext,
  wish: { versionId: string | undefined; wantSegments: boolean },
): Promise<Read> {
  const range = readRangeWish(context);
  const request = {
    ...(wish.versionId !== undefined && { versionId: wish.versionId }),
    ...(range !== undefined && { range }),
  };
  const found = await resolveVersion(context, { ...request, wantSegments: wish.wantSegments });
  const { version } = found;
  checkReadConditions(context.headers, version, {
    nowMs: context.nowMs,
    shown: () => unchangedHeaders(context, version),
  });
  if (range === undefined) {
    const window = { offset: 0, length: version.sizeBytes };
    return { found, request, window, isPartial: false };
  }
  return { found, request, window: windowOf(context, found, range), isPartial: true };
}

/** What a 304 says besides the validators, as the 200 would have. */
function unchangedHeaders(context: ObjectContext, version: Version): Record<string, string> {
  const { cacheControl, expires } = version.detail.headers ?? {};
  const isVersioned = versioningOf(context.bucket) !== "Unversioned";
  return {
    ...(cacheControl !== undefined && { "cache-control": cacheControl }),
    ...(expires !== undefined && { expires }),
    ...(isVersioned && { "x-amz-version-id": version.versionId }),
  };
}

/** Asks the index for a version; refuses with S3's words when there is nothing to read. */
export async function resolveVersion(
  context: ObjectContext,
  request: { versionId?: string; range?: RangeWish; wantSegments: boolean },
): Promise<Found> {
  checkVersionId(request.versionId);
  const answer = await context.index.resolve({
    ...callFacts(context),
    key: context.key,
    ...request,
  });
  const outcome = settle(answer, ["found", "no-such-key", "no-such-version"], {
    bucket: context.bucket.name,
    key: context.key,
  });
  if (outcome.kind === "no-such-version") {
    throw new S3Error("NoSuchVersion", undefined, {
      detail: { Key: context.key, VersionId: request.versionId ?? "" },
    });
  }
  if (outcome.kind === "no-such-key") {
    throw new S3Error("NoSuchKey", undefined, {
      detail: { Key: context.key },
      ...(outcome.marker && {
        headers: { "x-amz-delete-marker": "true", "x-amz-version-id": outcome.marker.versionId },
      }),
    });
  }
  context.judgeVersion(outcome.version);
  if (outcome.version.isDeleteMarker) throw deleteMarkerRefusal(context, outcome.version);
  if (request.wantSegments) refuseArchived(outcome);
  return outcome;
}

/** Text that cannot be a version id is the client's mistake, not a missing version (B083). */
export function checkVersionId(versionId: string | undefined): void {
  if (versionId === undefined || versionId === "null" || isVersionId(versionId)) return;
  throw new S3Error("InvalidArgument", "Invalid version id specified", {
    detail: { ArgumentName: "versionId", ArgumentValue: versionId },
  });
}

/** 405: a version that is a delete marker can only be deleted. */
export function deleteMarkerRefusal(context: ObjectContext, marker: Version): S3Error {
  return new S3Error("MethodNotAllowed", undefined, {
    detail: { Method: context.method, ResourceType: "DeleteMarker" },
    headers: {
      "x-amz-delete-marker": "true",
      "x-amz-version-id": marker.versionId,
      "last-modified": formatHttpDate(marker.modifiedAtMs),
      allow: "DELETE",
    },
  });
}

/** `Range` or `partNumber`, not both (B074). Malformed ranges are ignored, as S3 does (B071). */
function readRangeWish(context: ObjectContext): RangeWish | undefined {
  const range = context.headers.get("range");
  const partNumber = context.target.query.get("partNumber");
  if (partNumber === undefined) return range === null ? undefined : parseRange(range);
  if (range !== null) {
    throw new S3Error(
      "InvalidRequest",
      "Cannot specify both Range header and partNumber query parameter.",
    );
  }
  return { kind: "part", partNumber: Number(partNumber) };
}

function windowOf(
  context: ObjectContext,
  found: Found,
  range: RangeWish,
): { offset: number; length: number } {
  if (range.kind === "part") {
    if (found.part === undefined) {
      throw new S3Error("InvalidPartNumber", undefined, {
        detail: {
          ActualPartCount: String(found.version.detail.partsCount ?? 1),
          PartNumberRequested: String(range.partNumber),
        },
      });
    }
    return found.part;
  }
  const window = resolveRange(range, found.version.sizeBytes);
  if (window === "unsatisfiable") {
    throw invalidRange(context.headers.get("range") ?? "", found.version.sizeBytes);
  }
  return window;
}

/** The members of a GET or HEAD answer, range and checksum included. */
export function describeRead(context: ObjectContext, read: Read, checksumMode: string | undefined) {
  const { found, window, isPartial } = read;
  const { version, part } = found;
  const wantsChecksum = checksumMode === "ENABLED";
  const isPart = part !== undefined && read.request.range?.kind === "part";
  return {
    ...versionMembers(version, versioningOf(context.bucket) !== "Unversioned"),
    ...lockMembers(context, version.detail.lock),
    ...archiveMembers(found),
    ...(version.isLatest && expirationMember(context, version)),
    ContentLength: window.length,
    ...(isPartial &&
      !(isPart && version.sizeBytes === 0) && {
        ContentRange: contentRange(window, version.sizeBytes),
      }),
    ...(isPart &&
      version.detail.partsCount !== undefined && { PartsCount: version.detail.partsCount }),
    ...(wantsChecksum && !isPartial && checksumMembers(version.detail.checksum)),
    ...(wantsChecksum && isPart && checksumMembers(part.checksum)),
  };
}

function contentRange(window: { offset: number; length: number }, sizeBytes: number): string {
  return `bytes ${window.offset}-${window.offset + window.length - 1}/${sizeBytes}`;
}

/** The six `response-*` overrides of signed reads. */
export function readOverrides(input: {
  readonly ResponseCacheControl?: string | undefined;
  readonly ResponseContentDisposition?: string | undefined;
  readonly ResponseContentEncoding?: string | undefined;
  readonly ResponseContentLanguage?: string | undefined;
  readonly ResponseContentType?: string | undefined;
  readonly ResponseExpires?: Date | undefined;
}) {
  return {
    ...(input.ResponseCacheControl !== undefined && { CacheControl: input.ResponseCacheControl }),
    ...(input.ResponseContentDisposition !== undefined && {
      ContentDisposition: input.ResponseContentDisposition,
    }),
    ...(input.ResponseContentEncoding !== undefined && {
      ContentEncoding: input.ResponseContentEncoding,
    }),
    ...(input.ResponseContentLanguage !== undefined && {
      ContentLanguage: input.ResponseContentLanguage,
    }),
    ...(input.ResponseContentType !== undefined && { ContentType: input.ResponseContentType }),
    ...(input.ResponseExpires !== undefined && {
      ExpiresString: formatHttpDate(input.ResponseExpires.getTime()),
    }),
  };
}
