// What an account has as a whole: GetAccountSummary, its alias, its password policy.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html
//
// Differs from AWS: the password policy is kept and shown; nobody here has a password.

import type {
  CreateAccountAliasRequest,
  DeleteAccountAliasRequest,
  GetAccountPasswordPolicyResponse,
  GetAccountSummaryResponse,
  ListAccountAliasesResponse,
  PasswordPolicy,
  UpdateAccountPasswordPolicyRequest,
} from "@aws-sdk/client-iam";
import { ACCESS_KEYS_PER_OWNER } from "../catalog/access-keys.ts";
import {
  countAccount,
  deleteAccountDocument,
  findAccountDocument,
  findAlias,
  putAccountDocument,
  removeAlias,
  setAlias,
} from "../catalog/account-documents.ts";
import { identityQuotas } from "../catalog/identities.ts";
import { attachmentQuotas } from "../catalog/identity-policies.ts";
import { policyQuotas } from "../catalog/managed-policies.ts";
import type { IdentityCall } from "./call.ts";
import { alreadyExists, longestDocument, noSuchEntity } from "./names.ts";
import { invalid } from "./query.ts";

/** The figures that AWS gives, with this deployment's quotas. */
export async function getAccountSummary(call: IdentityCall): Promise<GetAccountSummaryResponse> {
  const counts = await countAccount(call, call.principal.accountId);
  const { policiesPerIdentity, groupsPerUser } = attachmentQuotas;
  const SummaryMap: Record<string, number> = {
    AccessKeysPerUserQuota: ACCESS_KEYS_PER_OWNER,
    AccountAccessKeysPresent: Math.min(counts.rootKeys, 1),
    AccountMFAEnabled: 0,
    AccountPasswordPresent: 0,
    AccountSigningCertificatesPresent: 0,
    AssumeRolePolicySizeQuota: longestDocument.trust,
    AttachedPoliciesPerGroupQuota: policiesPerIdentity,
    AttachedPoliciesPerRoleQuota: policiesPerIdentity,
    AttachedPoliciesPerUserQuota: policiesPerIdentity,
    GroupPolicySizeQuota: longestDocument.group,
    Groups: counts.groups,
    GroupsPerUserQuota: groupsPerUser,
    GroupsQuota: identityQuotas.group,
    InstanceProfiles: 0,
    InstanceProfilesQuota: 0,
    MFADevices: 0,
    MFADevicesInUse: 0,
    Policies: counts.policies,
    PoliciesQuota: policyQuotas.policies,
    PolicySizeQuota: longestDocument.managed,
    PolicyVersionsInUse: counts.versions,
    PolicyVersionsInUseQuota: policyQuotas.policies * policyQuotas.versions,
    Providers: counts.providers,
    RolePolicySizeQuota: longestDocument.role,
    Roles: counts.roles,
    RolesQuota: identityQuotas.role,
    ServerCertificates: 0,
    ServerCertificatesQuota: 0,
    SigningCertificatesPerUserQuota: 0,
    UserPolicySizeQuota: longestDocument.user,
    Users: counts.users,
    UsersQuota: identityQuotas.user,
    VersionsPerPolicyQuota: policyQuotas.versions,
  };
  return { SummaryMap: SummaryMap as NonNullable<GetAccountSummaryResponse["SummaryMap"]> };
}

const aliasShape = /^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$/;

export async function createAccountAlias(
  call: IdentityCall,
  { AccountAlias: alias = "" }: CreateAccountAliasRequest,
): Promise<object> {
  if (!aliasShape.test(alias) || /^\d{12}$/.test(alias)) {
    throw invalid(
      `1 validation error detected: Value '${alias}' at 'accountAlias' failed to satisfy ` +
        "constraint: Member must satisfy regular expression pattern: " +
        "^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$",
    );
  }
  if (await setAlias(call, call.principal.accountId, alias)) return {};
  throw alreadyExists(`The account alias ${alias} already exists.`);
}

export async function deleteAccountAlias(
  call: IdentityCall,
  { AccountAlias: alias = "" }: DeleteAccountAliasRequest,
): Promise<object> {
  if (await removeAlias(call, call.principal.accountId, alias)) return {};
  throw noSuchEntity(`The account alias ${alias} cannot be found.`);
}

export async function listAccountAliases(call: IdentityCall): Promise<ListAccountAliasesResponse> {
  const alias = await findAlias(call, call.principal.accountId);
  return { AccountAliases: alias === undefined ? [] : [alias], IsTruncated: false };
}

export async function getAccountPasswordPolicy(
  call: IdentityCall,
): Promise<GetAccountPasswordPolicyResponse> {
  const { accountId } = call.principal;
  const text = await findAccountDocument(call, accountId, "password-policy");
  if (text === undefined) {
    throw noSuchEntity(`The Password Policy with domain name ${accountId} cannot be found.`);
  }
  return { PasswordPolicy: JSON.parse(text) as PasswordPolicy };
}

/** What the call does not name goes back to its default, as on AWS. */
export async function updateAccountPasswordPolicy(
  call: IdentityCall,
  input: UpdateAccountPasswordPolicyRequest,
): Promise<object> {
  const { MinimumPasswordLength: length = 6, MaxPasswordAge: ageDays = 0 } = input;
  if (length < 6 || length > 128 || ageDays < 0 || ageDays > 1095) {
    throw invalid("1 validation error detected: a value of the password policy is out of range");
  }
  const policy: PasswordPolicy = {
    MinimumPasswordLength: length,
    RequireSymbols: input.RequireSymbols ?? false,
    RequireNumbers: input.RequireNumbers ?? false,
    RequireUppercaseCharacters: input.RequireUppercaseCharacters ?? false,
    RequireLowercaseCharacters: input.RequireLowercaseCharacters ?? false,
    AllowUsersToChangePassword: input.AllowUsersToChangePassword ?? false,
    ExpirePasswords: ageDays > 0,
    ...(ageDays > 0 && { MaxPasswordAge: ageDays }),
    ...(input.PasswordReusePrevention !== undefined && {
      PasswordReusePrevention: input.PasswordReusePrevention,
    }),
    ...(input.HardExpiry !== undefined && { HardExpiry: input.HardExpiry }),
  };
  const document = { name: "password-policy", text: JSON.stringify(policy) } as const;
  await putAccountDocument(call, call.principal.accountId, document);
  return {};
}

export async function deleteAccountPasswordPolicy(call: IdentityCall): Promise<object> {
  const { accountId } = call.principal;
  if (await deleteAccountDocument(call, accountId, "password-policy")) return {};
  throw noSuchEntity("The account policy with name PasswordPolicy cannot be found.");
}
