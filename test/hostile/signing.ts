// Requests signed by hand, from AWS's description of Signature Version 4 and with nothing of the code
// under test: every part can be left out, doubled or made wrong. Knows no runtime: the tests in
// workerd and those on raw sockets use it alike.

import { createHash, createHmac } from "node:crypto";

export interface SigningKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** What to send and how to sign it. Everything not given is as an honest client would have it. */
export interface Plan {
  readonly method?: string;
  /** Path and query as they go over the wire, already encoded. */
  readonly path: string;
  /** Sent and signed. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent and not signed. */
  readonly unsigned?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly keys: SigningKeys;
  readonly host: string;
  readonly nowMs: number;
  readonly region?: string;
  readonly service?: string;
  /** `x-amz-content-sha256`; the body's hash unless given, `null` to leave the header out. */
  readonly word?: string | null;
  /** `x-amz-date` as sent; `null` to leave it out. The signature is made with the real one. */
  readonly amzDate?: string | null;
  /** The credential's parts behind the key. */
  readonly scope?: string;
  /** Header names to leave out of the signature. */
  readonly unsignedNames?: readonly string[];
  readonly editSignature?: (signature: string) => string;
  readonly editAuthorization?: (value: string) => string;
}

/** A request as it would go over the wire. */
export interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
  /** What chunk signatures go on from. */
  readonly seed: {
    readonly seedSignature: string;
    readonly signingKey: Uint8Array;
    readonly scope: string;
    readonly amzDate: string;
  };
}

export const sha256 = (data: string | Uint8Array) =>
  createHash("sha256").update(data).digest("hex");
const hmac = (key: string | Uint8Array, text: string) =>
  new Uint8Array(createHmac("sha256", key).update(text).digest());
const encode = (text: string) =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** `20261122T182310Z` */
export function amzDateOf(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
}

/** Signs in the Authorization header. */
export function signInHeader(plan: Plan): SignedRequest {
  const { method = "GET", host, body } = plan;
  const realDate = amzDateOf(plan.nowMs);
  const amzDate = plan.amzDate ?? realDate;
  const word = plan.word === undefined ? sha256(body ?? "") : plan.word;
  const sent: Record<string, string> = { ...lowerCase(plan.headers) };
  if (plan.amzDate !== null) sent["x-amz-date"] = amzDate;
  if (word !== null) sent["x-amz-content-sha256"] = word;
  const covered = { host, ...sent };
  const names = Object.keys(covered)
    .filter((name) => !plan.unsignedNames?.includes(name))
    .sort();
  const canonical = canonicalRequest({ method, path: plan.path, covered, names, word });
  const made = sign(plan, amzDate, canonical);
  const authorization = `AWS4-HMAC-SHA256 Credential=${plan.keys.accessKeyId}/${made.scope}, SignedHeaders=${names.join(";")}, Signature=${made.signature}`;
  return {
    method,
    path: plan.path,
    host,
    body,
    headers: {
      ...sent,
      ...lowerCase(plan.unsigned),
      authorization: plan.editAuthorization?.(authorization) ?? authorization,
    },
    seed: made.seed,
  };
}

export interface PresignOptions {
  readonly expires?: string;
  /** Changes the parameters after signing: a value replaces, `null` removes. */
  readonly parameters?: Readonly<Record<string, string | null>>;
}

