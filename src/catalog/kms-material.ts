// What a KMS key does: turns a few bytes (data keys, mostly) into a ciphertext that names the key and
// opens only under the same encryption context. Keeps the opened material of keys in the isolate for a
// short time, so that a warm read of an encrypted object asks D1 nothing.
//
// Ciphertext = 1 || key id (16) || generation (4, big endian) || salt (16) || nonce (12) || AES-256-GCM.
// Its key is HKDF-SHA256(material, salt), so no amount of use wears a KMS key out: as AWS KMS does,
// https://docs.aws.amazon.com/kms/latest/cryptographic-details/kms-crypto-primitives.html

import type { Env, Seams } from "../env.ts";
import { type CatalogCall, queryAll } from "./database.ts";
import { IsolateCache, perDatabase } from "./isolate-cache.ts";
import { seal, unseal } from "./sealing.ts";

/**
 * How long an isolate believes what it knows of a KMS key, 30 seconds: a key disabled through another
 * isolate works for at most this long. The isolate that changed it obeys at once.
 */
export const KMS_KEY_CACHE_MS = 30_000;

/** Name-value pairs that are not secret and must be the same at decryption. */
export type EncryptionContext = Readonly<Record<string, string>>;

export type KmsKeyState = "Enabled" | "Disabled" | "PendingDeletion";

/** A key with its material, ready to use. */
export interface OpenKmsKey {
  readonly keyId: string;
  readonly accountId: string;
  /** Whoever may use S3 in the account may use the key that S3 manages; others ask their policies. */
  readonly manager: "CUSTOMER" | "AWS";
  readonly state: KmsKeyState;
  /** By generation; the highest encrypts. */
  readonly materials: ReadonlyMap<number, CryptoKey>;
  readonly newest: number;
}

interface MaterialRow {
  readonly key_id: string;
  readonly account_id: string;
  readonly manager: OpenKmsKey["manager"];
  readonly state: KmsKeyState;
  readonly generation: number;
  readonly sealed: string;
}

/** A key past its day of deletion is gone, whether or not the upkeep has been here yet. */
const selectMaterials = `SELECT k.key_id, k.account_id, k.manager, k.state, m.generation, m.sealed
  FROM kms_keys k JOIN kms_materials m ON m.key_id = k.key_id
  WHERE k.key_id = ?1 AND (k.deletion_at_ms IS NULL OR k.deletion_at_ms > ?2)
  ORDER BY m.generation`;

const openKeys = perDatabase(
  () =>
    new IsolateCache<OpenKmsKey>({ ttlMs: KMS_KEY_CACHE_MS, absentTtlMs: 0, maxEntries: 1_000 }),
);

/** The key with its material, at most `KMS_KEY_CACHE_MS` old; `undefined` when there is none. */
export function openKmsKey(call: CatalogCall, keyId: string): Promise<OpenKmsKey | undefined> {
  return openKeys(call.env).get(keyId, call.nowMs, async () => {
    const rows = await queryAll<MaterialRow>(call, [selectMaterials, keyId, call.nowMs]);
    const last = rows.at(-1);
    if (last === undefined) return undefined;
    const materials = new Map<number, CryptoKey>();
    for (const row of rows) materials.set(row.generation, await openMaterial(call.env, row));
    const { account_id: accountId, manager, state, generation: newest } = last;
    return { keyId, accountId, manager, state, materials, newest };
  });
}

/** For whoever changed the key. */
export function forgetKmsKey(env: Env, keyId: string): void {
  openKeys(env).forget(keyId);
}

/** 32 fresh bytes, sealed for `kms_materials`. */
export function mintMaterial(
  place: { readonly env: Env; readonly seams: Seams },
  keyId: string,
  generation: number,
): Promise<string> {
  const bytes = place.seams.randomBytes(32);
  return seal(place, materialLabel(keyId, generation), toBase64(bytes));
}

/** What the material of a key is sealed for. */
export function materialLabel(keyId: string, generation: number) {
  return { purpose: "kms-key", recordId: `${keyId}/${generation}` };
}

async function openMaterial(env: Env, row: MaterialRow): Promise<CryptoKey> {
  const text = await unseal(env, materialLabel(row.key_id, row.generation), row.sealed);
  return crypto.subtle.importKey("raw", fromBase64(text), "HKDF", false, ["deriveKey"]);
}

const formatVersion = 1;
const generationAt = 17;
const saltAt = 21;
const nonceAt = 37;
const sealedAt = 49;

/** Encrypts under the newest material of the key. */
export async function encryptUnder(
  seams: Seams,
  key: OpenKmsKey,
  { plaintext, context }: { plaintext: Uint8Array; context: EncryptionContext },
): Promise<Uint8Array> {
  const material = key.materials.get(key.newest);
  if (material === undefined) throw new RangeError(`the KMS key ${key.keyId} has no material`);
  const head = new Uint8Array(sealedAt);
  head[0] = formatVersion;
  head.set(bytesOfKeyId(key.keyId), 1);
  new DataView(head.buffer).setUint32(generationAt, key.newest);
  head.set(seams.randomBytes(sealedAt - saltAt), saltAt);
  const sealed = await crypto.subtle.encrypt(
    parametersOf(head, context),
    await deriveKey(material, head),
    new Uint8Array(plaintext),
  );
  const ciphertext = new Uint8Array(sealedAt + sealed.byteLength);
  ciphertext.set(head);
  ciphertext.set(new Uint8Array(sealed), sealedAt);
  return ciphertext;
}

/** Which key a ciphertext needs; `undefined` for bytes that no KMS key of ours made. */
export function keyIdOf(ciphertext: Uint8Array): string | undefined {
  if (ciphertext[0] !== formatVersion || ciphertext.length < sealedAt + 16) return undefined;
  const hex = Array.from(ciphertext.subarray(1, generationAt), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** The plaintext; `undefined` when the ciphertext was changed or the context is not the same. */
export async function decryptUnder(
  key: OpenKmsKey,
  { ciphertext, context }: { ciphertext: Uint8Array; context: EncryptionContext },
): Promise<Uint8Array | undefined> {
  if (keyIdOf(ciphertext) !== key.keyId) return undefined;
  const bytes = new Uint8Array(ciphertext);
  const head = bytes.subarray(0, sealedAt);
  const material = key.materials.get(new DataView(bytes.buffer).getUint32(generationAt));
  if (material === undefined) return undefined;
  try {
    const plaintext = await crypto.subtle.decrypt(
      parametersOf(head, context),
      await deriveKey(material, head),
      bytes.subarray(sealedAt),
    );
    return new Uint8Array(plaintext);
  } catch {
    return undefined;
  }
}

/** Everything in front of the sealed bytes is authenticated with them. */
function parametersOf(head: Uint8Array<ArrayBuffer>, context: EncryptionContext) {
  const pairs = Object.entries(context).sort(([one], [other]) => (one < other ? -1 : 1));
  const bound = JSON.stringify([toBase64(head), ...pairs]);
  return {
    name: "AES-GCM",
    iv: head.subarray(nonceAt, sealedAt),
    additionalData: new TextEncoder().encode(bound),
  };
}

function deriveKey(material: CryptoKey, head: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.deriveKey(
    {
      name: "HKDF",
      hash: "SHA-256",
      salt: head.subarray(saltAt, nonceAt),
      info: new TextEncoder().encode("cairn kms 1"),
    },
    material,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
}

function bytesOfKeyId(keyId: string): Uint8Array {
  return Uint8Array.from(keyId.replaceAll("-", "").match(/../g) ?? [], (hex) => parseInt(hex, 16));
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
