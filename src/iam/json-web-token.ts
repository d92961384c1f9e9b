// Verifies JSON Web Tokens of OIDC providers: RSA and ECDSA signatures over SHA-2, nothing else. The
// algorithm must be one of ours and fit the kind of the key that the provider publishes, so that
// neither `none` nor a key taken for a shared secret gets anywhere (SEC-027). Does no I/O.
// RFC 7515, RFC 7518, RFC 7519, RFC 8725.

import { QueryError } from "./query.ts";

/** A public key as providers publish it (RFC 7517). */
export interface PublicKey {
  readonly kid?: unknown;
  readonly kty?: unknown;
  readonly use?: unknown;
  readonly alg?: unknown;
  readonly [member: string]: unknown;
}

export interface ParsedToken {
  readonly algorithm: string;
  readonly keyId: string | undefined;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly signed: Uint8Array<ArrayBuffer>;
  readonly signature: Uint8Array<ArrayBuffer>;
}

interface Algorithm {
  readonly kty: "RSA" | "EC";
  readonly curve?: string;
  readonly imported: RsaHashedImportParams | EcKeyImportParams;
  readonly verified: SubtleCryptoSignAlgorithm;
}

interface RsaHashedImportParams {
  readonly name: "RSASSA-PKCS1-v1_5";
  readonly hash: string;
}

interface EcKeyImportParams {
  readonly name: "ECDSA";
  readonly namedCurve: string;
}

function rsa(hash: string): Algorithm {
  const imported = { name: "RSASSA-PKCS1-v1_5", hash } as const;
  return { kty: "RSA", imported, verified: { name: imported.name } };
}

function ecdsa(curve: string, hash: string): Algorithm {
  const imported = { name: "ECDSA", namedCurve: curve } as const;
  return { kty: "EC", curve, imported, verified: { name: "ECDSA", hash } };
}

/** Those that AWS takes from OIDC providers. */
const algorithms: ReadonlyMap<string, Algorithm> = new Map([
  ["RS256", rsa("SHA-256")],
  ["RS384", rsa("SHA-384")],
  ["RS512", rsa("SHA-512")],
  ["ES256", ecdsa("P-256", "SHA-256")],
  ["ES384", ecdsa("P-384", "SHA-384")],
]);

/** AWS bounds the parameter at 20,000 characters. */
const longestToken = 20_000;
/** RFC 7518: RSA keys have 2048 bits or more. */
const leastModulusBytes = 256;

export function invalidToken(message: string): QueryError {
  return new QueryError("InvalidIdentityToken", 400, message);
}

/** Takes a token apart. Throws InvalidIdentityToken; nothing in it is to be believed yet. */
export function parseToken(token: string): ParsedToken {
  const parts = token.split(".");
  const [header = "", payload = "", signature = ""] = parts;
  const isShaped = parts.length === 3 && parts.every((part) => /^[A-Za-z0-9_-]+$/.test(part));
  if (token.length > longestToken || !isShaped) throw malformed();
  const { alg, kid, crit } = readObject(header);
  // Extensions that must be understood are not (RFC 7515, 4.1.11).
  if (typeof alg !== "string" || !algorithms.has(alg) || crit !== undefined) {
    throw invalidToken("The token's algorithm is not supported: use RS256 or ES256");
  }
  return {
    algorithm: alg,
    keyId: typeof kid === "string" ? kid : undefined,
    claims: readObject(payload),
    signed: new Uint8Array(new TextEncoder().encode(`${header}.${payload}`)),
    signature: new Uint8Array(Buffer.from(signature, "base64url")),
  };
}

function readObject(part: string): Readonly<Record<string, unknown>> {
  try {
    const bytes = Buffer.from(part, "base64url");
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Not JSON in UTF-8: told below.
  }
  throw malformed();
}

function malformed(): QueryError {
  return invalidToken(
    "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)",
  );
}

/** The provider's keys that may have signed the token. */
export function candidateKeys(token: ParsedToken, keys: readonly PublicKey[]): PublicKey[] {
  const algorithm = algorithms.get(token.algorithm);
  return keys.filter(
    ({ kid, kty, use, alg, crv }) =>
      kty === algorithm?.kty &&
      (algorithm?.curve === undefined || crv === algorithm.curve) &&
      (use === undefined || use === "sig") &&
      (alg === undefined || alg === token.algorithm) &&
      (token.keyId === undefined || kid === token.keyId),
  );
}

/** Whether one of the keys signed the token. */
export async function isSignedBy(token: ParsedToken, keys: readonly PublicKey[]): Promise<boolean> {
  const algorithm = algorithms.get(token.algorithm);
  if (algorithm === undefined) return false;
  for (const { kty, n, e, crv, x, y } of candidateKeys(token, keys)) {
    if (kty === "RSA" && Buffer.from(String(n), "base64url").length < leastModulusBytes) continue;
    // Only the public members: a provider's stray `ext` or `key_ops` changes nothing.
    const members = kty === "RSA" ? { kty, n, e } : { kty, crv, x, y };
    try {
      const key = await crypto.subtle.importKey(
        "jwk",
        members as JsonWebKey,
        algorithm.imported,
        false,
        ["verify"],
      );
      const { signature, signed } = token;
      if (await crypto.subtle.verify(algorithm.verified, key, signature, signed)) return true;
    } catch {
      // A key that cannot be used has signed nothing.
    }
  }
  return false;
}
