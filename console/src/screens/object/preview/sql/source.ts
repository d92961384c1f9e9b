// A table as the engine reads it: rows in pieces, of each only the columns that the query names. WHERE is
// applied here, piece by piece: the engine would hold all rows first. Pure.

import {
  type AsyncDataSource,
  type AsyncRow,
  asyncRow,
  type ExprNode,
  executePlan,
  type ScanOptions,
  type UserDefinedFunction,
} from "squirreling";
import { Failure } from "./failure.ts";
import { hideDots, type Range, type Row, type Table } from "./table.ts";

/** How many values a query may take from a table: it may have to hold them all. */
export const maximumCells = 10_000_000;
const piece = 512;

export interface SourceOptions {
  /** Whether conditions may be applied here: not where they may be about rows of another query. */
  readonly canFilter: boolean;
  /** Those of our own that conditions may call. */
  readonly functions: Record<string, UserDefinedFunction>;
  /** Told after each piece, how many rows of which were looked at. */
  onRows?(rows: number, of: number): void;
}

/** The table for the engine. */
export function sourceOf(table: Table, options: SourceOptions): AsyncDataSource {
  const all = table.columns.map(({ name }) => hideDots(name));
  return {
    columns: all,
    numRows: table.rowCount,
    scan: (hints) => ({
      appliedWhere: hints.where !== undefined && options.canFilter,
      appliedLimitOffset: hints.where === undefined,
      rows: () => scan(table, options, { ...hints, columns: hints.columns ?? all }),
    }),
    async *scanColumn({ column, ...hints }) {
      const bounds = boundsOf(table, hints);
      for (const part of partsOf(table, bounds)) {
        const rows = await table.load([column], part);
        yield rows.map((row) => row[column] ?? null);
        options.onRows?.(part.end, bounds.end);
      }
    },
  };
}

type Limits = Pick<ScanOptions, "limit" | "offset" | "where">;

/** Which rows are asked for. A condition has to see all. */
function boundsOf({ rowCount }: Table, { limit, offset = 0, where }: Limits): Range {
  if (where !== undefined) return { start: 0, end: rowCount };
  const start = Math.min(offset, rowCount);
  return { start, end: Math.min(rowCount, start + (limit ?? rowCount)) };
}

function partsOf({ groups }: Table, { start, end }: Range): readonly Range[] {
  return groups
    .map((group) => ({ start: Math.max(group.start, start), end: Math.min(group.end, end) }))
    .filter((part) => part.start < part.end);
}

async function* scan(
  table: Table,
  { canFilter, functions, onRows }: SourceOptions,
  hints: ScanOptions & { readonly columns: string[] },
): AsyncGenerator<AsyncRow> {
  const { columns, where } = hints;
  const bounds = boundsOf(table, hints);
  const maximumRows = Math.floor(maximumCells / Math.max(1, columns.length));
  let given = 0;
  for (const part of partsOf(table, bounds)) {
    const rows = await table.load(columns, part);
    for (let at = 0; at < rows.length; at += piece) {
      const some = rows.slice(at, at + piece);
      const left =
        where && canFilter ? filter(some, columns, { where, functions }) : asyncRows(some, columns);
      for await (const row of left) {
        if (++given > maximumRows)
          throw new Failure({ reason: "tooManyRows", parameters: { rows: maximumRows } });
        yield row;
      }
      onRows?.(part.start + at + some.length, bounds.end);
    }
  }
}

function* asyncRows(rows: readonly Row[], columns: string[]): Generator<AsyncRow> {
  for (const row of rows) yield asyncRow(row, columns);
}

interface Condition extends Pick<SourceOptions, "functions"> {
  readonly where: ExprNode;
}

/** The engine's own judgement of a few rows. */
function filter(rows: readonly Row[], columns: string[], condition: Condition) {
  const { where, functions } = condition;
  const some: AsyncDataSource = {
    columns,
    scan: () => ({
      appliedWhere: false,
      appliedLimitOffset: false,
      rows: async function* () {
        yield* asyncRows(rows, columns);
      },
    }),
  };
  const child = { type: "Scan", table: "some", hints: { columns } } as const;
  return executePlan({
    plan: { type: "Filter", condition: where, child },
    context: { tables: { some }, functions },
  }).rows();
}
