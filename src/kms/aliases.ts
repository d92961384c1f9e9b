// Names for keys. `alias/aws/...` belongs to the service: `alias/aws/s3` is made on first use.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html

import {
  createKmsAlias,
  deleteKmsAlias,
  kmsAliasArn,
  listKmsAliases,
  updateKmsAlias,
} from "../catalog/kms-aliases.ts";
import {
  type ActionHandler,
  type Input,
  invalid,
  type KmsCall,
  KmsError,
  readNumber,
  readText,
  renderTime,
  requireText,
} from "./call.ts";
import { requireKey, requireLivingKey } from "./find-key.ts";

export const createAlias: ActionHandler = async (call, input) => {
  const name = readAliasName(input);
  const { keyId } = await requireLivingKey(call, { KeyId: input["TargetKeyId"] });
  if (await createKmsAlias(call, call.principal.accountId, { name, keyId })) return undefined;
  throw new KmsError(
    "AlreadyExistsException",
    `An alias with the name ${arn(call, name)} already exists`,
  );
};

export const updateAlias: ActionHandler = async (call, input) => {
  const name = readAliasName(input);
  const { keyId } = await requireLivingKey(call, { KeyId: input["TargetKeyId"] });
  if (await updateKmsAlias(call, call.principal.accountId, { name, keyId })) return undefined;
  throw notFound(call, name);
};

export const deleteAlias: ActionHandler = async (call, input) => {
  const name = readAliasName(input);
  if (await deleteKmsAlias(call, call.principal.accountId, name)) return undefined;
  throw notFound(call, name);
};

export const listAliases: ActionHandler = async (call, input) => {
  const limit = readNumber(input, "Limit", { least: 1, most: 100, byDefault: 50 });
  const { accountId } = call.principal;
  const key = input["KeyId"] === undefined ? undefined : await requireKey(call, input);
  const found = await listKmsAliases(call, accountId, {
    after: readText(input, "Marker") ?? "",
    ...(key !== undefined && { keyId: key.keyId }),
    limit: limit + 1,
  });
  const page = found.slice(0, limit);
  const next = found.length > limit ? page.at(-1)?.name : undefined;
  return {
    Aliases: page.map((alias) => ({
      AliasName: alias.name,
      AliasArn: arn(call, alias.name),
      TargetKeyId: alias.keyId,
      CreationDate: renderTime(alias.createdAtMs),
      LastUpdatedDate: renderTime(alias.updatedAtMs),
    })),
    Truncated: next !== undefined,
    ...(next !== undefined && { NextMarker: next }),
  };
};

function readAliasName(input: Input): string {
  const name = requireText(input, "AliasName", 256);
  if (!/^alias\/[A-Za-z0-9/_-]+$/.test(name)) {
    throw invalid(`1 validation error detected: Value '${name}' at 'aliasName' is not an alias`);
  }
  if (name.startsWith("alias/aws/")) throw new KmsError("NotAuthorizedException", "");
  return name;
}

function arn(call: KmsCall, name: string): string {
  return kmsAliasArn(call.region, call.principal.accountId, name);
}

function notFound(call: KmsCall, name: string): KmsError {
  return new KmsError("NotFoundException", `Alias ${arn(call, name)} is not found.`);
}
