// Managed policies and their versions: CreatePolicy, GetPolicy, ListPolicies, DeletePolicy,
// CreatePolicyVersion and its kin, ListEntitiesForPolicy, TagPolicy and its kin.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html
//
// Differs from AWS: of the policies of AWS those stand here that speak of S3 and IAM.

import type {
  CreatePolicyRequest,
  CreatePolicyResponse,
  CreatePolicyVersionRequest,
  CreatePolicyVersionResponse,
  DeletePolicyVersionRequest,
  GetPolicyResponse,
  GetPolicyVersionRequest,
  GetPolicyVersionResponse,
  ListEntitiesForPolicyRequest,
  ListEntitiesForPolicyResponse,
  ListPoliciesRequest,
  ListPoliciesResponse,
  ListPolicyTagsRequest,
  ListPolicyVersionsRequest,
  SetDefaultPolicyVersionRequest,
  TagPolicyRequest,
  UntagPolicyRequest,
} from "@aws-sdk/client-iam";
import { listPolicyHolders } from "../catalog/identity-policies.ts";
import {
  createPolicy as createStoredPolicy,
  createPolicyVersion as createStoredVersion,
  deletePolicy as deleteStoredPolicy,
  deletePolicyVersion as deleteStoredVersion,
  listAwsPolicies,
  listPolicies as listStoredPolicies,
  listPolicyVersions as listStoredVersions,
  type ManagedPolicy,
  policyQuotas,
  setDefaultVersion,
  setPolicyTags,
} from "../catalog/managed-policies.ts";
import type { IdentityCall } from "./call.ts";
import { describePolicy, describeVersion, parseVersionId } from "./describe.ts";
import {
  addTags,
  alreadyExists,
  checkDocument,
  checkName,
  deleteConflict,
  limitExceeded,
  longestDocument,
  noSuchEntity,
  readDescription,
  readPath,
  readTags,
  removeTags,
} from "./names.ts";
import { pageOf } from "./paging.ts";
import type { QueryError } from "./query.ts";

export async function createPolicy(
  call: IdentityCall,
  input: CreatePolicyRequest,
): Promise<CreatePolicyResponse> {
  const { PolicyName: name = "", PolicyDocument: sent = "" } = input;
  checkName(name, "policy", "policyName");
  const path = readPath(input.Path);
  const document = checkDocument(sent, "identity", longestDocument.managed);
  const description = readDescription(input.Description);
  const tags = readTags(input.Tags);
  const { accountId } = call.principal;
  const made = await createStoredPolicy(call, {
    ...{ accountId, name, path, description, document, tags },
  });
  if (made === "exists")
    throw alreadyExists(`A policy called ${name} already exists. Duplicate names are not allowed.`);
  if (made === "limit-exceeded") {
    throw limitExceeded(`Cannot exceed quota for PoliciesPerAccount: ${policyQuotas.policies}`);
  }
  return { Policy: describePolicy(made) };
}

export async function getPolicy(
  _call: IdentityCall,
  _input: object,
  policy: ManagedPolicy,
): Promise<GetPolicyResponse> {
  return { Policy: describePolicy(policy) };
}

export async function listPolicies(
  call: IdentityCall,
  input: ListPoliciesRequest,
): Promise<ListPoliciesResponse> {
  const { accountId } = call.principal;
  const scope = input.Scope ?? "All";
  const pathPrefix = input.PathPrefix ?? "/";
  const everyOne = { accountId, pathPrefix, after: "", limit: policyQuotas.policies };
  const own = scope === "AWS" ? [] : await listStoredPolicies(call, everyOne);
  const aws = scope === "Local" ? [] : await listAwsPolicies(call, accountId);
  const wanted = [...own, ...aws.filter(({ path }) => path.startsWith(pathPrefix))].filter(
    (policy) => isUsedAsAsked(policy, input),
  );
  const byArn = wanted.toSorted((a, b) => (a.arn < b.arn ? -1 : 1));
  const { items, end } = pageOf(byArn, input, ({ arn }) => arn);
  const Policies = items.map((policy) => {
    // Lists show neither tags nor descriptions.
    const { Tags: _tags, Description: _description, ...rest } = describePolicy(policy);
    return rest;
  });
  return { Policies, ...end };
}

function isUsedAsAsked(policy: ManagedPolicy, input: ListPoliciesRequest): boolean {
  const isBoundary = input.PolicyUsageFilter === "PermissionsBoundary";
  if (isBoundary) return policy.boundaries > 0;
  return input.OnlyAttached !== true || policy.attachments > 0;
}

export async function deletePolicy(
  call: IdentityCall,
  _input: object,
  policy: ManagedPolicy,
): Promise<object> {
  if (policy.attachments > 0 || policy.boundaries > 0) throw isAttached();
  if (await deleteStoredPolicy(call, policy.policyId)) return {};
  const versions = await listStoredVersions(call, policy);
  if (versions.length <= 1) throw isAttached();
  throw deleteConflict(
    "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
  );
}

function isAttached(): QueryError {
  return deleteConflict("Cannot delete a policy attached to entities.");
}

