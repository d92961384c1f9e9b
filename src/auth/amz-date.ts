// The two spellings of a request's time: ISO 8601 basic (`20261122T182310Z`) and RFC 1123. Strict:
// a date that does not exist is no date. Pure; the clock is the caller's.

const isoBasic = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/;
const rfc1123 = /^[A-Za-z]{3}, \d{2} [A-Za-z]{3} \d{4} \d{2}:\d{2}:\d{2} (?:GMT|UTC|\+0000)$/;

/** Milliseconds since the epoch of `20261122T182310Z`, or `undefined` for anything else. */
export function parseAmzDate(text: string): number | undefined {
  const match = isoBasic.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as Six;
  const time = Date.UTC(year, month - 1, day, hour, minute, second);
  // Date.UTC rolls the thirteenth month over into the next year; the round trip shows it.
  return renderAmzDate(time) === text ? time : undefined;
}

type Six = [number, number, number, number, number, number];

/** Milliseconds since the epoch of an RFC 1123 date (the `Date` header), or `undefined`. */
export function parseHttpDate(text: string): number | undefined {
  if (!rfc1123.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

/** `20261122T182310Z`; whole seconds. */
export function renderAmzDate(timeMs: number): string {
  return renderIsoSeconds(timeMs).replace(/[-:]/g, "");
}

/** `2026-11-22T18:23:10Z`, as S3's error documents show times. */
export function renderIsoSeconds(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
}

/** True for eight digits that name a day of the calendar. */
export function isCalendarDay(text: string): boolean {
  return parseAmzDate(`${text}T000000Z`) !== undefined;
}
