// Addresses and ranges of `IpAddress` conditions, IPv4 and IPv6 (RFC 4632, RFC 4291). An IPv4 address
// written as IPv6 (`::ffff:192.0.2.1`) is the IPv4 address. Pure.

/** 4 or 16 bytes. */
export type AddressBytes = readonly number[];

export interface AddressRange {
  readonly bytes: AddressBytes;
  readonly prefixBits: number;
}

/** `undefined` for what is no address. */
export function parseAddress(text: string): AddressBytes | undefined {
  const bytes = text.includes(":") ? parseVersion6(text) : parseVersion4(text);
  if (bytes?.length !== 16) return bytes;
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0);
  return isMapped && bytes[10] === 255 && bytes[11] === 255 ? bytes.slice(12) : bytes;
}

/** `192.0.2.0/24`, `2001:db8::/32`, or one address. `undefined` for anything else. */
export function parseRange(text: string): AddressRange | undefined {
  const [address = "", prefix, ...rest] = text.split("/");
  const bytes = parseAddress(address);
  if (bytes === undefined || rest.length > 0) return undefined;
  const bits = bytes.length * 8;
  if (prefix === undefined) return { bytes, prefixBits: bits };
  if (!/^\d{1,3}$/.test(prefix)) return undefined;
  // A mapped range counts its bits from the front of the IPv6 form.
  const mappedBits = bytes.length === 4 && address.includes(":") ? 96 : 0;
  const prefixBits = Number(prefix) - mappedBits;
  return prefixBits < 0 || prefixBits > bits ? undefined : { bytes, prefixBits };
}

/** Addresses of the other version are in no range. */
export function isInRange(address: AddressBytes, range: AddressRange): boolean {
  if (address.length !== range.bytes.length) return false;
  for (let index = 0, left = range.prefixBits; left > 0; index++, left -= 8) {
    const mask = left >= 8 ? 0xff : (0xff << (8 - left)) & 0xff;
    if (((address[index] ?? 0) & mask) !== ((range.bytes[index] ?? 0) & mask)) return false;
  }
  return true;
}

function parseVersion4(text: string): AddressBytes | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  // A leading zero is octal to some readers.
  if (!parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) {
    return undefined;
  }
  return parts.map(Number);
}

function parseVersion6(text: string): AddressBytes | undefined {
  const lastColon = text.lastIndexOf(":");
  const tail = text.slice(lastColon + 1);
  if (tail.includes(".")) {
    const last = parseVersion4(tail);
    if (last === undefined) return undefined;
    const [first = 0, second = 0, third = 0, fourth = 0] = last;
    const high = ((first << 8) | second).toString(16);
    const low = ((third << 8) | fourth).toString(16);
    return parseVersion6(`${text.slice(0, lastColon + 1)}${high}:${low}`);
  }
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head = [], rest] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const count = head.length + (rest?.length ?? 0);
  if (rest === undefined ? count !== 8 : count > 7) return undefined;
  const zeros = Array.from({ length: 8 - count }, () => "0");
  const groups = [...head, ...zeros, ...(rest ?? [])];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >>> 8, value & 0xff];
  });
}
