// The keyed half of Signature Version 4: the string to sign, the signing key and its cache, and the
// only comparison of signatures in the program. Secrets never leave this file in any form.

import { createHash, createHmac, timingSafeEqual } from "node:crypto";

export const algorithm = "AWS4-HMAC-SHA256";
export const scopeTerminator = "aws4_request";
export const emptySha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** What a signing key is bound to: one secret, one day, one region, one service. */
export interface SigningScope {
  /** `20261122` */
  readonly day: string;
  readonly region: string;
  readonly service: string;
}

/** `20261122/us-east-1/s3/aws4_request`. */
export function renderScope(scope: SigningScope): string {
  return `${scope.day}/${scope.region}/${scope.service}/${scopeTerminator}`;
}

export function sha256Hex(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** HMAC-SHA256 in hex. Synchronous: in workerd it costs 4 us for a string to sign, WebCrypto 5. */
export function signText(signingKey: Uint8Array, text: string): string {
  return createHmac("sha256", signingKey).update(text).digest("hex");
}

/** The four lines that the signing key signs. */
export function stringToSign(amzDate: string, scope: string, canonical: string): string {
  return `${algorithm}\n${amzDate}\n${scope}\n${sha256Hex(canonical)}`;
}

/**
 * Compares two signatures in constant time. Length is public: SigV4's is always 64 digits.
 * Letter case is not significant, as on AWS.
 */
export function isSameSignature(expected: string, provided: string): boolean {
  const left = Buffer.from(expected, "latin1");
  const right = Buffer.from(provided.toLowerCase(), "latin1");
  return left.length === right.length && timingSafeEqual(left, right);
}

// Deriving costs four HMACs, and a client keeps its key for a day: one isolate remembers the keys
// it uses. The secret is part of the name, so a rotated secret can never meet the old key.
const rememberedKeys = 512;
const signingKeys = new Map<string, Uint8Array>();

/**
 * The signing key of a secret for a scope, from this isolate's memory when it was derived before.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signingKeyFor(secret: string, scope: SigningScope): Uint8Array {
  const name = `${renderScope(scope)}/${secret}`;
  const known = signingKeys.get(name);
  if (known !== undefined) return known;
  let key: Uint8Array = hmac(`AWS4${secret}`, scope.day);
  for (const step of [scope.region, scope.service, scopeTerminator]) key = hmac(key, step);
  const oldest = signingKeys.size < rememberedKeys ? undefined : signingKeys.keys().next().value;
  if (oldest !== undefined) signingKeys.delete(oldest);
  signingKeys.set(name, key);
  return key;
}

function hmac(key: string | Uint8Array, text: string): Uint8Array {
  return createHmac("sha256", key).update(text).digest();
}
