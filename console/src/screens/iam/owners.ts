// Users, groups and roles as owners of policies: one way to list, attach and write them, whichever of
// the three it is.

import {
  AttachGroupPolicyCommand,
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  DeleteGroupPolicyCommand,
  DeleteRolePolicyCommand,
  DeleteUserPolicyCommand,
  DetachGroupPolicyCommand,
  DetachRolePolicyCommand,
  DetachUserPolicyCommand,
  GetGroupPolicyCommand,
  GetRolePolicyCommand,
  GetUserPolicyCommand,
  ListAttachedGroupPoliciesCommand,
  ListAttachedRolePoliciesCommand,
  ListAttachedUserPoliciesCommand,
  ListGroupPoliciesCommand,
  ListRolePoliciesCommand,
  ListUserPoliciesCommand,
  PutGroupPolicyCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { sendIam } from "../../clients/identity.ts";

export interface Owner {
  readonly kind: "user" | "group" | "role";
  readonly name: string;
}

export interface AttachedPolicy {
  readonly name: string;
  readonly arn: string;
}

/** The policies attached to the owner. AWS's limit is 10 to 20: one page has them all. */
export async function listAttached({ kind, name }: Owner): Promise<readonly AttachedPolicy[]> {
  const answer =
    kind === "user"
      ? await sendIam(new ListAttachedUserPoliciesCommand({ UserName: name }))
      : kind === "group"
        ? await sendIam(new ListAttachedGroupPoliciesCommand({ GroupName: name }))
        : await sendIam(new ListAttachedRolePoliciesCommand({ RoleName: name }));
  const list = answer.AttachedPolicies ?? [];
  return list.map(({ PolicyName = "", PolicyArn = "" }) => ({ name: PolicyName, arn: PolicyArn }));
}

export async function listInline({ kind, name }: Owner): Promise<readonly string[]> {
  const answer =
    kind === "user"
      ? await sendIam(new ListUserPoliciesCommand({ UserName: name }))
      : kind === "group"
        ? await sendIam(new ListGroupPoliciesCommand({ GroupName: name }))
        : await sendIam(new ListRolePoliciesCommand({ RoleName: name }));
  return answer.PolicyNames ?? [];
}

/** The inline policy's document, as text to edit. */
export async function readInline({ kind, name }: Owner, policy: string): Promise<string> {
  const answer =
    kind === "user"
      ? await sendIam(new GetUserPolicyCommand({ UserName: name, PolicyName: policy }))
      : kind === "group"
        ? await sendIam(new GetGroupPolicyCommand({ GroupName: name, PolicyName: policy }))
        : await sendIam(new GetRolePolicyCommand({ RoleName: name, PolicyName: policy }));
  return readDocument(answer.PolicyDocument);
}

/** IAM gives documents percent-encoded; they are shown indented. */
export function readDocument(encoded: string | undefined): string {
  const text = decodeURIComponent(encoded ?? "");
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

export async function writeInline(owner: Owner, policy: string, document: string): Promise<void> {
  const given = { PolicyName: policy, PolicyDocument: document };
  const { kind, name } = owner;
  if (kind === "user") await sendIam(new PutUserPolicyCommand({ ...given, UserName: name }));
  else if (kind === "group")
    await sendIam(new PutGroupPolicyCommand({ ...given, GroupName: name }));
  else await sendIam(new PutRolePolicyCommand({ ...given, RoleName: name }));
}

export async function deleteInline({ kind, name }: Owner, policy: string): Promise<void> {
  const given = { PolicyName: policy };
  if (kind === "user") await sendIam(new DeleteUserPolicyCommand({ ...given, UserName: name }));
  else if (kind === "group") {
    await sendIam(new DeleteGroupPolicyCommand({ ...given, GroupName: name }));
  } else await sendIam(new DeleteRolePolicyCommand({ ...given, RoleName: name }));
}

export async function attach({ kind, name }: Owner, arn: string): Promise<void> {
  const given = { PolicyArn: arn };
  if (kind === "user") await sendIam(new AttachUserPolicyCommand({ ...given, UserName: name }));
  else if (kind === "group") {
    await sendIam(new AttachGroupPolicyCommand({ ...given, GroupName: name }));
  } else await sendIam(new AttachRolePolicyCommand({ ...given, RoleName: name }));
}

export async function detach({ kind, name }: Owner, arn: string): Promise<void> {
  const given = { PolicyArn: arn };
  if (kind === "user") await sendIam(new DetachUserPolicyCommand({ ...given, UserName: name }));
  else if (kind === "group") {
    await sendIam(new DetachGroupPolicyCommand({ ...given, GroupName: name }));
  } else await sendIam(new DetachRolePolicyCommand({ ...given, RoleName: name }));
}

/** Takes everything away that would keep the owner from being deleted. */
export async function stripPolicies(owner: Owner): Promise<void> {
  for (const { arn } of await listAttached(owner)) await detach(owner, arn);
  for (const name of await listInline(owner)) await deleteInline(owner, name);
}