export async function createPolicyVersion(
  call: IdentityCall,
  input: CreatePolicyVersionRequest,
  policy: ManagedPolicy,
): Promise<CreatePolicyVersionResponse> {
  const { PolicyDocument: sent = "", SetAsDefault: isDefault = false } = input;
  const document = checkDocument(sent, "identity", longestDocument.managed);
  const version = await createStoredVersion(call, policy.policyId, { document, isDefault });
  if (version === "limit-exceeded") {
    throw limitExceeded(
      "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.",
    );
  }
  const { Document: _document, ...PolicyVersion } = describeVersion({
    ...{ version, document, isDefault, createdAtMs: call.nowMs },
  });
  return { PolicyVersion };
}

export async function getPolicyVersion(
  call: IdentityCall,
  { VersionId: versionId }: GetPolicyVersionRequest,
  policy: ManagedPolicy,
): Promise<GetPolicyVersionResponse> {
  const number = parseVersionId(versionId);
  const versions = await listStoredVersions(call, policy);
  const found = versions.find(({ version }) => version === number);
  if (found === undefined) throw noSuchVersion(policy, versionId);
  return { PolicyVersion: describeVersion(found) };
}

export async function listPolicyVersions(
  call: IdentityCall,
  input: ListPolicyVersionsRequest,
  policy: ManagedPolicy,
): Promise<object> {
  const versions = await listStoredVersions(call, policy);
  // Newest first: a page begins after a number that is larger than all of its own.
  const { items, end } = pageOf(versions, input, ({ version }) =>
    String(999_999_999 - version).padStart(9, "0"),
  );
  const Versions = items.map((version) => {
    const { Document: _document, ...rest } = describeVersion(version);
    return rest;
  });
  return { Versions, ...end };
}

export async function setDefaultPolicyVersion(
  call: IdentityCall,
  { VersionId: versionId }: SetDefaultPolicyVersionRequest,
  policy: ManagedPolicy,
): Promise<object> {
  const isDone = await setDefaultVersion(call, policy.policyId, parseVersionId(versionId) ?? 0);
  if (!isDone) throw noSuchVersion(policy, versionId);
  return {};
}

export async function deletePolicyVersion(
  call: IdentityCall,
  { VersionId: versionId }: DeletePolicyVersionRequest,
  policy: ManagedPolicy,
): Promise<object> {
  const version = parseVersionId(versionId) ?? 0;
  if (version === policy.defaultVersion) {
    throw deleteConflict("Cannot delete the default version of a policy.");
  }
  const isDone = await deleteStoredVersion(call, policy.policyId, version);
  if (!isDone) throw noSuchVersion(policy, versionId);
  return {};
}

function noSuchVersion({ arn }: ManagedPolicy, versionId: string | undefined): QueryError {
  return noSuchEntity(`Policy ${arn} version ${versionId} does not exist or is not attachable.`);
}

export async function listEntitiesForPolicy(
  call: IdentityCall,
  input: ListEntitiesForPolicyRequest,
  policy: ManagedPolicy,
): Promise<ListEntitiesForPolicyResponse> {
  const { EntityFilter: filter, PathPrefix: prefix = "/", PolicyUsageFilter: usage } = input;
  const { accountId } = call.principal;
  const usages = usage === "PermissionsBoundary" ? (["boundary"] as const) : (["policy"] as const);
  const lists = await Promise.all(
    (usage === undefined ? (["policy", "boundary"] as const) : usages).map((as) =>
      listPolicyHolders(call, accountId, { policyArn: policy.arn, as }),
    ),
  );
  const wantedKind = filter?.toLowerCase();
  const unique = new Map(lists.flat().map((holder) => [holder.identityId, holder]));
  const wanted = [...unique.values()]
    .filter(({ kind, path }) => (wantedKind ?? kind) === kind && path.startsWith(prefix))
    .toSorted((a, b) => (a.identityId < b.identityId ? -1 : 1));
  const { items, end } = pageOf(wanted, input, ({ identityId }) => identityId);
  const of = (kind: string) => items.filter((holder) => holder.kind === kind);
  return {
    PolicyGroups: of("group").map((h) => ({ GroupName: h.name, GroupId: h.identityId })),
    PolicyUsers: of("user").map((h) => ({ UserName: h.name, UserId: h.identityId })),
    PolicyRoles: of("role").map((h) => ({ RoleName: h.name, RoleId: h.identityId })),
    ...end,
  };
}

export async function tagPolicy(
  call: IdentityCall,
  input: TagPolicyRequest,
  policy: ManagedPolicy,
): Promise<object> {
  await setPolicyTags(call, policy.policyId, addTags(policy.tags, readTags(input.Tags)));
  return {};
}

export async function untagPolicy(
  call: IdentityCall,
  input: UntagPolicyRequest,
  policy: ManagedPolicy,
): Promise<object> {
  await setPolicyTags(call, policy.policyId, removeTags(policy.tags, input.TagKeys));
  return {};
}

export async function listPolicyTags(
  _call: IdentityCall,
  input: ListPolicyTagsRequest,
  policy: ManagedPolicy,
): Promise<object> {
  const byKey = policy.tags.toSorted((a, b) => (a.Key < b.Key ? -1 : 1));
  const { items, end } = pageOf(byKey, input, ({ Key }) => Key);
  return { Tags: items, ...end };
}
