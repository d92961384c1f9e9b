// From the raw request URL to bucket and key, once per request. The key that is authorised, stored
// and listed is the one decoded here, and `rawPath` is the text a signature covers: nothing later
// looks at the URL again. What happened before we see the URL (a zone that folds dot segments, raw
// invalid UTF-8 becoming U+FFFD) cannot be undone here and makes signatures fail closed.

import { S3Error } from "./errors.ts";

/** The longest key, in UTF-8 bytes. */
export const maximumKeyBytes = 1024;

/** One query parameter as it stood in the URL. */
export interface QueryPair {
  /** Decoded; `+` is a space. */
  readonly name: string;
  /** Decoded; empty when there was no `=`. */
  readonly value: string;
  /** As in the URL, for signatures. */
  readonly rawName: string;
  readonly rawValue: string;
}

/** The query in the order sent, with lookups by decoded name. */
export interface Query {
  readonly pairs: readonly QueryPair[];
  has(name: string): boolean;
  /** The first value, as S3 reads repeated parameters; `undefined` when absent. */
  get(name: string): string | undefined;
  count(name: string): number;
}

/** What a URL names. `bucket` is set for "bucket" and "object", `key` for "object". */
export interface Target {
  readonly kind: "service" | "bucket" | "object";
  readonly bucket: string | undefined;
  /** Percent-decoded once; at most 1,024 bytes. */
  readonly key: string | undefined;
  /** The path exactly as signed, percent-encoding untouched. */
  readonly rawPath: string;
  /** What stands behind `?`, without it. */
  readonly rawQuery: string;
  readonly query: Query;
  /** Host and port of the URL, in lower case. */
  readonly host: string;
  /** True when the bucket came from the host. */
  readonly isVirtualHosted: boolean;
}

const urlShape = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?/i;
const regionShape = /^[a-z]{2}(?:-[a-z]+){1,2}-\d{1,2}$/;

/**
 * Parses `request.url`. `baseDomains` are the hosts that may carry a bucket in front (see
 * `parseBaseDomains`); any other host is path style. Throws InvalidURI for broken or non-UTF-8
 * escapes and for U+0000, KeyTooLongError for keys over 1,024 bytes. Bucket names are not judged.
 */
export function parseTarget(url: string, baseDomains: readonly string[]): Target {
  const match = urlShape.exec(url);
  if (match === null) throw new S3Error("InvalidURI");
  const host = (match[1] ?? "").replace(/^[^@]*@/, "").toLowerCase();
  const rawPath = match[2] === "" || match[2] === undefined ? "/" : match[2];
  const rawQuery = match[3] ?? "";
  const hostBucket = bucketOfHost(host, baseDomains);
  const { bucket, rawKey } = splitPath(rawPath, hostBucket);
  const key = rawKey === "" ? undefined : decodeKey(rawKey);
  return {
    kind: bucket === undefined ? "service" : key === undefined ? "bucket" : "object",
    bucket,
    key,
    rawPath,
    rawQuery,
    query: parseQuery(rawQuery),
    host,
    isVirtualHosted: hostBucket !== undefined,
  };
}

/** `BASE_DOMAIN` -> base domains: comma separated, lower case, longest first. */
export function parseBaseDomains(text: string | undefined): readonly string[] {
  return (text ?? "")
    .toLowerCase()
    .split(",")
    .map((domain) => domain.trim().replace(/\.$/, ""))
    .filter((domain) => domain !== "")
    .sort((left, right) => right.length - left.length);
}

/**
 * The bucket that a host names, or `undefined` for path style. Understands `bucket.BASE`, and a
 * region on either side of an `s3` label: `bucket.REGION.s3.example.com`,
 * `bucket.s3.REGION.example.com`; `s3.REGION.example.com` alone is path style. A bucket whose last
 * dotted label looks like a region cannot be named by host.
 */
export function bucketOfHost(host: string, baseDomains: readonly string[]): string | undefined {
  const name = host.replace(/:\d*$/, "").replace(/\.$/, "");
  for (const base of baseDomains) {
    if (name === base) return undefined;
    if (name.endsWith(`.${base}`)) return withoutRegion(name.slice(0, -base.length - 1));
    const [first, ...rest] = base.split(".");
    const parent = `.${rest.join(".")}`;
    if (first !== "s3" || rest.length === 0 || !name.endsWith(parent)) continue;
    const labels = name.slice(0, -parent.length).split(".");
    if (labels.at(-2) !== "s3" || !regionShape.test(labels.at(-1) ?? "")) continue;
    return labels.length === 2 ? undefined : labels.slice(0, -2).join(".");
  }
  return undefined;
}

function withoutRegion(labels: string): string {
  const dot = labels.lastIndexOf(".");
  return dot > 0 && regionShape.test(labels.slice(dot + 1)) ? labels.slice(0, dot) : labels;
}

function splitPath(rawPath: string, hostBucket: string | undefined) {
  if (hostBucket !== undefined) return { bucket: hostBucket, rawKey: rawPath.slice(1) };
  if (rawPath === "/") return { bucket: undefined, rawKey: "" };
  const slash = rawPath.indexOf("/", 1);
  const rawBucket = slash === -1 ? rawPath.slice(1) : rawPath.slice(1, slash);
  // `GET //key` names no bucket; S3 has nothing to look up.
  if (rawBucket === "") throw new S3Error("InvalidURI");
  return { bucket: decode(rawBucket), rawKey: slash === -1 ? "" : rawPath.slice(slash + 1) };
}

/** In a path `+` is a plus. */
function decodeKey(rawKey: string): string {
  const key = decode(rawKey);
  // A UTF-16 unit is at most three bytes of UTF-8: most keys need no counting.
  if (key.length * 3 > maximumKeyBytes && utf8Length(key) > maximumKeyBytes) throw keyTooLong(key);
  return key;
}

/** The refusal of a key over 1,024 bytes; for keys that do not come from the URL as well. */
export function keyTooLong(key: string): S3Error {
  const detail = { Size: String(utf8Length(key)), MaxSizeAllowed: String(maximumKeyBytes) };
  return new S3Error("KeyTooLongError", undefined, { detail });
}

/** The length of a text in UTF-8, in bytes. */
export function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** One round of percent-decoding; `decodeURIComponent` refuses broken escapes and invalid UTF-8. */
function decode(raw: string): string {
  let text = raw;
  if (raw.includes("%")) {
    try {
      text = decodeURIComponent(raw);
    } catch {
      throw new S3Error("InvalidURI", undefined, { detail: { URI: raw } });
    }
  }
  if (text.includes("\0")) throw new S3Error("InvalidURI", undefined, { detail: { URI: raw } });
  return text;
}

/** The query string without its `?`. Clients send a space as `%20` or `+`; S3 reads both so. */
export function parseQuery(rawQuery: string): Query {
  const pairs: QueryPair[] = [];
  const counts = new Map<string, number>();
  const values = new Map<string, string>();
  for (const text of rawQuery.split("&")) {
    if (text === "") continue;
    const equals = text.indexOf("=");
    const rawName = equals === -1 ? text : text.slice(0, equals);
    const rawValue = equals === -1 ? "" : text.slice(equals + 1);
    const name = decode(rawName.replaceAll("+", " "));
    const value = decode(rawValue.replaceAll("+", " "));
    pairs.push({ name, value, rawName, rawValue });
    counts.set(name, (counts.get(name) ?? 0) + 1);
    if (!values.has(name)) values.set(name, value);
  }
  return {
    pairs,
    has: (name) => values.has(name),
    get: (name) => values.get(name),
    count: (name) => counts.get(name) ?? 0,
  };
}
