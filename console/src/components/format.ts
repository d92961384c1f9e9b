// Numbers, sizes and times as people read them.

import { currentLocale } from "../messages/message.ts";

const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/** `1.5 MiB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const power = Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  const value = bytes / 1024 ** power;
  const digits = value < 10 ? 2 : value < 100 ? 1 : 0;
  return `${value.toFixed(digits)} ${units[power]}`;
}

export const formatNumber = (value: number): string => value.toLocaleString(currentLocale());

let dateFormat: { readonly locale: string; readonly format: Intl.DateTimeFormat } | undefined;

/** `$1.50`; small amounts with the digits they need, and no `-$0.00`. */
export function formatMoney(amount: number, currency: string): string {
  const digits = amount !== 0 && Math.abs(amount) < 0.01 ? 6 : 2;
  return (amount || 0).toLocaleString(currentLocale(), {
    ...{ style: "currency", currency, minimumFractionDigits: 2 },
    maximumFractionDigits: digits,
  });
}

/** `27 Nov 2026, 21:48`, local time. */
export function formatDateTime(date: Date | undefined): string {
  if (date === undefined || Number.isNaN(date.getTime())) return "";
  const locale = currentLocale();
  // Making a formatter costs a hundred times what using one does.
  if (dateFormat?.locale !== locale) {
    const format = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
    dateFormat = { locale, format };
  }
  return dateFormat.format.format(date);
}

const steps: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

/** `in 3 hours`, `2 days ago`. */
export function formatRelative(date: Date, nowMs: number = Date.now()): string {
  const seconds = Math.round((date.getTime() - nowMs) / 1000);
  const [unit, size] = steps.find(([, size]) => Math.abs(seconds) >= size) ?? ["second", 1];
  const formatter = new Intl.RelativeTimeFormat(currentLocale(), { numeric: "auto" });
  return formatter.format(Math.trunc(seconds / size), unit);
}

/** `1 h 5 min`, `40 s`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–";
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  if (seconds < 3600) return both(seconds, { of: 60, names: ["min", "s"] });
  if (seconds < 86_400) return both(seconds / 60, { of: 60, names: ["h", "min"] });
  return both(seconds / 3600, { of: 24, names: ["d", "h"] });
}

/** Two units, the smaller one only where there is some of it: `1 h`, `1 h 30 min`. */
function both(value: number, { of, names }: { of: number; names: readonly [string, string] }) {
  const whole = Math.round(value);
  const rest = whole % of;
  return `${Math.floor(whole / of)} ${names[0]}${rest === 0 ? "" : ` ${rest} ${names[1]}`}`;
}
