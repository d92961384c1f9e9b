// From the keys of a version to the bytes of its blobs: which layers a blob has, how a plaintext
// range of it maps to its ciphertext, and how one is turned into the other. It decides nothing about
// who may have the keys.

import { bytesFeed, collect, type Feed, OpeningFeed, SealingFeed } from "./feeds.ts";
import {
  ciphertextLength,
  ciphertextWindow,
  newHeader,
  plaintextLength,
  StreamCipher,
  type Window,
} from "./streaming-aead.ts";

/**
 * The root keys of a version's content, innermost layer first: one for SSE-KMS and SSE-C, two
 * independent ones for DSSE-KMS. 32 bytes each. Never logged, never stored.
 */
export interface ContentKeys {
  readonly layers: readonly Uint8Array[];
  /** Bound into every stream: a blob that is moved to another bucket's index does not open. */
  readonly bucketId: string;
}

const formatVersion = "1";

/** Length in its store of a blob of `plaintextBytes` under these keys. */
export function sealedLength(keys: ContentKeys, plaintextBytes: number): number {
  return keys.layers.reduce((length) => ciphertextLength(length), plaintextBytes);
}

/** The sealed form of a feed. `headers` come from `newHeaders`, for this blob alone. */
export async function sealFeed(keys: ContentKeys, feed: Feed, headers: string): Promise<Feed> {
  let sealed = feed;
  for (const cipher of await ciphersOf(keys, headers)) sealed = new SealingFeed(cipher, sealed);
  return sealed;
}

/** The sealed form of bytes in hand. */
export async function sealBytes(
  keys: ContentKeys,
  bytes: Uint8Array,
  headers: string,
): Promise<Uint8Array> {
  const feed = await sealFeed(keys, bytesFeed(bytes), headers);
  return collect(feed, feed.lengthBytes);
}

/**
 * Fresh stream headers for a blob, one for each layer, as its metadata keeps them: a range then opens
 * with one read of the store, without another one for the blob's first bytes.
 */
export function newHeaders(keys: ContentKeys, randomBytes: (length: number) => Uint8Array): string {
  const headers = keys.layers.map(() => toBase64(newHeader(randomBytes)));
  return [formatVersion, ...headers].join(" ");
}

/** The part of a blob to read for a plaintext window; it may reach beyond the blob's end. */
export function sealedWindow(keys: ContentKeys, window: Window): Window {
  return keys.layers.reduce((wanted) => ciphertextWindow(wanted), window);
}

/**
 * The plaintext window of a blob. `feed` gives the blob's bytes from `sealedWindow` on. Throws for
 * headers that are not of this format and for windows that leave the blob.
 */
export async function openFeed(
  keys: ContentKeys,
  feed: Feed,
  blob: { readonly sizeBytes: number; readonly headers: string; readonly window: Window },
): Promise<Feed> {
  const ciphers = await ciphersOf(keys, blob.headers);
  // Outermost first on the way in; what each layer must give is what the layer inside it reads.
  const sizes = [blob.sizeBytes];
  for (let outer = 1; outer < ciphers.length; outer += 1) {
    sizes.unshift(plaintextLength(sizes[0] ?? 0) ?? 0);
  }
  let window = blob.window;
  const wishes = ciphers.map((cipher, layer) => {
    const ciphertextBytes = sizes[layer] ?? 0;
    const wish = { cipher, ciphertextBytes, window };
    const { offset, length } = ciphertextWindow(window);
    window = { offset, length: Math.min(length, ciphertextBytes - offset) };
    return wish;
  });
  return wishes.reduceRight((below: Feed, wish) => new OpeningFeed(wish, below), feed);
}

async function ciphersOf(keys: ContentKeys, headers: string): Promise<readonly StreamCipher[]> {
  const [version, ...texts] = headers.split(" ");
  if (version !== formatVersion || texts.length !== keys.layers.length) {
    throw new RangeError("the blob was sealed in another way");
  }
  return Promise.all(
    keys.layers.map((rootKey, layer) =>
      StreamCipher.derive(
        rootKey,
        fromBase64(texts[layer] ?? ""),
        JSON.stringify(["cairn", "content", formatVersion, keys.bucketId, layer]),
      ),
    ),
  );
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
