// Who may: one pure yes or no over what the caller already loaded. Fails closed: whatever is not
// allowed here is denied. Today an account may do everything to its own buckets and nothing to
// anybody else's; policies and ACLs widen this in one place.

import { S3Error } from "../s3/errors.ts";
import type { Principal } from "./types.ts";

export interface AuthorizationQuestion {
  readonly principal: Principal;
  /** IAM actions the operation's row names, all of which must be allowed. */
  readonly actions: readonly string[];
  /** The account that owns the bucket; absent for calls on the service itself. */
  readonly bucketAccountId?: string;
}

/** True when every action is allowed. Never throws. */
export function isAuthorized(question: AuthorizationQuestion): boolean {
  const { principal, bucketAccountId } = question;
  if (principal.type === "Anonymous") return false;
  return bucketAccountId === undefined || bucketAccountId === principal.accountId;
}

/** Throws AccessDenied (403) unless {@link isAuthorized}. */
export function authorize(question: AuthorizationQuestion): void {
  if (!isAuthorized(question)) throw new S3Error("AccessDenied");
}

/**
 * `x-amz-expected-bucket-owner` and its copy-source twin: 403 when somebody else owns the bucket.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
 */
export function checkExpectedOwner(expected: string | undefined | null, accountId: string): void {
  if (expected === undefined || expected === null) return;
  if (!/^\d{12}$/.test(expected)) {
    throw new S3Error("InvalidBucketOwnerAWSAccountID");
  }
  if (expected !== accountId) throw new S3Error("AccessDenied");
}
