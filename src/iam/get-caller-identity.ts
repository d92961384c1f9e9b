// GetCallerIdentity: who the keys belong to. Needs no permission; every tool's first call.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
//
// Differs from AWS: nothing known.

import type { GetCallerIdentityResponse } from "@aws-sdk/client-sts";
import type { IdentityCall } from "./call.ts";

/** An account's root has its account id as user id. */
export async function getCallerIdentity(call: IdentityCall): Promise<GetCallerIdentityResponse> {
  const { arn, accountId, userId } = call.principal;
  return { UserId: userId ?? accountId, Account: accountId, Arn: arn };
}
