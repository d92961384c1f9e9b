// Runs one query over a table and keeps what it gives, up to a bound. Pure.

import {
  type AsyncRow,
  executeSql,
  parseSql,
  type Statement,
  tokenizeSql,
  type UserDefinedFunction,
} from "squirreling";
import { Failure, type FailureFacts, factsOf } from "./failure.ts";
import { answerInner, hasInner } from "./inner.ts";
import { sourceOf } from "./source.ts";
import { hideDots, showDots, type Table, type Value } from "./table.ts";

/** The one table. */
export const tableName = "object";

/** Rows that are kept of a result. */
export const maximumResultRows = 100_000;

export interface Result {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Value[])[];
  /** Whether there are more than were kept. */
  readonly isCut: boolean;
}

type OnRows = (rows: number, of: number) => void;

/** Runs `query`. Throws `Failure`s, those of the engine with their place in it. */
export async function runQuery(table: Table, query: string, onRows?: OnRows): Promise<Result> {
  try {
    return await run(table, query, onRows);
  } catch (error) {
    throw new Failure(placed(factsOf(error), query));
  }
}

const longestMessage = 1000;

/** Of a missing column the engine says where its table stands. */
function placed(facts: FailureFacts, query: string): FailureFacts {
  const { reason, message = "" } = facts;
  if (reason !== "query") return facts;
  const short = message.length > longestMessage ? `${message.slice(0, longestMessage)}…` : message;
  const [, missing = ""] = /^Column "(.+?)" not found/s.exec(message) ?? [];
  const names = new Set([missing, missing.split(".").at(-1)]);
  const found = missing !== "" && tokenizeSql(query).find(({ value }) => names.has(value));
  return {
    ...{ ...facts, message: short },
    ...(found && { from: found.positionStart, to: found.positionEnd }),
  };
}

async function run(table: Table, query: string, onRows?: OnRows): Promise<Result> {
  const execute = (statement: Statement, functions: Record<string, UserDefinedFunction>) => {
    const canFilter = !hasInner(statement);
    const source = sourceOf(table, { canFilter, functions, ...(onRows && { onRows }) });
    return executeSql({ tables: { [tableName]: source }, query: statement, functions });
  };
  const { statement, functions } = await answerInner(
    parseSql({ query: hideNames(query) }),
    async function* (inner, known) {
      const { rows, columns } = execute(inner, known);
      for await (const row of rows()) yield (await evaluate(row, columns))[0] ?? null;
    },
  );
  const results = execute(statement, functions);
  const same = results.columns.find((name, at) => results.columns.indexOf(name) !== at);
  // The engine has one value for both.
  if (same !== undefined) {
    throw new Failure({ reason: "sameName", parameters: { name: showDots(same) } });
  }
  const rows: Value[][] = [];
  let isCut = false;
  for await (const row of results.rows()) {
    isCut = rows.length === maximumResultRows;
    if (isCut) break;
    rows.push(valuesOf(row, results.columns) ?? (await evaluate(row, results.columns)));
  }
  return { columns: results.columns.map(showDots), rows, isCut };
}

/** What is known without evaluating anything, where that is all. */
function valuesOf({ resolved }: AsyncRow, columns: readonly string[]): Value[] | undefined {
  if (resolved === undefined || !columns.every((name) => name in resolved)) return undefined;
  return columns.map((name) => resolved[name]);
}

const evaluate = ({ cells }: AsyncRow, columns: readonly string[]): Promise<Value[]> =>
  Promise.all(columns.map((name) => cells[name]?.()));

/** With the dots of quoted names hidden; every sign stays where it is. */
function hideNames(query: string): string {
  let text = "";
  for (const { type, positionStart, positionEnd } of tokenizeSql(query)) {
    const token = query.slice(positionStart, positionEnd);
    text += query.slice(text.length, positionStart);
    text += type === "identifier" ? hideDots(token) : token;
  }
  return text + query.slice(text.length);
}
