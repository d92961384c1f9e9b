// Everything below a prefix, page by page: objects, or versions and delete markers. For bulk changes
// and for counting; screens page for themselves.

import { ListObjectsV2Command, ListObjectVersionsCommand } from "@aws-sdk/client-s3";
import { send } from "../clients/s3.ts";

export interface FoundObject {
  readonly name: string;
  readonly key: string;
  readonly versionId?: string;
  readonly sizeBytes: number;
  readonly isMarker?: boolean;
  readonly isLatest?: boolean;
}

interface Place {
  readonly bucket: string;
  readonly prefix: string;
  readonly signal?: AbortSignal;
}

/** The current objects below a prefix. */
export async function* walkObjects(place: Place): AsyncGenerator<readonly FoundObject[]> {
  const { bucket, prefix, signal } = place;
  let token: string | undefined;
  do {
    const page = await send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
      { ...(signal && { abortSignal: signal }) },
    );
    yield (page.Contents ?? []).map(({ Key = "", Size = 0 }) => ({
      name: Key,
      key: Key,
      sizeBytes: Size,
    }));
    token = page.NextContinuationToken;
  } while (token !== undefined);
}

/** Every version and delete marker below a prefix. */
export async function* walkVersions(place: Place): AsyncGenerator<readonly FoundObject[]> {
  const { bucket, prefix, signal } = place;
  let keyMarker: string | undefined;
  let versionIdMarker: string | undefined;
  do {
    const page = await send(
      new ListObjectVersionsCommand({
        Bucket: bucket,
        Prefix: prefix,
        KeyMarker: keyMarker,
        VersionIdMarker: versionIdMarker,
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
