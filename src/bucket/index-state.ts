// What every method of the index works on: the statements, the ledger, the manifests. One per
// Durable Object, made at start. Methods take it as their first argument and are plain functions.

import type { Segment } from "../s3/content.ts";
import type { Ledger } from "./ledger.ts";
import { isManifest, type Manifests } from "./manifests.ts";
import type { MoveClaims } from "./move-claims.ts";
import type { Sql } from "./statements.ts";

export interface IndexState {
  readonly sql: Sql;
  readonly ledger: Ledger;
  readonly manifests: Manifests;
  readonly moves: MoveClaims;
}

/** `length` bytes of the content from `offset`, as pieces of blobs in order. */
export function segmentsOf(
  { manifests }: IndexState,
  content: string,
  { offset, length }: { offset: number; length: number },
): Segment[] {
  if (length === 0) return [];
  return isManifest(content)
    ? manifests.segments(content, offset, length)
    : [{ blob: content, offset, length }];
}
