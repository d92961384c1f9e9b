// Every id the program makes: blobs, uploads, versions, buckets, requests. Pure: the clock and the
// random bytes are passed in. Blob, upload, bucket and version ids carry the time they were made
// and sort by it; the random part (at least 103 bits) makes them unique for ever (faults.md D31).

/** Cryptographically random bytes; `Seams.randomBytes` has this shape. */
export type RandomBytes = (length: number) => Uint8Array;

const base36 = "0123456789abcdefghijklmnopqrstuvwxyz";
/** In ASCII order, so that text written in it sorts as the number does. */
const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/** 64 characters that need no escaping in a URL: six random bits each, without bias. */
const opaque = `${base62}._`;
/** Crockford's: digits and capitals without I, L, O, U, as S3's own request ids look. */
const base32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

const blobIdShape = /^[0-9][0-9a-z]{30}$/;
const uploadIdShape = /^u[0-9a-z]{31}$/;
const bucketIdShape = /^b[0-9a-z]{29}$/;
const versionIdShape = /^[0-9A-Za-z._-]{32}$/;

/** Store numbers run from 0 to 359: two base 36 characters, the first of them a digit. */
export const maximumStoreNumber = 359;

/** What the API calls the version that an unversioned or suspended bucket writes. */
export const nullVersionId = "null";

/**
 * An id for fresh bytes in store `storeNumber`: 2 characters store, 9 time, 20 random, `[0-9a-z]`,
 * the first always a digit (content.ts tells blobs from uploads by it).
 */
export function newBlobId(storeNumber: number, nowMs: number, randomBytes: RandomBytes): string {
  if (!Number.isInteger(storeNumber) || storeNumber < 0 || storeNumber > maximumStoreNumber) {
    throw new RangeError(`no such store number: ${storeNumber}`);
  }
  const store = storeNumber.toString(36).padStart(2, "0");
  return store + timeBase36(nowMs) + randomBase36(20, randomBytes);
}

/** An id for a multipart upload: `u`, 9 characters time, 22 random. */
export function newUploadId(nowMs: number, randomBytes: RandomBytes): string {
  return `u${timeBase36(nowMs)}${randomBase36(22, randomBytes)}`;
}

/** An id for a bucket: `b`, 9 characters time, 20 random. Its index is named by it. */
export function newBucketId(nowMs: number, randomBytes: RandomBytes): string {
  return `b${timeBase36(nowMs)}${randomBase36(20, randomBytes)}`;
}

/**
 * A public version id: 32 URL-safe characters that sort by time, as long as S3's own. Never `null`,
 * which has four. Order within a millisecond is random: the index orders versions by `seq`.
 */
export function newVersionId(nowMs: number, randomBytes: RandomBytes): string {
  let time = "";
  for (let rest = nowMs, place = 0; place < 8; place += 1, rest = Math.floor(rest / 62)) {
    time = base62.charAt(rest % 62) + time;
  }
  return time + randomText(24, opaque, randomBytes);
}

/**
 * Whether the text can be a version id that this program made. `null` is not one: callers accept
 * it beside this check, and answer InvalidArgument "Invalid version id specified" otherwise.
 */
export function isVersionId(text: string): boolean {
  return versionIdShape.test(text);
}

/** Whether the text can be a blob id. */
export function isBlobId(text: string): boolean {
  return blobIdShape.test(text);
}

/** Whether the text can be an upload id; for any other text the answer is NoSuchUpload. */
export function isUploadId(text: string): boolean {
  return uploadIdShape.test(text);
}

/** When a blob, upload, bucket or version id was made, in milliseconds. Throws for other text. */
export function idTimeMs(id: string): number {
  if (isBlobId(id)) return Number.parseInt(id.slice(2, 11), 36);
  if (isUploadId(id) || bucketIdShape.test(id)) return Number.parseInt(id.slice(1, 10), 36);
  if (!isVersionId(id)) throw new TypeError("not an id of this program");
  let timeMs = 0;
  for (const character of id.slice(0, 8)) timeMs = timeMs * 62 + base62.indexOf(character);
  return timeMs;
}

/** The number of the store that holds the blob. Throws for text that is no blob id. */
export function storeNumberOf(blobId: string): number {
  if (!isBlobId(blobId)) throw new TypeError("not a blob id");
  return Number.parseInt(blobId.slice(0, 2), 36);
}

/** `x-amz-request-id`: 16 capitals and digits. */
export function newRequestId(randomBytes: RandomBytes): string {
  return randomText(16, base32, randomBytes);
}

/** Milliseconds that eight characters count before they begin again: 34.8 years. */
const requestTimeSpan = 32 ** 8;

/**
 * As `newRequestId`, of a request that came at `nowMs`: 8 characters say when, modulo 34.8 years, so
 * that what was recorded of it is found by the id alone; 8 are random.
 */
export function newTimedRequestId(nowMs: number, randomBytes: RandomBytes): string {
  let time = "";
  for (let rest = nowMs % requestTimeSpan, place = 0; place < 8; place += 1) {
    time = base32.charAt(rest % 32) + time;
    rest = Math.floor(rest / 32);
  }
  return time + randomText(8, base32, randomBytes);
}

/** When a request with that id came, milliseconds, seen from `nowMs`; `undefined` for other text. */
export function requestTimeMs(requestId: string, nowMs: number): number | undefined {
  if (!/^[0-9A-HJKMNP-TV-Z]{16}$/.test(requestId)) return undefined;
  let time = 0;
  for (const character of requestId.slice(0, 8)) time = time * 32 + base32.indexOf(character);
  const round = Math.floor(nowMs / requestTimeSpan) * requestTimeSpan;
  return round + time > nowMs + requestTimeSpan / 2 ? round + time - requestTimeSpan : round + time;
}

/** `x-amz-id-2`: 76 characters of base64, as S3 sends. Says nothing about hosts. */
export function newHostId(randomBytes: RandomBytes): string {
  return randomBytes(56).toBase64();
}

function timeBase36(nowMs: number): string {
  return Math.floor(nowMs).toString(36).padStart(9, "0");
}

/**
 * Two bytes per character: the bias of 65536 modulo 36 is under 0.06 %, and unlike drawing again
 * until a byte fits, it ends whatever the source of the bytes does.
 */
function randomBase36(length: number, randomBytes: RandomBytes): string {
  const bytes = randomBytes(length * 2);
  let text = "";
  for (let index = 0; index < length; index += 1) {
    const value = (bytes[index * 2] ?? 0) * 256 + (bytes[index * 2 + 1] ?? 0);
    text += base36.charAt(value % 36);
  }
  return text;
}

/** `alphabet` has 32 or 64 characters, so each byte's low bits pick one without bias. */
function randomText(length: number, alphabet: string, randomBytes: RandomBytes): string {
  let text = "";
  for (const byte of randomBytes(length)) text += alphabet.charAt(byte % alphabet.length);
  return text;
}
