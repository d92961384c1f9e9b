// Keys: making, showing, switching, rotating, deleting them, their tags and their one policy.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_Operations.html
//
// Differs from AWS: symmetric keys of this deployment only; no key policy but the default one, no
// grants, no regions, no imported or external material.

import {
  cancelKmsKeyDeletion,
  createKmsKey,
  describeKmsKeyAs,
  type KmsKey,
  listKmsGenerations,
  listKmsKeys,
  rotateKmsKey,
  scheduleKmsKeyDeletion,
  setKmsKeyRotation,
  setKmsKeyState,
} from "../catalog/kms-keys.ts";
import {
  type ActionHandler,
  type Input,
  type KmsCall,
  KmsError,
  readNumber,
  readText,
  renderTime,
} from "./call.ts";
import { arnOf, requireKey, requireLivingKey, requireOwnKey } from "./find-key.ts";
import { readTags } from "./tags.ts";

const symmetric = "SYMMETRIC_DEFAULT";

export const createKey: ActionHandler = async (call, input) => {
  refuseOtherKinds(input);
  const key = await createKmsKey(call, {
    accountId: call.principal.accountId,
    description: readText(input, "Description", 8192) ?? "",
    tags: readTags(input),
  });
  return { KeyMetadata: describe(call, key) };
};

/** What a key can be besides symmetric, made here and under the default policy. */
function refuseOtherKinds(input: Input): void {
  const spec = input["KeySpec"] ?? input["CustomerMasterKeySpec"] ?? symmetric;
  const isPlain =
    spec === symmetric &&
    (input["KeyUsage"] ?? "ENCRYPT_DECRYPT") === "ENCRYPT_DECRYPT" &&
    (input["Origin"] ?? "AWS_KMS") === "AWS_KMS" &&
    (input["MultiRegion"] ?? false) === false;
  if (isPlain && input["Policy"] === undefined) return;
  throw new KmsError(
    "UnsupportedOperationException",
    "Only symmetric encryption keys with the default key policy are supported.",
  );
}

export const describeKey: ActionHandler = async (call, input) => ({
  KeyMetadata: describe(call, await requireKey(call, input, { aliases: true })),
});

export const listKeys: ActionHandler = async (call, input) => {
  const limit = readNumber(input, "Limit", { least: 1, most: 1000, byDefault: 100 });
  const after = readText(input, "Marker") ?? "";
  const found = await listKmsKeys(call, call.principal.accountId, { after, limit: limit + 1 });
  const page = found.slice(0, limit);
  const next = found.length > limit ? page.at(-1)?.keyId : undefined;
  return {
    Keys: page.map((key) => ({ KeyId: key.keyId, KeyArn: arnOf(call, key) })),
    Truncated: next !== undefined,
    ...(next !== undefined && { NextMarker: next }),
  };
};

export const enableKey: ActionHandler = async (call, input) => {
  const key = await requireLivingKey(call, input);
  await setKmsKeyState(call, key.keyId, "Enabled");
  return undefined;
};

export const disableKey: ActionHandler = async (call, input) => {
  const key = await requireLivingKey(call, input);
  await setKmsKeyState(call, key.keyId, "Disabled");
  return undefined;
};

export const updateKeyDescription: ActionHandler = async (call, input) => {
  const key = await requireLivingKey(call, input);
  await describeKmsKeyAs(call, key.keyId, readText(input, "Description", 8192) ?? "");
  return undefined;
};

export const scheduleKeyDeletion: ActionHandler = async (call, input) => {
  const days = readNumber(input, "PendingWindowInDays", { least: 7, most: 30, byDefault: 30 });
  const key = await requireLivingKey(call, input);
  const deletionAtMs = await scheduleKmsKeyDeletion(call, key.keyId, days);
  return {
    KeyId: arnOf(call, key),
    DeletionDate: renderTime(deletionAtMs),
    KeyState: "PendingDeletion",
    PendingWindowInDays: days,
  };
};

