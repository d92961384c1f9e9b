// The public keys of an OIDC provider, by discovery: fetched over HTTPS from public names only,
// without following redirects, within bounds of size and time, and kept for a while.
// https://openid.net/specs/openid-connect-discovery-1_0.html

import type { CatalogCall } from "../catalog/database.ts";
import { IsolateCache, perDatabase } from "../catalog/isolate-cache.ts";
import { isFetchable } from "../s3/fetch-guard.ts";
import { invalidToken, type PublicKey } from "./json-web-token.ts";
import { QueryError } from "./query.ts";

const cacheMs = 10 * 60_000;
/** A token may name a key that is newer than what is kept; nobody makes us ask more often. */
const refreshMs = 60_000;
const timeoutMs = 5_000;
const maximumBytes = 256 * 1024;
const mostKeys = 100;

interface ProviderKeys {
  readonly keys: readonly PublicKey[];
  readonly loadedAtMs: number;
}

const cache = perDatabase(
  () => new IsolateCache<ProviderKeys>({ ttlMs: cacheMs, absentTtlMs: 0, maxEntries: 100 }),
);

/**
 * The keys that `issuer` publishes. When `isFit` finds none among those kept, they are fetched anew,
 * at most once a minute. Throws IDPCommunicationError and InvalidIdentityToken.
 */
export async function loadProviderKeys(
  call: CatalogCall,
  issuer: string,
  isFit: (keys: readonly PublicKey[]) => boolean,
): Promise<readonly PublicKey[]> {
  const kept = cache(call.env);
  const load = async () => ({ keys: await fetchKeys(issuer), loadedAtMs: call.nowMs });
  const known = await kept.get(issuer, call.nowMs, load);
  const isOld = known !== undefined && call.nowMs - known.loadedAtMs >= refreshMs;
  if (!isOld || isFit(known.keys)) return known?.keys ?? [];
  kept.forget(issuer);
  return (await kept.get(issuer, call.nowMs, load))?.keys ?? [];
}

async function fetchKeys(issuer: string): Promise<readonly PublicKey[]> {
  const base = issuer.replace(/\/$/, "");
  const discovery = await fetchObject(`${base}/.well-known/openid-configuration`);
  // OpenID Connect Discovery, 4.3: a document of another issuer speaks for nobody here.
  if (discovery["issuer"] !== issuer) {
    throw invalidToken("The issuer in the provider's configuration is not the token's issuer");
  }
  const { keys } = await fetchObject(String(discovery["jwks_uri"]));
  if (!Array.isArray(keys)) throw unreachable();
  return keys
    .slice(0, mostKeys)
    .filter((key): key is PublicKey => typeof key === "object" && key !== null);
}

async function fetchObject(url: string): Promise<Readonly<Record<string, unknown>>> {
  if (!isFetchable(url)) throw unreachable();
  try {
    const response = await fetch(url, {
      headers: { accept: "application/json" },
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status !== 200 || response.body === null) {
      await response.body?.cancel();
      throw unreachable();
    }
    const value: unknown = JSON.parse(await readBounded(response.body));
    if (typeof value === "object" && value !== null) return { ...value };
  } catch (cause) {
    if (cause instanceof QueryError) throw cause;
  }
  throw unreachable();
}

async function readBounded(body: ReadableStream<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > maximumBytes) throw unreachable();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Says nothing of what was found there: the answer must not map a network. */
function unreachable(): QueryError {
  return new QueryError(
    "InvalidIdentityToken",
    400,
    "Couldn't retrieve verification key from your identity provider, please reference " +
      "AssumeRoleWithWebIdentity documentation for requirements",
  );
}
