// The data files of an inventory report: rows as gzipped CSV or as Parquet. A file is made in memory:
// how many rows go into one is the report's to bound.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html

import { parquetWriteBuffer } from "hyparquet-writer";
import type { ScannedVersion } from "../../bucket/types.ts";
import type { Field, FieldValue, InventoriedBucket } from "./fields.ts";

export type InventoryFormat = "CSV" | "Parquet";

/** What goes into a file. */
export interface FileWish {
  readonly fields: readonly Field[];
  readonly rows: readonly ScannedVersion[];
  readonly bucket: InventoriedBucket;
}

/** The end of a data file's name. */
export function endingOf(format: InventoryFormat): string {
  return format === "CSV" ? "csv.gz" : "parquet";
}

/** The bytes of one data file. */
export function renderFile(format: InventoryFormat, wish: FileWish): Promise<Uint8Array> {
  return format === "CSV" ? gzip(renderCsv(wish)) : Promise.resolve(renderParquet(wish));
}

/** One line a version, every field in quotes, keys percent-encoded as S3 does in CSV. */
export function renderCsv({ fields, rows, bucket }: FileWish): string {
  const lines = rows.map((row) =>
    fields
      .map((field) => {
        const value = field.read(row, bucket);
        const text = field.name === "Key" ? encodeKey(String(value)) : renderText(field, value);
        return `"${text.replaceAll('"', '""')}"`;
      })
      .join(","),
  );
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

function renderText({ type }: Field, value: FieldValue): string {
  if (value === undefined) return "";
  return type === "time" ? new Date(Number(value)).toISOString() : String(value);
}

/** A space is `+`, a slash stays. */
function encodeKey(key: string): string {
  return encodeURIComponent(key).replaceAll("%20", "+").replaceAll("%2F", "/");
}

async function gzip(text: string): Promise<Uint8Array> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const parquetTypes = { text: "STRING", flag: "BOOLEAN", size: "INT64", time: "TIMESTAMP" } as const;

function renderParquet({ fields, rows, bucket }: FileWish): Uint8Array {
  const columnData = fields.map((field) => ({
    name: field.column,
    type: parquetTypes[field.type],
    nullable: field.isRequired !== true,
    data: rows.map((row) => parquetValue(field, field.read(row, bucket))),
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData, createdBy: "cairn" }));
}

function parquetValue({ type }: Field, value: FieldValue) {
  if (value === undefined) return null;
  if (type === "size") return BigInt(value);
  return type === "time" ? new Date(Number(value)) : value;
}

/** The schema as the manifest says it. */
export function renderSchema(format: InventoryFormat, fields: readonly Field[]): string {
  if (format === "CSV") return fields.map(({ name }) => name).join(", ");
  const columns = fields.map((field) => {
    const presence = field.isRequired ? "required" : "optional";
    return `${presence} ${parquetSchema[field.type](field.column)};`;
  });
  return `message s3.inventory { ${columns.join(" ")} }`;
}

const parquetSchema = {
  text: (column: string) => `binary ${column} (UTF8)`,
  flag: (column: string) => `boolean ${column}`,
  size: (column: string) => `int64 ${column}`,
  time: (column: string) => `int64 ${column} (TIMESTAMP_MILLIS)`,
} as const satisfies Record<Field["type"], (column: string) => string>;
