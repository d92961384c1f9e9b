// How an access key is made, sealed, opened and remembered. What it stands for, and how many an
// account may have, is said in `access-keys.ts`.

import type { Env, Seams } from "../env.ts";
import type { AccessKey } from "../s3/principal.ts";
import { newAccessKeyId, newSecretAccessKey } from "./credentials.ts";
import { IsolateCache, perDatabase } from "./isolate-cache.ts";
import { seal, unseal } from "./sealing.ts";

/**
 * How long an isolate believes what it knows of a key: a key disabled or deleted through another
 * isolate works for at most this long, 30 seconds. The isolate that changed it obeys at once.
 */
export const ACCESS_KEY_CACHE_MS = 30_000;

/** Ids are made by the server, so nobody asks for one before it exists: absence may be kept. */
const ABSENT_KEY_CACHE_MS = 5_000;

/** About 1 KB each. */
const KEYS_REMEMBERED = 5_000;

/** A key as it is remembered: `principal` is the account's root, whoever in it the key belongs to. */
export interface StoredKey extends AccessKey {
  /** Absent: the root's key. */
  readonly userId?: string;
}

/** Opened keys by id, in this isolate. */
export const keyCache = perDatabase(
  () =>
    new IsolateCache<StoredKey>({
      ttlMs: ACCESS_KEY_CACHE_MS,
      absentTtlMs: ABSENT_KEY_CACHE_MS,
      maxEntries: KEYS_REMEMBERED,
    }),
);

/** A key with its secret: exists only in the answer to the call that made it. */
export interface NewAccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A fresh key, and its secret as D1 keeps it. Nothing is stored yet. */
export async function mintAccessKey(place: {
  readonly env: Env;
  readonly seams: Seams;
}): Promise<{ readonly key: NewAccessKey; readonly sealedSecret: string }> {
  const { randomBytes } = place.seams;
  const key = {
    accessKeyId: newAccessKeyId(randomBytes),
    secretAccessKey: newSecretAccessKey(randomBytes),
  };
  const sealedSecret = await seal(place, accessKeyLabel(key.accessKeyId), key.secretAccessKey);
  return { key, sealedSecret };
}

/** The secret of a stored key. Throws when it was sealed for another key or another master key. */
export function openSecret(env: Env, accessKeyId: string, sealedSecret: string): Promise<string> {
  return unseal(env, accessKeyLabel(accessKeyId), sealedSecret);
}

/** What the secret of an access key is sealed for. */
export function accessKeyLabel(accessKeyId: string): { purpose: string; recordId: string } {
  return { purpose: "access-key", recordId: accessKeyId };
}
