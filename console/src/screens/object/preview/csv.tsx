// Comma or tab separated values as a table: the first rows.

import { useQuery } from "@tanstack/react-query";
import { object as text } from "../../../messages/en/object.ts";
import { readRange } from "../place.ts";
import { Grid } from "./grid.tsx";
import { type PreviewProps, Result } from "./index.tsx";

const firstBytes = 256 * 1024;
const shownRows = 500;

export function CsvPreview({ place, head }: PreviewProps) {
  const sizeBytes = head.ContentLength ?? 0;
  const end = Math.min(firstBytes, sizeBytes);
  const query = useQuery({
    queryKey: ["csv", place, head.ETag],
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
          <Grid label={text("content")} head={head} rows={rows.slice(0, shownRows)} />
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

/** The one of the usual separators that the first line has most of. */
export function separatorOf(content: string): string {
  const [line = ""] = content.split("\n", 1);
  const counts = [",", "\t", ";", "|"].map((sign) => [sign, line.split(sign).length] as const);
  return counts.reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}

/** Rows of RFC 4180: quotes may hold separators, line ends and doubled quotes. */
export function parseRows(content: string, separator: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let isQuoted = false;
  const endRow = () => {
    row.push(cell);
    rows.push(row);
    row = [];
    cell = "";
  };
  for (let at = 0; at < content.length; at++) {
    const sign = content[at];
    if (isQuoted) {
      if (sign !== '"') cell += sign;
      else if (content[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else isQuoted = false;
    } else if (sign === '"' && cell === "") isQuoted = true;
    else if (sign === separator) {
      row.push(cell);
      cell = "";
    } else if (sign === "\n") endRow();
    else if (sign !== "\r") cell += sign;
  }
  if (cell !== "" || row.length > 0) endRow();
  return rows;
}
