// Sessions of whoever holds a long-term key: GetSessionToken for itself, GetFederationToken for
// somebody it vouches for; and GetAccessKeyInfo. Both kinds of session end with the key.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html
//
// Differs from AWS: deleting or switching off the key ends its sessions too; GetAccessKeyInfo knows
// temporary keys only of the caller itself.

import type {
  GetAccessKeyInfoRequest,
  GetAccessKeyInfoResponse,
  GetFederationTokenRequest,
  GetFederationTokenResponse,
  GetSessionTokenRequest,
  GetSessionTokenResponse,
} from "@aws-sdk/client-sts";
import { findAccessKey } from "../catalog/access-keys.ts";
import { demand, type IdentityCall } from "./call.ts";
import { noSuchEntity, readTags } from "./names.ts";
import { QueryError } from "./query.ts";
import {
  checkSessionName,
  issueSession,
  packedSize,
  readDuration,
  readLimits,
  refuseDevice,
} from "./sessions.ts";

const usualSeconds = 43_200;
const longestSeconds = 129_600;
const longestRootSeconds = 3600;
const longestFederatedName = 32;

/** Root's sessions are short: a longer wish is cut, as on AWS. */
function durationOf(call: IdentityCall, wished: number | undefined): number {
  const seconds = readDuration(wished, { byDefault: usualSeconds, most: longestSeconds });
  return call.principal.type === "Account" ? Math.min(seconds, longestRootSeconds) : seconds;
}

/** Needs no permission; a session of a session there is not. */
export async function getSessionToken(
  call: IdentityCall,
  input: GetSessionTokenRequest,
): Promise<GetSessionTokenResponse> {
  const issuingKeyId = longTermKey(call, "GetSessionToken");
  refuseDevice(input);
  const seconds = durationOf(call, input.DurationSeconds);
  const { accountId } = call.principal;
  const nothing = { tags: [], transitiveTagKeys: [], policyArns: [] };
  const claims = { ...nothing, kind: "Session", accountId, issuingKeyId } as const;
  return { Credentials: await issueSession(call, claims, seconds) };
}

export async function getFederationToken(
  call: IdentityCall,
  input: GetFederationTokenRequest,
): Promise<GetFederationTokenResponse> {
  const issuingKeyId = longTermKey(call, "GetFederationToken");
  const { Name: name = "" } = input;
  checkSessionName(name, "name", longestFederatedName);
  const { accountId } = call.principal;
  const Arn = `arn:aws:sts::${accountId}:federated-user/${name}`;
  const requestTags = readTags(input.Tags);
  demand(call, Arn, { requestTags });
  if (requestTags.length > 0)
    demand({ ...call, permission: "sts:TagSession" }, Arn, { requestTags });
  const limits = await readLimits(call, input, accountId);
  const seconds = durationOf(call, input.DurationSeconds);
  const claims = { ...limits, kind: "Federated", accountId, issuingKeyId, name } as const;
  return {
    Credentials: await issueSession(call, { ...claims, transitiveTagKeys: [] }, seconds),
    FederatedUser: { FederatedUserId: `${accountId}:${name}`, Arn },
    ...packedSize(limits),
  };
}

function longTermKey({ principal }: IdentityCall, action: string): string {
  const { accessKeyId, session } = principal;
  if (accessKeyId !== undefined && session === undefined) return accessKeyId;
  throw new QueryError("AccessDenied", 403, `Cannot call ${action} with session credentials`);
}

/** The account that a key belongs to. */
export async function getAccessKeyInfo(
  call: IdentityCall,
  { AccessKeyId: accessKeyId = "" }: GetAccessKeyInfoRequest,
): Promise<GetAccessKeyInfoResponse> {
  demand(call, "*");
  const { principal } = call;
  if (principal.accessKeyId === accessKeyId) return { Account: principal.accountId };
  const key = await findAccessKey(call, accessKeyId);
  if (key === undefined) {
    throw noSuchEntity(`The Access Key with id ${accessKeyId} cannot be found.`);
  }
  return { Account: key.principal.accountId };
}
