// What the page and the worker tell each other. One thing is asked at a time.

import type { FailureFacts } from "./failure.ts";
import type { Column } from "./table.ts";

/** How the object's bytes become a table. */
export type Format = "csv" | "json" | "parquet";

/** CSV and JSON come whole; of Parquet the worker asks for ranges. */
export type Content = { readonly whole: Blob } | { readonly sizeBytes: number };

export type Question =
  | { readonly kind: "open"; readonly format: Format; readonly content: Content }
  | { readonly kind: "run"; readonly query: string }
  | { readonly kind: "save"; readonly format: "csv" | "json" }
  /** What a `need` asked for. */
  | { readonly kind: "bytes"; readonly id: number; readonly bytes: ArrayBuffer };

export interface Opened {
  readonly columns: readonly Column[];
  readonly rowCount: number;
}

/** The beginning of a result, as texts. */
export interface Shown {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly rowCount: number;
  readonly isCut: boolean;
}

export type Answer =
  | { readonly kind: "need"; readonly id: number; readonly start: number; readonly end: number }
  | { readonly kind: "rows"; readonly rows: number; readonly of: number }
  | { readonly kind: "opened"; readonly value: Opened }
  | { readonly kind: "shown"; readonly value: Shown }
  | { readonly kind: "file"; readonly value: Blob }
  | { readonly kind: "failed"; readonly facts: FailureFacts };