/** Signs in the URL. The body is not covered unless the plan has a word. */
export function signInQuery(plan: Plan, options: PresignOptions = {}): SignedRequest {
  const { method = "GET", host, body } = plan;
  const amzDate = plan.amzDate ?? amzDateOf(plan.nowMs);
  const word = plan.word ?? "UNSIGNED-PAYLOAD";
  const sent: Record<string, string> = { ...lowerCase(plan.headers) };
  if (plan.word !== undefined && plan.word !== null) sent["x-amz-content-sha256"] = plan.word;
  const covered = { host, ...sent };
  const names = Object.keys(covered)
    .filter((name) => !plan.unsignedNames?.includes(name))
    .sort();
  const scope = scopeOf(plan, amzDate);
  const parameters = new Map([
    ["X-Amz-Algorithm", "AWS4-HMAC-SHA256"],
    ["X-Amz-Credential", `${plan.keys.accessKeyId}/${scope}`],
    ["X-Amz-Date", amzDate],
    ["X-Amz-Expires", options.expires ?? "900"],
    ["X-Amz-SignedHeaders", names.join(";")],
  ]);
  const [bare = "", given] = plan.path.split("?");
  const join = () =>
    `${bare}?${[given, ...[...parameters].map(([name, value]) => `${name}=${encode(value)}`)].filter(Boolean).join("&")}`;
  const canonical = canonicalRequest({ method, path: join(), covered, names, word });
  const made = sign(plan, amzDate, canonical);
  parameters.set("X-Amz-Signature", made.signature);
  for (const [name, value] of Object.entries(options.parameters ?? {})) {
    if (value === null) parameters.delete(name);
    else parameters.set(name, value);
  }
  const headers = { ...sent, ...lowerCase(plan.unsigned) };
  return { method, path: join(), host, body, headers, seed: made.seed };
}

/** Does not sign. */
export function signNot(plan: Omit<Plan, "keys">): SignedRequest {
  const headers = { ...lowerCase(plan.headers), ...lowerCase(plan.unsigned) };
  const seed = { seedSignature: "", signingKey: new Uint8Array(0), scope: "", amzDate: "" };
  return {
    method: plan.method ?? "GET",
    path: plan.path,
    host: plan.host,
    body: plan.body,
    headers,
    seed,
  };
}

function scopeOf(plan: Plan, amzDate: string): string {
  const { region = "us-east-1", service = "s3" } = plan;
  return plan.scope ?? `${amzDate.slice(0, 8)}/${region}/${service}/aws4_request`;
}

function sign(plan: Plan, amzDate: string, canonical: string) {
  const scope = scopeOf(plan, amzDate);
  let signingKey: Uint8Array | string = `AWS4${plan.keys.secretAccessKey}`;
  for (const part of scope.split("/")) signingKey = hmac(signingKey, part);
  const text = ["AWS4-HMAC-SHA256", amzDate, scope, sha256(canonical)].join("\n");
  const right = Buffer.from(hmac(signingKey, text)).toString("hex");
  const signature = plan.editSignature?.(right) ?? right;
  const key = signingKey as Uint8Array;
  return {
    scope,
    signature,
    seed: { seedSignature: right, signingKey: key, scope, amzDate },
  };
}

function canonicalRequest(parts: {
  method: string;
  path: string;
  covered: Readonly<Record<string, string>>;
  names: readonly string[];
  word: string | null;
}): string {
  const { method, path, covered, names, word } = parts;
  const at = path.indexOf("?");
  const rawPath = at === -1 ? path : path.slice(0, at);
  const query = at === -1 ? [] : path.slice(at + 1).split("&");
  const pairs = query
    .filter((text) => text !== "")
    .map((text) => {
      const equals = text.indexOf("=");
      const name = equals === -1 ? text : text.slice(0, equals);
      const value = equals === -1 ? "" : text.slice(equals + 1);
      return [reencode(name), reencode(value)] as const;
    })
    .sort(([a, c], [b, d]) => (a === b ? Number(c > d) - Number(c < d) : a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`);
  const lines = names.map((name) => `${name}:${(covered[name] ?? "").trim().replace(/\s+/g, " ")}`);
  // A slash is a slash however it was sent, as SDKs for S3 sign it.
  const uri = rawPath.split("/").map(reencode).join("/").replaceAll("%2F", "/");
  const text = [method, uri, pairs.join("&"), ...lines, "", names.join(";"), word ?? sha256("")];
  return text.join("\n");
}

/** Text that is no valid escape is signed as it stands, byte by byte. */
function reencode(raw: string): string {
  try {
    return encode(decodeURIComponent(raw));
  } catch {
    return raw;
  }
}

function lowerCase(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}
