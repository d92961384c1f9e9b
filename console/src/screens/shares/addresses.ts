// Addresses as a person types them: IPv4 and IPv6, alone or with the length of a prefix. Pure.

const byte = "(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)";
const four = new RegExp(`^${byte}(?:\\.${byte}){3}(?:/(?:3[0-2]|[12]?\\d))?$`);
const prefixOfSix = /\/(?:12[0-8]|1[01]\d|[1-9]?\d)$/;

/** What stands between spaces, commas and line ends. */
export const splitAddresses = (typed: string): readonly string[] =>
  typed.split(/[\s,;]+/).filter((address) => address !== "");

/** Whether IAM takes it as `aws:SourceIp`. */
export function isAddress(address: string): boolean {
  if (four.test(address)) return true;
  const host = address.replace(prefixOfSix, "");
  // The browser knows how IPv6 is written.
  return /^[\da-f:.]+$/i.test(host) && host.includes(":") && URL.canParse(`http://[${host}]/`);
}
