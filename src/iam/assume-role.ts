// AssumeRole: temporary credentials of a role, for whom the role trusts.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
//
// Differs from AWS: the packed size of policies and tags is counted in characters, uncompressed.

import type { AssumeRoleRequest, AssumeRoleResponse } from "@aws-sdk/client-sts";
import { judgePlain } from "../auth/authorize.ts";
import { conditionContext } from "../auth/condition-context.ts";
import { compiledPolicy } from "../auth/policy/compiled.ts";
import { askPolicy, prepareRequest } from "../auth/policy/evaluate.ts";
import { findIdentity, type Identity, noteRoleUse } from "../catalog/identities.ts";
import type { PrincipalTag } from "../s3/principal.ts";
import type { IdentityCall } from "./call.ts";
import { invalid, QueryError } from "./query.ts";
import {
  checkSessionName,
  issueSession,
  packedSize,
  readDuration,
  readLimits,
  readSessionTags,
  refuseDevice,
} from "./sessions.ts";

const usualSeconds = 3600;
const longestSeconds = 43_200;
const longestSessionName = 64;

export async function assumeRole(
  call: IdentityCall,
  input: AssumeRoleRequest,
): Promise<AssumeRoleResponse> {
  const { RoleSessionName: name = "", RoleArn: arn = "" } = input;
  checkSessionName(name, "roleSessionName", longestSessionName);
  const { principal } = call;
  if (principal.type === "Account") {
    throw new QueryError("AccessDenied", 403, "Roles may not be assumed by root accounts.");
  }
  refuseDevice(input);
  const asked = readDuration(input.DurationSeconds, {
    byDefault: usualSeconds,
    most: longestSeconds,
  });
  const role = await findRole(call, arn);
  const inherited = inheritedTags(call);
  const tags = joinTags(inherited, readSessionTags(input));
  const sourceIdentity = readSourceIdentity(call, input.SourceIdentity);
  for (const action of requiredActions(input)) {
    if (role === undefined || !isTrusted(call, role, { action, input, tags })) {
      throw notAuthorized(call, action, arn);
    }
  }
  if (role === undefined) throw notAuthorized(call, call.permission, arn);
  // Only now: a refusal of these would tell strangers whether the role exists.
  const limits = await readLimits(call, input, role.accountId);
  const seconds = boundDuration(call, role, {
    asked,
    isGiven: input.DurationSeconds !== undefined,
  });
  const transitiveTagKeys = [
    ...new Set([...inherited.map(({ key }) => key), ...(input.TransitiveTagKeys ?? [])]),
  ];
  const Credentials = await issueSession(
    call,
    {
      ...{ ...limits, tags, transitiveTagKeys, name, kind: "AssumedRole" },
      accountId: role.accountId,
      roleId: role.identityId,
      ...(sourceIdentity !== undefined && { sourceIdentity }),
    },
    seconds,
  );
  await noteRoleUse(call, role.identityId, call.region);
  return {
    Credentials,
    AssumedRoleUser: describeRoleSession(role, name),
    ...packedSize({ ...limits, tags }),
    ...(sourceIdentity !== undefined && { SourceIdentity: sourceIdentity }),
  };
}

/** How a role's session is called. */
export function describeRoleSession(role: Identity, name: string) {
  return {
    AssumedRoleId: `${role.identityId}:${name}`,
    Arn: `arn:aws:sts::${role.accountId}:assumed-role/${role.name}/${name}`,
  };
}

const roleArnShape = /^arn:aws:iam::(\d{12}):role\/(?:[!-~]+\/)?([\w+=,.@-]+)$/;

/** The role of exactly that ARN, in whatever account. Throws ValidationError for other text. */
export async function findRole(call: IdentityCall, arn: string): Promise<Identity | undefined> {
  const [, accountId, name] = roleArnShape.exec(arn) ?? [];
  if (accountId === undefined || name === undefined) throw invalid(`${arn} is invalid`);
  const role = await findIdentity(call, { accountId, kind: "role", name });
  return role?.arn === arn ? role : undefined;
}

