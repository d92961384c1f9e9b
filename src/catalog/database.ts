// The only place that runs SQL against D1. Statements are constant text with bound values; a failure
// of D1 becomes one error that the client may retry, so that nobody is let in while it is down
// (faults.md D16). It knows nothing of the tables.

import type { Env, Seams } from "../env.ts";
import { S3Error } from "../s3/errors.ts";

/** What every catalog function is given: where, when, and randomness. A handler's context fits. */
export interface CatalogCall {
  readonly env: Env;
  readonly seams: Seams;
  /** The request's time, milliseconds. */
  readonly nowMs: number;
}

/** A statement and the values of its `?1`, `?2`, ... D1 has no booleans. */
export type Query = readonly [sql: string, ...values: (string | number | null)[]];

/** Rows of one statement. Throws `ServiceUnavailable` when D1 does not answer. */
export async function queryAll<Row>(call: CatalogCall, query: Query): Promise<readonly Row[]> {
  const result = await guard(() => prepare(call, query).all<Row>());
  return result.results;
}

/** The first row of one statement, or `undefined`. Throws as `queryAll`. */
export async function queryFirst<Row>(call: CatalogCall, query: Query): Promise<Row | undefined> {
  const rows = await queryAll<Row>(call, query);
  return rows[0];
}

/** Runs the statements in one transaction; `result[i]` holds the rows of `queries[i]`. */
export async function transact(
  call: CatalogCall,
  queries: readonly Query[],
): Promise<readonly (readonly unknown[])[]> {
  const results = await guard(() =>
    call.env.CATALOG.batch(queries.map((query) => prepare(call, query))),
  );
  return results.map((result) => result.results);
}

function prepare(call: CatalogCall, [sql, ...values]: Query): D1PreparedStatement {
  return call.env.CATALOG.prepare(sql).bind(...values);
}

/** D1's own message may hold SQL: it stays in `cause`, for the log (SEC-043). */
async function guard<Value>(run: () => Promise<Value>): Promise<Value> {
  try {
    return await run();
  } catch (cause) {
    throw new S3Error("ServiceUnavailable", undefined, { cause });
  }
}
