// Permissions boundaries: the managed policy that limits what a user's or a role's policies allow.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html

import { type Identity, setBoundary } from "../catalog/identities.ts";
import { findPolicy } from "../catalog/managed-policies.ts";
import type { IdentityCall } from "./call.ts";
import { noSuchEntity } from "./names.ts";
import { noSuchPolicy } from "./subjects.ts";

interface BoundaryInput {
  readonly PermissionsBoundary: string | undefined;
}

/** Throws NoSuchEntity unless the ARN names a policy that the account may use. */
export async function checkBoundary(call: IdentityCall, arn: string | undefined): Promise<void> {
  if (arn === undefined) return;
  const policy = await findPolicy(call, call.principal.accountId, arn);
  if (policy === undefined) throw noSuchPolicy(arn);
}

/** PutUserPermissionsBoundary, PutRolePermissionsBoundary. */
export async function putPermissionsBoundary(
  call: IdentityCall,
  { PermissionsBoundary: arn }: BoundaryInput,
  identity: Identity,
): Promise<object> {
  await checkBoundary(call, arn);
  await setBoundary(call, identity.identityId, arn);
  return {};
}

/** DeleteUserPermissionsBoundary, DeleteRolePermissionsBoundary. */
export async function deletePermissionsBoundary(
  call: IdentityCall,
  _input: object,
  identity: Identity,
): Promise<object> {
  if (identity.boundaryArn === undefined) {
    throw noSuchEntity(`The ${identity.kind} ${identity.name} has no permissions boundary.`);
  }
  await setBoundary(call, identity.identityId, undefined);
  return {};
}
