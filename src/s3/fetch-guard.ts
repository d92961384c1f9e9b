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
