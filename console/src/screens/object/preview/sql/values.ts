// Values as a person reads them, and results as files. Pure.

import type { Result } from "./run.ts";
import type { Value } from "./table.ts";

/** A value as text; NULL is empty. */
export function showValue(value: Value): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "" : value.toISOString();
  return typeof value === "object" ? JSON.stringify(value, plain) : String(value);
}

/** Whole numbers of 64 bits as JSON has them, or as text where it would round them. */
function plain(_key: string, value: unknown): unknown {
  if (typeof value !== "bigint") return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
}

/** RFC 4180. */
export function toCsv({ columns, rows }: Result): string {
  const lines = [columns, ...rows.map((row) => row.map(showValue))];
  return lines.map((cells) => `${cells.map(quoteCell).join(",")}\r\n`).join("");
}

const quoteCell = (cell: string): string =>
  /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;

/** An array with an object for each row. */
export function toJson({ columns, rows }: Result): string {
  const objects = rows.map((row) =>
    JSON.stringify(Object.fromEntries(columns.map((name, at) => [name, row[at] ?? null])), plain),
  );
  return `[${objects.join(",\n")}]\n`;
}
