// Access keys of users and of an account's root: Create, List, Update, Delete, GetAccessKeyLastUsed.
// A secret is shown once, in the answer to the call that made it (SEC-067).
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html
//
// Differs from AWS: the use of a key is noted at most once an hour.

import type {
  CreateAccessKeyResponse,
  DeleteAccessKeyRequest,
  GetAccessKeyLastUsedRequest,
  GetAccessKeyLastUsedResponse,
  ListAccessKeysRequest,
  ListAccessKeysResponse,
  UpdateAccessKeyRequest,
} from "@aws-sdk/client-iam";
import { ACCESS_KEYS_PER_OWNER } from "../catalog/access-keys.ts";
import { findIdentity, type Identity } from "../catalog/identities.ts";
import {
  createOwnerKey,
  deleteOwnerKey,
  findKeyUse,
  type KeyOwner,
  listOwnerKeys,
  setOwnerKeyStatus,
} from "../catalog/owner-keys.ts";
import { demand, type IdentityCall } from "./call.ts";
import { limitExceeded, noSuchEntity } from "./names.ts";
import { pageOf } from "./paging.ts";
import { invalid, type QueryError } from "./query.ts";

function ownerOf(call: IdentityCall, user: Identity | undefined): KeyOwner {
  return { accountId: call.principal.accountId, userId: user?.identityId ?? null };
}

/** The root has no name; AWS leaves the element out. */
function nameOf(user: Identity | undefined): { UserName: string | undefined } {
  return { UserName: user?.name };
}

function noSuchKey(accessKeyId: string): QueryError {
  return noSuchEntity(`The Access Key with id ${accessKeyId} cannot be found.`);
}

export async function createAccessKey(
  call: IdentityCall,
  _input: object,
  user: Identity | undefined,
): Promise<CreateAccessKeyResponse> {
  const key = await createOwnerKey(call, ownerOf(call, user));
  if (key === undefined) {
    throw limitExceeded(`Cannot exceed quota for AccessKeysPerUser: ${ACCESS_KEYS_PER_OWNER}`);
  }
  return {
    AccessKey: {
      ...nameOf(user),
      AccessKeyId: key.accessKeyId,
      Status: "Active",
      SecretAccessKey: key.secretAccessKey,
      CreateDate: new Date(call.nowMs),
    },
  };
}

export async function listAccessKeys(
  call: IdentityCall,
  input: ListAccessKeysRequest,
  user: Identity | undefined,
): Promise<ListAccessKeysResponse> {
  const keys = await listOwnerKeys(call, ownerOf(call, user));
  const byId = keys.toSorted((a, b) => (a.accessKeyId < b.accessKeyId ? -1 : 1));
  const { items, end } = pageOf(byId, input, ({ accessKeyId }) => accessKeyId);
  const AccessKeyMetadata = items.map((key) => ({
    ...nameOf(user),
    AccessKeyId: key.accessKeyId,
    Status: key.status,
    CreateDate: new Date(key.createdAtMs),
  }));
  return { AccessKeyMetadata, ...end };
}

export async function updateAccessKey(
  call: IdentityCall,
  input: UpdateAccessKeyRequest,
  user: Identity | undefined,
): Promise<object> {
  const { AccessKeyId: accessKeyId = "", Status: status } = input;
  if (status !== "Active" && status !== "Inactive") {
    throw invalid(
      `1 validation error detected: Value '${status}' at 'status' failed to satisfy constraint: ` +
        "Member must satisfy enum value set: [Active, Inactive, Expired]",
    );
  }
  const isDone = await setOwnerKeyStatus(call, ownerOf(call, user), { accessKeyId, status });
  if (!isDone) throw noSuchKey(accessKeyId);
  return {};
}

export async function deleteAccessKey(
  call: IdentityCall,
  { AccessKeyId: accessKeyId = "" }: DeleteAccessKeyRequest,
  user: Identity | undefined,
): Promise<object> {
  const isDone = await deleteOwnerKey(call, ownerOf(call, user), accessKeyId);
  if (!isDone) throw noSuchKey(accessKeyId);
  return {};
}

/** Keys of other accounts are not told from keys that do not exist (SEC-064). */
export async function getAccessKeyLastUsed(
  call: IdentityCall,
  { AccessKeyId: accessKeyId = "" }: GetAccessKeyLastUsedRequest,
): Promise<GetAccessKeyLastUsedResponse> {
  const { accountId, arn } = call.principal;
  const found = await findKeyUse(call, accessKeyId);
  const use = found?.accountId === accountId ? found : undefined;
  const { userName: name } = use ?? {};
  const user = name && (await findIdentity(call, { accountId, kind: "user", name }));
  demand(call, user ? user.arn : use === undefined ? "*" : arn);
  if (use === undefined) throw noSuchKey(accessKeyId);
  const { lastUsed } = use;
  return {
    ...(name !== undefined && { UserName: name }),
    AccessKeyLastUsed:
      lastUsed === undefined
        ? { LastUsedDate: undefined, ServiceName: "N/A", Region: "N/A" }
        : {
            LastUsedDate: new Date(lastUsed.atMs),
            ServiceName: lastUsed.service,
            Region: lastUsed.region,
          },
  };
}
