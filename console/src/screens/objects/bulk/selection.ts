// What a selection of rows stands for: objects and versions as they are, folders as everything below.

import { type FoundObject, type Pages, walkObjects, walkVersions } from "../../../queries/walk.ts";
import type { Row } from "../page.ts";

export interface Selection {
  readonly bucket: string;
  /** The folder it was made in. */
  readonly folder: string;
  readonly rows: readonly Row[];
}

const batchSize = 1000;

const asObject = (row: Row): FoundObject => ({
  name: row.versionId === undefined ? row.key : `${row.key} (${row.versionId})`,
  key: row.key,
  sizeBytes: row.sizeBytes,
  ...(row.versionId !== undefined && { versionId: row.versionId }),
  isMarker: row.kind === "marker",
  storageClass: row.storageClass,
  ...(row.restore !== undefined && { restore: row.restore }),
});

interface ExpandOptions {
  readonly signal?: AbortSignal;
  readonly hasVersions?: boolean;
  /** Whether what was archived says how its restore stands. */
  readonly hasRestores?: boolean;
  readonly size?: number;
}

/**
 * Everything selected, in batches. With `hasVersions` folders give every version below them. Gone through
 * again after a listing failed, it goes on with the page that failed.
 */
export function expand({ bucket, rows }: Selection, options: ExpandOptions): Pages {
  const { signal, hasVersions = false, hasRestores = false, size = batchSize } = options;
  const plain = rows.filter(({ kind }) => kind !== "folder").map(asObject);
  const walk = hasVersions ? walkVersions : walkObjects;
  const place = { bucket, hasRestores, ...(signal && { signal }) };
  const folders = rows.filter(({ kind }) => kind === "folder");
  const left = [[plain], ...folders.map(({ key }) => walk({ ...place, prefix: key }))];
  return {
    async *[Symbol.asyncIterator]() {
      for (let pages = left[0]; pages !== undefined; pages = left[0]) {
        for await (const page of pages) yield* slices(page, size);
        left.shift();
      }
    },
  };
}

function* slices<Item>(page: readonly Item[], size: number): Generator<readonly Item[]> {
  for (let at = 0; at < page.length; at += size) yield page.slice(at, at + size);
}

/** Whether the numbers are known without asking. */
export const isPlain = ({ rows }: Selection): boolean =>
  rows.every(({ kind }) => kind !== "folder");
