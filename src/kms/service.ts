// KMS on the endpoint it shares with S3: reads a call of the JSON 1.1 protocol, finds its action and
// answers in the same. Every action of AWS is known by name; one that is not built answers
// UnsupportedOperationException, one that does not exist UnknownOperationException.
// https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html

import { type AccessDenial, tellDenial } from "../auth/access-denial.ts";
import { encodeFitting } from "../catalog/authorization-messages.ts";
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
import {
  type Asks,
  authorizeKms,
  ofAccount,
  ofCiphertext,
  ofKey,
  ofMovedAlias,
  ofNewAlias,
  ofOldAlias,
  ofReEncrypt,
} from "./permissions.ts";
import { listResourceTags, tagResource, untagResource } from "./tags.ts";

/** What an action must be allowed, and what it does then. */
interface Action {
  readonly asks: Asks;
  readonly answer: ActionHandler;
}

/** Total: every action of AWS KMS (API of 2014-11-01), built or not. */
const actions: Readonly<Record<string, Action | "unbuilt">> = {
  CancelKeyDeletion: { asks: ofKey, answer: cancelKeyDeletion },
  ConnectCustomKeyStore: "unbuilt",
  CreateAlias: { asks: ofNewAlias, answer: createAlias },
  CreateCustomKeyStore: "unbuilt",
  CreateGrant: "unbuilt",
  CreateKey: { asks: ofAccount, answer: createKey },
  Decrypt: { asks: ofCiphertext, answer: decrypt },
  DeleteAlias: { asks: ofOldAlias, answer: deleteAlias },
  DeleteCustomKeyStore: "unbuilt",
  DeleteImportedKeyMaterial: "unbuilt",
  DeriveSharedSecret: "unbuilt",
  DescribeCustomKeyStores: "unbuilt",
  DescribeKey: { asks: ofKey, answer: describeKey },
  DisableKey: { asks: ofKey, answer: disableKey },
  DisableKeyRotation: { asks: ofKey, answer: disableKeyRotation },
  DisconnectCustomKeyStore: "unbuilt",
  EnableKey: { asks: ofKey, answer: enableKey },
  EnableKeyRotation: { asks: ofKey, answer: enableKeyRotation },
  Encrypt: { asks: ofKey, answer: encrypt },
  GenerateDataKey: { asks: ofKey, answer: generateDataKey },
  GenerateDataKeyPair: "unbuilt",
  GenerateDataKeyPairWithoutPlaintext: "unbuilt",
  GenerateDataKeyWithoutPlaintext: { asks: ofKey, answer: generateDataKeyWithoutPlaintext },
  GenerateMac: "unbuilt",
  GenerateRandom: { asks: ofAccount, answer: generateRandom },
  GetKeyPolicy: { asks: ofKey, answer: getKeyPolicy },
  GetKeyRotationStatus: { asks: ofKey, answer: getKeyRotationStatus },
  GetParametersForImport: "unbuilt",
  GetPublicKey: "unbuilt",
  ImportKeyMaterial: "unbuilt",
  ListAliases: { asks: ofAccount, answer: listAliases },
  ListGrants: "unbuilt",
  ListKeyPolicies: { asks: ofKey, answer: listKeyPolicies },
  ListKeyRotations: { asks: ofKey, answer: listKeyRotations },
  ListKeys: { asks: ofAccount, answer: listKeys },
  ListResourceTags: { asks: ofKey, answer: listResourceTags },
  ListRetirableGrants: "unbuilt",
  PutKeyPolicy: "unbuilt",
  ReEncrypt: { asks: ofReEncrypt, answer: reEncrypt },
  ReplicateKey: "unbuilt",
  RetireGrant: "unbuilt",
  RevokeGrant: "unbuilt",
  RotateKeyOnDemand: { asks: ofKey, answer: rotateKeyOnDemand },
  ScheduleKeyDeletion: { asks: ofKey, answer: scheduleKeyDeletion },
  Sign: "unbuilt",
  TagResource: { asks: ofKey, answer: tagResource },
  UntagResource: { asks: ofKey, answer: untagResource },
  UpdateAlias: { asks: ofMovedAlias, answer: updateAlias },
  UpdateCustomKeyStore: "unbuilt",
  UpdateKeyDescription: { asks: ofKey, answer: updateKeyDescription },
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
    const action = Object.hasOwn(actions, name ?? "") ? actions[name ?? ""] : undefined;
    if (service !== "TrentService" || name === undefined || action === undefined) {
      throw new KmsError("UnknownOperationException", "");
    }
    if (call.notes !== undefined) call.notes.operation = name;
    if (action === "unbuilt") {
      throw new KmsError("UnsupportedOperationException", `${name} is not supported.`);
    }
    const input = await readInput(call);
    authorizeKms(call, await action.asks(call, input, `kms:${name}`));
    const output = await action.answer(call, input);
    const body = output === undefined ? "" : JSON.stringify(output);
    return new Response(body, { headers: headersOf(call.requestId) });
  } catch (error) {
    if (!(error instanceof KmsError) && !(error instanceof S3Error)) throw error;
    const denial = error instanceof KmsError ? error.denial : undefined;
    const encoded = denial && (await encodeDenial(call, denial));
    const { notes } = call;
    if (notes !== undefined) notes.code = error.code;
    if (notes !== undefined && encoded !== undefined) notes.denial = encoded;
    return renderKmsError(error, call.requestId, encoded);
  }
}

function encodeDenial({ env, seams }: KmsCall, denial: AccessDenial): Promise<string | undefined> {
  const { accountId } = denial.principal;
  return encodeFitting({ env, seams }, accountId, tellDenial(denial).documents);
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

/**
 * A refusal in the JSON protocol; also of requests that did not get as far as their action.
 * `encoded`: the authorization message of a denial.
 */
export function renderKmsError(
  error: KmsError | S3Error,
  requestId: string,
  encoded?: string,
): Response {
  const status = error instanceof S3Error ? error.status : 400;
  const code = Object.hasOwn(namesOfCodes, error.code) ? namesOfCodes[error.code] : error.code;
  const body = JSON.stringify({
    __type: code,
    message: error.message,
    ...(encoded !== undefined && { EncodedMessage: encoded }),
  });
  return new Response(body, { status, headers: headersOf(requestId) });
}

function headersOf(requestId: string): Record<string, string> {
  return { "content-type": contentType, "x-amzn-requestid": requestId };
}
