// The canonical request of Signature Version 4: a pure function of the request as it was sent. It
// promises byte equality with what AWS's own signers compute, and touches no key and no clock.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html

/** `s3` signs the path as it is; every other service normalises it and encodes it twice. */
export type PathStyle = "s3" | "normalized";

export interface CanonicalInput {
  readonly method: string;
  /** As sent, undecoded. */
  readonly rawPath: string;
  /** As sent, undecoded, without the question mark. */
  readonly rawQuery: string;
  /** Lower-case names, in the order in which the client listed them. */
  readonly signedHeaders: readonly string[];
  /** The value of one header as received, or `null` when the request does not carry it. */
  readonly header: (name: string) => string | null;
  /** Hash of the payload in hex, or the word that stands for it. */
  readonly payloadHash: string;
  readonly pathStyle: PathStyle;
}

/** The text that is hashed into the string to sign. A header that is absent counts as empty. */
export function canonicalRequest(input: CanonicalInput): string {
  let headers = "";
  for (const name of input.signedHeaders) {
    headers += `${name}:${canonicalHeaderValue(input.header(name) ?? "")}\n`;
  }
  const path = canonicalPath(input.rawPath, input.pathStyle);
  const query = canonicalQuery(input.rawQuery);
  const names = input.signedHeaders.join(";");
  return `${input.method}\n${path}\n${query}\n${headers}\n${names}\n${input.payloadHash}`;
}

/**
 * Trims a header value and collapses inner runs of blanks to one space, inside quotes too.
 * Only space and tab are blanks: a no-break space belongs to the value.
 */
export function canonicalHeaderValue(value: string): string {
  // Collapsing first keeps this linear: a trimming expression backtracks over long inner runs.
  const collapsed = value.replace(/[ \t\r\n]+/g, " ");
  const start = collapsed.startsWith(" ") ? 1 : 0;
  return collapsed.slice(
    start,
    collapsed.endsWith(" ") ? Math.max(start, collapsed.length - 1) : undefined,
  );
}

/**
 * Decodes the path once and encodes every byte but the unreserved ones and the slash, so that
 * clients that leave `(`, `+` or `=` bare agree with clients that do not. S3 keeps `//` and dots.
 */
export function canonicalPath(rawPath: string, style: PathStyle): string {
  if (style === "s3") return rawPath === "" ? "/" : encodeText(rawPath, keepsSlash);
  const segments: string[] = [];
  for (const segment of rawPath.split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(segment);
  }
  const isFolder = /\/\.{0,2}$/.test(rawPath) && segments.length > 0;
  const normalized = `/${segments.join("/")}${isFolder ? "/" : ""}`;
  // What arrives is the client's first encoding; this is the second, so a percent sign is a byte.
  return encodeText(normalized.replaceAll("%", "%25"), keepsSlash);
}

/**
 * Sorts the parameters by encoded name, then by encoded value. `X-Amz-Signature` is never part of
 * what is signed. A plus sign is a space, as in every query string that S3 reads.
 */
export function canonicalQuery(rawQuery: string): string {
  if (rawQuery === "") return "";
  const pairs: [name: string, value: string][] = [];
  for (const text of rawQuery.split("&")) {
    if (text === "") continue;
    const equals = text.indexOf("=");
    const rawName = equals === -1 ? text : text.slice(0, equals);
    const name = encodeText(rawName.replaceAll("+", "%20"), keepsNothing);
    if (name.toLowerCase() === "x-amz-signature") continue;
    const rawValue = equals === -1 ? "" : text.slice(equals + 1);
    pairs.push([name, encodeText(rawValue.replaceAll("+", "%20"), keepsNothing)]);
  }
  pairs.sort(byNameThenValue);
  return pairs.map(([name, value]) => `${name}=${value}`).join("&");
}

// Encoded text is ASCII, so UTF-16 order is byte order.
function byNameThenValue(a: readonly [string, string], b: readonly [string, string]): number {
  if (a[0] !== b[0]) return a[0] < b[0] ? -1 : 1;
  if (a[1] !== b[1]) return a[1] < b[1] ? -1 : 1;
  return 0;
}

const keepsSlash = /^[A-Za-z0-9\-._~/]*$/;
const keepsNothing = /^[A-Za-z0-9\-._~]*$/;
const utf8 = new TextEncoder();

const hexPairs = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).toUpperCase().padStart(2, "0"),
);

/** Percent-decodes once, then percent-encodes. A `%` that begins no escape stands for itself. */
function encodeText(raw: string, plain: RegExp): string {
  // Most keys and parameters need no work at all.
  if (plain.test(raw)) return raw;
  const bytes = utf8.encode(raw);
  let encoded = "";
  for (let at = 0; at < bytes.length; at++) {
    let byte = bytes[at] ?? 0;
    if (byte === 0x25) {
      const decoded = hexByte(bytes[at + 1], bytes[at + 2]);
      if (decoded !== undefined) {
        byte = decoded;
        at += 2;
      }
    }
    const character = String.fromCharCode(byte);
    encoded += byte < 0x80 && plain.test(character) ? character : `%${hexPairs[byte]}`;
  }
  return encoded;
}

function hexByte(high: number | undefined, low: number | undefined): number | undefined {
  const first = hexDigit(high);
  const second = hexDigit(low);
  return first === undefined || second === undefined ? undefined : first * 16 + second;
}

function hexDigit(code: number | undefined): number | undefined {
  if (code === undefined) return undefined;
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : undefined;
}
