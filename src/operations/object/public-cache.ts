// Bytes of public objects in the edge's cache, when `PUBLIC_CACHE` is on. Whether somebody may read, and
// which version there is, is decided before and anew for each request: only the bytes come from here,
// under a name that no other content ever has. So an overwrite, a deletion and a changed policy
// show at once, and nothing private gets in (SEC-150).
// https://developers.cloudflare.com/workers/runtime-apis/cache/

import type { ObjectContext } from "../context.ts";
import type { Read } from "./read.ts";

/** While it is stored a body may wait in memory for a slow client, so it must be small: 8 MiB. */
export const mostCachedBytes = 8 * 1024 * 1024;

/** How long bytes may stay at the edge after the last use of their version, in seconds. */
export const cachedSeconds = 3600;

/** Opens the bytes of a read at their store. */
type Opener = () => Promise<ReadableStream<Uint8Array>>;

/**
 * The bytes of a read, from the cache or from `open`, which fills the cache for the next reader.
 * What is signed, sealed, empty or large always comes from `open`. A cache that fails is no cache.
 */
export async function throughPublicCache(
  context: ObjectContext,
  read: Read,
  open: Opener,
): Promise<ReadableStream<Uint8Array>> {
  if (!isPublic(context, read)) return open();
  const { window, found } = read;
  const url = cacheUrl(context, read);
  const isWhole = window.length === found.version.sizeBytes;
  const cached = await lookUp(url, isWhole ? undefined : window, found.version.sizeBytes);
  if (cached !== undefined) return cached;
  const body = await open();
  if (!isWhole) return body;
  const [shown, kept] = body.tee();
  context.waitUntil(keep(url, kept, window.length));
  return shown;
}

/** Somebody without a signature was allowed to read it, and the store holds it as it is shown. */
function isPublic({ env, principal, authenticated }: ObjectContext, { found }: Read): boolean {
  if (env.PUBLIC_CACHE !== "true") return false;
  const { sizeBytes, content, detail } = found.version;
  const isUnsigned = principal.type === "Anonymous" && authenticated.method === "anonymous";
  const isFit = content !== null && sizeBytes > 0 && sizeBytes <= mostCachedBytes;
  return isUnsigned && isFit && detail.encryption === undefined;
}

/**
 * On the request's own host, as the platform advises, below a path where no object is. The content's
 * id is never given out twice; its tag and size stand beside it all the same.
 */
function cacheUrl({ bucket, target }: ObjectContext, { found }: Read): string {
  const { content, seq, etag, sizeBytes } = found.version;
  const parts = [bucket.bucketId, String(content), seq, etag, sizeBytes].map(encodeURIComponent);
  return `https://${target.host}/-/public-cache/${parts.join("/")}`;
}

async function lookUp(
  url: string,
  window: Read["window"] | undefined,
  sizeBytes: number,
): Promise<ReadableStream<Uint8Array> | undefined> {
  const end = window && window.offset + window.length - 1;
  const headers = new Headers(window && { range: `bytes=${window.offset}-${end}` });
  try {
    const found = await caches.default.match(new Request(url, { headers }));
    if (found?.body == null) return undefined;
    const isAsked =
      window === undefined
        ? found.status === 200 && found.headers.get("content-length") === String(sizeBytes)
        : found.status === 206 &&
          found.headers.get("content-range") === `bytes ${window.offset}-${end}/${sizeBytes}`;
    if (isAsked) return found.body;
    await found.body.cancel();
  } catch {
    // The store has the bytes.
  }
  return undefined;
}

/** A stream that breaks off is not kept: its length was promised. */
async function keep(url: string, body: ReadableStream<Uint8Array>, length: number): Promise<void> {
  const { readable, writable } = new FixedLengthStream(length);
  const headers = {
    "cache-control": `public, max-age=${cachedSeconds}`,
    "content-length": String(length),
    "content-type": "application/octet-stream",
  };
  const piped = body.pipeTo(writable);
  const stored = caches.default.put(url, new Response(readable, { headers }));
  await Promise.allSettled([piped, stored]);
}
