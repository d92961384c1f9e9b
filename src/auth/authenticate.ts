// Who sent this request? Signature Version 4 in the header or in the URL, or nobody. It promises
// that what it returns was signed with the key it names, over exactly the strings it was given, and
// decides from the headers alone: no byte of an S3 body is read. It does not say who may do what.

import { type ErrorDetail, S3Error } from "../s3/errors.ts";
import { parseAmzDate } from "./amz-date.ts";
import { canonicalRequest } from "./canonical.ts";
import type { SignatureClaim } from "./credential.ts";
import { parseHeaderClaim, unsupportedMechanism } from "./header-claim.ts";
import { type PayloadWord, parsePayloadWord, unsignedPayload } from "./payload-word.ts";
import { type AuthParameters, parseQueryClaim, readAuthParameters } from "./query-claim.ts";
import {
  isSameSignature,
  renderScope,
  sha256Hex,
  signingKeyFor,
  signText,
  stringToSign,
} from "./signature.ts";
import type { AccessKey, Authenticated, PayloadBinding, Principal } from "./types.ts";

export interface AuthenticationRequest {
  readonly method: string;
  /** As sent, undecoded. */
  readonly rawPath: string;
  /** As sent, undecoded, without the question mark. */
  readonly rawQuery: string;
  /** As received; `host` among them. */
  readonly headers: Headers;
  /** `request.cf.clientAcceptEncoding`: what the client sent before the edge rewrote it. */
  readonly clientAcceptEncoding?: string | undefined;
  /** Whether it came over TLS. Unsigned payloads are taken either way, as by S3. */
  readonly isSecure: boolean;
  /**
   * The whole body, bounded and remembered by the caller. Only asked for when the service is not
   * `s3` and the body's hash is not in a header: IAM and STS clients sign it without sending it.
   */
  readonly readBody?: (() => Promise<Uint8Array>) | undefined;
}

export interface AuthenticationFacts {
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** The region this deployment answers as. */
  readonly region: string;
  /**
   * The key of that id, for a request that carries this session token. Temporary keys are found only
   * with their own token; throws InvalidToken and ExpiredToken.
   */
  readonly findAccessKey: (accessKeyId: string, token?: string) => Promise<AccessKey | undefined>;
}

/**
 * Verifies a request and tells how its payload is bound. Throws the `S3Error` that S3 answers with:
 * see the rows B001 to B026 and SEC-001 to SEC-031, which `test/auth` names one by one.
 */
export async function authenticate(
  request: AuthenticationRequest,
  facts: AuthenticationFacts,
): Promise<Authenticated> {
  const parameters = readAuthParameters(request.rawQuery);
  switch (mechanismOf(request.headers, parameters)) {
    case "anonymous":
      return anonymous(request);
    case "header":
      return await verify(request, facts, parseHeaderClaim(request.headers, facts), parameters);
    case "query":
      return await verify(request, facts, parseQueryClaim(parameters, facts), parameters);
  }
}

// Any one of these makes the request a presigned one, so that a URL which lost a parameter is
// refused by name and never taken for an anonymous request.
const queryMarks = [
  "x-amz-algorithm",
  "x-amz-credential",
  "x-amz-signature",
  "x-amz-signedheaders",
  "x-amz-expires",
];

function mechanismOf(
  headers: Headers,
  parameters: AuthParameters,
): "header" | "query" | "anonymous" {
  const hasHeader = headers.has("authorization");
  const hasQuery = queryMarks.some((name) => parameters.has(name));
  const hasVersion2 = parameters.has("signature") || parameters.has("awsaccesskeyid");
  if (Number(hasHeader) + Number(hasQuery) + Number(hasVersion2) > 1) {
    throw new S3Error(
      "InvalidArgument",
      "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature " +
        "query string parameter or the Authorization header should be specified",
      {
        detail: {
          ArgumentName: "Authorization",
          ArgumentValue: headers.get("authorization") ?? "",
        },
      },
    );
  }
  if (hasVersion2) throw unsupportedMechanism();
  if (hasQuery) return "query";
  return hasHeader ? "header" : "anonymous";
}

