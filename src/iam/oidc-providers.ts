// OpenID Connect providers: whose tokens AssumeRoleWithWebIdentity takes, and for which audiences.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html
//
// Differs from AWS: thumbprints are kept and shown; what is checked is the certificate chain of the
// platform, as AWS does for issuers whose certificates it knows.

import type {
  AddClientIDToOpenIDConnectProviderRequest,
  CreateOpenIDConnectProviderRequest,
  CreateOpenIDConnectProviderResponse,
  DeleteOpenIDConnectProviderRequest,
  GetOpenIDConnectProviderResponse,
  ListOpenIDConnectProvidersResponse,
  ListOpenIDConnectProviderTagsRequest,
  TagOpenIDConnectProviderRequest,
  UntagOpenIDConnectProviderRequest,
  UpdateOpenIDConnectProviderThumbprintRequest,
} from "@aws-sdk/client-iam";
import {
  createProvider,
  findProvider,
  listProviders,
  type OidcProvider,
  providerArn,
  providerQuotas,
  removeProvider,
  saveProvider,
} from "../catalog/oidc-providers.ts";
import { isFetchable } from "../s3/fetch-guard.ts";
import { demand, type IdentityCall } from "./call.ts";
import {
  addTags,
  alreadyExists,
  limitExceeded,
  noSuchEntity,
  readTags,
  removeTags,
} from "./names.ts";
import { pageOf } from "./paging.ts";
import { invalidInput } from "./query.ts";
import type { Handler } from "./subjects.ts";

const longestClientId = 255;

/** A handler that is given the provider its input names by ARN. */
export function aboutProvider<
  Input extends { readonly OpenIDConnectProviderArn: string | undefined },
>(
  handle: (call: IdentityCall, input: Input, provider: OidcProvider) => Promise<object>,
): Handler<Input> {
  return async (call, input) => {
    const { accountId } = call.principal;
    const arn = input.OpenIDConnectProviderArn ?? "";
    const start = providerArn(accountId, "");
    const url = arn.startsWith(start) ? arn.slice(start.length) : "";
    const provider = await findProvider(call, accountId, url);
    demand(call, arn, { resourceTags: provider?.tags });
    if (provider === undefined) {
      throw noSuchEntity(`OpenIDConnect Provider not found for arn ${arn}`);
    }
    return handle(call, input, provider);
  };
}

