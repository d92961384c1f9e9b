// Dates on the wire: HTTP dates in headers (RFC 9110, all three forms), ISO 8601 in XML, the basic
// form in signatures. Pure text: what time it is comes from elsewhere. Impossible dates are
// refused.

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const twoDigits = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, "0"));
const imfShape =
  /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}:\d{2}:\d{2}) (?:GMT|UTC|\+0000)$/;
const rfc850Shape = /^[A-Z][a-z]+day, (\d{2})-([A-Z][a-z]{2})-(\d{2}) (\d{2}:\d{2}:\d{2}) GMT$/;
const asctimeShape = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d{2}:\d{2}:\d{2}) (\d{4})$/;
const isoShape = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}:\d{2}:\d{2})(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;
const amzShape = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;

/** An HTTP date in any of its three forms -> milliseconds; `undefined` for anything else. */
export function parseHttpDate(text: string): number | undefined {
  const trimmed = text.trim();
  const imf = imfShape.exec(trimmed);
  if (imf !== null) return fromParts(imf[3], monthOf(imf[2]), imf[1], imf[4]);
  const rfc850 = rfc850Shape.exec(trimmed);
  if (rfc850 !== null) {
    const year = Number(rfc850[3]);
    // Two digits: this century up to 2069, as POSIX reads them.
    return fromParts(
      String(year < 70 ? 2000 + year : 1900 + year),
      monthOf(rfc850[2]),
      rfc850[1],
      rfc850[4],
    );
  }
  const asctime = asctimeShape.exec(trimmed);
  if (asctime === null) return undefined;
  return fromParts(asctime[4], monthOf(asctime[1]), asctime[2]?.trim(), asctime[3]);
}

/** `2026-11-22T18:23:10Z`, with a fraction or an offset if sent -> milliseconds. */
export function parseIsoDate(text: string): number | undefined {
  const match = isoShape.exec(text.trim());
  if (match === null) return undefined;
  const [, year, month, day, clock, fraction = "", zone = "Z"] = match;
  const timeMs = fromParts(year, Number(month), day, clock);
  const offsetMs = offsetOf(zone);
  if (timeMs === undefined || offsetMs === undefined) return undefined;
  return timeMs + Math.floor(Number(`0${fraction}`) * 1000) - offsetMs;
}

/** `20261122T182310Z`, as signatures carry it -> milliseconds. */
export function parseAmzDate(text: string): number | undefined {
  const match = amzShape.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hours, minutes, seconds] = match;
  return fromParts(year, Number(month), day, `${hours}:${minutes}:${seconds}`);
}

/** `Sun, 22 Nov 2026 18:23:10 GMT`. */
export function formatHttpDate(timeMs: number): string {
  return new Date(timeMs).toUTCString();
}

/**
 * `2026-11-22T18:23:10.000Z`: S3 shows whole seconds, so that XML and headers agree. Put together
 * by hand, because a page of a listing has a thousand of these and `toISOString` is slower.
 */
export function formatIsoDate(time: number | Date): string {
  const date = typeof time === "number" ? new Date(time) : time;
  const year = date.getUTCFullYear();
  if (!(year >= 1000 && year <= 9999)) return `${date.toISOString().slice(0, -5)}.000Z`;
  const day = `${year}-${twoDigits[date.getUTCMonth() + 1]}-${twoDigits[date.getUTCDate()]}`;
  const [hours, minutes] = [twoDigits[date.getUTCHours()], twoDigits[date.getUTCMinutes()]];
  return `${day}T${hours}:${minutes}:${twoDigits[date.getUTCSeconds()]}.000Z`;
}

/** `20261122T182310Z`. */
export function formatAmzDate(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}

function monthOf(name: string | undefined): number {
  return months.indexOf(name ?? "") + 1;
}

function offsetOf(zone: string): number | undefined {
  if (zone === "Z") return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4, 6));
  if (hours > 14 || minutes > 59) return undefined;
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/** Only dates of the calendar: 30 February and 24:00:00 are `undefined`, a leap second too. */
function fromParts(
  year: string | undefined,
  month: number,
  day: string | undefined,
  clock: string | undefined,
): number | undefined {
  const [hours = 0, minutes = 0, seconds = 0] = (clock ?? "").split(":").map(Number);
  const timeMs = Date.UTC(Number(year), month - 1, Number(day), hours, minutes, seconds);
  const date = new Date(timeMs);
  const isReal =
    date.getUTCFullYear() === Number(year) &&
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === Number(day) &&
    hours < 24 &&
    minutes < 60 &&
    seconds < 60;
  return isReal ? timeMs : undefined;
}
