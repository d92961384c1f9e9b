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
import type { Deed } from "../../clients/deeds.ts";
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

export function writeInline({ kind, name }: Owner, policy: string, document: string): Deed {
  const given = { PolicyName: policy, PolicyDocument: document };
  if (kind === "user") return new PutUserPolicyCommand({ ...given, UserName: name });
  if (kind === "group") return new PutGroupPolicyCommand({ ...given, GroupName: name });
  return new PutRolePolicyCommand({ ...given, RoleName: name });
}

export function deleteInline({ kind, name }: Owner, policy: string): Deed {
  const given = { PolicyName: policy };
  if (kind === "user") return new DeleteUserPolicyCommand({ ...given, UserName: name });
  if (kind === "group") return new DeleteGroupPolicyCommand({ ...given, GroupName: name });
  return new DeleteRolePolicyCommand({ ...given, RoleName: name });
}

export function attach({ kind, name }: Owner, arn: string): Deed {
  const given = { PolicyArn: arn };
  if (kind === "user") return new AttachUserPolicyCommand({ ...given, UserName: name });
  if (kind === "group") return new AttachGroupPolicyCommand({ ...given, GroupName: name });
  return new AttachRolePolicyCommand({ ...given, RoleName: name });
}

export function detach({ kind, name }: Owner, arn: string): Deed {
  const given = { PolicyArn: arn };
  if (kind === "user") return new DetachUserPolicyCommand({ ...given, UserName: name });
  if (kind === "group") return new DetachGroupPolicyCommand({ ...given, GroupName: name });
  return new DetachRolePolicyCommand({ ...given, RoleName: name });
}

/** Takes everything away that would keep the owner from being deleted. */
export async function stripPolicies(owner: Owner): Promise<readonly Deed[]> {
  const [attached, inline] = await Promise.all([listAttached(owner), listInline(owner)]);
  return [
    ...attached.map(({ arn }) => detach(owner, arn)),
    ...inline.map((name) => deleteInline(owner, name)),
  ];
}
