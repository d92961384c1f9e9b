// What each action asks of the policies of its caller: a permission on every key and alias that it
// reads or changes, found as the action itself finds it. A member that an action does not read is
// never looked at.
// https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html

import { AccessDenial } from "../auth/access-denial.ts";
import { explainPlain, judgePlain, type PlainAsk } from "../auth/authorize.ts";
import { reasonOf } from "../auth/policy/reason.ts";
import {
  findAliasedKey,
  kmsAliasArn,
  kmsKeyArn,
  parseKeyReference,
} from "../catalog/kms-aliases.ts";
import { getKmsKey } from "../catalog/kms-keys.ts";
import { keyIdOf } from "../catalog/kms-material.ts";
import { type Input, type KmsCall, KmsError } from "./call.ts";

/** The asks of one call; all of them must be allowed. `action`: `kms:` and the action's name. */
export type Asks = (call: KmsCall, input: Input, action: string) => Promise<readonly PlainAsk[]>;

/** Of actions that are about no key in particular. */
export const ofAccount: Asks = async (_call, _input, action) => [{ action, resource: "*" }];

/** Of actions on the key of `KeyId`. */
export const ofKey: Asks = async (call, input, action) => [
  await askOfNamed(call, action, input["KeyId"]),
];

/** Decrypt: on the key inside the ciphertext. `KeyId` only has to agree with it. */
export const ofCiphertext: Asks = async (call, input, action) => [
  await askOfCiphertext(call, action, input),
];

/** ReEncrypt has two permissions, and none of its own name. */
export const ofReEncrypt: Asks = async (call, input) => [
  await askOfCiphertext(call, "kms:ReEncryptFrom", input),
  await askOfNamed(call, "kms:ReEncryptTo", input["DestinationKeyId"]),
];

/** CreateAlias: on the alias and on the key it is to name. */
export const ofNewAlias: Asks = async (call, input, action) => [
  askOfAlias(call, action, input),
  await askOfNamed(call, action, input["TargetKeyId"]),
];

/** UpdateAlias: on the alias, the key it names and the one it is to name. */
export const ofMovedAlias: Asks = async (call, input, action) => [
  ...(await ofOldAlias(call, input, action)),
  await askOfNamed(call, action, input["TargetKeyId"]),
];

/** DeleteAlias: on the alias and on the key it names, when there is such an alias. */
export const ofOldAlias: Asks = async (call, input, action) => {
  const ask = askOfAlias(call, action, input);
  const name = input["AliasName"];
  if (typeof name !== "string") return [ask];
  const keyId = await findAliasedKey(call, call.principal.accountId, name);
  return keyId === undefined ? [ask] : [ask, await askOfKey(call, action, keyId)];
};

/** Throws AccessDeniedException unless every ask is allowed. */
export function authorizeKms(call: KmsCall, asks: readonly PlainAsk[]): void {
  for (const ask of asks) {
    const decision = judgePlain(call, ask);
    if (decision.isAllowed) continue;
    const { principal } = call;
    const { action, resource } = ask;
    throw new KmsError(
      "AccessDeniedException",
      `User: ${principal.arn} is not authorized to perform: ${action} on resource: ` +
        `${resource} ${reasonOf(action, decision)}`,
      new AccessDenial(principal, () => explainPlain(call, ask)),
    );
  }
}

function askOfAlias(call: KmsCall, action: string, input: Input): PlainAsk {
  const name = input["AliasName"];
  const isName = typeof name === "string" && name.startsWith("alias/");
  const resource = isName ? kmsAliasArn(call.region, call.principal.accountId, name) : "*";
  return { action, resource };
}

async function askOfCiphertext(call: KmsCall, action: string, input: Input): Promise<PlainAsk> {
  const text = input["CiphertextBlob"];
  if (typeof text !== "string") return { action, resource: "*" };
  const keyId = keyIdOf(new Uint8Array(Buffer.from(text, "base64")));
  return keyId === undefined ? { action, resource: "*" } : askOfKey(call, action, keyId);
}

/** On the key of that id, ARN or alias; on `*` when it names none that the account could have. */
async function askOfNamed(call: KmsCall, action: string, name: unknown): Promise<PlainAsk> {
  if (typeof name !== "string") return { action, resource: "*" };
  const own = call.principal.accountId;
  const parsed = parseKeyReference(name, call.region);
  const owner = ("accountId" in parsed ? parsed.accountId : undefined) ?? own;
  if (parsed.kind === "id" && owner !== own) {
    return { action, resource: kmsKeyArn(call.region, owner, parsed.keyId) };
  }
  if (parsed.kind === "id") return askOfKey(call, action, parsed.keyId);
  if (parsed.kind !== "alias" || owner !== own) return { action, resource: "*" };
  const keyId = await findAliasedKey(call, own, parsed.name);
  return keyId === undefined ? { action, resource: "*" } : askOfKey(call, action, keyId);
}

/** Whether there is such a key is not said here; tags are only told of the account's own. */
async function askOfKey(call: KmsCall, action: string, keyId: string): Promise<PlainAsk> {
  const { accountId } = call.principal;
  const key = await getKmsKey(call, keyId);
  return {
    action,
    resource: kmsKeyArn(call.region, accountId, keyId),
    ...(key?.accountId === accountId && { resourceTags: key.tags }),
  };
}