/** Who asks without saying who. */
export const nobody: Principal = {
  type: "Anonymous",
  accountId: "",
  canonicalId: "",
  displayName: "",
  arn: "*",
  isOperator: false,
};

const responseOverride = /(?:^|&)response-(?:cache-control|content-[a-z]+|expires)(?:=|&|$)/;

function anonymous(request: AuthenticationRequest): Authenticated {
  if (request.method === "GET" && responseOverride.test(request.rawQuery)) {
    throw new S3Error(
      "InvalidRequest",
      "Request specific response headers cannot be used for anonymous GET requests.",
    );
  }
  const payloadWord = request.headers.get("x-amz-content-sha256") ?? undefined;
  const payload = parsePayloadWord(payloadWord ?? unsignedPayload);
  if (payload.kind === "chunked-signed") {
    throw new S3Error(
      "InvalidRequest",
      "Anonymous requests don't support this x-amz-content-sha256 value. " +
        "Please use UNSIGNED-PAYLOAD or STREAMING-UNSIGNED-PAYLOAD-TRAILER.",
    );
  }
  return { principal: nobody, payload, payloadWord, service: "s3", method: "anonymous" };
}

// Unknown keys walk the same path as known ones, so that time does not tell them apart.
const dummySecret = "0000000000000000000000000000000000000000";
const longestAccessKeyId = 128;

async function verify(
  request: AuthenticationRequest,
  facts: AuthenticationFacts,
  claim: SignatureClaim,
  parameters: AuthParameters,
): Promise<Authenticated> {
  checkSignedHeaders(request.headers, claim);
  const { payloadHash, word } = await readPayload(request, claim, parameters);
  const isPlausible = claim.accessKeyId.length <= longestAccessKeyId;
  const token = readSessionToken(request.headers, parameters);
  const found = isPlausible ? await facts.findAccessKey(claim.accessKeyId, token) : undefined;
  const key = found?.status === "Active" ? found : undefined;
  const signingKey = signingKeyFor(key?.secret ?? dummySecret, claim.scope);
  const canonical = canonicalRequest({
    method: request.method,
    rawPath: request.rawPath,
    rawQuery: request.rawQuery,
    signedHeaders: claim.signedHeaders,
    header: (name) => headerAsSent(request, name),
    payloadHash,
    pathStyle: claim.scope.service === "s3" ? "s3" : "normalized",
  });
  const scope = renderScope(claim.scope);
  const text = stringToSign(claim.amzDate, scope, canonical);
  const signature = signText(signingKey, text);
  const isSame = isSameSignature(signature, claim.signature);
  if (key === undefined) {
    throw new S3Error("InvalidAccessKeyId", undefined, {
      detail: { AWSAccessKeyId: claim.accessKeyId },
    });
  }
  if (!isSame) throw signatureDoesNotMatch(claim, text, canonical);
  if (token !== undefined && key.isTemporary !== true) throw tokenOfAnother(token);
  const { amzDate } = claim;
  const payload: PayloadBinding =
    word.kind === "chunked-signed"
      ? { ...word, seedSignature: signature, signingKey, scope, amzDate }
      : word;
  return {
    principal: key.principal,
    payload,
    service: claim.scope.service,
    method: claim.method,
    payloadWord: payloadHash,
    signedAtMs: parseAmzDate(amzDate),
  };
}

/**
 * Every `x-amz-*` header must be signed, and the host: what is not covered could have been added
 * on the way. A presigned request may carry an unsigned `x-amz-content-sha256`, as on AWS;
 * `readPayload` lets it only tighten what is checked.
 */
function checkSignedHeaders(headers: Headers, claim: SignatureClaim): void {
  const unsigned: string[] = claim.signedHeaders.includes("host") ? [] : ["host"];
  for (const name of headers.keys()) {
    if (!name.startsWith("x-amz-") || claim.signedHeaders.includes(name)) continue;
    if (claim.method === "query" && name === "x-amz-content-sha256") continue;
    unsigned.push(name);
  }
  if (unsigned.length > 0) throw headersNotSigned(unsigned);
}

