// A web page may make its own name resolve to 127.0.0.1 and then call a server on the laptop of whoever
// looks at it (DNS rebinding, SEC-112). Signed requests cover their Host; what needs no signature
// on a laptop is answered only under names that no stranger can own.

import type { Env } from "../env.ts";
import { S3Error } from "../s3/errors.ts";
import { parseBaseDomains } from "../s3/target.ts";

const address = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/;

/** Top-level names that are reserved for private use (RFC 2606, RFC 6761, ICANN 2024). */
const privateName = /\.(?:internal|localhost|test)$/;

/**
 * Throws AccessDenied for an anonymous request to a local server under a public name that is not in
 * `BASE_DOMAIN`, `WEBSITE_DOMAIN` or `WEBSITE_HOSTS`. Addresses and names without a dot, as Docker gives them, are fine.
 */
export function refuseForeignHost(
  host: string,
  env: Pick<Env, "LOCAL" | "BASE_DOMAIN" | "WEBSITE_DOMAIN" | "WEBSITE_HOSTS">,
): void {
  if (env.LOCAL !== "true") return;
  const name = host.replace(/:\d*$/, "").replace(/\.$/, "");
  if (!name.includes(".") || address.test(name) || privateName.test(name)) return;
  const isOurs = (domain: string) => name === domain || name.endsWith(`.${domain}`);
  if (parseBaseDomains(`${env.BASE_DOMAIN ?? ""},${env.WEBSITE_DOMAIN ?? ""}`).some(isOurs)) return;
  const listed = (env.WEBSITE_HOSTS ?? "").split(",").map((entry) => entry.split("=")[0] ?? "");
  for (const host of parseBaseDomains(listed.join(","))) {
    if (host.startsWith("*.") ? name.endsWith(host.slice(1)) : name === host) return;
  }
  throw new S3Error(
    "AccessDenied",
    "Anonymous requests are not answered under this host name. Add it to BASE_DOMAIN.",
    { detail: { Host: host } },
  );
}
