// What keys do: encrypt and decrypt small texts, make data keys, move a ciphertext to another key.
// Plaintexts and data keys are in the answer to whoever may have them, and nowhere else.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html
//
// Differs from AWS: ciphertexts are this deployment's own, as AWS's are AWS's.

import { decryptUnder, encryptUnder, keyIdOf } from "../catalog/kms-material.ts";
import {
  type ActionHandler,
  type Input,
  invalid,
  type KmsCall,
  KmsError,
  readContext,
  readNumber,
  readText,
  requireBytes,
} from "./call.ts";
import { arnOf, requireKeyId, requireUsableKey } from "./find-key.ts";

const symmetric = "SYMMETRIC_DEFAULT";
const maximumPlaintextBytes = 4096;
const maximumCiphertextBytes = 6144;

/** Encryption accepts aliases, as on AWS. */
async function keyFor(call: KmsCall, input: Input, field = "KeyId") {
  return requireUsableKey(call, await requireKeyId(call, input, field, { aliases: true }));
}

export const encrypt: ActionHandler = async (call, input) => {
  const plaintext = requireBytes(input, "Plaintext", maximumPlaintextBytes);
  const key = await keyFor(call, input);
  const context = readContext(input);
  const ciphertext = await encryptUnder(call.seams, key, { plaintext, context });
  return {
    CiphertextBlob: base64(ciphertext),
    KeyId: arnOf(call, key),
    EncryptionAlgorithm: symmetric,
  };
};

export const decrypt: ActionHandler = async (call, input) => {
  const ciphertext = requireBytes(input, "CiphertextBlob", maximumCiphertextBytes);
  const opened = await open(call, input, { ciphertext, context: readContext(input) });
  return {
    Plaintext: base64(opened.plaintext),
    KeyId: arnOf(call, opened.key),
    EncryptionAlgorithm: symmetric,
  };
};

/** The plaintext of a ciphertext, under the key that it names; `KeyId` must agree when it is given. */
async function open(
  call: KmsCall,
  input: Input,
  facts: { ciphertext: Uint8Array; context: Record<string, string>; field?: string },
) {
  const { ciphertext, context, field = "KeyId" } = facts;
  const keyId = keyIdOf(ciphertext);
  if (keyId === undefined) throw new KmsError("InvalidCiphertextException", "");
  if (input[field] !== undefined) {
    const named = await requireKeyId(call, input, field, { aliases: true });
    if (named !== keyId) {
      throw new KmsError(
        "IncorrectKeyException",
        "The key ID in the request does not identify a CMK that can perform this operation.",
      );
    }
  }
  const key = await requireUsableKey(call, keyId);
  const plaintext = await decryptUnder(key, { ciphertext, context });
  if (plaintext === undefined) throw new KmsError("InvalidCiphertextException", "");
  return { key, plaintext };
}

export const reEncrypt: ActionHandler = async (call, input) => {
  const ciphertext = requireBytes(input, "CiphertextBlob", maximumCiphertextBytes);
  const from = { ciphertext, context: readContext(input, "SourceEncryptionContext") };
  const source = await open(call, input, { ...from, field: "SourceKeyId" });
  const key = await keyFor(call, input, "DestinationKeyId");
  const moved = await encryptUnder(call.seams, key, {
    plaintext: source.plaintext,
    context: readContext(input, "DestinationEncryptionContext"),
  });
  return {
    CiphertextBlob: base64(moved),
    SourceKeyId: arnOf(call, source.key),
    KeyId: arnOf(call, key),
    SourceEncryptionAlgorithm: symmetric,
    DestinationEncryptionAlgorithm: symmetric,
  };
};

export const generateDataKey: ActionHandler = async (call, input) => {
  const { plaintext, answer } = await makeDataKey(call, input);
  return { ...answer, Plaintext: base64(plaintext) };
};

export const generateDataKeyWithoutPlaintext: ActionHandler = async (call, input) =>
  (await makeDataKey(call, input)).answer;

async function makeDataKey(call: KmsCall, input: Input) {
  const length = readKeyLength(input);
  const key = await keyFor(call, input);
  const plaintext = call.seams.randomBytes(length);
  const context = readContext(input);
  const ciphertext = await encryptUnder(call.seams, key, { plaintext, context });
  return { plaintext, answer: { CiphertextBlob: base64(ciphertext), KeyId: arnOf(call, key) } };
}

/** `KeySpec` or `NumberOfBytes`, one of them. */
function readKeyLength(input: Input): number {
  const spec = readText(input, "KeySpec");
  const isCounted = input["NumberOfBytes"] !== undefined;
  if ((spec === undefined) === !isCounted) {
    throw invalid("Please specify either number of bytes or key spec.");
  }
  if (spec === undefined) {
    return readNumber(input, "NumberOfBytes", { least: 1, most: 1024, byDefault: 32 });
  }
  if (spec === "AES_256") return 32;
  if (spec === "AES_128") return 16;
  throw invalid(`1 validation error detected: Value '${spec}' at 'keySpec' is not a key spec`);
}

export const generateRandom: ActionHandler = async (call, input) => {
  const length = readNumber(input, "NumberOfBytes", { least: 1, most: 1024, byDefault: 32 });
  return { Plaintext: base64(call.seams.randomBytes(length)) };
};

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
