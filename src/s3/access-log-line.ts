// One line of a server access log, in S3's own format: 27 fields, blanks between, `-` for what is not
// known. Pure.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html

import type { RequestRecord } from "./request-record.ts";

const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** `[06/Feb/2019:00:00:38 +0000]` */
function renderTime(timeMs: number): string {
  const time = new Date(timeMs);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${two(time.getUTCDate())}/${months[time.getUTCMonth()]}/${time.getUTCFullYear()}`;
  const clock = [time.getUTCHours(), time.getUTCMinutes(), time.getUTCSeconds()].map(two).join(":");
  return `[${day}:${clock} +0000]`;
}

/** The line of a record, without its end, in the log of a bucket of `ownerId` (canonical id). */
export function renderAccessLogLine(record: RequestRecord, ownerId: string): string {
  const text = (value: string | undefined) => (value === undefined || value === "" ? "-" : value);
  const bare = (value: string | undefined) => text(value && percentEncode(value, /[\s"]/g));
  const number = (value: number | undefined) => (value === undefined ? "-" : String(value));
  // Parts of a request have neither request line nor browser, and S3 gives them bare dashes.
  const isPart = record.requestUri === undefined;
  const quoted = (value: string | undefined) => (isPart ? "-" : `"${text(quotable(value))}"`);
  return [
    ownerId,
    bare(record.bucket),
    renderTime(record.timeMs),
    bare(record.remoteAddress),
    bare(requesterOf(record)),
    record.requestId,
    record.logOperation,
    text(record.key && encodeKey(record.key)),
    isPart ? "-" : quoted(record.requestUri),
    number(record.status),
    bare(record.errorCode),
    // S3 writes no zero here.
    number(record.bytesSent === 0 ? undefined : record.bytesSent),
    number(record.objectBytes),
    number(record.totalMs),
    number(record.turnAroundMs),
    quoted(record.referrer),
    quoted(record.userAgent),
    bare(record.versionId),
    bare(record.hostId),
    text(record.signatureVersion),
    bare(record.cipher),
    text(record.authType),
    bare(record.hostHeader),
    text(record.tlsVersion),
    // Access points do not exist here.
    "-",
    record.isAclRequired === true ? "Yes" : "-",
    // The region a request came from is AWS's to know.
    "-",
  ].join(" ");
}

/** IAM users and sessions by ARN, roots by canonical id, strangers by nothing. */
function requesterOf({ requester }: RequestRecord): string | undefined {
  if (requester === undefined) return undefined;
  switch (requester.type) {
    case "Anonymous":
      return undefined;
    case "Account":
      return requester.canonicalId;
    default:
      return requester.arn;
  }
}

/** URL encoded as in a path: slashes stay. */
function encodeKey(key: string): string {
  return key
    .toWellFormed()
    .split("/")
    .map((part) => encodeURIComponent(part))
    .join("/");
}

/** No quote ends a quoted field early and no line break makes a line (SEC-040). */
function quotable(value: string | undefined): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return value && percentEncode(value, /["\u0000-\u001f\u007f]/g);
}

function percentEncode(value: string, characters: RegExp): string {
  return value.replaceAll(
    characters,
    (found) => `%${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}
