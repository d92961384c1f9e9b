// Groups and who is in them: CreateGroup, GetGroup, ListGroups, UpdateGroup, AddUserToGroup,
// RemoveUserFromGroup, ListGroupsForUser. DeleteGroup is `deleteEntity`.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateGroup.html
//
// Differs from AWS: nothing known.

import type {
  AddUserToGroupRequest,
  CreateGroupRequest,
  CreateGroupResponse,
  GetGroupRequest,
  GetGroupResponse,
  ListGroupsForUserRequest,
  ListGroupsForUserResponse,
  ListGroupsRequest,
  ListGroupsResponse,
  UpdateGroupRequest,
} from "@aws-sdk/client-iam";
import {
  createIdentity,
  findIdentity,
  type Identity,
  type IdentityKind,
  identityArn,
  identityQuotas,
  listIdentities,
  renameIdentity,
} from "../catalog/identities.ts";
import {
  addToGroup,
  attachmentQuotas,
  listGroupsOf,
  listMembers,
  removeFromGroup,
} from "../catalog/identity-policies.ts";
import { demand, type IdentityCall } from "./call.ts";
import { describeGroup, describeUser } from "./describe.ts";
import { alreadyExists, checkName, limitExceeded, noSuchEntity, readPath } from "./names.ts";
import { endPage, pageOf, readPage } from "./paging.ts";
import { noSuchIdentity } from "./subjects.ts";

export async function createGroup(
  call: IdentityCall,
  input: CreateGroupRequest,
): Promise<CreateGroupResponse> {
  const { GroupName: name = "" } = input;
  checkName(name, "group", "groupName");
  const path = readPath(input.Path);
  const { accountId } = call.principal;
  const made = await createIdentity(call, { accountId, kind: "group", name, path, tags: [] });
  if (made === "exists") throw alreadyExists(`Group with name ${name} already exists.`);
  if (made === "limit-exceeded") {
    throw limitExceeded(`Cannot exceed quota for GroupsPerAccount: ${identityQuotas.group}`);
  }
  return { Group: describeGroup(made) };
}

/** The group and a page of its users. */
export async function getGroup(
  call: IdentityCall,
  input: GetGroupRequest,
  group: Identity,
): Promise<GetGroupResponse> {
  const names = await listMembers(call, group.identityId);
  const { items, end } = pageOf(names, input, (name) => name);
  const users = await findAll(call, "user", items);
  return { Group: describeGroup(group), Users: users.map(describeUser), ...end };
}

export async function listGroups(
  call: IdentityCall,
  input: ListGroupsRequest,
): Promise<ListGroupsResponse> {
  const { after, limit } = readPage(input);
  const { accountId } = call.principal;
  const pathPrefix = input.PathPrefix ?? "/";
  const found = await listIdentities(call, { accountId, kind: "group", pathPrefix, after, limit });
  const { items, end } = endPage(found, limit, ({ name }) => name);
  return { Groups: items.map(describeGroup), ...end };
}

/** The caller needs the permission on the old ARN and on the new one. */
export async function updateGroup(
  call: IdentityCall,
  input: UpdateGroupRequest,
  group: Identity,
): Promise<object> {
  const { NewGroupName: name = group.name, NewPath } = input;
  checkName(name, "group", "newGroupName");
  const path = NewPath === undefined ? group.path : readPath(NewPath);
  demand(call, identityArn({ ...group, name, path }));
  if (!(await renameIdentity(call, group, { name, path }))) {
    throw alreadyExists(`Group with name ${name} already exists.`);
  }
  return {};
}

/** As on AWS, the permission is asked on the group. */
export async function addUserToGroup(
  call: IdentityCall,
  { UserName: name = "" }: AddUserToGroupRequest,
  group: Identity,
): Promise<object> {
  const user = await findMember(call, name);
  if (!(await addToGroup(call, group.identityId, user.identityId))) {
    throw limitExceeded(`Cannot exceed quota for GroupsPerUser: ${attachmentQuotas.groupsPerUser}`);
  }
  return {};
}

export async function removeUserFromGroup(
  call: IdentityCall,
  { UserName: name = "" }: AddUserToGroupRequest,
  group: Identity,
): Promise<object> {
  const user = await findMember(call, name);
  if (!(await removeFromGroup(call, group.identityId, user.identityId))) {
    throw noSuchEntity(`User ${name} is not in group ${group.name}`);
  }
  return {};
}

export async function listGroupsForUser(
  call: IdentityCall,
  input: ListGroupsForUserRequest,
  user: Identity,
): Promise<ListGroupsForUserResponse> {
  const names = await listGroupsOf(call, user.identityId);
  const { items, end } = pageOf(names, input, (name) => name);
  const groups = await findAll(call, "group", items);
  return { Groups: groups.map(describeGroup), ...end };
}

async function findMember(call: IdentityCall, name: string): Promise<Identity> {
  const { accountId } = call.principal;
  const user = await findIdentity(call, { accountId, kind: "user", name });
  if (user === undefined) throw noSuchIdentity("user", name);
  return user;
}

/** Those that vanished meanwhile are left out. */
async function findAll(
  call: IdentityCall,
  kind: IdentityKind,
  names: readonly string[],
): Promise<Identity[]> {
  const { accountId } = call.principal;
  const found = await Promise.all(
    names.map((name) => findIdentity(call, { accountId, kind, name })),
  );
  return found.filter((identity) => identity !== undefined);
}
