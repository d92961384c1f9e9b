// Comma or tab separated values as rows of texts (RFC 4180). Pure.

const separators = [",", "\t", ";", "|"];

/** The one of the usual separators that the first line has most of. */
export function separatorOf(content: string): string {
  const [line = ""] = content.split("\n", 1);
  const counts = separators.map((sign) => [sign, line.split(sign).length] as const);
  return counts.reduce((best, one) => (one[1] > best[1] ? one : best))[0];
}

const quote = '"';

/** Rows of RFC 4180: quotes may hold separators, line ends and doubled quotes. */
export function parseRows(content: string, separator: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < content.length) {
    const { cell, end } = content[at] === quote ? quoted(content, at) : { cell: "", end: at };
    // What follows a closing quote belongs to the cell, as it does where there is none.
    const stop = endOfCell(content, end, separator);
    const rest = content.slice(end, stop);
    row.push(cell + (rest.endsWith("\r") ? rest.slice(0, -1) : rest));
    at = stop + 1;
    if (content[stop] === separator) {
      if (at === content.length) row.push("");
      continue;
    }
    rows.push(row);
    row = [];
  }
  if (row.length > 0) rows.push(row);
  return rows;
}

/** Where the separator or the line's end after a cell stands. */
function endOfCell(content: string, from: number, separator: string): number {
  let at = from;
  while (at < content.length && content[at] !== separator && content[at] !== "\n") at++;
  return at;
}

/** The text in quotes from `start` on, and the place after the closing one. */
function quoted(content: string, start: number): { cell: string; end: number } {
  let cell = "";
  let from = start + 1;
  for (;;) {
    const end = content.indexOf(quote, from);
    if (end < 0) return { cell: cell + content.slice(from), end: content.length };
    cell += content.slice(from, end);
    if (content[end + 1] !== quote) return { cell, end: end + 1 };
    cell += quote;
    from = end + 2;
  }
}
