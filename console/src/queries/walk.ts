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

/** The current objects below a prefix. */
export async function* walkObjects(place: Place): AsyncGenerator<readonly FoundObject[]> {
  const { bucket, prefix, signal, hasRestores } = place;
  let token: string | undefined;
  do {
    const page = await send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        ContinuationToken: token,
        ...(hasRestores && withRestores),
      }),
      { ...(signal && { abortSignal: signal }) },
    );
    yield (page.Contents ?? []).map((object) => {
      const { Key = "", Size = 0 } = object;
      return { name: Key, key: Key, sizeBytes: Size, ...archiveFacts(object) };
    });
    token = page.NextContinuationToken;
  } while (token !== undefined);
}

/** Every version and delete marker below a prefix. */
export async function* walkVersions(place: Place): AsyncGenerator<readonly FoundObject[]> {
  const { bucket, prefix, signal, hasRestores } = place;
  let keyMarker: string | undefined;
  let versionIdMarker: string | undefined;
  do {
    const page = await send(
      new ListObjectVersionsCommand({
        Bucket: bucket,
        Prefix: prefix,
        KeyMarker: keyMarker,
        VersionIdMarker: versionIdMarker,
        ...(hasRestores && withRestores),
      }),
      { ...(signal && { abortSignal: signal }) },
    );
    const found = [
      ...(page.Versions ?? []).map((version) => describe(version, version.Size ?? 0, false)),
      ...(page.DeleteMarkers ?? []).map((marker) => describe(marker, 0, true)),
    ];
    yield found;
    keyMarker = page.IsTruncated ? page.NextKeyMarker : undefined;
    versionIdMarker = page.NextVersionIdMarker;
  } while (keyMarker !== undefined);
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
  pages: AsyncIterable<readonly FoundObject[]>,
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
