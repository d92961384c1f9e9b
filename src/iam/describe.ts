// Identities and policies as IAM's answers show them. Documents travel percent-encoded, as RFC 3986
// asks of JSON in a form's answer; clients decode them. Pure.

import type { Group, Policy, PolicyVersion, Role, Tag as SdkTag, User } from "@aws-sdk/client-iam";
import type { Identity, Tag } from "../catalog/identities.ts";
import type { ManagedPolicy, PolicyVersion as StoredVersion } from "../catalog/managed-policies.ts";

/** Everything but unreserved characters is escaped. */
export function encodeDocument(document: string): string {
  return encodeURIComponent(document).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function describeTags(tags: readonly Tag[]): { Tags?: SdkTag[] } {
  return tags.length === 0 ? {} : { Tags: [...tags] };
}

function describeBoundary({ boundaryArn }: Identity) {
  if (boundaryArn === undefined) return {};
  return {
    PermissionsBoundary: {
      PermissionsBoundaryType: "PermissionsBoundaryPolicy" as const,
      PermissionsBoundaryArn: boundaryArn,
    },
  };
}

export function describeUser(user: Identity): User {
  return {
    Path: user.path,
    UserName: user.name,
    UserId: user.identityId,
    Arn: user.arn,
    CreateDate: new Date(user.createdAtMs),
    ...describeBoundary(user),
    ...describeTags(user.tags),
  };
}

export function describeGroup(group: Identity): Group {
  return {
    Path: group.path,
    GroupName: group.name,
    GroupId: group.identityId,
    Arn: group.arn,
    CreateDate: new Date(group.createdAtMs),
  };
}

export function describeRole(identity: Identity): Role {
  const { role } = identity;
  const lastUsed = role?.lastUsed;
  return {
    Path: identity.path,
    RoleName: identity.name,
    RoleId: identity.identityId,
    Arn: identity.arn,
    CreateDate: new Date(identity.createdAtMs),
    AssumeRolePolicyDocument: encodeDocument(role?.trustPolicy ?? ""),
    ...(role?.description !== undefined && { Description: role.description }),
    MaxSessionDuration: role?.maxSessionSeconds,
    ...describeBoundary(identity),
    ...describeTags(identity.tags),
    RoleLastUsed:
      lastUsed === undefined
        ? {}
        : { LastUsedDate: new Date(lastUsed.atMs), Region: lastUsed.region },
  };
}

/** Lists leave out what only a look at one role shows. */
export function describeListedRole(identity: Identity): Role {
  const {
    Tags: _tags,
    RoleLastUsed: _lastUsed,
    PermissionsBoundary: _boundary,
    ...role
  } = describeRole(identity);
  return role;
}

export function describePolicy(policy: ManagedPolicy): Policy {
  return {
    PolicyName: policy.name,
    PolicyId: policy.policyId,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: `v${policy.defaultVersion}`,
    AttachmentCount: policy.attachments,
    PermissionsBoundaryUsageCount: policy.boundaries,
    IsAttachable: true,
    ...(policy.description !== undefined && { Description: policy.description }),
    CreateDate: new Date(policy.createdAtMs),
    UpdateDate: new Date(policy.updatedAtMs),
    ...describeTags(policy.tags),
  };
}

export function describeVersion(version: StoredVersion): PolicyVersion {
  return {
    Document: encodeDocument(version.document),
    VersionId: `v${version.version}`,
    IsDefaultVersion: version.isDefault,
    CreateDate: new Date(version.createdAtMs),
  };
}

/** `v3` -> 3; `undefined` for anything else. */
export function parseVersionId(text: string | undefined): number | undefined {
  const digits = /^v([1-9]\d{0,8})$/.exec(text ?? "")?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** The last part of a policy's ARN. */
export function policyNameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}
