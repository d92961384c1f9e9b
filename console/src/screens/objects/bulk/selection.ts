// What a selection of rows stands for: objects and versions as they are, folders as everything below.

import { type FoundObject, walkObjects, walkVersions } from "../../../queries/walk.ts";
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

/** Everything selected, in batches. With `hasVersions` folders give every version below them. */
export async function* expand(
  selection: Selection,
  options: {
    readonly signal?: AbortSignal;
    readonly hasVersions?: boolean;
    /** Whether what was archived says how its restore stands. */
    readonly hasRestores?: boolean;
    readonly size?: number;
  },
): AsyncGenerator<readonly FoundObject[]> {
  const { bucket, rows } = selection;
  const { signal, hasVersions = false, hasRestores = false, size = batchSize } = options;
  const plain = rows.filter(({ kind }) => kind !== "folder").map(asObject);
  for (let at = 0; at < plain.length; at += size) yield plain.slice(at, at + size);
  const walk = hasVersions ? walkVersions : walkObjects;
  for (const { kind, key } of rows) {
    if (kind !== "folder") continue;
    for await (const page of walk({
      bucket,
      prefix: key,
      hasRestores,
      ...(signal && { signal }),
    })) {
      for (let at = 0; at < page.length; at += size) yield page.slice(at, at + size);
    }
  }
}

/** Whether the numbers are known without asking. */
export const isPlain = ({ rows }: Selection): boolean =>
  rows.every(({ kind }) => kind !== "folder");
