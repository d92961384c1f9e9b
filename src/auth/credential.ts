// `AKID/20261122/us-east-1/s3/aws4_request`, as the Authorization header and the presigned URL both
// carry it. The two report the same faults under different codes, so the caller says how to fail.

import { type ErrorDetail, S3Error, type S3ErrorCode } from "../s3/errors.ts";
import { isCalendarDay } from "./amz-date.ts";
import { type SigningScope, scopeTerminator } from "./signature.ts";

/** What a request claims about itself before anything is verified. */
export interface SignatureClaim {
  readonly method: "header" | "query";
  readonly accessKeyId: string;
  readonly scope: SigningScope;
  /** Lower case, in the client's order. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `20261122T182310Z` */
  readonly amzDate: string;
}

/** Makes the mechanism's own error out of a reason (no capital, no code). */
export type ClaimFailure = (reason: string, detail?: ErrorDetail) => S3Error;

/** Builds a {@link ClaimFailure} that puts `prefix` before the reason. */
export function claimFailure(code: S3ErrorCode, prefix: string): ClaimFailure {
  return (reason, detail = {}) => new S3Error(code, prefix + reason, { detail });
}

const globalRegion = "us-east-1";
const services: ReadonlySet<string> = new Set(["s3", "iam", "sts", "kms"]);

/**
 * Parses a credential and checks everything in it that needs no key: five parts, a real day, the
 * terminator, a service of this endpoint, this deployment's region. IAM and STS are global and are
 * signed for `us-east-1` by clients that were told no region. Texts: AWS's, as seen by gateways.
 */
export function parseCredential(
  text: string,
  region: string,
  fail: ClaimFailure,
): { accessKeyId: string; scope: SigningScope } {
  const parts = text.split("/");
  const [accessKeyId, day, scopeRegion, service, terminator] = parts as Partial<string[]>;
  if (
    parts.length !== 5 ||
    accessKeyId === undefined ||
    day === undefined ||
    scopeRegion === undefined ||
    service === undefined
  ) {
    throw fail(
      'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
    );
  }
  if (!services.has(service)) {
    throw fail(`incorrect service "${service}". This endpoint belongs to "s3".`);
  }
  if (terminator !== scopeTerminator) {
    throw fail(`incorrect terminal "${terminator}". This endpoint uses "${scopeTerminator}".`);
  }
  if (!isCalendarDay(day)) {
    throw fail(
      `incorrect date format "${day}". ` +
        'This date in the credential must be in the format "yyyyMMdd".',
    );
  }
  const isGlobal = service === "iam" || service === "sts";
  if (scopeRegion !== region && !(isGlobal && scopeRegion === globalRegion)) {
    throw fail(`the region '${scopeRegion}' is wrong; expecting '${region}'`, { Region: region });
  }
  return { accessKeyId, scope: { day, region: scopeRegion, service } };
}

// RFC 9110 field names, in the lower case that SigV4 asks for; upper case is folded.
const fieldName = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;

/** Splits `host;x-amz-date`. `undefined` when a name could not be a header's. */
export function parseSignedHeaders(text: string): string[] | undefined {
  const names = text.toLowerCase().split(";");
  return names.every((name) => fieldName.test(name)) ? names : undefined;
}

/** The message both mechanisms use when the scope's day is not the request's day. */
export function dayMismatch(day: string, amzDate: string): string {
  const requestDay = amzDate.slice(0, 8);
  const rest = `This date is not the same as X-Amz-Date: "${requestDay}".`;
  return `Invalid credential date "${day}". ${rest}`;
}
