// The same query for DuckDB, which reads the object over S3 itself. Pure.

import { duckdbSecret } from "../../../connect/snippets.ts";
import type { Format } from "./protocol.ts";
import { tableName } from "./run.ts";

interface Wish {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly key: string;
  readonly format: Format;
  readonly query: string;
}

/** Statements for DuckDB; none where its paths cannot name the object: they may hold patterns. */
export function duckdbStatements({ format, query, key, ...place }: Wish): string | undefined {
  if (/[*?[\]{}]/.test(key)) return undefined;
  const address = `s3://${place.bucket}/${key}`.replaceAll("'", "''");
  return `${duckdbSecret(place)}
CREATE TEMP VIEW ${tableName} AS FROM read_${format}('${address}');
${query.trim().replace(/;$/, "")};`;
}