/** The permission of the call itself, and one more for each thing that a role may not expect. */
function requiredActions(input: AssumeRoleRequest): readonly string[] {
  const hasTags = (input.Tags ?? []).length > 0 || (input.TransitiveTagKeys ?? []).length > 0;
  return [
    "sts:AssumeRole",
    ...(hasTags ? ["sts:TagSession"] : []),
    ...(input.SourceIdentity !== undefined ? ["sts:SetSourceIdentity"] : []),
  ];
}

/**
 * The role must trust the caller, whatever the caller's own policies say; and where it trusts an
 * account, or the caller is of another account, those must allow the call too.
 */
function isTrusted(
  call: IdentityCall,
  role: Identity,
  wish: {
    readonly action: string;
    readonly input: AssumeRoleRequest;
    readonly tags: readonly PrincipalTag[];
  },
): boolean {
  const { action, input, tags } = wish;
  const policy = compiledPolicy(role.role?.trustPolicy ?? "", "trust");
  if (policy === "unreadable") return false;
  const { accountId } = role;
  const subject = {
    action,
    accountId,
    document: { tags: tags.map(({ key, value }) => [key, value] as const) },
    resourceTags: role.tags.map(({ Key, Value }) => [Key, Value] as const),
    keys: keysOf(input),
  };
  const context = conditionContext(call, subject);
  const { principal } = call;
  const request = prepareRequest({ action, resource: role.arn, principal, context });
  if (askPolicy(policy, request).allows === undefined) return false;
  const resourcePolicy = { name: "trust policy", policy };
  return judgePlain(call, { ...subject, resource: role.arn, resourcePolicy }).isAllowed;
}

function keysOf(input: AssumeRoleRequest): Record<string, string> {
  const { ExternalId, RoleSessionName, SourceIdentity } = input;
  return {
    "sts:rolesessionname": RoleSessionName ?? "",
    ...(ExternalId !== undefined && { "sts:externalid": ExternalId }),
    ...(SourceIdentity !== undefined && { "sts:sourceidentity": SourceIdentity }),
  };
}

/** A role that does not exist and one that trusts somebody else look the same. */
function notAuthorized(call: IdentityCall, action: string, arn: string): QueryError {
  return new QueryError(
    "AccessDenied",
    403,
    `User: ${call.principal.arn} is not authorized to perform: ${action} on resource: ${arn}`,
  );
}

/** A session that comes out of a role's session lasts an hour at most. */
function boundDuration(
  call: IdentityCall,
  { role }: Identity,
  { asked, isGiven }: { readonly asked: number; readonly isGiven: boolean },
): number {
  const most = role?.maxSessionSeconds ?? usualSeconds;
  if (isGiven && asked > most) {
    throw invalid(
      "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    );
  }
  const isChained = call.principal.type === "AssumedRole";
  if (isChained && isGiven && asked > usualSeconds) {
    throw invalid(
      "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
    );
  }
  return asked;
}

/** The session tags of the caller that the next session inherits. */
function inheritedTags({ principal }: IdentityCall): readonly PrincipalTag[] {
  const keys = new Set(principal.session?.transitiveTagKeys ?? []);
  return (principal.tags ?? []).filter(({ key }) => keys.has(key));
}

function joinTags(
  inherited: readonly PrincipalTag[],
  own: readonly PrincipalTag[],
): readonly PrincipalTag[] {
  const taken = new Set(inherited.map(({ key }) => key.toLowerCase()));
  if (!own.some(({ key }) => taken.has(key.toLowerCase()))) return [...inherited, ...own];
  throw new QueryError(
    "InvalidParameterValue",
    400,
    "One of the specified transitive tag keys can't be set because it conflicts with a " +
      "transitive tag key from the calling session.",
  );
}

/** Once set it stays, from session to session. */
function readSourceIdentity(call: IdentityCall, wished: string | undefined): string | undefined {
  const present = call.principal.session?.sourceIdentity;
  if (wished === undefined) return present;
  checkSessionName(wished, "sourceIdentity", longestSessionName);
  if (present === undefined || present === wished) return wished;
  throw new QueryError("AccessDenied", 403, "The source identity of a session cannot be changed.");
}
