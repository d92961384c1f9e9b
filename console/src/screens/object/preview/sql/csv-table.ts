// A CSV file as a table. A column whose values are all numbers, or all `true` and `false`, is one of
// those; empty cells are NULL. Pure.

import { parseRows, separatorOf } from "../csv-rows.ts";
import {
  type ColumnType,
  hideDots,
  maximumColumns,
  type Row,
  type Table,
  tableOf,
  uniqueNames,
} from "./table.ts";

/** Without leading zeros: those are of codes, which are texts. */
const numeric = /^[+-]?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/;
const whole = /^-?\d+$/;
const truth = /^(?:true|false)$/i;

/** Reads all of `content`; its first row names the columns. */
export function readCsv(content: string): Table {
  const [head = [], ...body] = parseRows(content, separatorOf(content));
  // An empty line is no row, unless a row is one cell.
  const rows = body.filter((cells) => cells.length > 1 || cells[0] !== "" || head.length === 1);
  const width = rows.reduce((most, { length }) => Math.max(most, length), head.length);
  const names = uniqueNames(
    Array.from({ length: Math.min(width, maximumColumns) }, (_, at) => head[at] ?? ""),
  );
  const readers = names.map((_, at) => readerOf(rows, at));
  const keys = names.map(hideDots);
  const columns = names.map((name, at) => ({ name, type: readers[at]?.type ?? "text" }));
  return tableOf(
    columns,
    rows.map((cells) => {
      const row: Row = {};
      for (const [at, key] of keys.entries()) {
        const cell = cells[at] ?? "";
        row[key] = cell === "" ? null : (readers[at]?.read(cell) ?? cell);
      }
      return row;
    }),
  );
}

interface Reader {
  readonly type: ColumnType;
  read(cell: string): string | number | bigint | boolean;
}

const readers = {
  text: { type: "text", read: (cell) => cell },
  boolean: { type: "boolean", read: (cell) => cell.toLowerCase() === "true" },
  number: { type: "number", read: Number },
  /** Some of its numbers are too long for a double: all digits are kept. */
  long: { type: "number", read: BigInt },
} as const satisfies Record<string, Reader>;

/** How the cells of a column are read, from all of them. */
function readerOf(rows: readonly (readonly string[])[], at: number): Reader {
  let isNumeric = true;
  let isTruth = true;
  let isWhole = true;
  let isLong = false;
  let isEmpty = true;
  for (const row of rows) {
    const cell = row[at] ?? "";
    if (cell === "") continue;
    isEmpty = false;
    isNumeric &&= numeric.test(cell);
    isTruth &&= truth.test(cell);
    if (!isNumeric && !isTruth) return readers.text;
    isWhole &&= whole.test(cell);
    isLong ||= !Number.isSafeInteger(Number(cell));
  }
  if (isEmpty) return readers.text;
  if (isTruth) return readers.boolean;
  return isWhole && isLong ? readers.long : readers.number;
}
