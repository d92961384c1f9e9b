// Comma or tab separated values as a table: the first rows.

import { useQuery } from "@tanstack/react-query";
import { object as text } from "../../../messages/en/object.ts";
import { readRange } from "../place.ts";
import { parseRows, separatorOf } from "./csv-rows.ts";
import { Grid } from "./grid.tsx";
import { type PreviewProps, Result } from "./index.tsx";
import { QueryPart } from "./sql/index.tsx";
import { uniqueNames } from "./sql/table.ts";

const firstBytes = 256 * 1024;
const shownRows = 500;

export function CsvPreview({ place, head: object }: PreviewProps) {
  const sizeBytes = object.ContentLength ?? 0;
  const end = Math.min(firstBytes, sizeBytes);
  const query = useQuery({
    queryKey: ["csv", place, object.ETag],
    gcTime: 60_000,
    queryFn: async () => {
      const content = new TextDecoder().decode(await readRange(place, 0, end));
      const rows = parseRows(content, separatorOf(content));
      // The last row may be cut in the middle.
      return end < sizeBytes ? rows.slice(0, -1) : rows;
    },
  });
  return (
    <Result
      query={query}
      render={([head = [], ...rows]) => (
        <>
          <QueryPart place={place} head={object} format="csv" />
          <Grid label={text("content")} head={headOf(head)} rows={rows.slice(0, shownRows)} />
          {(rows.length > shownRows || end < sizeBytes) && (
            <p className="muted preview-more">
              {text("firstRows", { count: Math.min(rows.length, shownRows) })}
            </p>
          )}
        </>
      )}
    />
  );
}

/** A column without a name is called what queries call it. */
function headOf(head: readonly string[]): readonly string[] {
  const names = uniqueNames(head);
  return head.map((name, at) => (name.trim() === "" ? (names[at] ?? "") : name));
}
