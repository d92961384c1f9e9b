// Users: CreateUser, GetUser, ListUsers, UpdateUser, DeleteUser.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html
//
// Differs from AWS: users have no password, so that `PasswordLastUsed` is never there.

import type {
  CreateUserRequest,
  CreateUserResponse,
  GetUserRequest,
  GetUserResponse,
  ListUsersRequest,
  ListUsersResponse,
  UpdateUserRequest,
} from "@aws-sdk/client-iam";
import {
  createIdentity,
  deleteIdentity,
  type Identity,
  identityArn,
  identityQuotas,
  listIdentities,
  renameIdentity,
} from "../catalog/identities.ts";
import { checkBoundary } from "./boundaries.ts";
import { demand, type IdentityCall } from "./call.ts";
import { describeUser } from "./describe.ts";
import {
  alreadyExists,
  checkName,
  deleteConflict,
  limitExceeded,
  readPath,
  readTags,
} from "./names.ts";
import { endPage, readPage } from "./paging.ts";

export async function createUser(
  call: IdentityCall,
  input: CreateUserRequest,
): Promise<CreateUserResponse> {
  const { UserName: name = "", PermissionsBoundary: boundaryArn } = input;
  checkName(name, "user", "userName");
  const path = readPath(input.Path);
  const tags = readTags(input.Tags);
  await checkBoundary(call, boundaryArn);
  const { accountId } = call.principal;
  const made = await createIdentity(call, {
    ...{ accountId, kind: "user", name, path, tags },
    ...(boundaryArn !== undefined && { boundaryArn }),
  });
  if (made === "exists") throw alreadyExists(`User with name ${name} already exists.`);
  if (made === "limit-exceeded") {
    throw limitExceeded(`Cannot exceed quota for UsersPerAccount: ${identityQuotas.user}`);
  }
  return { User: describeUser(made) };
}

/** The root of an account is shown as a user whose ARN ends in `:root`. */
export async function getUser(
  call: IdentityCall,
  _input: GetUserRequest,
  user: Identity | undefined,
): Promise<GetUserResponse> {
  if (user !== undefined) return { User: describeUser(user) };
  const { accountId, arn, displayName } = call.principal;
  // AWS shows a root without an alias without a name; clients want the member.
  const root = { Path: "/", UserName: displayName, UserId: accountId, Arn: arn };
  return { User: { ...root, CreateDate: new Date(0) } };
}

export async function listUsers(
  call: IdentityCall,
  input: ListUsersRequest,
): Promise<ListUsersResponse> {
  const { after, limit } = readPage(input);
  const { accountId } = call.principal;
  const pathPrefix = input.PathPrefix ?? "/";
  const found = await listIdentities(call, { accountId, kind: "user", pathPrefix, after, limit });
  const { items, end } = endPage(found, limit, ({ name }) => name);
  // Lists show neither tags nor boundaries.
  const Users = items.map((user) => {
    const { Tags: _tags, PermissionsBoundary: _boundary, ...rest } = describeUser(user);
    return rest;
  });
  return { Users, ...end };
}

/** The caller needs the permission on the old ARN and on the new one. */
export async function updateUser(
  call: IdentityCall,
  input: UpdateUserRequest,
  user: Identity,
): Promise<object> {
  const { NewUserName: name = user.name, NewPath } = input;
  checkName(name, "user", "newUserName");
  const path = NewPath === undefined ? user.path : readPath(NewPath);
  demand(call, identityArn({ ...user, name, path }), { resourceTags: user.tags });
  if (!(await renameIdentity(call, user, { name, path }))) {
    throw alreadyExists(`User with name ${name} already exists.`);
  }
  return {};
}

/** DeleteUser, DeleteGroup, DeleteRole: nothing may hang on what is deleted. */
export async function deleteEntity(
  call: IdentityCall,
  _input: object,
  identity: Identity,
): Promise<object> {
  const outcome = await deleteIdentity(call, identity.identityId);
  if (outcome === "deleted") return {};
  const must = (what: string) => deleteConflict(`Cannot delete entity, must ${what} first.`);
  if (outcome.keys > 0) throw must("delete access keys");
  if (outcome.attachments > 0) throw must("detach all policies");
  if (outcome.inlines > 0) throw must("delete policies");
  throw must("remove users from group");
}
