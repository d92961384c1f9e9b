// The last step of every answer to a page of another origin: the headers that let the page see it, by
// the bucket's rules, on refusals too. Without an `Origin` or a bucket this costs nothing and says
// nothing (SEC-113).

import { loadBucket } from "./catalog/buckets.ts";
import type { Arrival } from "./identify.ts";
import { corsRulesOf } from "./operations/bucket/bucket-cors.ts";
import { crossOriginHeaders, readCrossOriginAsk } from "./s3/cors.ts";
import { parseTarget } from "./s3/target.ts";

/** Which bucket's rules count: its name, or the base domains of a host that may carry it. */
export type BucketOrDomains = { readonly bucket: string } | { readonly domains: readonly string[] };

/**
 * Gives `answer` back with the headers of the first rule that matches. Preflights are answered by
 * their own operation. Never throws: rules that cannot be loaded allow nothing.
 */
export async function withCrossOrigin(
  request: Request,
  arrival: Arrival,
  where: BucketOrDomains,
  answer: Promise<Response>,
): Promise<Response> {
  const response = await answer;
  const ask = readCrossOriginAsk(request.method, request.headers);
  if (ask === undefined || request.method === "OPTIONS") return response;
  const { env, seams } = arrival;
  try {
    const name = "bucket" in where ? where.bucket : parseTarget(request.url, where.domains).bucket;
    if (name === undefined) return response;
    const bucket = await loadBucket({ env, seams, nowMs: seams.now() }, name);
    const rules = bucket && corsRulesOf(bucket);
    if (rules === undefined) return response;
    for (const [header, value] of Object.entries(crossOriginHeaders(rules, ask) ?? {})) {
      response.headers.set(header, value);
    }
  } catch {
    // A broken URL was refused already, with its own words.
  }
  return response;
}
