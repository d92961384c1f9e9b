// Parquet: schema and the first rows, read by ranges.

import { useQuery } from "@tanstack/react-query";
import { formatNumber } from "../../../components/format.ts";
import { object as text } from "../../../messages/en/object.ts";
import { type ObjectPlace, readRange } from "../place.ts";
import { Grid } from "./grid.tsx";
import { type PreviewProps, Result } from "./index.tsx";
import { QueryPart } from "./sql/index.tsx";
import { showValue } from "./sql/values.ts";

const shownRows = 100;
/** The first read: the footer of most files is smaller. */
const tailBytes = 64 * 1024;

export function ParquetPreview({ place, head }: PreviewProps) {
  const query = useQuery({
    queryKey: ["parquet", place, head.ETag],
    queryFn: () => readParquet(place, head.ContentLength ?? 0),
  });
  return (
    <Result
      query={query}
      render={({ columns, rows, total }) => (
        <>
          <QueryPart place={place} head={head} format="parquet" />
          <p className="muted">
            {text("parquetHolds", { rows: formatNumber(total), columns: columns.length })}
          </p>
          <Grid label={text("content")} head={columns.map(({ name }) => name)} rows={rows} />
          {total > rows.length && (
            <p className="muted preview-more">{text("firstRows", { count: rows.length })}</p>
          )}
          <h2>{text("schema")}</h2>
          <Grid
            label={text("schema")}
            head={[text("name"), text("type"), text("presence")]}
            rows={columns.map(({ name, type, presence }) => [name, type, presence])}
          />
        </>
      )}
    />
  );
}

async function readParquet(place: ObjectPlace, byteLength: number) {
  const { parquetMetadataAsync, parquetReadObjects, parquetSchema } = await import("hyparquet");
  const file = {
    byteLength,
    slice: async (start: number, end?: number) =>
      (await readRange(place, start, end ?? byteLength)).buffer,
  };
  const metadata = await parquetMetadataAsync(file, { initialFetchSize: tailBytes });
  const total = Number(metadata.num_rows);
  const rowEnd = Math.min(shownRows, total);
  const objects = await parquetReadObjects({ file, metadata, rowEnd });
  const columns = parquetSchema(metadata).children.map(({ element, children }) => ({
    name: element.name,
    type: element.logical_type?.type ?? element.converted_type ?? element.type ?? nest(children),
    presence: (element.repetition_type ?? "REQUIRED").toLowerCase(),
  }));
  const rows = objects.map((row) => columns.map(({ name }) => showValue(row[name])));
  return { columns, rows, total };
}

/** A group is named by what is in it. */
const nest = (children: readonly { readonly element: { readonly name: string } }[]): string =>
  `{ ${children.map(({ element }) => element.name).join(", ")} }`;
