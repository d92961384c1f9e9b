// KMS on the endpoint it shares with S3: reads a call of the JSON 1.1 protocol, finds its action and
// answers in the same. Every action of AWS is known by name; one that is not built answers
// UnsupportedOperationException, one that does not exist UnknownOperationException.
// https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html

import { judgePlain } from "../auth/authorize.ts";
import { S3Error } from "../s3/errors.ts";
import { createAlias, deleteAlias, listAliases, updateAlias } from "./aliases.ts";
import { type ActionHandler, type Input, type KmsCall, KmsError } from "./call.ts";
import {
  decrypt,
  encrypt,
  generateDataKey,
  generateDataKeyWithoutPlaintext,
  generateRandom,
  reEncrypt,
} from "./cryptography.ts";
import { notAllowed, resourceOf } from "./find-key.ts";
import {
  cancelKeyDeletion,
  createKey,
  describeKey,
  disableKey,
  disableKeyRotation,
  enableKey,
  enableKeyRotation,
  getKeyPolicy,
  getKeyRotationStatus,
  listKeyPolicies,
  listKeyRotations,
  listKeys,
  rotateKeyOnDemand,
  scheduleKeyDeletion,
  updateKeyDescription,
} from "./keys.ts";
import { listResourceTags, tagResource, untagResource } from "./tags.ts";

/** Total: every action of AWS KMS (API of 2014-11-01), built or not. */
const actions: Readonly<Record<string, ActionHandler | "unbuilt">> = {
  CancelKeyDeletion: cancelKeyDeletion,
  ConnectCustomKeyStore: "unbuilt",
  CreateAlias: createAlias,
  CreateCustomKeyStore: "unbuilt",
  CreateGrant: "unbuilt",
  CreateKey: createKey,
  Decrypt: decrypt,
  DeleteAlias: deleteAlias,
  DeleteCustomKeyStore: "unbuilt",
  DeleteImportedKeyMaterial: "unbuilt",
  DeriveSharedSecret: "unbuilt",
  DescribeCustomKeyStores: "unbuilt",
  DescribeKey: describeKey,
  DisableKey: disableKey,
  DisableKeyRotation: disableKeyRotation,
  DisconnectCustomKeyStore: "unbuilt",
  EnableKey: enableKey,
  EnableKeyRotation: enableKeyRotation,
  Encrypt: encrypt,
  GenerateDataKey: generateDataKey,
  GenerateDataKeyPair: "unbuilt",
  GenerateDataKeyPairWithoutPlaintext: "unbuilt",
  GenerateDataKeyWithoutPlaintext: generateDataKeyWithoutPlaintext,
  GenerateMac: "unbuilt",
  GenerateRandom: generateRandom,
  GetKeyPolicy: getKeyPolicy,
  GetKeyRotationStatus: getKeyRotationStatus,
  GetParametersForImport: "unbuilt",
  GetPublicKey: "unbuilt",
  ImportKeyMaterial: "unbuilt",
  ListAliases: listAliases,
  ListGrants: "unbuilt",
  ListKeyPolicies: listKeyPolicies,
  ListKeyRotations: listKeyRotations,
  ListKeys: listKeys,
  ListResourceTags: listResourceTags,
  ListRetirableGrants: "unbuilt",
  PutKeyPolicy: "unbuilt",
  ReEncrypt: reEncrypt,
  ReplicateKey: "unbuilt",
  RetireGrant: "unbuilt",
  RevokeGrant: "unbuilt",
  RotateKeyOnDemand: rotateKeyOnDemand,
  ScheduleKeyDeletion: scheduleKeyDeletion,
  Sign: "unbuilt",
  TagResource: tagResource,
  UntagResource: untagResource,
  UpdateAlias: updateAlias,
  UpdateCustomKeyStore: "unbuilt",
  UpdateKeyDescription: updateKeyDescription,
  UpdatePrimaryRegion: "unbuilt",
  Verify: "unbuilt",
  VerifyMac: "unbuilt",
};

const contentType = "application/x-amz-json-1.1";

/** The largest call read: ciphertexts and policies are far below. */
const maximumCallBytes = 64 * 1024;

/** Whether a request speaks the KMS protocol, whoever signed it. */
export function isKmsRequest(headers: Headers): boolean {
  return headers.get("x-amz-target")?.startsWith("TrentService.") ?? false;
}

/** Answers a call signed for KMS. Throws nothing that the client caused. */
export async function handleKms(call: KmsCall): Promise<Response> {
  try {
    const [service, name] = (call.headers.get("x-amz-target") ?? "").split(".");
    const handler = Object.hasOwn(actions, name ?? "") ? actions[name ?? ""] : undefined;
    if (service !== "TrentService" || name === undefined || handler === undefined) {
      throw new KmsError("UnknownOperationException", "");
    }
    if (handler === "unbuilt") {
      throw new KmsError("UnsupportedOperationException", `${name} is not supported.`);
    }
    const input = await readInput(call);
    const resource = await resourceOf(call, input);
    if (!judgePlain(call, { action: `kms:${name}`, resource }).isAllowed) {
      throw notAllowed(call, resource);
    }
    const output = await handler(call, input);
    const body = output === undefined ? "" : JSON.stringify(output);
    return new Response(body, { headers: headersOf(call.requestId) });
  } catch (error) {
    if (!(error instanceof KmsError) && !(error instanceof S3Error)) throw error;
    return renderKmsError(error, call.requestId);
  }
}

async function readInput(call: KmsCall): Promise<Input> {
  const body = call.openBody();
  try {
    if (body.length > maximumCallBytes) throw new KmsError("RequestEntityTooLarge", "");
    const text = new TextDecoder().decode(await body.readAll());
    const value: unknown = text === "" ? {} : JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
    throw new KmsError("SerializationException", "");
  } catch (error) {
    if (error instanceof SyntaxError) throw new KmsError("SerializationException", "");
    throw error;
  } finally {
    await body.cancel();
  }
}

/** What KMS calls the refusals that every service of AWS shares. */
const namesOfCodes: Readonly<Record<string, string>> = {
  AccessDenied: "AccessDeniedException",
  InternalError: "KMSInternalException",
  InvalidAccessKeyId: "UnrecognizedClientException",
  ServiceUnavailable: "DependencyTimeoutException",
  SignatureDoesNotMatch: "InvalidSignatureException",
  SlowDown: "ThrottlingException",
};

/** A refusal in the JSON protocol; also of requests that did not get as far as their action. */
export function renderKmsError(error: KmsError | S3Error, requestId: string): Response {
  const status = error instanceof S3Error ? error.status : 400;
  const code = Object.hasOwn(namesOfCodes, error.code) ? namesOfCodes[error.code] : error.code;
  const body = JSON.stringify({ __type: code, message: error.message });
  return new Response(body, { status, headers: headersOf(requestId) });
}

function headersOf(requestId: string): Record<string, string> {
  return { "content-type": contentType, "x-amzn-requestid": requestId };
}