export async function createOpenIDConnectProvider(
  call: IdentityCall,
  input: CreateOpenIDConnectProviderRequest,
): Promise<CreateOpenIDConnectProviderResponse> {
  const { accountId } = call.principal;
  const tags = readTags(input.Tags);
  const url = (input.Url ?? "").replace(/^https:\/\//, "").replace(/\/$/, "");
  const arn = providerArn(accountId, url);
  demand(call, arn, { requestTags: tags });
  checkUrl(input.Url ?? "");
  const clientIds = (input.ClientIDList ?? []).map(checkClientId);
  const thumbprints = readThumbprints(input.ThumbprintList);
  if (clientIds.length > providerQuotas.clientIds) throw tooManyClientIds();
  const provider = { accountId, url, clientIds, thumbprints, tags };
  const outcome = await createProvider(call, provider);
  if (outcome === "exists") {
    throw alreadyExists(`Provider with url https://${url} already exists.`);
  }
  if (outcome === "limit-exceeded") {
    throw limitExceeded(
      `Cannot exceed quota for OpenIdConnectProvidersPerAccount: ${providerQuotas.providers}`,
    );
  }
  return { OpenIDConnectProviderArn: arn, ...(tags.length > 0 && { Tags: [...tags] }) };
}

function checkUrl(text: string): void {
  if (text.length <= 255 && isFetchable(text) && !/[?#]/.test(text)) return;
  throw invalidInput("Invalid Open ID Connect Provider URL");
}

function checkClientId(clientId: string): string {
  if (clientId !== "" && clientId.length <= longestClientId) return clientId;
  throw invalidInput("Invalid client id");
}

function readThumbprints(list: readonly string[] | undefined): readonly string[] {
  const thumbprints = list ?? [];
  if (thumbprints.length > providerQuotas.thumbprints) {
    throw invalidInput("Thumbprint list must contain fewer than 5 entries.");
  }
  for (const thumbprint of thumbprints) {
    if (!/^[0-9a-fA-F]{40}$/.test(thumbprint)) throw invalidInput("Invalid thumbprint");
  }
  return thumbprints;
}

function tooManyClientIds() {
  return limitExceeded(
    `Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: ${providerQuotas.clientIds}`,
  );
}

export async function getOpenIDConnectProvider(
  _call: IdentityCall,
  _input: object,
  provider: OidcProvider,
): Promise<GetOpenIDConnectProviderResponse> {
  return {
    Url: provider.url,
    ClientIDList: [...provider.clientIds],
    ThumbprintList: [...provider.thumbprints],
    CreateDate: new Date(provider.createdAtMs),
    ...(provider.tags.length > 0 && { Tags: [...provider.tags] }),
  };
}

export async function listOpenIDConnectProviders(
  call: IdentityCall,
): Promise<ListOpenIDConnectProvidersResponse> {
  const providers = await listProviders(call, call.principal.accountId);
  return { OpenIDConnectProviderList: providers.map(({ arn }) => ({ Arn: arn })) };
}

/** Deleting what is not there is no error, as on AWS. */
export async function deleteOpenIDConnectProvider(
  call: IdentityCall,
  { OpenIDConnectProviderArn: arn = "" }: DeleteOpenIDConnectProviderRequest,
): Promise<object> {
  const { accountId } = call.principal;
  demand(call, arn);
  const start = providerArn(accountId, "");
  if (arn.startsWith(start)) await removeProvider(call, accountId, arn.slice(start.length));
  return {};
}

export async function updateOpenIDConnectProviderThumbprint(
  call: IdentityCall,
  input: UpdateOpenIDConnectProviderThumbprintRequest,
  provider: OidcProvider,
): Promise<object> {
  await saveProvider(call, { ...provider, thumbprints: readThumbprints(input.ThumbprintList) });
  return {};
}

/** Adding an id again changes nothing. */
export async function addClientIDToOpenIDConnectProvider(
  call: IdentityCall,
  { ClientID = "" }: AddClientIDToOpenIDConnectProviderRequest,
  provider: OidcProvider,
): Promise<object> {
  const clientIds = [...new Set([...provider.clientIds, checkClientId(ClientID)])];
  if (clientIds.length > providerQuotas.clientIds) throw tooManyClientIds();
  await saveProvider(call, { ...provider, clientIds });
  return {};
}

/** Removing an id that is not there is no error, as on AWS. */
export async function removeClientIDFromOpenIDConnectProvider(
  call: IdentityCall,
  { ClientID }: AddClientIDToOpenIDConnectProviderRequest,
  provider: OidcProvider,
): Promise<object> {
  const clientIds = provider.clientIds.filter((clientId) => clientId !== ClientID);
  await saveProvider(call, { ...provider, clientIds });
  return {};
}

export async function tagOpenIDConnectProvider(
  call: IdentityCall,
  input: TagOpenIDConnectProviderRequest,
  provider: OidcProvider,
): Promise<object> {
  await saveProvider(call, { ...provider, tags: addTags(provider.tags, readTags(input.Tags)) });
  return {};
}

export async function untagOpenIDConnectProvider(
  call: IdentityCall,
  input: UntagOpenIDConnectProviderRequest,
  provider: OidcProvider,
): Promise<object> {
  await saveProvider(call, { ...provider, tags: removeTags(provider.tags, input.TagKeys) });
  return {};
}

export async function listOpenIDConnectProviderTags(
  _call: IdentityCall,
  input: ListOpenIDConnectProviderTagsRequest,
  provider: OidcProvider,
): Promise<object> {
  const byKey = provider.tags.toSorted((a, b) => (a.Key < b.Key ? -1 : 1));
  const { items, end } = pageOf(byKey, input, ({ Key }) => Key);
  return { Tags: items, ...end };
}
