// Session tokens: everything a temporary key stands for, sealed so that only this deployment can read
// or make one, and bound to the id of the key. AES-256-GCM under a key derived from MASTER_KEY for
// this purpose alone (HKDF, RFC 5869). No algorithm is ever read from a token (SEC-027), and nothing
// is stored: what ends a session before its time is said in `callers.ts`.

import type { Env, Seams } from "../env.ts";
import type { PrincipalTag, SessionFacts } from "../s3/principal.ts";
import { readMasterKey } from "./sealing.ts";

/** What a token says of its session. */
export interface SessionClaims {
  readonly secret: string;
  readonly kind: SessionFacts["kind"];
  readonly accountId: string;
  /** Of a role's session; the others stand and fall with `issuingKeyId`. */
  readonly roleId?: string;
  /** The long-term key that asked for a session of its own or for a federated user. */
  readonly issuingKeyId?: string;
  /** The role session's or the federated user's name. */
  readonly name?: string;
  readonly tags: readonly PrincipalTag[];
  readonly transitiveTagKeys: readonly string[];
  readonly sourceIdentity?: string;
  readonly federatedProvider?: string;
  /** Text of the policy passed with the call. */
  readonly policy?: string;
  /** Managed policies passed with the call. */
  readonly policyArns: readonly string[];
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

const VERSION = 1;
const KEY_ID_BYTES = 4;
const NONCE_BYTES = 12;
const HEAD_BYTES = 1 + KEY_ID_BYTES + NONCE_BYTES;
const PURPOSE = "cairn session token 1";

/** Longer than any token this program makes; more is not looked at. */
const LONGEST_TOKEN = 16_384;

interface SessionKey {
  /** First bytes of a digest: tells master keys apart. */
  readonly id: Uint8Array;
  readonly key: CryptoKey;
}

/** By the master key's text. A deployment has few. */
const derived = new Map<string, SessionKey>();
const maximumDerived = 16;

/** Seals claims for the temporary key `accessKeyId`. */
export async function sealSession(
  place: { readonly env: Env; readonly seams: Seams },
  accessKeyId: string,
  claims: SessionClaims,
): Promise<string> {
  const { id, key } = await sessionKey(place.env.MASTER_KEY);
  const head = new Uint8Array(HEAD_BYTES);
  head[0] = VERSION;
  head.set(id, 1);
  head.set(place.seams.randomBytes(NONCE_BYTES), 1 + KEY_ID_BYTES);
  const sealed = await crypto.subtle.encrypt(
    parameters(head, accessKeyId),
    key,
    new TextEncoder().encode(JSON.stringify(claims)),
  );
  return Buffer.concat([head, new Uint8Array(sealed)]).toString("base64");
}

/**
 * The claims in a token of that key; `undefined` for a token of another key or deployment, a
 * changed one, or any other text. Whether the session is over is for the caller to see.
 */
export async function openSession(
  env: Env,
  accessKeyId: string,
  token: string,
): Promise<SessionClaims | undefined> {
  if (token.length > LONGEST_TOKEN || !/^[A-Za-z0-9+/]+={0,2}$/.test(token)) return undefined;
  const bytes = new Uint8Array(Buffer.from(token, "base64"));
  if (bytes.length <= HEAD_BYTES || bytes[0] !== VERSION) return undefined;
  const head = bytes.slice(0, HEAD_BYTES);
  const keyId = head.subarray(1, 1 + KEY_ID_BYTES);
  const previous = (env.MASTER_KEY_PREVIOUS ?? "").split(",").map((text) => text.trim());
  for (const text of [env.MASTER_KEY, ...previous]) {
    if (text === "") continue;
    const { id, key } = await sessionKey(text);
    if (!id.every((byte, index) => byte === keyId[index])) continue;
    try {
      const sealed = bytes.slice(HEAD_BYTES);
      const opened = await crypto.subtle.decrypt(parameters(head, accessKeyId), key, sealed);
      return JSON.parse(new TextDecoder().decode(opened)) as SessionClaims;
    } catch {
      return undefined;
    }
  }
  return undefined;
}

/** The head and the key's id are part of what is verified. */
function parameters(head: Uint8Array<ArrayBuffer>, accessKeyId: string) {
  const name = new TextEncoder().encode(accessKeyId);
  return {
    name: "AES-GCM",
    iv: head.slice(1 + KEY_ID_BYTES),
    additionalData: new Uint8Array([...head, ...name]),
  };
}

/** Keeps the key, never the promise of it: that would die with the request that began it. */
async function sessionKey(text: string): Promise<SessionKey> {
  const known = derived.get(text);
  if (known !== undefined) return known;
  const master = await crypto.subtle.importKey("raw", readMasterKey(text), "HKDF", false, [
    "deriveBits",
  ]);
  const derive = (info: string, bits: number) => {
    const salt = new Uint8Array(0);
    const algorithm = { name: "HKDF", hash: "SHA-256", salt, info: new TextEncoder().encode(info) };
    return crypto.subtle.deriveBits(algorithm, master, bits);
  };
  const bytes = await derive(PURPOSE, 256);
  const key = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
  const id = new Uint8Array(await derive(`${PURPOSE} id`, KEY_ID_BYTES * 8));
  const made = { id, key };
  const first = derived.keys().next();
  if (derived.size >= maximumDerived && !first.done) derived.delete(first.value);
  derived.set(text, made);
  return made;
}
