// Parses and queries beside the page, which goes on meanwhile. It can reach no network: the policy of the
// file it comes from allows none, and bytes are handed to it.

import { readCsv } from "./csv-table.ts";
import { factsOf } from "./failure.ts";
import { readJson } from "./json-table.ts";
import { openParquet } from "./parquet-table.ts";
import type { Answer, Question, Shown } from "./protocol.ts";
import { type Result, runQuery } from "./run.ts";
import type { Table } from "./table.ts";
import { showValue, toCsv, toJson } from "./values.ts";

const shownRows = 500;
/** Of a value; the files have all of it. */
const shownCharacters = 2000;
const tellEachMs = 200;

let table: Table | undefined;
let result: Result | undefined;
const waiting = new Map<number, (bytes: ArrayBuffer) => void>();
let asked = 0;
let toldAtMs = 0;

const tell = (answer: Answer) => postMessage(answer);

addEventListener("message", ({ data }: MessageEvent<Question>) => {
  if (data.kind === "bytes") {
    waiting.get(data.id)?.(data.bytes);
    waiting.delete(data.id);
    return;
  }
  answer(data).then(tell, (error: unknown) => tell({ kind: "failed", facts: factsOf(error) }));
});

async function answer(question: Exclude<Question, { kind: "bytes" }>): Promise<Answer> {
  switch (question.kind) {
    case "open": {
      table = await open(question);
      const { columns, rowCount } = table;
      return { kind: "opened", value: { columns, rowCount } };
    }
    case "run":
      result = undefined;
      if (table === undefined) throw new Error("nothing is open");
      result = await runQuery(table, question.query, tellRows);
      return { kind: "shown", value: show(result) };
    case "save": {
      if (result === undefined) throw new Error("there is no result");
      const [text, type] =
        question.format === "csv"
          ? [toCsv(result), "text/csv"]
          : [toJson(result), "application/json"];
      return { kind: "file", value: new Blob([text], { type }) };
    }
  }
}

async function open({ format, content }: Question & { kind: "open" }): Promise<Table> {
  if ("sizeBytes" in content) {
    return openParquet({ byteLength: content.sizeBytes, slice: need(content.sizeBytes) });
  }
  const text = await content.whole.text();
  return format === "csv" ? readCsv(text) : readJson(text);
}

/** Asks the page for bytes. */
const need =
  (sizeBytes: number) =>
  (start: number, end = sizeBytes): Promise<ArrayBuffer> =>
    new Promise((resolve) => {
      const id = asked++;
      waiting.set(id, resolve);
      tell({ kind: "need", id, start, end });
    });

function tellRows(rows: number, of: number): void {
  if (performance.now() - toldAtMs < tellEachMs) return;
  toldAtMs = performance.now();
  tell({ kind: "rows", rows, of });
}

function show({ columns, rows, isCut }: Result): Shown {
  const cut = (text: string) =>
    text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text;
  return {
    columns: columns.map(cut),
    rows: rows.slice(0, shownRows).map((row) => row.map((value) => cut(showValue(value)))),
    rowCount: rows.length,
    isCut,
  };
}
