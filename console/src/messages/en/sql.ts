// English: queries over an object's content.

import { messages } from "../message.ts";

export const sql = messages("sql", {
  open: "Query with SQL",
  close: "Close the query",
  tooLarge: "CSV and JSON can be queried up to {limit}: all of it is read into this page.",
  query: "SQL query",
  hint: "The table is called {table}. Ctrl+Enter (⌘+Enter) runs the query, here in the browser.",
  columns: "Columns:",
  moreColumns: "and {count} more",
  run: "Run",
  cancel: "Cancel",
  cancelled: "Cancelled.",
  opening: "Reading the object",
  readBytes: "{done} of {of} read",
  running: "Running",
  readRows: "{done} of {of} rows looked at",
  working: "Working on what was read",
  result: "Result",
  rows: "{count, plural, one {# row} other {# rows}} in {seconds} s",
  cutRows: "The first {count} rows, in {seconds} s; more are not kept",
  firstShown: "The first {count} are shown; files have all.",
  saveCsv: "Save as CSV",
  saveJson: "Save as JSON",
  showDuckdb: "Show as DuckDB",
  noJson: "Line {line} is no JSON.",
  tooManyRows:
    "More than {rows} rows would have to be held. Narrow them with WHERE or LIMIT, name fewer columns, or ask DuckDB.",
  sameName: "Two columns of the result are called {name}. Name one of them with AS.",
  broken: "The query ended early, most likely for want of memory.",
  failed: "The query failed",
});
