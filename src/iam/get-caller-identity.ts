// GetCallerIdentity: who the keys belong to. Needs no permission; every tool's first call.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
//
// Differs from AWS: nothing known.

import type { IdentityCall } from "./call.ts";

/** The fields of the answer. An account's root has its account id as user id. */
export function getCallerIdentity(call: IdentityCall): Readonly<Record<string, string>> {
  const { principal } = call;
  return { Arn: principal.arn, UserId: principal.accountId, Account: principal.accountId };
}
