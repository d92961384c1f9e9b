// GetAccountAuthorizationDetails: every user, group, role and policy of an account with all that
// hangs on it, in pages.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
//
// Differs from AWS: of the policies of AWS, those that stand here are listed whether attached or not.

import type {
  AttachedPolicy,
  EntityType,
  GetAccountAuthorizationDetailsRequest,
  GetAccountAuthorizationDetailsResponse,
  GroupDetail,
  ManagedPolicyDetail,
  PolicyDetail,
  RoleDetail,
  UserDetail,
} from "@aws-sdk/client-iam";
import {
  type Identity,
  type IdentityKind,
  identityQuotas,
  listIdentities,
} from "../catalog/identities.ts";
import {
  listAttachedPolicies,
  listGroupsOf,
  listInlinePolicies,
} from "../catalog/identity-policies.ts";
import {
  listAwsPolicies,
  listPolicies,
  listPolicyVersions,
  type ManagedPolicy,
  policyQuotas,
} from "../catalog/managed-policies.ts";
import type { IdentityCall } from "./call.ts";
import {
  describePolicy,
  describeRole,
  describeUser,
  describeVersion,
  encodeDocument,
  policyNameOf,
} from "./describe.ts";
import { pageOf } from "./paging.ts";

const kinds = {
  User: "user",
  Group: "group",
  Role: "role",
} as const satisfies Partial<Record<EntityType, IdentityKind>>;

type Entry =
  | { readonly key: string; readonly identity: Identity }
  | { readonly key: string; readonly policy: ManagedPolicy };

export async function getAccountAuthorizationDetails(
  call: IdentityCall,
  input: GetAccountAuthorizationDetailsRequest,
): Promise<GetAccountAuthorizationDetailsResponse> {
  const all = await collect(call, input.Filter);
  const sorted = all.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const { items, end } = pageOf(sorted, input, ({ key }) => key);
  const UserDetailList: UserDetail[] = [];
  const GroupDetailList: GroupDetail[] = [];
  const RoleDetailList: RoleDetail[] = [];
  const Policies: ManagedPolicyDetail[] = [];
  for (const entry of items) {
    if ("policy" in entry) Policies.push(await detailPolicy(call, entry.policy));
    else if (entry.identity.kind === "user") {
      UserDetailList.push(await detailUser(call, entry.identity));
    } else if (entry.identity.kind === "group") {
      GroupDetailList.push(await detailGroup(call, entry.identity));
    } else RoleDetailList.push(await detailRole(call, entry.identity));
  }
  return { UserDetailList, GroupDetailList, RoleDetailList, Policies, ...end };
}

/** Without a filter: everything. */
async function collect(
  call: IdentityCall,
  filter: readonly EntityType[] | undefined,
): Promise<Entry[]> {
  const { accountId } = call.principal;
  const wants = (type: EntityType) =>
    filter === undefined || filter.length === 0 || filter.includes(type);
  const everyOne = { accountId, pathPrefix: "/", after: "" };
  const lists = await Promise.all(
    Object.entries(kinds).map(async ([type, kind]): Promise<Entry[]> => {
      if (!wants(type as EntityType)) return [];
      const limit = identityQuotas[kind];
      const found = await listIdentities(call, { ...everyOne, kind, limit });
      return found.map((identity) => ({ key: `${kind}/${identity.name}`, identity }));
    }),
  );
  const limit = policyQuotas.policies;
  const own = wants("LocalManagedPolicy") ? await listPolicies(call, { ...everyOne, limit }) : [];
  const aws = wants("AWSManagedPolicy") ? await listAwsPolicies(call, accountId) : [];
  const policies = [...own, ...aws].map((policy) => ({ key: `policy/${policy.arn}`, policy }));
  return [...lists.flat(), ...policies];
}

async function inlineOf(call: IdentityCall, { identityId }: Identity): Promise<PolicyDetail[]> {
  const policies = await listInlinePolicies(call, identityId);
  return policies.map(({ name, document }) => ({
    PolicyName: name,
    PolicyDocument: encodeDocument(document),
  }));
}

async function attachedOf(call: IdentityCall, { identityId }: Identity): Promise<AttachedPolicy[]> {
  const arns = await listAttachedPolicies(call, identityId);
  return arns.map((arn) => ({ PolicyName: policyNameOf(arn), PolicyArn: arn }));
}

async function detailUser(call: IdentityCall, user: Identity): Promise<UserDetail> {
  return {
    ...describeUser(user),
    UserPolicyList: await inlineOf(call, user),
    GroupList: [...(await listGroupsOf(call, user.identityId))],
    AttachedManagedPolicies: await attachedOf(call, user),
  };
}

async function detailGroup(call: IdentityCall, group: Identity): Promise<GroupDetail> {
  return {
    Path: group.path,
    GroupName: group.name,
    GroupId: group.identityId,
    Arn: group.arn,
    CreateDate: new Date(group.createdAtMs),
    GroupPolicyList: await inlineOf(call, group),
    AttachedManagedPolicies: await attachedOf(call, group),
  };
}

async function detailRole(call: IdentityCall, role: Identity): Promise<RoleDetail> {
  return {
    ...describeRole(role),
    InstanceProfileList: [],
    RolePolicyList: await inlineOf(call, role),
    AttachedManagedPolicies: await attachedOf(call, role),
  };
}

async function detailPolicy(
  call: IdentityCall,
  policy: ManagedPolicy,
): Promise<ManagedPolicyDetail> {
  const { Tags: _tags, ...facts } = describePolicy(policy);
  const versions = await listPolicyVersions(call, policy);
  return { ...facts, PolicyVersionList: versions.map(describeVersion) };
}