export const cancelKeyDeletion: ActionHandler = async (call, input) => {
  const key = await requireOwnKey(call, input);
  if (key.state !== "PendingDeletion") {
    throw new KmsError("KMSInvalidStateException", `${arnOf(call, key)} is not pending deletion.`);
  }
  await cancelKmsKeyDeletion(call, key.keyId);
  return { KeyId: arnOf(call, key) };
};

export const enableKeyRotation: ActionHandler = async (call, input) => {
  const bounds = { least: 90, most: 2560, byDefault: 365 };
  const days = readNumber(input, "RotationPeriodInDays", bounds);
  const key = await requireEnabledKey(call, input);
  await setKmsKeyRotation(call, key.keyId, days);
  return undefined;
};

export const disableKeyRotation: ActionHandler = async (call, input) => {
  const key = await requireEnabledKey(call, input);
  await setKmsKeyRotation(call, key.keyId, undefined);
  return undefined;
};

export const getKeyRotationStatus: ActionHandler = async (call, input) => {
  const key = await requireKey(call, input);
  const { rotation } = key;
  return {
    KeyId: key.keyId,
    KeyRotationEnabled: rotation !== undefined,
    ...(rotation !== undefined && {
      RotationPeriodInDays: rotation.days,
      NextRotationDate: renderTime(rotation.nextAtMs),
    }),
  };
};

/** As AWS KMS: https://docs.aws.amazon.com/kms/latest/developerguide/rotating-keys-on-demand.html */
const maximumRotations = 25;

export const rotateKeyOnDemand: ActionHandler = async (call, input) => {
  const key = await requireEnabledKey(call, input);
  const generations = await listKmsGenerations(call, key.keyId);
  if (generations.length > maximumRotations) {
    throw new KmsError("LimitExceededException", "The key was rotated on demand too often.");
  }
  await rotateKmsKey(call, key.keyId);
  return { KeyId: key.keyId };
};

export const listKeyRotations: ActionHandler = async (call, input) => {
  const key = await requireKey(call, input);
  const generations = await listKmsGenerations(call, key.keyId);
  return {
    Rotations: generations.slice(1).map(({ createdAtMs }) => ({
      KeyId: key.keyId,
      RotationDate: renderTime(createdAtMs),
    })),
    Truncated: false,
  };
};

export const getKeyPolicy: ActionHandler = async (call, input) => {
  const key = await requireKey(call, input);
  const name = readText(input, "PolicyName") ?? "default";
  if (name !== "default") throw new KmsError("NotFoundException", "No such policy exists");
  const statement = {
    Sid: "Enable IAM User Permissions",
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::${key.accountId}:root` },
    Action: "kms:*",
    Resource: "*",
  };
  const policy = { Version: "2012-10-17", Id: "key-default-1", Statement: [statement] };
  return { Policy: JSON.stringify(policy), PolicyName: "default" };
};

export const listKeyPolicies: ActionHandler = async (call, input) => {
  await requireKey(call, input);
  return { PolicyNames: ["default"], Truncated: false };
};

async function requireEnabledKey(call: KmsCall, input: Input): Promise<KmsKey> {
  const key = await requireLivingKey(call, input);
  if (key.state === "Enabled") return key;
  throw new KmsError("DisabledException", `${arnOf(call, key)} is disabled.`);
}

function describe(call: KmsCall, key: KmsKey) {
  return {
    AWSAccountId: key.accountId,
    KeyId: key.keyId,
    Arn: arnOf(call, key),
    CreationDate: renderTime(key.createdAtMs),
    Enabled: key.state === "Enabled",
    Description: key.description,
    KeyUsage: "ENCRYPT_DECRYPT",
    KeyState: key.state,
    ...(key.deletionAtMs !== undefined && { DeletionDate: renderTime(key.deletionAtMs) }),
    Origin: "AWS_KMS",
    KeyManager: key.manager === "AWS" ? "AWS" : "CUSTOMER",
    CustomerMasterKeySpec: symmetric,
    KeySpec: symmetric,
    EncryptionAlgorithms: [symmetric],
    MultiRegion: false,
  };
}
