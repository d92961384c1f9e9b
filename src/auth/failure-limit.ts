// How many failed authentications one client address may have a minute before it learns no more than
// 503 SlowDown (SEC-025): which keys exist cannot be found out by trying. Counts in this isolate's
// memory, and in Cloudflare's rate limiter where one is bound. A request that is let in pays nothing.

import type { Env } from "../env.ts";
import { S3Error, type S3ErrorCode } from "../s3/errors.ts";

/** Failures of one address in a minute, unless `AUTH_FAILURES_PER_MINUTE` says otherwise. */
const defaultFailuresPerMinute = 100;
const minuteMs = 60_000;

/** Addresses counted at once; beyond it the one that came first is forgotten. */
const countedAddresses = 10_000;

/** What tells a stranger whether a key exists. Malformed requests do not get that far. */
const failures: ReadonlySet<S3ErrorCode> = new Set<S3ErrorCode>([
  "InvalidAccessKeyId",
  "InvalidToken",
  "SignatureDoesNotMatch",
]);

interface Tally {
  readonly minute: number;
  count: number;
}

const tallies = new Map<string, Tally>();

/**
 * Counts a failed authentication against the client's address, and gives the error to answer with:
 * the one it was given, or SlowDown when the address had its share for this minute. Errors that are
 * no failed authentication, and clients whose address is not known, pass unchanged.
 */
export async function limitFailures(
  error: unknown,
  request: Request,
  facts: { readonly env: Env; readonly nowMs: number },
): Promise<unknown> {
  if (!(error instanceof S3Error) || !failures.has(error.code)) return error;
  const { env, nowMs } = facts;
  const address = clientAddress(request.headers, env);
  if (address === undefined) return error;
  const isLocallyOver = count(address, nowMs) > failuresPerMinute(env);
  const isOver = isLocallyOver || (await isRefusedAtEdge(env, address));
  return isOver ? new S3Error("SlowDown", undefined, { headers: { "retry-after": "60" } }) : error;
}

/**
 * The address to count by: what Cloudflare says, an IPv6 one by its /64, which is one customer. On a
 * laptop any client could write that header, so there is none (SEC-081).
 */
export function clientAddress(headers: Headers, env: Pick<Env, "LOCAL">): string | undefined {
  if (env.LOCAL === "true") return undefined;
  const address = headers.get("cf-connecting-ip")?.trim().toLowerCase();
  if (address === undefined || address === "") return undefined;
  return address.includes(":") ? networkOf(address) : address;
}

/** The first 64 bits of an IPv6 address; text that is none stays as it is. */
function networkOf(address: string): string {
  const [head = "", tail] = address.split("::");
  const groups = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const missing = tail === undefined ? 0 : Math.max(0, 8 - groups.length - after.length);
  const all = [...groups, ...Array.from({ length: missing }, () => "0"), ...after];
  return all
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":");
}

function failuresPerMinute(env: Env): number {
  const limit = Number(env.AUTH_FAILURES_PER_MINUTE ?? defaultFailuresPerMinute);
  return Number.isFinite(limit) && limit >= 0 ? limit : defaultFailuresPerMinute;
}

function count(address: string, nowMs: number): number {
  const minute = Math.floor(nowMs / minuteMs);
  const known = tallies.get(address);
  if (known?.minute === minute) {
    known.count += 1;
    return known.count;
  }
  tallies.delete(address);
  const oldest = tallies.size < countedAddresses ? undefined : tallies.keys().next().value;
  if (oldest !== undefined) tallies.delete(oldest);
  tallies.set(address, { minute, count: 1 });
  return 1;
}

/** The limiter counts for a whole location, roughly. When it fails, this isolate's count decides. */
async function isRefusedAtEdge(env: Env, address: string): Promise<boolean> {
  if (env.AUTH_FAILURE_LIMITER === undefined) return false;
  try {
    return !(await env.AUTH_FAILURE_LIMITER.limit({ key: address })).success;
  } catch {
    return false;
  }
}
