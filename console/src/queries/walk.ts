// Everything below a prefix, page by page: objects, or versions and delete markers. For bulk changes
// and for counting; screens page for themselves.

import {
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  type RestoreStatus,
} from "@aws-sdk/client-s3";
import { send } from "../clients/s3.ts";
import { type Restoring, restoringOf, withRestores } from "./restores.ts";

export interface FoundObject {
  readonly name: string;
  readonly key: string;
  readonly versionId?: string;
  readonly sizeBytes: number;
  readonly isMarker?: boolean;
  readonly isLatest?: boolean;
  readonly storageClass?: string;
  readonly restore?: Restoring;
}

interface Place {
  readonly bucket: string;
  readonly prefix: string;
  /** Whether what was archived says how its restore stands. */
  readonly hasRestores?: boolean;
  readonly signal?: AbortSignal;
}

/** Pages of a listing. Walked again after one could not be had, they go on with that one. */
export type Pages = AsyncIterable<readonly FoundObject[]>;

function pagesOf<Cursor>(
  ask: (at: Cursor | undefined) => Promise<{ found: readonly FoundObject[]; next?: Cursor }>,
): Pages {
  let at: Cursor | undefined;
  let isOver = false;
  return {
    async *[Symbol.asyncIterator]() {
      while (!isOver) {
        const { found, next } = await ask(at);
        at = next;
        isOver = next === undefined;
        yield found;
      }
    },
  };
}

/** The current objects below a prefix. */
export function walkObjects({ bucket, prefix, signal, hasRestores }: Place): Pages {
  return pagesOf<string>(async (token) => {
    const page = await send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        ContinuationToken: token,
        ...(hasRestores && withRestores),
      }),
      { ...(signal && { abortSignal: signal }) },
    );
    const found = (page.Contents ?? []).map((object) => {
      const { Key = "", Size = 0 } = object;
      return { name: Key, key: Key, sizeBytes: Size, ...archiveFacts(object) };
    });
    const next = page.NextContinuationToken;
    return { found, ...(next !== undefined && { next }) };
  });
}

/** Every version and delete marker below a prefix. */
export function walkVersions({ bucket, prefix, signal, hasRestores }: Place): Pages {
  type Marker = { readonly KeyMarker: string; readonly VersionIdMarker: string | undefined };
  return pagesOf<Marker>(async (marker) => {
    const page = await send(
      new ListObjectVersionsCommand({
        Bucket: bucket,
        Prefix: prefix,
        ...marker,
        ...(hasRestores && withRestores),
      }),
      { ...(signal && { abortSignal: signal }) },
    );
    const found = [
      ...(page.Versions ?? []).map((version) => describe(version, version.Size ?? 0, false)),
      ...(page.DeleteMarkers ?? []).map((entry) => describe(entry, 0, true)),
    ];
    const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page;
    if (!page.IsTruncated || KeyMarker === undefined) return { found };
    return { found, next: { KeyMarker, VersionIdMarker } };
  });
}

interface Listed {
  readonly Key?: string | undefined;
  readonly VersionId?: string | undefined;
  readonly IsLatest?: boolean | undefined;
  readonly StorageClass?: string | undefined;
  readonly RestoreStatus?: RestoreStatus | undefined;
}

function archiveFacts({ StorageClass, RestoreStatus: status }: Listed) {
  const restore = restoringOf(status);
  return {
    ...(StorageClass !== undefined && { storageClass: StorageClass }),
    ...(restore !== undefined && { restore }),
  };
}

function describe(listed: Listed, sizeBytes: number, isMarker: boolean): FoundObject {
  const { Key = "", VersionId = "null", IsLatest = false } = listed;
  return {
    name: `${Key} (${VersionId})`,
    key: Key,
    versionId: VersionId,
    sizeBytes,
    isMarker,
    isLatest: IsLatest,
    ...archiveFacts(listed),
  };
}

/** How much lies below a prefix. `tell` is called after each page. */
export async function measure(
  pages: Pages,
  tell: (sum: { items: number; bytes: number }) => void,
): Promise<{ items: number; bytes: number }> {
  let items = 0;
  let bytes = 0;
  for await (const page of pages) {
    items += page.length;
    for (const { sizeBytes } of page) bytes += sizeBytes;
    tell({ items, bytes });
  }
  return { items, bytes };
}
