// Roles and who may assume them: CreateRole, GetRole, ListRoles, UpdateRole, UpdateRoleDescription,
// UpdateAssumeRolePolicy. DeleteRole is `deleteEntity`.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
//
// Differs from AWS: a trust policy may name principals that do not exist (yet).

import type {
  CreateRoleRequest,
  CreateRoleResponse,
  GetRoleResponse,
  ListRolesRequest,
  ListRolesResponse,
  UpdateAssumeRolePolicyRequest,
  UpdateRoleDescriptionRequest,
  UpdateRoleDescriptionResponse,
  UpdateRoleRequest,
} from "@aws-sdk/client-iam";
import {
  createIdentity,
  type Identity,
  identityQuotas,
  listIdentities,
  type RoleFacts,
  updateRole as updateStoredRole,
} from "../catalog/identities.ts";
import { checkBoundary } from "./boundaries.ts";
import type { IdentityCall } from "./call.ts";
import { describeListedRole, describeRole } from "./describe.ts";
import {
  alreadyExists,
  checkDocument,
  checkName,
  limitExceeded,
  longestDocument,
  readPath,
  readRoleDescription,
  readTags,
} from "./names.ts";
import { endPage, readPage } from "./paging.ts";
import { invalid } from "./query.ts";

const usualSessionSeconds = 3600;
const longestSessionSeconds = 43_200;

export async function createRole(
  call: IdentityCall,
  input: CreateRoleRequest,
): Promise<CreateRoleResponse> {
  const { RoleName: name = "", AssumeRolePolicyDocument: sent = "" } = input;
  checkName(name, "role", "roleName");
  const path = readPath(input.Path);
  const trustPolicy = checkDocument(sent, "trust", longestDocument.trust);
  const description = readRoleDescription(input.Description);
  const maxSessionSeconds = readSessionSeconds(input.MaxSessionDuration) ?? usualSessionSeconds;
  const tags = readTags(input.Tags);
  const { PermissionsBoundary: boundaryArn } = input;
  await checkBoundary(call, boundaryArn);
  const { accountId } = call.principal;
  const made = await createIdentity(call, {
    ...{ accountId, kind: "role", name, path, tags },
    ...(boundaryArn !== undefined && { boundaryArn }),
    role: {
      ...{ trustPolicy, maxSessionSeconds },
      ...(description !== undefined && { description }),
    },
  });
  if (made === "exists") throw alreadyExists(`Role with name ${name} already exists.`);
  if (made === "limit-exceeded") {
    throw limitExceeded(`Cannot exceed quota for RolesPerAccount: ${identityQuotas.role}`);
  }
  const { RoleLastUsed: _never, ...Role } = describeRole(made);
  return { Role };
}

export async function getRole(
  _call: IdentityCall,
  _input: object,
  role: Identity,
): Promise<GetRoleResponse> {
  return { Role: describeRole(role) };
}

export async function listRoles(
  call: IdentityCall,
  input: ListRolesRequest,
): Promise<ListRolesResponse> {
  const { after, limit } = readPage(input);
  const { accountId } = call.principal;
  const pathPrefix = input.PathPrefix ?? "/";
  const found = await listIdentities(call, { accountId, kind: "role", pathPrefix, after, limit });
  const { items, end } = endPage(found, limit, ({ name }) => name);
  return { Roles: items.map(describeListedRole), ...end };
}

/** What the call does not name stays as it is. */
export async function updateRole(
  call: IdentityCall,
  input: UpdateRoleRequest,
  role: Identity,
): Promise<object> {
  const description = readRoleDescription(input.Description);
  const maxSessionSeconds = readSessionSeconds(input.MaxSessionDuration);
  await changeRole(call, role, {
    ...(description !== undefined && { description }),
    ...(maxSessionSeconds !== undefined && { maxSessionSeconds }),
  });
  return {};
}

export async function updateRoleDescription(
  call: IdentityCall,
  input: UpdateRoleDescriptionRequest,
  role: Identity,
): Promise<UpdateRoleDescriptionResponse> {
  const description = readRoleDescription(input.Description) ?? "";
  const facts = await changeRole(call, role, { description });
  return { Role: describeListedRole({ ...role, role: facts }) };
}

export async function updateAssumeRolePolicy(
  call: IdentityCall,
  { PolicyDocument: sent = "" }: UpdateAssumeRolePolicyRequest,
  role: Identity,
): Promise<object> {
  const trustPolicy = checkDocument(sent, "trust", longestDocument.trust);
  await changeRole(call, role, { trustPolicy });
  return {};
}

async function changeRole(
  call: IdentityCall,
  { identityId, name, role }: Identity,
  change: Partial<RoleFacts>,
): Promise<RoleFacts> {
  if (role === undefined) throw new Error(`${name} is no role`);
  const facts = { ...role, ...change };
  await updateStoredRole(call, identityId, facts);
  return facts;
}

function readSessionSeconds(seconds: number | undefined): number | undefined {
  if (seconds === undefined) return undefined;
  if (seconds >= usualSessionSeconds && seconds <= longestSessionSeconds) return seconds;
  throw invalid(
    `1 validation error detected: Value '${seconds}' at 'maxSessionDuration' failed to satisfy ` +
      `constraint: Member must have value between ${usualSessionSeconds} and ${longestSessionSeconds}`,
  );
}
