// What an index holds, added up: versions by class, open uploads, content that waits for its removal. A
// bounded number of rows at a time; whoever asks adds the shares up. Reads only.

import type { StorageClass } from "../s3/content.ts";
import type { IndexState } from "./index-state.ts";
import { column } from "./rows.ts";
import { rowsAfter } from "./scan.ts";
import type { ClassUsage, UsageShare, UsageWish, VersionPlace } from "./scan-types.ts";
import { statements } from "./statements.ts";

/** The sums of the next rows of a kind. */
export function measure(index: IndexState, wish: UsageWish): UsageShare {
  const { state } = index.ledger;
  if (state !== "active" && state !== "deleting") return { classes: [] };
  if (wish.what === "versions") return measureVersions(index, wish);
  if (wish.what === "uploads") return measureUploads(index, wish);
  const [versions = 0, bytes = 0] =
    index.sql.first<[number, number]>(statements.condemnedUsage, wish.limit) ?? [];
  return { classes: [], condemned: { versions, bytes } };
}

class Sums {
  readonly #classes = new Map<string, Record<keyof Omit<ClassUsage, "storageClass">, number>>();

  of(storageClass: string) {
    let sums = this.#classes.get(storageClass);
    if (sums === undefined) {
      sums = {
        objects: 0,
        noncurrentVersions: 0,
        deleteMarkers: 0,
        uploads: 0,
        currentBytes: 0,
        noncurrentBytes: 0,
        uploadBytes: 0,
      };
      this.#classes.set(storageClass, sums);
    }
    return sums;
  }

  list(): ClassUsage[] {
    return [...this.#classes].map(([name, sums]) => ({
      storageClass: name as StorageClass,
      ...sums,
    }));
  }
}

function measureVersions(
  index: IndexState,
  { after, limit }: Extract<UsageWish, { what: "versions" }>,
): UsageShare {
  const rows = rowsAfter(index, after, { count: limit, isCurrentOnly: false });
  const sums = new Sums();
  for (const row of rows) {
    const own = sums.of(row[8] ?? "STANDARD");
    const sizeBytes = row[column.sizeBytes];
    if (row[column.isMarker] === 1) {
      own.deleteMarkers += 1;
    } else if (row[column.ended] === null) {
      own.objects += 1;
      own.currentBytes += sizeBytes;
    } else {
      own.noncurrentVersions += 1;
      own.noncurrentBytes += sizeBytes;
    }
  }
  const last = rows.length < limit ? undefined : rows.at(-1);
  if (last === undefined) return { classes: sums.list() };
  const next: VersionPlace = { key: last[column.key], seq: last[column.seq] };
  return { classes: sums.list(), next };
}

type UploadRow = readonly [key: string, id: string, storageClass: string | null, bytes: number];

function measureUploads(
  { sql }: IndexState,
  { after, limit }: Extract<UsageWish, { what: "uploads" }>,
): UsageShare {
  const { key, uploadId } = after ?? { key: "", uploadId: "" };
  const rows = sql.rows<[...UploadRow]>(statements.uploadUsage, key, uploadId, limit);
  const sums = new Sums();
  for (const [, , storageClass, bytes] of rows) {
    const own = sums.of(storageClass ?? "STANDARD");
    own.uploads += 1;
    own.uploadBytes += bytes;
  }
  const last = rows.length < limit ? undefined : rows.at(-1);
  if (last === undefined) return { classes: sums.list() };
  return { classes: sums.list(), nextUpload: { key: last[0], uploadId: last[1] } };
}
