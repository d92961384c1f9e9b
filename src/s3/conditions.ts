// Preconditions: decided here for reads and copy sources, only read here for writes, which the
// index judges in the transaction that writes.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-reads.html, RFC 9110 13.2.2

import { S3Error } from "./errors.ts";
import { matchesEntityTag, parseEntityTag } from "./etag.ts";
import { formatHttpDate, parseHttpDate } from "./time.ts";

/** What conditions look at. The tag has no quotes. */
export interface ConditionFacts {
  readonly etag: string;
  readonly modifiedAtMs: number;
}

/** Preconditions of a write; the shape the index takes. */
export interface ParsedWriteConditions {
  readonly ifMatch?: string;
  readonly ifNoneMatch?: "*";
}

/**
 * Judges the conditions of GET, HEAD and GetObjectAttributes: throws PreconditionFailed (412) or
 * NotModified (304, with ETag, Last-Modified and what `shown` gives). A tag condition outranks its
 * date twin; dates that cannot be read, and dates in the future for If-Modified-Since, are ignored.
 */
export function checkReadConditions(
  headers: Headers,
  version: ConditionFacts,
  facts: {
    readonly nowMs: number;
    /** Further headers of a 304: caches renew what they keep by them (RFC 9110, 15.4.5). */
    shown?(): Readonly<Record<string, string>>;
  },
): void {
  const failed = failedCondition(headers, version, "");
  if (failed === "If-Match" || failed === "If-Unmodified-Since") throw preconditionFailed(failed);
  if (failed === "If-None-Match" || (failed !== undefined && !isFuture(headers, facts.nowMs))) {
    throw new S3Error("NotModified", undefined, {
      headers: {
        etag: `"${version.etag}"`,
        "last-modified": formatHttpDate(version.modifiedAtMs),
        ...facts.shown?.(),
      },
    });
  }
}

/** Judges `x-amz-copy-source-if-*`: whatever does not hold is PreconditionFailed. */
export function checkCopySourceConditions(headers: Headers, version: ConditionFacts): void {
  const failed = failedCondition(headers, version, "x-amz-copy-source-");
  if (failed !== undefined) throw preconditionFailed(`x-amz-copy-source-${failed}`);
}

/**
 * Reads If-Match and If-None-Match of a write; `undefined` when there are none. Throws
 * NotImplemented for an If-None-Match other than `*`, as S3 does.
 */
export function readWriteConditions(headers: Headers): ParsedWriteConditions | undefined {
  const match = headers.get("if-match");
  const noneMatch = headers.get("if-none-match");
  if (noneMatch !== null && noneMatch.trim() !== "*") {
    throw new S3Error("NotImplemented", undefined, { detail: { Header: "If-None-Match" } });
  }
  if (match === null && noneMatch === null) return undefined;
  return {
    ...(match !== null && { ifMatch: parseEntityTag(match) }),
    ...(noneMatch !== null && { ifNoneMatch: "*" }),
  };
}

/** The four conditions, alone or behind a prefix that says whose they are. */
export type ConditionPrefix = "" | "x-amz-copy-source-" | "x-amz-rename-source-";

/**
 * The first condition that does not hold, without its prefix, by the precedence of RFC 9110. For
 * callers with an answer of their own; the others throw it.
 */
export function failedCondition(
  headers: Headers,
  version: ConditionFacts,
  prefix: ConditionPrefix,
): string | undefined {
  const match = headers.get(`${prefix}if-match`);
  if (match !== null) {
    if (!matchesEntityTag(match, version.etag)) return "If-Match";
  } else if (isModifiedSince(headers.get(`${prefix}if-unmodified-since`), version) === true) {
    return "If-Unmodified-Since";
  }
  const noneMatch = headers.get(`${prefix}if-none-match`);
  if (noneMatch !== null) {
    return matchesEntityTag(noneMatch, version.etag) ? "If-None-Match" : undefined;
  }
  const isUnchanged = isModifiedSince(headers.get(`${prefix}if-modified-since`), version) === false;
  return isUnchanged ? "If-Modified-Since" : undefined;
}

/** In whole seconds, as Last-Modified shows it; `undefined` when the date says nothing. */
function isModifiedSince(date: string | null, version: ConditionFacts): boolean | undefined {
  const sinceMs = date === null ? undefined : parseHttpDate(date);
  if (sinceMs === undefined) return undefined;
  return Math.floor(version.modifiedAtMs / 1000) * 1000 > sinceMs;
}

function isFuture(headers: Headers, nowMs: number): boolean {
  return (parseHttpDate(headers.get("if-modified-since") ?? "") ?? 0) > nowMs;
}

function preconditionFailed(condition: string): S3Error {
  return new S3Error("PreconditionFailed", undefined, { detail: { Condition: condition } });
}
