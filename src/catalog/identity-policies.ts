// What is put on an identity: attached managed policies, policies of its own, and membership in
// groups. Every change here is one statement that counts and writes, so that racing calls cannot
// pass a quota.

import { type CatalogCall, type Query, queryAll, queryFirst } from "./database.ts";
import type { Identity, IdentityKind } from "./identities.ts";

/** Quotas: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const attachmentQuotas = { policiesPerIdentity: 10, groupsPerUser: 10 } as const;

const insertAttachment = `INSERT INTO policy_attachments (identity_id, policy_arn, account_id)
  SELECT ?1, ?2, ?3
  WHERE (SELECT count(*) FROM policy_attachments WHERE identity_id = ?1) < ?4
    OR EXISTS (SELECT 1 FROM policy_attachments WHERE identity_id = ?1 AND policy_arn = ?2)
  ON CONFLICT DO UPDATE SET account_id = excluded.account_id RETURNING policy_arn`;

const deleteAttachment = `DELETE FROM policy_attachments
  WHERE identity_id = ?1 AND policy_arn = ?2 RETURNING policy_arn`;

const selectAttachments = `SELECT policy_arn FROM policy_attachments
  WHERE identity_id = ?1 ORDER BY policy_arn`;

const selectEntities = `SELECT i.identity_id, i.kind, i.name, i.path FROM policy_attachments a
    JOIN identities i ON i.identity_id = a.identity_id
  WHERE a.policy_arn = ?1 AND a.account_id = ?2 ORDER BY i.kind, i.name`;

const selectBounded = `SELECT identity_id, kind, name, path FROM identities
  WHERE boundary_arn = ?1 AND account_id = ?2 ORDER BY kind, name`;

const upsertInline = `INSERT INTO inline_policies (identity_id, name, document) VALUES (?1, ?2, ?3)
  ON CONFLICT DO UPDATE SET document = excluded.document`;

const deleteInline = `DELETE FROM inline_policies
  WHERE identity_id = ?1 AND name = ?2 RETURNING name`;

const selectInlines =
  "SELECT name, document FROM inline_policies WHERE identity_id = ?1 ORDER BY name";

const insertMember = `INSERT INTO group_members (group_id, user_id, added_at_ms)
  SELECT ?1, ?2, ?3 WHERE (SELECT count(*) FROM group_members WHERE user_id = ?2) < ?4
    OR EXISTS (SELECT 1 FROM group_members WHERE group_id = ?1 AND user_id = ?2)
  ON CONFLICT DO UPDATE SET added_at_ms = added_at_ms RETURNING group_id`;

const deleteMember = `DELETE FROM group_members
  WHERE group_id = ?1 AND user_id = ?2 RETURNING group_id`;

const selectMembers = `SELECT i.name FROM group_members m
    JOIN identities i ON i.identity_id = m.user_id
  WHERE m.group_id = ?1 ORDER BY i.name`;

const selectGroups = `SELECT i.name FROM group_members m
    JOIN identities i ON i.identity_id = m.group_id
  WHERE m.user_id = ?1 ORDER BY i.name`;

/** Attaching again changes nothing. False: the identity has as many as it may. */
export async function attachPolicy(
  call: CatalogCall,
  identity: Identity,
  policyArn: string,
): Promise<boolean> {
  const { identityId, accountId } = identity;
  const { policiesPerIdentity } = attachmentQuotas;
  const query: Query = [insertAttachment, identityId, policyArn, accountId, policiesPerIdentity];
  return (await queryFirst(call, query)) !== undefined;
}

/** False when it was not attached. */
export async function detachPolicy(
  call: CatalogCall,
  identityId: string,
  policyArn: string,
): Promise<boolean> {
  return (await queryFirst(call, [deleteAttachment, identityId, policyArn])) !== undefined;
}

/** ARNs of the attached policies, in their order. */
export async function listAttachedPolicies(
  call: CatalogCall,
  identityId: string,
): Promise<readonly string[]> {
  const rows = await queryAll<{ policy_arn: string }>(call, [selectAttachments, identityId]);
  return rows.map((row) => row.policy_arn);
}

/** Somebody who has a policy. */
export interface PolicyHolder {
  readonly identityId: string;
  readonly kind: IdentityKind;
  readonly name: string;
  readonly path: string;
}

/** Who of the account has the policy attached, or as its boundary. */
export async function listPolicyHolders(
  call: CatalogCall,
  accountId: string,
  wanted: { readonly policyArn: string; readonly as: "policy" | "boundary" },
): Promise<readonly PolicyHolder[]> {
  const statement = wanted.as === "policy" ? selectEntities : selectBounded;
  const rows = await queryAll<{
    identity_id: string;
    kind: IdentityKind;
    name: string;
    path: string;
  }>(call, [statement, wanted.policyArn, accountId]);
  return rows.map(({ identity_id: identityId, kind, name, path }) => {
    return { identityId, kind, name, path };
  });
}

export interface InlinePolicy {
  readonly name: string;
  readonly document: string;
}

export async function putInlinePolicy(
  call: CatalogCall,
  identityId: string,
  policy: InlinePolicy,
): Promise<void> {
  await queryAll(call, [upsertInline, identityId, policy.name, policy.document]);
}

/** False when there was none of that name. */
export async function deleteInlinePolicy(
  call: CatalogCall,
  identityId: string,
  name: string,
): Promise<boolean> {
  return (await queryFirst(call, [deleteInline, identityId, name])) !== undefined;
}

/** By name. */
export function listInlinePolicies(
  call: CatalogCall,
  identityId: string,
): Promise<readonly InlinePolicy[]> {
  return queryAll<InlinePolicy>(call, [selectInlines, identityId]);
}

/** Adding again changes nothing. False: the user is in as many groups as it may be. */
export async function addToGroup(
  call: CatalogCall,
  groupId: string,
  userId: string,
): Promise<boolean> {
  const { groupsPerUser } = attachmentQuotas;
  const query: Query = [insertMember, groupId, userId, call.nowMs, groupsPerUser];
  return (await queryFirst(call, query)) !== undefined;
}

/** False when the user was not in the group. */
export async function removeFromGroup(
  call: CatalogCall,
  groupId: string,
  userId: string,
): Promise<boolean> {
  return (await queryFirst(call, [deleteMember, groupId, userId])) !== undefined;
}

/** Names of the users in a group. */
export async function listMembers(call: CatalogCall, groupId: string): Promise<readonly string[]> {
  return (await queryAll<{ name: string }>(call, [selectMembers, groupId])).map(({ name }) => name);
}

/** Names of the groups a user is in. */
export async function listGroupsOf(call: CatalogCall, userId: string): Promise<readonly string[]> {
  return (await queryAll<{ name: string }>(call, [selectGroups, userId])).map(({ name }) => name);
}
