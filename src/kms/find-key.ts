// From what a call names a key by to the key, in KMS's words. Keys belong to one account: another
// account's key is refused, whatever a policy might say elsewhere.

import {
  findAliasedKey,
  kmsAliasArn,
  kmsKeyArn,
  parseKeyReference,
} from "../catalog/kms-aliases.ts";
import { getKmsKey, type KmsKey } from "../catalog/kms-keys.ts";
import { type OpenKmsKey, openKmsKey } from "../catalog/kms-material.ts";
import { type Input, type KmsCall, KmsError, requireText } from "./call.ts";

/** What a lookup accepts besides key ids and key ARNs. */
interface Accepts {
  readonly aliases: boolean;
}

/**
 * The id of the key that `field` names. Throws NotFoundException, and AccessDeniedException for
 * another account's key.
 */
export async function requireKeyId(
  call: KmsCall,
  input: Input,
  field = "KeyId",
  accepts: Accepts = { aliases: false },
): Promise<string> {
  const reference = requireText(input, field);
  const { accountId } = call.principal;
  const parsed = parseKeyReference(reference, call.region);
  if (parsed.kind === "elsewhere") throw notFound(`Invalid arn ${parsed.region}`);
  if (parsed.kind === "malformed") throw notFound(`Invalid keyId '${reference}'`);
  if (parsed.kind === "alias" && !accepts.aliases) throw notFound(`Invalid keyId '${reference}'`);
  if (parsed.accountId !== undefined && parsed.accountId !== accountId) {
    throw notAllowed(call, reference);
  }
  if (parsed.kind === "id") return parsed.keyId;
  const keyId = await findAliasedKey(call, accountId, parsed.name);
  if (keyId !== undefined) return keyId;
  throw notFound(`Alias ${kmsAliasArn(call.region, accountId, parsed.name)} is not found.`);
}

/** The key's record, read anew. Throws as `requireKeyId`. */
export async function requireKey(
  call: KmsCall,
  input: Input,
  accepts: Accepts = { aliases: false },
): Promise<KmsKey> {
  const keyId = await requireKeyId(call, input, "KeyId", accepts);
  const key = await getKmsKey(call, keyId);
  const arn = kmsKeyArn(call.region, call.principal.accountId, keyId);
  if (key === undefined) throw notFound(`Key '${arn}' does not exist`);
  if (key.accountId !== call.principal.accountId) throw notAllowed(call, arn);
  return key;
}

/** A key of the customer's own; AccessDeniedException for one that the service manages. */
export async function requireOwnKey(call: KmsCall, input: Input): Promise<KmsKey> {
  const key = await requireKey(call, input);
  if (key.manager === "AWS") throw notAllowed(call, arnOf(call, key));
  return key;
}

/** As `requireOwnKey`, and not waiting for its deletion (KMSInvalidStateException). */
export async function requireLivingKey(call: KmsCall, input: Input): Promise<KmsKey> {
  const key = await requireOwnKey(call, input);
  if (key.state === "PendingDeletion") throw pendingDeletion(arnOf(call, key));
  return key;
}

/** The key with its material, enabled. Throws NotFoundException, DisabledException and so on. */
export async function requireUsableKey(call: KmsCall, keyId: string): Promise<OpenKmsKey> {
  const key = await openKmsKey(call, keyId);
  const arn = kmsKeyArn(call.region, call.principal.accountId, keyId);
  if (key === undefined) throw notFound(`Key '${arn}' does not exist`);
  if (key.accountId !== call.principal.accountId) throw notAllowed(call, arn);
  if (key.state === "Disabled") throw new KmsError("DisabledException", `${arn} is disabled.`);
  if (key.state === "PendingDeletion") throw pendingDeletion(arn);
  return key;
}

export function arnOf(call: KmsCall, key: { keyId: string; accountId: string }): string {
  return kmsKeyArn(call.region, key.accountId, key.keyId);
}

function notFound(message: string): KmsError {
  return new KmsError("NotFoundException", message);
}

function pendingDeletion(arn: string): KmsError {
  return new KmsError("KMSInvalidStateException", `${arn} is pending deletion.`);
}

function notAllowed(call: KmsCall, resource: string): KmsError {
  return new KmsError(
    "AccessDeniedException",
    `User: ${call.principal.arn} is not authorized to perform this action on resource: ${resource}`,
  );
}
