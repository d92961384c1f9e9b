// The two spellings of a request's time: ISO 8601 basic (`20261122T182310Z`) and RFC 1123. Strict:
// a date that does not exist is no date. Pure; the clock is the caller's.

const isoBasic = /^\d{8}T\d{6}Z$/;
const rfc1123 = /^[A-Za-z]{3}, \d{2} [A-Za-z]{3} \d{4} \d{2}:\d{2}:\d{2} (?:GMT|UTC|\+0000)$/;

/** Milliseconds since the epoch of `20261122T182310Z`, or `undefined` for anything else. */
export function parseAmzDate(text: string): number | undefined {
  // Requests of one second bear the same date, and one of them asks for it more than once.
  if (text === latest.text) return latest.timeMs;
  if (!isoBasic.test(text)) return undefined;
  const part = (start: number, end = start + 2) => Number(text.slice(start, end));
  const timeMs = Date.UTC(part(0, 4), part(4) - 1, part(6), part(9), part(11), part(13));
  // Date.UTC rolls the thirteenth month over into the next year; the round trip shows it.
  if (renderAmzDate(timeMs) !== text) return undefined;
  latest = { text, timeMs };
  return timeMs;
}

let latest = { text: "19700101T000000Z", timeMs: 0 };

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
  if (text === latestDay) return true;
  if (parseAmzDate(`${text}T000000Z`) === undefined) return false;
  latestDay = text;
  return true;
}

let latestDay = "19700101";
