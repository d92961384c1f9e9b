// Which hosts are websites, and whose: buckets below `WEBSITE_DOMAIN`, and names of their own in
// `WEBSITE_HOSTS`. Only what the operator has listed is one, and never a host of the API (SEC-020,
// SEC-149): a bucket's name alone opens no door.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/website-hosting-custom-domain-walkthrough.html

import type { Env } from "./env.ts";
import { bucketOfHost, parseBaseDomains } from "./s3/target.ts";

type Settings = Pick<Env, "BASE_DOMAIN" | "WEBSITE_DOMAIN" | "WEBSITE_HOSTS">;

interface WebsiteHosts {
  readonly domains: readonly string[];
  /** Buckets by their own host. */
  readonly buckets: ReadonlyMap<string, string>;
  /** `.sites.example.com`: every host that ends so shows the bucket of its own name. */
  readonly suffixes: readonly string[];
}

let parsed: { readonly texts: readonly unknown[]; readonly hosts: WebsiteHosts } | undefined;

/** The settings, parsed once per isolate. */
function websiteHosts(env: Settings): WebsiteHosts {
  const texts = [env.BASE_DOMAIN, env.WEBSITE_DOMAIN, env.WEBSITE_HOSTS];
  if (parsed === undefined || parsed.texts.some((text, index) => text !== texts[index])) {
    parsed = { texts, hosts: parseHosts(env) };
  }
  return parsed.hosts;
}

/** The bucket whose website a host (with or without its port) is; `undefined` for any other host. */
export function websiteBucketOfHost(host: string, env: Settings | undefined): string | undefined {
  if (env?.WEBSITE_DOMAIN === undefined && env?.WEBSITE_HOSTS === undefined) return undefined;
  const { domains, buckets, suffixes } = websiteHosts(env);
  const name = host.toLowerCase().replace(/:\d*$/, "").replace(/\.$/, "");
  const own = buckets.get(name);
  if (own !== undefined) return own;
  const below = bucketOfHost(name, domains);
  if (below !== undefined) return below;
  if (!suffixes.some((suffix) => name.endsWith(suffix) && name.length > suffix.length)) {
    return undefined;
  }
  return isOfApi(name, env) ? undefined : name;
}

function parseHosts(env: Settings): WebsiteHosts {
  const buckets = new Map<string, string>();
  const suffixes: string[] = [];
  for (const entry of parseWebsiteHosts(env.WEBSITE_HOSTS)) {
    if (entry.host.startsWith("*.")) suffixes.push(entry.host.slice(1));
    else if (!isOfApi(entry.host, env)) buckets.set(entry.host, entry.bucket);
  }
  return { domains: parseBaseDomains(env.WEBSITE_DOMAIN), buckets, suffixes };
}

const hostShape =
  /^(?:\*\.)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;

/**
 * `www.example.com, shop.example.com=wares, *.sites.example.com`: a host shows the bucket of its own
 * name unless another stands behind the `=`. What is no host is left out.
 */
function parseWebsiteHosts(
  text: string | undefined,
): readonly { readonly host: string; readonly bucket: string }[] {
  return (text ?? "").split(",").flatMap((entry) => {
    const [name = "", bucket] = entry.trim().split("=");
    const host = name.trim().toLowerCase().replace(/\.$/, "");
    if (!hostShape.test(host)) return [];
    return { host, bucket: bucket?.trim() || host };
  });
}

/** The API's own hosts and those that carry its buckets stay the API's. */
function isOfApi(host: string, { BASE_DOMAIN }: Settings): boolean {
  const domains = parseBaseDomains(BASE_DOMAIN);
  return domains.includes(host) || bucketOfHost(host, domains) !== undefined;
}
