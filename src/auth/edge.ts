// What the runtime, and nobody else, knows of a client's connection: its address, its place, its TLS.
// On a laptop nothing vouches for any of it, so there is nothing (SEC-081): conditions on it find the
// key missing.

import type { Env } from "../env.ts";

export interface EdgeFacts {
  /** Of the client, as Cloudflare saw it. */
  readonly address?: string;
  /** Two letters, ISO 3166; `T1` for Tor. */
  readonly country?: string;
  /** Number of the network the client is in. */
  readonly asn?: string;
  /** The data centre that took the request, e.g. `FRA`. */
  readonly colo?: string;
  /** `1.2`, `1.3`. */
  readonly tlsVersion?: string;
}

/** Reads the connection off a request. No header but Cloudflare's own is looked at. */
export function readEdge(request: Request, env: Pick<Env, "LOCAL">): EdgeFacts {
  if (env.LOCAL === "true") return {};
  const address = request.headers.get("cf-connecting-ip")?.trim();
  const facts: Readonly<Record<string, unknown>> = request.cf ?? {};
  const text = (name: string) => {
    const value = facts[name];
    return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
  };
  const [country, asn, colo] = [text("country"), text("asn"), text("colo")];
  const tlsVersion = /^TLSv(\d+(?:\.\d+)?)$/.exec(text("tlsVersion") ?? "")?.[1];
  return {
    ...(address !== undefined && address !== "" && { address }),
    ...(country !== undefined && { country }),
    ...(asn !== undefined && { asn }),
    ...(colo !== undefined && { colo }),
    ...(tlsVersion !== undefined && { tlsVersion }),
  };
}
