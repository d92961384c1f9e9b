// Seals secrets for rest in D1: AES-256-GCM under MASTER_KEY, bound to what the secret is for and
// whose it is, so that a sealed text moved to another row does not open. The id of the master key
// stands in front of each sealed text: earlier keys open what they sealed, and `master-key.ts`
// seals it anew.
// Source: NIST SP 800-38D (96-bit random nonces, 128-bit tags).

import type { Env, Seams } from "../env.ts";

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const FORMAT = "v1";

/** What a sealed text is bound to. Opening it under another label fails. */
export interface SealLabel {
  /** The kind of secret: `access-key`. */
  readonly purpose: string;
  /** The record it belongs to: an access key id. */
  readonly recordId: string;
}

interface MasterKey {
  /** First 8 hex digits of the key's SHA-256: tells keys apart, reveals nothing of use. */
  readonly id: string;
  readonly key: CryptoKey;
}

/** Keys imported so far, by their text: a deployment has few, and importing costs more than sealing. */
const imported = new Map<string, MasterKey>();

/** More than a deployment has at a time; where tests bring many, the first ones are forgotten. */
const maximumImported = 16;

/**
 * The 32 bytes of `MASTER_KEY`. Throws an Error that says how to make one when it is absent, not
 * base64 or of another length; the message never quotes the value. Call it at start-up too.
 */
export function readMasterKey(text: string | undefined): Uint8Array<ArrayBuffer> {
  const advice = "make one with `openssl rand -base64 32`";
  if (text === undefined || text === "") throw new Error(`MASTER_KEY is not set: ${advice}`);
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length % 4 !== 0) {
    throw new Error(`MASTER_KEY is not base64: ${advice}`);
  }
  const bytes = fromBase64(text);
  if (bytes.length !== KEY_BYTES) {
    throw new Error(`MASTER_KEY must hold ${KEY_BYTES} bytes, not ${bytes.length}: ${advice}`);
  }
  return bytes;
}

/** Seals `secret` as `v1.<key id>.<nonce>.<ciphertext and tag>`. */
export async function seal(
  place: { readonly env: Env; readonly seams: Seams },
  label: SealLabel,
  secret: string,
): Promise<string> {
  const master = await importMasterKey(place.env.MASTER_KEY);
  const nonce = new Uint8Array(place.seams.randomBytes(NONCE_BYTES));
  const sealed = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv: nonce, additionalData: renderLabel(label) },
    master.key,
    new TextEncoder().encode(secret),
  );
  return [FORMAT, master.id, toBase64(nonce), toBase64(new Uint8Array(sealed))].join(".");
}

/**
 * The secret inside `sealed`. Throws an Error when it was sealed under another master key, for
 * another label, or was changed since.
 */
export async function unseal(env: Env, label: SealLabel, sealed: string): Promise<string> {
  const [format, keyId, nonce, ciphertext, ...rest] = sealed.split(".");
  if (format !== FORMAT || nonce === undefined || ciphertext === undefined || rest.length > 0) {
    throw new Error(`sealed ${label.purpose} of ${label.recordId} has an unknown format`);
  }
  const master = (await masterKeys(env)).find(({ id }) => id === keyId);
  if (master === undefined) {
    throw new Error(`sealed ${label.purpose} of ${label.recordId} needs another MASTER_KEY`);
  }
  try {
    const secret = await crypto.subtle.decrypt(
      { name: "AES-GCM", iv: fromBase64(nonce), additionalData: renderLabel(label) },
      master.key,
      fromBase64(ciphertext),
    );
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(secret);
  } catch (cause) {
    throw new Error(`sealed ${label.purpose} of ${label.recordId} does not open`, { cause });
  }
}

/** What stands in front of everything sealed under each master key, the present one first. */
export async function sealPrefixes(env: Env): Promise<readonly string[]> {
  return (await masterKeys(env)).map(({ id }) => `${FORMAT}.${id}.`);
}

/** The present master key, then those before it. */
function masterKeys(env: Env): Promise<readonly MasterKey[]> {
  const previous = (env.MASTER_KEY_PREVIOUS ?? "").split(",").map((text) => text.trim());
  const texts = [env.MASTER_KEY, ...previous.filter((text) => text !== "")];
  return Promise.all(texts.map(importMasterKey));
}

/** Keeps the key, never the promise of it: that would die with the request that began it. */
async function importMasterKey(text: string): Promise<MasterKey> {
  const known = imported.get(text);
  if (known !== undefined) return known;
  const bytes = readMasterKey(text);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const key = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
  const master = { id: toHex(digest.subarray(0, 4)), key };
  const first = imported.keys().next();
  if (imported.size >= maximumImported && !first.done) imported.delete(first.value);
  imported.set(text, master);
  return master;
}

/** JSON keeps the two apart whatever they hold. */
function renderLabel(label: SealLabel): Uint8Array<ArrayBuffer> {
  return new Uint8Array(
    new TextEncoder().encode(JSON.stringify(["cairn", label.purpose, label.recordId])),
  );
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let at = 0; at < characters.length; at += 1) bytes[at] = characters.charCodeAt(at);
  return bytes;
}
