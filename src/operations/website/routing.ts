// Where a website sends its visitors: routing rules and the one redirect of everything. Pure. What an
// owner writes into a rule is kept as it is (`#!/` and `?key=` are in use), but nothing that would
// end a header: everything else is percent-encoded.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-page-redirect.html

import type { RoutingRule, Website } from "../bucket/bucket-website.ts";

/** A request to a website, as far as redirects depend on it. */
export interface Place {
  readonly key: string;
  /** As sent, without `?`. */
  readonly rawQuery: string;
  readonly scheme: "http" | "https";
  /** With its port. */
  readonly host: string;
  /** What stands before the key's slash in every URL of the site: usually nothing. */
  readonly mount: string;
}

export interface Redirect {
  readonly status: number;
  readonly location: string;
}

/** Where `RedirectAllRequestsTo` leads: the same path and query on another host. */
export function redirectAll(
  { HostName: host = "", Protocol: scheme }: NonNullable<Website["RedirectAllRequestsTo"]>,
  place: Place,
): Redirect {
  const query = place.rawQuery === "" ? "" : `?${place.rawQuery}`;
  const location = `${scheme ?? place.scheme}://${plainText(host)}/${encodeKey(place.key)}${query}`;
  return { status: 301, location };
}

/**
 * The redirect of the first rule that applies: before the key is looked up with no `status`, after a
 * failure with its status. Rules for failures apply to failures alone, and the other way round.
 */
export function routeVisit(
  rules: readonly RoutingRule[],
  place: Place,
  status?: number,
): Redirect | undefined {
  const rule = rules.find(({ Condition: condition }) => {
    const code = condition?.HttpErrorCodeReturnedEquals;
    const isForThis = status === undefined ? code === undefined : code === String(status);
    return isForThis && place.key.startsWith(condition?.KeyPrefixEquals ?? "");
  });
  return rule && redirectBy(rule, place);
}

function redirectBy(
  { Condition: condition, Redirect: redirect = {} }: RoutingRule,
  place: Place,
): Redirect {
  const { HostName: host, Protocol: scheme } = redirect;
  const prefix = condition?.KeyPrefixEquals ?? "";
  const path =
    redirect.ReplaceKeyWith !== undefined
      ? plainText(redirect.ReplaceKeyWith)
      : redirect.ReplaceKeyPrefixWith !== undefined
        ? plainText(redirect.ReplaceKeyPrefixWith) + encodeKey(place.key.slice(prefix.length))
        : encodeKey(place.key);
  const site = host === undefined ? `${place.host}${place.mount}` : plainText(host);
  return {
    status: Number(redirect.HttpRedirectCode ?? 301),
    location: `${scheme ?? place.scheme}://${site}/${path}`,
  };
}

/** To a folder whose index document was found: browsers need the slash for relative links. */
export function redirectToFolder(place: Place): Redirect {
  // A key that begins with a slash would make `//host`: a web address in disguise (SEC-052).
  const site = place.key.startsWith("/") ? `${place.scheme}://${place.host}` : "";
  return { status: 302, location: `${site}${place.mount}/${encodeKey(place.key)}/` };
}

/** To where an object's `x-amz-website-redirect-location` says: a path here, or a web address. */
export function redirectOfObject(location: string, place: Place): Redirect {
  const isPath = location.startsWith("/");
  return { status: 301, location: plainText(isPath ? `${place.mount}${location}` : location) };
}

function encodeKey(key: string): string {
  return key
    .split("/")
    .map((part) => encodeURIComponent(part.toWellFormed()))
    .join("/");
}

/** An owner's text as it is, its own escapes too; what no URL may hold is percent-encoded. */
function plainText(text: string): string {
  return encodeURI(text.toWellFormed()).replaceAll("%25", "%");
}
