// A Parquet file as a table, read by ranges: its footer, and of each row group the columns that are asked
// for. Points in time are texts (ISO 8601), which compare with those of a query.

import {
  type AsyncBuffer,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
} from "hyparquet";
import type { SqlPrimitive } from "squirreling";
import { type ColumnType, hideDots, type Row, type Table, uniqueNames } from "./table.ts";

/** The first read: the footer of most files is smaller. */
const tailBytes = 64 * 1024;

const timeOf = (milliseconds: number): string | null =>
  Math.abs(milliseconds) <= 8.64e15 ? new Date(milliseconds).toISOString() : null;

const parsers = {
  timestampFromMilliseconds: (time: bigint) => timeOf(Number(time)),
  timestampFromMicroseconds: (time: bigint) => timeOf(Number(time / 1000n)),
  timestampFromNanoseconds: (time: bigint) => timeOf(Number(time / 1_000_000n)),
  dateFromDays: (days: number) => timeOf(days * 86_400_000)?.slice(0, 10) ?? null,
};

/** Reads the footer. */
export async function openParquet(file: AsyncBuffer): Promise<Table> {
  const metadata = await parquetMetadataAsync(file, { initialFetchSize: tailBytes, parsers });
  const fields = parquetSchema(metadata).children.map(({ element }) => element);
  const names = uniqueNames(fields.map(({ name }) => name));
  const given = new Map(fields.map(({ name }, at) => [hideDots(names[at] ?? ""), name]));
  let end = 0;
  const groups = metadata.row_groups.map(({ num_rows }) => {
    const start = end;
    end += Number(num_rows);
    return { start, end };
  });
  return {
    columns: fields.map((field, at) => ({ name: names[at] ?? "", type: typeOf(field) })),
    rowCount: end,
    groups,
    load: async (keys, range) => {
      const bounds = { rowStart: range.start, rowEnd: range.end };
      const columns = keys.map((key) => given.get(key) ?? key);
      // Even of no column the rows count.
      if (keys.length === 0) return Array.from({ length: range.end - range.start }, () => ({}));
      const rows = await parquetReadObjects({
        ...{ file, metadata, parsers, columns, ...bounds },
        useOffsetIndex: true,
      });
      return rows.map((found) => {
        const row: Row = {};
        for (const [at, key] of keys.entries()) row[key] = simplify(found[columns[at] ?? ""]);
        return row;
      });
    },
  };
}

/** Whole numbers of 64 bits are plain ones where nothing is lost. */
function simplify(value: unknown): SqlPrimitive {
  if (typeof value !== "bigint") return (value ?? null) as SqlPrimitive;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

type Field = ReturnType<typeof parquetSchema>["element"];

function typeOf({ type, logical_type, converted_type, num_children }: Field): ColumnType {
  const said = logical_type?.type ?? converted_type ?? "";
  if (num_children) return "nested";
  if (/^(DATE|TIMESTAMP|TIMESTAMP_.*)$/.test(said) || type === "INT96") return "time";
  if (/^(JSON|LIST|MAP)$/.test(said)) return "nested";
  if (said === "DECIMAL" || /^(INT32|INT64|FLOAT|DOUBLE)$/.test(type ?? "")) return "number";
  return type === "BOOLEAN" ? "boolean" : "text";
}
