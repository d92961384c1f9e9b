// Why a call was denied, sealed for those who may know: the text travels with the refusal through
// hands that may not, and is opened by DecodeAuthorizationMessage in the same account. Sealed under
// MASTER_KEY, bound to the account; deflated first, for it travels in an answer.

import type { Env, Seams } from "../env.ts";
import { seal, unseal } from "./sealing.ts";

/** What DecodeAuthorizationMessage takes. */
export const mostMessageCharacters = 10_240;

function label(accountId: string): { purpose: string; recordId: string } {
  return { purpose: "authorization-message", recordId: accountId };
}

/** The first of the texts, the longest first, whose message is short enough to be decoded. */
export async function encodeFitting(
  place: { readonly env: Env; readonly seams: Seams },
  accountId: string,
  texts: readonly string[],
): Promise<string | undefined> {
  for (const text of texts) {
    const encoded = await encodeMessage(place, accountId, text);
    if (encoded.length <= mostMessageCharacters) return encoded;
  }
  return undefined;
}

/** Seals `text` for whoever may decode messages in the account. Letters, digits, `-` and `_`. */
export async function encodeMessage(
  place: { readonly env: Env; readonly seams: Seams },
  accountId: string,
  text: string,
): Promise<string> {
  const deflated = await pass(new TextEncoder().encode(text), new CompressionStream("deflate-raw"));
  const sealed = await seal(place, label(accountId), Buffer.from(deflated).toString("base64"));
  // `v1.KEYID___.NONCE___________.TEXT`: the lengths say where the dots were.
  return sealed.split(".").join("").replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

const shape = /^v1([0-9a-f]{8})([\w-]{16})([\w-]+)$/;

/** The text; `undefined` for messages of other accounts and deployments, and for anything else. */
export async function decodeMessage(
  env: Env,
  accountId: string,
  encoded: string,
): Promise<string | undefined> {
  if (encoded.length > mostMessageCharacters) return undefined;
  const [, keyId, nonce, ciphertext] = shape.exec(encoded) ?? [];
  if (keyId === undefined || nonce === undefined || ciphertext === undefined) return undefined;
  const sealed = ["v1", keyId, toBase64(nonce), toBase64(ciphertext)].join(".");
  try {
    const deflated = Buffer.from(await unseal(env, label(accountId), sealed), "base64");
    const text = await pass(deflated, new DecompressionStream("deflate-raw"));
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(text);
  } catch {
    return undefined;
  }
}

function toBase64(text: string): string {
  const plain = text.replaceAll("-", "+").replaceAll("_", "/");
  return plain.padEnd(Math.ceil(plain.length / 4) * 4, "=");
}

async function pass(
  bytes: Uint8Array,
  through: CompressionStream | DecompressionStream,
): Promise<ArrayBuffer> {
  const stream = new Response(bytes).body?.pipeThrough(through);
  return new Response(stream).arrayBuffer();
}
