// Presigned URLs: the X-Amz-* parameters and the time for which they hold. Exact refusals of S3;
// no signature is verified here.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html

import { S3Error } from "../s3/errors.ts";
import { parseAmzDate, renderIsoSeconds } from "./amz-date.ts";
import {
  claimFailure,
  dayMismatch,
  parseCredential,
  parseSignedHeaders,
  type SignatureClaim,
} from "./credential.ts";
import { allowedSkewMs, unsupportedMechanism } from "./header-claim.ts";
import { algorithm } from "./signature.ts";

const longestExpirySeconds = 7 * 24 * 60 * 60;

// STS and IAM have no X-Amz-Expires of their own; a signature is good for a quarter of an hour.
const defaultExpirySeconds = 15 * 60;

const refused = claimFailure("AuthorizationQueryParametersError", "");
const refusedCredential = claimFailure(
  "AuthorizationQueryParametersError",
  "Error parsing the X-Amz-Credential parameter; ",
);

/** Parameters that speak of authentication, by lower-case name (AWS does not mind the case). */
export type AuthParameters = ReadonlyMap<string, string>;

/**
 * Collects `X-Amz-*` and SigV2's parameters from the raw query.
 * Throws AuthorizationQueryParametersError when one is given twice: a router and a signer that read
 * different copies are a hole.
 */
export function readAuthParameters(rawQuery: string): AuthParameters {
  const parameters = new Map<string, string>();
  if (rawQuery === "") return parameters;
  for (const text of rawQuery.split("&")) {
    const equals = text.indexOf("=");
    const name = decodeParameter(equals === -1 ? text : text.slice(0, equals));
    const isVersion2 = name === "Signature" || name === "AWSAccessKeyId";
    const lowerName = name.toLowerCase();
    if (!isVersion2 && !lowerName.startsWith("x-amz-")) continue;
    if (parameters.has(lowerName)) throw refused(`The ${name} parameter must be given only once.`);
    parameters.set(lowerName, decodeParameter(equals === -1 ? "" : text.slice(equals + 1)));
  }
  return parameters;
}

// A broken escape is left as it stands: it then names no parameter of ours and fails as a value.
function decodeParameter(raw: string): string {
  try {
    return decodeURIComponent(raw.replaceAll("+", " "));
  } catch {
    return raw;
  }
}

/**
 * Parses and dates a presigned request. Throws AuthorizationQueryParametersError for every fault of
 * form, AccessDenied "Request has expired" or "Request is not valid yet" for the time.
 */
export function parseQueryClaim(
  parameters: AuthParameters,
  facts: { readonly nowMs: number; readonly region: string },
): SignatureClaim {
  const required = (name: string): string => {
    const value = parameters.get(name);
    if (value === undefined || value === "") throw missingParameters();
    return value;
  };
  checkAlgorithm(required("x-amz-algorithm"));
  const credential = required("x-amz-credential");
  const signature = required("x-amz-signature");
  const amzDate = required("x-amz-date");
  const signedHeaders = parseSignedHeaders(required("x-amz-signedheaders"));
  if (signedHeaders === undefined) throw missingParameters();
  const { accessKeyId, scope } = parseCredential(credential, facts.region, refusedCredential);
  const isS3 = scope.service === "s3";
  const expires = isS3 ? required("x-amz-expires") : parameters.get("x-amz-expires");
  const signedAtMs = parseAmzDate(amzDate);
  if (signedAtMs === undefined) {
    throw refused(`X-Amz-Date must be in the ISO8601 Long Format "yyyyMMdd'T'HHmmss'Z'"`);
  }
  if (amzDate.slice(0, 8) !== scope.day) throw refused(dayMismatch(scope.day, amzDate));
  const expiresSeconds = expires === undefined ? defaultExpirySeconds : parseExpires(expires);
  checkValidity({ amzDate, signedAtMs, expiresSeconds, nowMs: facts.nowMs });
  return { method: "query", accessKeyId, scope, signedHeaders, signature, amzDate };
}

function checkAlgorithm(name: string): void {
  if (name === algorithm) return;
  if (name === "AWS4-ECDSA-P256-SHA256") throw unsupportedMechanism();
  throw refused(`X-Amz-Algorithm only supports "${algorithm}"`);
}

function missingParameters(): S3Error {
  return refused(
    "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, " +
      "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
  );
}

function parseExpires(text: string): number {
  if (!/^[+-]?\d{1,15}$/.test(text)) throw refused("X-Amz-Expires should be a number");
  const seconds = Number(text);
  if (seconds < 0) throw refused("X-Amz-Expires must be non-negative");
  if (seconds > longestExpirySeconds) {
    throw refused(
      "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires " +
        "must be less than 604800 seconds",
    );
  }
  return seconds;
}

// A URL that was to hold for no time never holds, whatever the skew of the clocks.
function checkValidity(window: {
  amzDate: string;
  signedAtMs: number;
  expiresSeconds: number;
  nowMs: number;
}): void {
  const { amzDate, signedAtMs, expiresSeconds, nowMs } = window;
  const serverTime = renderIsoSeconds(nowMs);
  if (signedAtMs - nowMs > allowedSkewMs) {
    throw new S3Error("AccessDenied", "Request is not valid yet", {
      detail: { "X-Amz-Date": amzDate, ServerTime: serverTime },
    });
  }
  const expiresAtMs = signedAtMs + expiresSeconds * 1000;
  if (expiresSeconds === 0 || nowMs > expiresAtMs) {
    throw new S3Error("AccessDenied", "Request has expired", {
      detail: {
        "X-Amz-Expires": String(expiresSeconds),
        Expires: renderIsoSeconds(expiresAtMs),
        ServerTime: serverTime,
      },
    });
  }
}
