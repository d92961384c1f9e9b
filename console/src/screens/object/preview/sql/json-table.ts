// JSON as a table: an array of objects, or an object on each line. What is no object is the column
// `value`. Pure.

import type { SqlPrimitive } from "squirreling";
import { Failure } from "./failure.ts";
import {
  type ColumnType,
  hideDots,
  maximumColumns,
  type Row,
  type Table,
  tableOf,
  uniqueNames,
} from "./table.ts";

const alone = "value";

/** Whether a JSON text that begins like this is worth a query. */
export function hasRows(beginning: string): boolean {
  const content = beginning.trimStart();
  if (/^\[\s*\{/.test(content)) return true;
  const [first = "", second = ""] = content.split("\n", 2);
  return second.trimStart().startsWith("{") && isObject(parse(first) ?? null);
}

/** Reads all of `content`. Throws, with the place, where it is neither. */
export function readJson(content: string): Table {
  const items = itemsOf(content);
  const types: Types = new Map();
  for (const item of items) noteTypes(item, types);
  const names = uniqueNames([...types.keys()]);
  const keyOf = new Map([...types.keys()].map((given, at) => [given, hideDots(names[at] ?? "")]));
  const nothing = Object.fromEntries([...keyOf.values()].map((key) => [key, null]));
  const rows = items.map((item) => {
    const row: Row = { ...nothing };
    for (const [given, value] of Object.entries(item)) {
      const key = keyOf.get(given);
      if (key !== undefined) row[key] = value;
    }
    return row;
  });
  const columns = [...types.values()].map((seen, at) => ({
    name: names[at] ?? "",
    type: seen.size === 1 ? ([...seen][0] ?? "mixed") : "mixed",
  }));
  return tableOf(columns, rows);
}

type Json = SqlPrimitive;
type JsonObject = Readonly<Record<string, Json>>;

const isObject = (value: Json): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

type Types = Map<string, Set<ColumnType>>;

function itemsOf(content: string): readonly JsonObject[] {
  const whole = parse(content);
  const items = Array.isArray(whole) ? whole : whole === undefined ? linesOf(content) : [whole];
  return items.map((item) => (isObject(item) ? item : { [alone]: item }));
}

function linesOf(content: string): readonly Json[] {
  const items: Json[] = [];
  for (const [at, line] of content.split("\n").entries()) {
    if (line.trim() === "") continue;
    const item = parse(line);
    if (item === undefined) throw new Failure({ reason: "noJson", parameters: { line: at + 1 } });
    items.push(item);
  }
  return items;
}

function parse(content: string): Json | undefined {
  try {
    return JSON.parse(content) as Json;
  } catch {
    return undefined;
  }
}

function noteTypes(item: JsonObject, types: Types): void {
  for (const [name, value] of Object.entries(item)) {
    const seen = types.get(name) ?? new Set();
    if (seen.size === 0 && !types.has(name)) {
      if (types.size >= maximumColumns) continue;
      types.set(name, seen);
    }
    if (value !== null) seen.add(typeOf(value));
  }
}

function typeOf(value: NonNullable<Json>): ColumnType {
  if (typeof value === "string") return "text";
  return typeof value === "number" || typeof value === "boolean"
    ? (typeof value as "number" | "boolean")
    : "nested";
}
