// Makes the ids and secrets of accounts, identities and access keys, all of them random and none of them chosen
// by a client (SEC-069). Pure; whether an id is free is the database's to say.

/** Cryptographically random bytes; `Seams.randomBytes` has this shape. */
type RandomBytes = (length: number) => Uint8Array;

const DIGITS = "0123456789";
const HEX = "0123456789abcdef";
/** RFC 4648 base32, as AWS's own key ids look. */
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const LETTERS_AND_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** 12 digits, as AWS account ids. */
export function newAccountId(randomBytes: RandomBytes): string {
  return pick(DIGITS, 12, randomBytes);
}

/** 64 hex digits, as S3's canonical user ids. */
export function newCanonicalId(randomBytes: RandomBytes): string {
  return pick(HEX, 64, randomBytes);
}

/** `AKIA` and 16 characters: 80 random bits. */
export function newAccessKeyId(randomBytes: RandomBytes): string {
  return `AKIA${pick(BASE32, 16, randomBytes)}`;
}

/** `ASIA` and 16 characters: the key of a session. */
export function newSessionKeyId(randomBytes: RandomBytes): string {
  return `ASIA${pick(BASE32, 16, randomBytes)}`;
}

const idPrefixes = { user: "AIDA", group: "AGPA", role: "AROA", policy: "ANPA" } as const;

/** The id of a user, group, role or managed policy: 4 letters that say which and 17 characters. */
export function newIdentityId(kind: keyof typeof idPrefixes, randomBytes: RandomBytes): string {
  return `${idPrefixes[kind]}${pick(BASE32, 17, randomBytes)}`;
}

/**
 * 40 characters, 238 random bits. AWS's alphabet also has `+` and `/`; they are left out because
 * they break when pasted into URLs and configuration files.
 */
export function newSecretAccessKey(randomBytes: RandomBytes): string {
  return pick(LETTERS_AND_DIGITS, 40, randomBytes);
}

/** Draws without bias: bytes beyond the last whole multiple of the alphabet are thrown away. */
function pick(alphabet: string, length: number, randomBytes: RandomBytes): string {
  const usable = 256 - (256 % alphabet.length);
  let text = "";
  while (text.length < length) {
    for (const byte of randomBytes(length - text.length)) {
      if (byte < usable) text += alphabet.charAt(byte % alphabet.length);
    }
  }
  return text;
}
