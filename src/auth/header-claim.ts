// The Authorization header: what it must look like and when it is too old. It promises the exact
// refusals of S3 for every malformed form; it verifies no signature.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html

import { S3Error } from "../s3/errors.ts";
import { parseAmzDate, parseHttpDate, renderAmzDate, renderIsoSeconds } from "./amz-date.ts";
import {
  claimFailure,
  dayMismatch,
  parseCredential,
  parseSignedHeaders,
  type SignatureClaim,
} from "./credential.ts";
import { algorithm } from "./signature.ts";

/** How far the request's clock may be from ours, either way. */
export const allowedSkewMs = 15 * 60 * 1000;

/** SigV2, SigV4A and whatever else S3 knows and Cairn does not speak: 400 InvalidRequest. */
export function unsupportedMechanism(): S3Error {
  return new S3Error(
    "InvalidRequest",
    "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
  );
}

const malformed = claimFailure(
  "AuthorizationHeaderMalformed",
  "The authorization header is malformed; ",
);

/**
 * Parses `AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=...` and the request's
 * date. Throws InvalidArgument, InvalidRequest, AuthorizationHeaderMalformed, AccessDenied (no
 * usable date) or RequestTimeTooSkewed. The three components may stand in any order.
 */
export function parseHeaderClaim(
  headers: Headers,
  facts: { readonly nowMs: number; readonly region: string },
): SignatureClaim {
  const components = parseComponents(headers.get("authorization") ?? "");
  const { accessKeyId, scope } = parseCredential(components.credential, facts.region, malformed);
  const signedHeaders = parseSignedHeaders(components.signedHeaders);
  if (signedHeaders === undefined) {
    throw malformed(`the authorization component "SignedHeaders" is malformed.`);
  }
  const { amzDate, timeMs, sent } = readDate(headers);
  if (amzDate.slice(0, 8) !== scope.day) throw malformed(dayMismatch(scope.day, amzDate));
  if (Math.abs(facts.nowMs - timeMs) > allowedSkewMs) throw skewed(sent, facts.nowMs);
  return {
    method: "header",
    accessKeyId,
    scope,
    signedHeaders,
    signature: components.signature,
    amzDate,
  };
}

/** The three parts, as the client wrote them. */
interface Components {
  readonly credential: string;
  readonly signedHeaders: string;
  readonly signature: string;
}

function parseComponents(authorization: string): Components {
  const trimmed = authorization.trim();
  const space = trimmed.indexOf(" ");
  if (space === -1) {
    throw badAuthorization(
      "Authorization header is invalid -- one and only one ' ' (space) required",
      authorization,
    );
  }
  const scheme = trimmed.slice(0, space);
  if (scheme === "AWS" || scheme === "AWS4-ECDSA-P256-SHA256") throw unsupportedMechanism();
  if (scheme !== algorithm) {
    throw badAuthorization("Unsupported Authorization Type", authorization);
  }
  const found = new Map<string, string>();
  // Clients differ in the blanks around the commas; none of them may stand inside a part.
  const pieces = trimmed.slice(space + 1).split(",");
  for (const piece of pieces) {
    const text = piece.trim();
    const equals = text.indexOf("=");
    const isMalformed = equals < 1 || equals === text.length - 1;
    if (isMalformed) throw malformed(`the authorization component "${text}" is malformed.`);
    found.set(text.slice(0, equals), text.slice(equals + 1));
  }
  if (pieces.length !== 3) {
    throw malformed(
      "the authorization header requires three components: " +
        "Credential, SignedHeaders, and Signature.",
    );
  }
  const component = (name: string): string => {
    const value = found.get(name);
    if (value === undefined) throw malformed(`missing ${name}.`);
    return value;
  };
  return {
    credential: component("Credential"),
    signedHeaders: component("SignedHeaders"),
    signature: component("Signature"),
  };
}

function badAuthorization(message: string, value: string): S3Error {
  return new S3Error("InvalidArgument", message, {
    detail: { ArgumentName: "Authorization", ArgumentValue: value },
  });
}

// `x-amz-date` wins over `Date`, and a bad one is not made good by the other. A header that was
// sent twice reaches us joined by a comma and is no date.
function readDate(headers: Headers): { amzDate: string; timeMs: number; sent: string } {
  const amzDate = headers.get("x-amz-date");
  const sent = (amzDate ?? headers.get("date") ?? "").trim();
  const exactMs = parseAmzDate(sent);
  if (exactMs !== undefined) return { amzDate: sent, timeMs: exactMs, sent };
  const timeMs = amzDate === null ? parseHttpDate(sent) : undefined;
  if (timeMs === undefined) {
    throw new S3Error(
      "AccessDenied",
      "AWS authentication requires a valid Date or x-amz-date header",
    );
  }
  return { amzDate: renderAmzDate(timeMs), timeMs, sent };
}

// The request's time is shown as it was sent, so that the client finds it in its own log.
function skewed(sent: string, nowMs: number): S3Error {
  return new S3Error("RequestTimeTooSkewed", undefined, {
    detail: {
      RequestTime: sent,
      ServerTime: renderIsoSeconds(nowMs),
      MaxAllowedSkewMilliseconds: String(allowedSkewMs),
    },
  });
}