function headersNotSigned(names: readonly string[]): S3Error {
  return new S3Error(
    "AccessDenied",
    "There were headers present in the request which were not signed",
    { detail: { HeadersNotSigned: names.join(", ") } },
  );
}

// The edge rewrites Accept-Encoding and swallows Expect; clients that signed them meant this.
function headerAsSent(request: AuthenticationRequest, name: string): string | null {
  if (name === "accept-encoding" && request.clientAcceptEncoding !== undefined) {
    return request.clientAcceptEncoding;
  }
  const value = request.headers.get(name);
  return value === null && name === "expect" ? "100-continue" : value;
}

/** What the canonical request holds in place of the payload, and how that is then checked. */
async function readPayload(
  request: AuthenticationRequest,
  claim: SignatureClaim,
  parameters: AuthParameters,
): Promise<{ payloadHash: string; word: PayloadWord }> {
  const header = request.headers.get("x-amz-content-sha256");
  const isSigned = claim.signedHeaders.includes("x-amz-content-sha256");
  const parameter = claim.method === "query" ? parameters.get("x-amz-content-sha256") : undefined;
  if (parameter !== undefined && header !== null && parameter !== header) {
    throw new S3Error(
      "InvalidRequest",
      "The x-amz-content-sha256 header and query parameter must not differ",
    );
  }
  const given = parameter ?? (isSigned ? header : null);
  if (given !== null) return { payloadHash: given, word: parsePayloadWord(given) };
  if (claim.scope.service !== "s3" && request.readBody !== undefined) {
    const payloadHash = sha256Hex(await request.readBody());
    return { payloadHash, word: { kind: "hash", sha256Hex: payloadHash } };
  }
  if (claim.method === "header") {
    throw new S3Error(
      "InvalidRequest",
      "Missing required header for this request: x-amz-content-sha256",
    );
  }
  const word = parsePayloadWord(header ?? unsignedPayload);
  // An unsigned word may add the check of a hash; it may not change how the body is framed.
  if (word.kind !== "unsigned" && word.kind !== "hash") {
    throw headersNotSigned(["x-amz-content-sha256"]);
  }
  return { payloadHash: unsignedPayload, word };
}

/** In the header or in the URL. Two different ones could be checked and used in turn. */
function readSessionToken(headers: Headers, parameters: AuthParameters): string | undefined {
  const inHeader = headers.get("x-amz-security-token") ?? undefined;
  const inQuery = parameters.get("x-amz-security-token");
  if (inHeader !== undefined && inQuery !== undefined && inHeader !== inQuery) {
    throw tokenOfAnother(inQuery);
  }
  return inHeader ?? inQuery;
}

/** A long-term key has no token: this one belongs to somebody else's key (SEC-028). */
function tokenOfAnother(token: string): S3Error {
  return new S3Error("InvalidToken", undefined, { detail: { "Token-0": token } });
}

const customerKey = /^(x-amz-(?:copy-source-)?server-side-encryption-customer-key):.*$/gm;

/**
 * Tells the client everything it needs to find its mistake, and nothing about the key. Clients log
 * such answers, so a key to encrypt with is not repeated (SEC-119).
 */
function signatureDoesNotMatch(claim: SignatureClaim, text: string, whole: string): S3Error {
  const canonical = whole.replace(customerKey, "$1:(not shown)");
  const detail: ErrorDetail = {
    AWSAccessKeyId: claim.accessKeyId,
    StringToSign: text,
    SignatureProvided: claim.signature,
    StringToSignBytes: spacedHex(text),
    CanonicalRequest: canonical,
    CanonicalRequestBytes: spacedHex(canonical),
  };
  return new S3Error("SignatureDoesNotMatch", undefined, { detail });
}

function spacedHex(text: string): string {
  return Buffer.from(text, "utf8")
    .toString("hex")
    .replace(/..(?!$)/g, "$& ");
}
