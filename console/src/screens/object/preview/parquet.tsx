// Parquet: schema and the first rows, read by ranges.

import { useQuery } from "@tanstack/react-query";
import { formatNumber } from "../../../components/format.ts";
import { object as text } from "../../../messages/en/object.ts";
import { type ObjectPlace, readRange } from "../place.ts";
import { Grid } from "./grid.tsx";
import { type PreviewProps, Result } from "./index.tsx";

const shownRows = 100;

export function ParquetPreview({ place, head }: PreviewProps) {
  const query = useQuery({
    queryKey: ["parquet", place, head.ETag],
    queryFn: () => readParquet(place, head.ContentLength ?? 0),
  });
  return (
    <Result
      query={query}
      render={({ head, rows, total }) => (
        <>
          <p className="muted">
            {text("parquetHolds", { rows: formatNumber(total), columns: head.length })}
          </p>
          <Grid label={text("content")} head={head} rows={rows} />
        </>
      )}
    />
  );
}

async function readParquet(place: ObjectPlace, byteLength: number) {
  const { parquetMetadataAsync, parquetReadObjects } = await import("hyparquet");
  const file = {
    byteLength,
    slice: async (start: number, end?: number) =>
      (await readRange(place, start, end ?? byteLength)).buffer,
  };
  const metadata = await parquetMetadataAsync(file);
  const total = Number(metadata.num_rows);
  const rowEnd = Math.min(shownRows, total);
  const objects = await parquetReadObjects({ file, metadata, rowEnd });
  const head = Object.keys(objects[0] ?? {});
  const rows = objects.map((row) => head.map((name) => showValue(row[name])));
  return { head, rows, total };
}

function showValue(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== "object") return String(value);
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "bigint" ? inner.toString() : inner,
  );
}
