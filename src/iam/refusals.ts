// Requests to IAM and STS that were refused before anybody read their action: for whom they were
// meant, and the same refusal in the words of these services. They share S3's signatures, not its
// error codes.
// https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html

import type { S3Error, S3ErrorCode } from "../s3/errors.ts";
import type { Target } from "../s3/target.ts";
import { type IdentityService, QueryError, renderQueryError } from "./query.ts";

/** Without `=` in the parts: each try then ends at the next `Credential=`, and all are linear. */
const credentialOf = /Credential=[^/,=\s]*\/[^/,=\s]*\/[^/,=\s]*\/(iam|sts)\//;
const scopeOf = /^[^/]*\/[^/]*\/[^/]*\/(iam|sts)\//;

/** The service that the credential scope names, if it is IAM or STS; `undefined` is S3's business. */
export function claimedIdentityService(
  headers: Headers,
  target: Target,
): IdentityService | undefined {
  const inHeader = credentialOf.exec(headers.get("authorization") ?? "");
  const inQuery = scopeOf.exec(target.query.get("X-Amz-Credential") ?? "");
  return (inHeader ?? inQuery)?.[1] as IdentityService | undefined;
}

type Words = readonly [code: string, status: number, message?: string];

/** S3's codes of authentication, and what IAM and STS call them. */
const words: { readonly [Code in S3ErrorCode]?: Words } = {
  AccessDenied: ["SignatureDoesNotMatch", 403],
  AuthorizationHeaderMalformed: ["IncompleteSignature", 400],
  AuthorizationQueryParametersError: ["IncompleteSignature", 400],
  InvalidAccessKeyId: [
    "InvalidClientTokenId",
    403,
    "The security token included in the request is invalid.",
  ],
  InternalError: ["InternalFailure", 500],
  InvalidArgument: ["IncompleteSignature", 400],
  InvalidToken: [
    "InvalidClientTokenId",
    403,
    "The security token included in the request is invalid.",
  ],
  MaxMessageLengthExceeded: ["RequestEntityTooLarge", 413],
  RequestTimeTooSkewed: ["SignatureDoesNotMatch", 403],
  SlowDown: ["Throttling", 400, "Rate exceeded"],
};

/** The refusal as the service would have worded it: the Query protocol's XML. */
export function renderIdentityRefusal(
  service: IdentityService,
  refusal: S3Error,
  requestId: string,
): Response {
  const [code, status, message] = words[refusal.code] ?? [refusal.code, refusal.status];
  const error = new QueryError(code, status, message ?? refusal.message);
  return renderQueryError(service, error, requestId);
}
