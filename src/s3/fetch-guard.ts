// Which addresses this program may be told to fetch from: HTTPS on a public name, and nothing that
// could be a machine behind the deployment's back. A name that resolves to a private address is
// beyond this check; on Cloudflare's network there is none to reach.

/** Names that mean this machine or its neighbours, whatever they resolve to. */
const privateNames =
  /(?:^|\.)(?:localhost|local|internal|intranet|lan|home|corp|test|invalid|arpa)$/;

/** Whether the text is an HTTPS URL of a public host, on the usual port and without credentials. */
export function isFetchable(text: string): boolean {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return false;
  }
  const { protocol, username, password, port, hostname } = url;
  if (protocol !== "https:" || username !== "" || password !== "" || port !== "") return false;
  const host = hostname.toLowerCase().replace(/\.$/, "");
  // URL parsing has made dotted numbers of every spelling of an IPv4 address.
  const isAddress = host.startsWith("[") || /^[\d.]+$/.test(host);
  return !isAddress && host.includes(".") && !privateNames.test(host);
}

/**
 * As `isFetchable`, for addresses that the operator registers: any port of a public name and, on a
 * laptop (`LOCAL`), any address at all.
 */
export function isEgress(text: string, isLocal: boolean): boolean {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return false;
  }
  const isPlain = url.username === "" && url.password === "" && url.search + url.hash === "";
  if (!isPlain || (url.protocol !== "https:" && url.protocol !== "http:")) return false;
  if (isLocal) return true;
  url.port = "";
  return isFetchable(url.href);
}

/** Ports that webhooks may have anywhere but on a laptop (threats 143). */
const webhookPorts = new Set(["", "443", "8443"]);

/**
 * Whether events may be posted to that URL: as `isEgress`, on the ports of HTTPS, with a query if it
 * likes, and never to this deployment itself, whose hosts are `ownDomains` and all below them: an
 * event that writes would be an event (threats 146).
 */
export function isWebhookUrl(
  text: string,
  { isLocal, ownDomains }: { readonly isLocal: boolean; readonly ownDomains: readonly string[] },
): boolean {
  if (text.length > 2048 || !URL.canParse(text)) return false;
  const url = new URL(text);
  url.search = "";
  if (!isEgress(url.href, isLocal)) return false;
  if (isLocal) return true;
  const host = url.hostname.toLowerCase().replace(/\.$/, "");
  const isOwn = ownDomains.some((domain) => host === domain || host.endsWith(`.${domain}`));
  return !isOwn && webhookPorts.has(url.port);
}
