// What every call for temporary credentials shares: the session's length, name, policies and tags,
// and the making of its key and token. Who may have a session is said where it is asked for.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html

import type { Credentials } from "@aws-sdk/client-sts";
import { newSecretAccessKey, newSessionKeyId } from "../catalog/credentials.ts";
import { loadPolicyDocuments } from "../catalog/identity-powers.ts";
import { type SessionClaims, sealSession } from "../catalog/session-tokens.ts";
import type { PrincipalTag } from "../s3/principal.ts";
import type { IdentityCall } from "./call.ts";
import { checkDocument, readTags } from "./names.ts";
import { invalid, QueryError } from "./query.ts";

const leastSeconds = 900;
const mostPolicyArns = 10;

/** Characters that the policies and tags of a session may have together, as AWS bounds them. */
const mostPacked = 2048;

/** Seconds within bounds. Throws ValidationError. */
export function readDuration(
  seconds: number | undefined,
  bounds: { readonly byDefault: number; readonly most: number },
): number {
  if (seconds === undefined) return Math.min(bounds.byDefault, bounds.most);
  const words = `1 validation error detected: Value '${seconds}' at 'durationSeconds' failed to`;
  if (seconds < leastSeconds) {
    throw invalid(
      `${words} satisfy constraint: Member must have value greater than or equal to ${leastSeconds}`,
    );
  }
  if (seconds > bounds.most) {
    throw invalid(
      `${words} satisfy constraint: Member must have value less than or equal to ${bounds.most}`,
    );
  }
  return seconds;
}

/** `[\w+=,.@-]{2,most}`. Throws ValidationError; `member` is the parameter that carried it. */
export function checkSessionName(name: string, member: string, most: number): void {
  if (name.length >= 2 && name.length <= most && /^[\w+=,.@-]+$/.test(name)) return;
  throw invalid(
    `1 validation error detected: Value '${name}' at '${member}' failed to satisfy constraint: ` +
      "Member must satisfy regular expression pattern: [\\w+=,.@-]*",
  );
}

export interface SessionWish {
  readonly Policy?: string | undefined;
  readonly PolicyArns?: readonly { readonly arn?: string | undefined }[] | undefined;
  readonly Tags?: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined;
}

export type SessionLimits = Pick<SessionClaims, "policy" | "policyArns" | "tags">;

/** Throws what `readTags` throws. */
export function readSessionTags({ Tags }: Pick<SessionWish, "Tags">): readonly PrincipalTag[] {
  return readTags(Tags).map(({ Key, Value }) => ({ key: Key, value: Value }));
}

/**
 * The policies and tags that a call passes. Throws MalformedPolicyDocument, PackedPolicyTooLarge,
 * and what `readTags` throws. `accountId`: whose managed policies are meant.
 */
export async function readLimits(
  call: IdentityCall,
  wish: SessionWish,
  accountId: string,
): Promise<SessionLimits> {
  const { Policy: sent } = wish;
  const policy = sent === undefined ? undefined : checkDocument(sent, "identity", mostPacked);
  const policyArns = (wish.PolicyArns ?? []).map(({ arn = "" }) => arn);
  if (policyArns.length > mostPolicyArns) {
    throw invalid(
      "1 validation error detected: Value at 'policyArns' failed to satisfy constraint: Member " +
        `must have length less than or equal to ${mostPolicyArns}`,
    );
  }
  const found = await loadPolicyDocuments(call, accountId, policyArns);
  const missing = policyArns.find((arn) => !found.some(({ name }) => name === arn));
  if (missing !== undefined) {
    throw new QueryError("MalformedPolicyDocument", 400, `Policy ${missing} does not exist`);
  }
  const tags = readSessionTags(wish);
  if (packedLength({ policy, policyArns, tags }) > mostPacked) {
    throw new QueryError(
      "PackedPolicyTooLarge",
      400,
      "Session policies and session tags exceed the limit of packed size",
    );
  }
  return { policyArns, tags, ...(policy !== undefined && { policy }) };
}

function packedLength({
  policy = "",
  policyArns,
  tags,
}: {
  readonly policy?: string | undefined;
  readonly policyArns: readonly string[];
  readonly tags: readonly PrincipalTag[];
}): number {
  const texts = [policy, ...policyArns, ...tags.flatMap(({ key, value }) => [key, value])];
  return texts.join("").replace(/\s/g, "").length;
}

/** `PackedPolicySize`: percent of what is allowed; absent when nothing was passed. */
export function packedSize(limits: SessionLimits): { PackedPolicySize?: number } {
  const length = packedLength(limits);
  return length === 0 ? {} : { PackedPolicySize: Math.ceil((length * 100) / mostPacked) };
}

/** A fresh key and the token that goes with it. Nothing is stored. */
export async function issueSession(
  call: IdentityCall,
  claims: Omit<SessionClaims, "secret" | "issuedAtMs" | "expiresAtMs">,
  seconds: number,
): Promise<Credentials> {
  const { randomBytes } = call.seams;
  const accessKeyId = newSessionKeyId(randomBytes);
  const secret = newSecretAccessKey(randomBytes);
  const issuedAtMs = call.nowMs;
  // Whole seconds, as the answer shows them.
  const expiresAtMs = (Math.floor(issuedAtMs / 1000) + seconds) * 1000;
  const all = { ...claims, secret, issuedAtMs, expiresAtMs };
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secret,
    SessionToken: await sealSession(call, accessKeyId, all),
    Expiration: new Date(expiresAtMs),
  };
}

/** There are no devices: whoever names one is refused as with a wrong code. */
export function refuseDevice(input: {
  readonly SerialNumber?: string | undefined;
  readonly TokenCode?: string | undefined;
}): void {
  if (input.SerialNumber === undefined && input.TokenCode === undefined) return;
  throw new QueryError(
    "AccessDenied",
    403,
    "MultiFactorAuthentication failed with invalid MFA one time pass code.",
  );
}
