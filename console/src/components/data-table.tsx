// A table for lists that are loaded whole (buckets, users, keys): sorted by its heads, filtered by
// whoever gives the rows. For lists of objects there is the virtual one of the object browser.

import {
  type ColumnDef,
  createSortedRowModel,
  rowSortingFeature,
  sortFns,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type ReactNode, useMemo } from "react";
import { frame as text } from "../messages/en/frame.ts";
import { formatDateTime } from "./format.ts";

const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns,
});

export interface Column<Row> {
  readonly id: string;
  readonly head: string;
  /** What the column sorts by; a column without it does not sort. */
  readonly value?: (row: Row) => string | number;
  readonly cell: (row: Row) => ReactNode;
  readonly align?: "end";
  /** On one line, however narrow the table is. */
  readonly isWhole?: boolean;
  /** Left out on narrow screens. */
  readonly isMinor?: boolean;
}

/** A column of figures, sorted by them. */
export function figures<Row>(
  id: string,
  head: string,
  value: (row: Row) => number,
  format: (value: number) => string,
): Column<Row> {
  return { id, head, align: "end", value, cell: (row) => format(value(row)) };
}

/** A column of moments, sorted by them, each in one line. */
export function times<Row>(
  id: string,
  head: string,
  at: (row: Row) => Date | undefined,
  isMinor = false,
): Column<Row> {
  const value = (row: Row) => at(row)?.getTime() ?? 0;
  const cell = (row: Row) => <span className="whole">{formatDateTime(at(row))}</span>;
  return { id, head, value, cell, isMinor };
}

interface DataTableProps<Row> {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly rowKey: (row: Row) => string;
  readonly sortedBy?: { readonly id: string; readonly desc: boolean };
}

export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const { label, rows, columns, rowKey, sortedBy } = props;
  const data = useMemo(() => [...rows], [rows]);
  const definitions = useMemo(() => columns.map(defineColumn), [columns]);
  const table = useTable({
    features,
    columns: definitions,
    data,
    getRowId: rowKey,
    initialState: { sorting: sortedBy ? [sortedBy] : [] },
  });
  const byId = new Map(columns.map((column) => [column.id, column]));
  const styleOf = (id: string) => {
    const { align = "", isMinor, isWhole } = byId.get(id) ?? {};
    return `${align} ${isMinor ? "minor" : ""} ${isWhole ? "whole" : ""}`;
  };
  return (
    <div className="table-scroll">
      <table className="table" aria-label={label}>
        <thead>
          <tr>
            {table.getHeaderGroups()[0]?.headers.map((header) => (
              <Head
                key={header.id}
                name={byId.get(header.id)?.head ?? ""}
                className={styleOf(header.id)}
                sorted={header.column.getCanSort() ? header.column.getIsSorted() : undefined}
                onSort={() => header.column.toggleSorting()}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          {table.getRowModel().rows.map((row) => (
            <tr key={row.id}>
              {columns.map((column) => (
                <td key={column.id} className={styleOf(column.id)}>
                  {column.cell(row.original)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function defineColumn<Row extends object>(column: Column<Row>): ColumnDef<typeof features, Row> {
  const { id, value } = column;
  return value === undefined
    ? { id, header: column.head, enableSorting: false }
    : { id, header: column.head, accessorFn: value, sortFn: "basic" };
}

interface HeadProps {
  readonly name: string;
  readonly className: string;
  readonly sorted: false | "asc" | "desc" | undefined;
  onSort(): void;
}

function Head({ name, className, sorted, onSort }: HeadProps) {
  if (sorted === undefined) {
    return (
      <th scope="col" className={className}>
        {name || <span className="hidden">{text("more")}</span>}
      </th>
    );
  }
  const direction = sorted === "asc" ? "ascending" : sorted === "desc" ? "descending" : "none";
  return (
    <th scope="col" className={className} aria-sort={direction}>
      <button type="button" className="sort" onClick={onSort}>
        {name}
        {sorted === "asc" && <ArrowUp aria-hidden="true" />}
        {sorted === "desc" && <ArrowDown aria-hidden="true" />}
      </button>
    </th>
  );
}
