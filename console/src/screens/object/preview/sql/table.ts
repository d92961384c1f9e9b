// What a query reads: named columns, and rows in groups that are read at once. The engine takes a dot
// in a name for the one after a table's; names go to it with another sign. Pure.

import type { SqlPrimitive } from "squirreling";

export type Value = SqlPrimitive | undefined;
export type Row = Record<string, SqlPrimitive>;
export type ColumnType = "number" | "boolean" | "text" | "time" | "nested" | "mixed";

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
}

/** Rows from `start` on, `end` not included. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface Table {
  readonly columns: readonly Column[];
  readonly rowCount: number;
  /** All rows, in order. */
  readonly groups: readonly Range[];
  /** Rows of one group, or a part of it: at least these columns, by the engine's names. */
  load(columns: readonly string[], range: Range): Promise<readonly Row[]>;
}

/** More columns than this are not offered: what has them is no table. */
export const maximumColumns = 1000;

/** Every name once, none empty: as DuckDB names what has none, or one that is taken. */
export function uniqueNames(given: readonly string[]): readonly string[] {
  // Of an object this one is no member like others.
  const taken = new Set(["__proto__"]);
  const counts = new Map<string, number>();
  const digits = String(given.length - 1).length;
  return given.map((name, index) => {
    const base = name.trim() === "" ? `column${String(index).padStart(digits, "0")}` : name;
    let unique = base;
    // Goes on where the last one of that name ended: thousands may share one.
    let count = counts.get(base) ?? 0;
    while (taken.has(unique)) unique = `${base}_${++count}`;
    counts.set(base, count);
    taken.add(unique);
    return unique;
  });
}

/** Of the private use area: no text has a meaning for it. */
const dot = "\uE000";

/** A column's name for the engine. */
export const hideDots = (name: string): string => name.replaceAll(".", dot);

/** A name of the engine, or a sentence with such names, as it was written. */
export const showDots = (text: string): string => text.replaceAll(dot, ".");

/** A table whose rows are all at hand. */
export function tableOf(columns: readonly Column[], rows: readonly Row[]): Table {
  const rowCount = rows.length;
  return {
    columns,
    rowCount,
    groups: [{ start: 0, end: rowCount }],
    load: async (_columns, { start, end }) => rows.slice(start, end),
  };
}
