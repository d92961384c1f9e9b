// What is put on users, groups and roles alike: attached managed policies, inline policies, tags.
// Each function serves the three operations that differ only in whom they name.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html
//
// Differs from AWS: nothing known.

import { type Identity, setIdentityTags } from "../catalog/identities.ts";
import {
  attachmentQuotas,
  attachPolicy,
  deleteInlinePolicy,
  detachPolicy,
  listAttachedPolicies,
  listInlinePolicies,
  putInlinePolicy,
} from "../catalog/identity-policies.ts";
import { findPolicy } from "../catalog/managed-policies.ts";
import type { IdentityCall } from "./call.ts";
import { encodeDocument, policyNameOf } from "./describe.ts";
import {
  addTags,
  checkDocument,
  checkName,
  limitExceeded,
  longestDocument,
  noSuchEntity,
  readTags,
  removeTags,
} from "./names.ts";
import { type PageWish, pageOf } from "./paging.ts";
import { noSuchPolicy } from "./subjects.ts";

interface ArnInput {
  readonly PolicyArn: string | undefined;
}

interface InlineInput {
  readonly PolicyName: string | undefined;
}

/** AttachUserPolicy, AttachGroupPolicy, AttachRolePolicy. */
export async function attachEntityPolicy(
  call: IdentityCall,
  { PolicyArn: arn = "" }: ArnInput,
  identity: Identity,
): Promise<object> {
  const policy = await findPolicy(call, call.principal.accountId, arn);
  if (policy === undefined) throw noSuchPolicy(arn);
  if (await attachPolicy(call, identity, arn)) return {};
  const most = attachmentQuotas.policiesPerIdentity;
  const title = identity.kind.charAt(0).toUpperCase() + identity.kind.slice(1);
  throw limitExceeded(`Cannot exceed quota for PoliciesPer${title}: ${most}`);
}

/** DetachUserPolicy, DetachGroupPolicy, DetachRolePolicy. */
export async function detachEntityPolicy(
  call: IdentityCall,
  { PolicyArn: arn = "" }: ArnInput,
  identity: Identity,
): Promise<object> {
  if (await detachPolicy(call, identity.identityId, arn)) return {};
  throw noSuchEntity(`Policy ${arn} was not found.`);
}

/** ListAttachedUserPolicies, ListAttachedGroupPolicies, ListAttachedRolePolicies. */
export async function listAttachedEntityPolicies(
  call: IdentityCall,
  input: PageWish & { readonly PathPrefix?: string | undefined },
  identity: Identity,
): Promise<object> {
  const all = await listAttachedPolicies(call, identity.identityId);
  const prefix = input.PathPrefix ?? "/";
  const wanted = all.filter((arn) => arn.slice(arn.indexOf(":policy/") + 7).startsWith(prefix));
  const { items, end } = pageOf(wanted, input, (arn) => arn);
  const AttachedPolicies = items.map((arn) => ({ PolicyName: policyNameOf(arn), PolicyArn: arn }));
  return { AttachedPolicies, ...end };
}

/** PutUserPolicy, PutGroupPolicy, PutRolePolicy. All of an identity's documents share one quota. */
export async function putEntityPolicy(
  call: IdentityCall,
  input: InlineInput & { readonly PolicyDocument: string | undefined },
  identity: Identity,
): Promise<object> {
  const { PolicyName: name = "", PolicyDocument: sent = "" } = input;
  checkName(name, "policy", "policyName");
  const most = longestDocument[identity.kind];
  const document = checkDocument(sent, "identity", most);
  const others = (await listInlinePolicies(call, identity.identityId)).filter(
    (policy) => policy.name !== name,
  );
  const texts = [document, ...others.map((policy) => policy.document)];
  const length = texts.join("").replace(/\s/g, "").length;
  if (length > most) {
    throw limitExceeded(
      `Maximum policy size of ${most} bytes exceeded for ${identity.kind} ${identity.name}`,
    );
  }
  await putInlinePolicy(call, identity.identityId, { name, document });
  return {};
}

/** GetUserPolicy, GetGroupPolicy, GetRolePolicy. */
export async function getEntityPolicy(
  call: IdentityCall,
  { PolicyName: name = "" }: InlineInput,
  identity: Identity,
): Promise<object> {
  const all = await listInlinePolicies(call, identity.identityId);
  const policy = all.find((candidate) => candidate.name === name);
  if (policy === undefined) throw noSuchInline(name, identity);
  return {
    UserName: identity.name,
    GroupName: identity.name,
    RoleName: identity.name,
    PolicyName: name,
    PolicyDocument: encodeDocument(policy.document),
  };
}

/** DeleteUserPolicy, DeleteGroupPolicy, DeleteRolePolicy. */
export async function deleteEntityPolicy(
  call: IdentityCall,
  { PolicyName: name = "" }: InlineInput,
  identity: Identity,
): Promise<object> {
  if (await deleteInlinePolicy(call, identity.identityId, name)) return {};
  throw noSuchInline(name, identity);
}

/** ListUserPolicies, ListGroupPolicies, ListRolePolicies. */
export async function listEntityPolicies(
  call: IdentityCall,
  input: PageWish,
  identity: Identity,
): Promise<object> {
  const all = await listInlinePolicies(call, identity.identityId);
  const { items, end } = pageOf(all, input, ({ name }) => name);
  return { PolicyNames: items.map(({ name }) => name), ...end };
}

function noSuchInline(name: string, { kind }: Identity) {
  return noSuchEntity(`The ${kind} policy with name ${name} cannot be found.`);
}

/** TagUser, TagRole. */
export async function tagEntity(
  call: IdentityCall,
  input: { readonly Tags: Parameters<typeof readTags>[0] },
  identity: Identity,
): Promise<object> {
  const tags = addTags(identity.tags, readTags(input.Tags));
  await setIdentityTags(call, identity.identityId, tags);
  return {};
}

/** UntagUser, UntagRole. */
export async function untagEntity(
  call: IdentityCall,
  input: { readonly TagKeys: readonly string[] | undefined },
  identity: Identity,
): Promise<object> {
  await setIdentityTags(call, identity.identityId, removeTags(identity.tags, input.TagKeys));
  return {};
}

/** ListUserTags, ListRoleTags. */
export async function listEntityTags(
  _call: IdentityCall,
  input: PageWish,
  identity: Identity,
): Promise<object> {
  const byKey = identity.tags.toSorted((a, b) => (a.Key < b.Key ? -1 : 1));
  const { items, end } = pageOf(byKey, input, ({ Key }) => Key);
  return { Tags: items, ...end };
}
