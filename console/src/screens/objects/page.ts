// What one page of a folder's listing is: what it lists, and where the next page begins. Without session or
// screen, because a worker reads it.

import {
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  type RestoreStatus,
  type S3Client,
} from "@aws-sdk/client-s3";
import { type Restoring, restoringOf, withRestores } from "../../queries/restores.ts";

/** What a listing tells of one row. */
export interface Listed {
  readonly kind: "folder" | "object" | "version" | "marker";
  readonly key: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly storageClass: string;
  readonly restore?: Restoring;
  readonly versionId?: string;
  readonly isLatest?: boolean;
  readonly etag?: string;
}

export interface Row extends Listed {
  /** Unique in its listing. */
  readonly id: string;
  /** The key without the folder it is shown in. */
  readonly name: string;
}

export interface Place {
  readonly bucket: string;
  /** The folder: ends with a slash, or is empty. */
  readonly folder: string;
  /** How names have to begin. */
  readonly find: string;
  readonly hasVersions: boolean;
}

export interface Page {
  readonly listed: readonly Listed[];
  readonly next: Marker | undefined;
}

/** Where a page begins: the first one is `{}`. */
export interface Marker {
  readonly token?: string | undefined;
  readonly key?: string | undefined;
  readonly versionId?: string | undefined;
}

/** What is asked for: the page of a place that begins at a marker. */
export interface Wish {
  readonly place: Place;
  readonly marker: Marker;
}

const classes = new Map<string, string>();

/** A row of what was listed in a folder. Strings that rows have in common are kept once. */
export function rowOf(listed: Listed, folder: string): Row {
  const { kind, key, storageClass, versionId = "" } = listed;
  const known = classes.get(storageClass) ?? storageClass;
  classes.set(known, known);
  return {
    ...listed,
    id: kind === "object" ? key : `${key}\n${versionId}`,
    name: key.slice(folder.length),
    storageClass: known,
  };
}

/** One page of a place as `client` gives it, at most 1,000 keys. */
export function readPage(client: S3Client, wish: Wish, abortSignal: AbortSignal): Promise<Page> {
  return wish.place.hasVersions
    ? readVersions(client, wish, abortSignal)
    : readObjects(client, wish, abortSignal);
}

async function readObjects(
  client: S3Client,
  { place, marker }: Wish,
  abortSignal: AbortSignal,
): Promise<Page> {
  const input = { ...inputOf(place), ContinuationToken: marker.token };
  const page = await client.send(new ListObjectsV2Command(input), { abortSignal });
  const objects = (page.Contents ?? []).map((object): Listed => {
    const { Key = "", LastModified } = object;
    const modifiedMs = LastModified?.getTime() ?? 0;
    return { kind: "object", key: Key, modifiedMs, ...contentOf(object) };
  });
  const listed = [...foldersOf(page.CommonPrefixes), ...objects].filter(
    ({ key }) => key !== place.folder,
  );
  const token = page.NextContinuationToken;
  return { listed, next: token === undefined ? undefined : { token } };
}

async function readVersions(
  client: S3Client,
  { place, marker }: Wish,
  abortSignal: AbortSignal,
): Promise<Page> {
  const after = { KeyMarker: marker.key, VersionIdMarker: marker.versionId };
  const input = { ...inputOf(place), ...after };
  const page = await client.send(new ListObjectVersionsCommand(input), { abortSignal });
  const versions = (page.Versions ?? []).map(
    (version): Listed => ({ ...listedVersion(version), kind: "version", ...contentOf(version) }),
  );
  const markers = (page.DeleteMarkers ?? []).map(listedVersion);
  // The answer lists the two apart; together they are in the order of keys, newest first.
  const listed = [...versions, ...markers].sort(
    (a, b) => compareKeys(a.key, b.key) || b.modifiedMs - a.modifiedMs,
  );
  const next = page.IsTruncated
    ? { key: page.NextKeyMarker, versionId: page.NextVersionIdMarker }
    : undefined;
  return { listed: [...foldersOf(page.CommonPrefixes), ...listed], next };
}

const inputOf = ({ bucket, folder, find }: Place) => ({
  ...{ Bucket: bucket, Prefix: folder + find, Delimiter: "/" },
  ...withRestores,
});

interface Content {
  readonly Size?: number | undefined;
  readonly StorageClass?: string | undefined;
  readonly ETag?: string | undefined;
  readonly RestoreStatus?: RestoreStatus | undefined;
}

/** What objects and versions have, and delete markers have not. */
function contentOf({ Size = 0, StorageClass = "STANDARD", ETag = "", RestoreStatus }: Content) {
  const restore = restoringOf(RestoreStatus);
  const facts = { sizeBytes: Size, storageClass: StorageClass, etag: ETag };
  return restore === undefined ? facts : { ...facts, restore };
}

interface Version {
  readonly Key?: string | undefined;
  readonly VersionId?: string | undefined;
  readonly IsLatest?: boolean | undefined;
  readonly LastModified?: Date | undefined;
}

function listedVersion(version: Version): Listed {
  const { Key = "", VersionId = "null", IsLatest = false, LastModified } = version;
  return {
    kind: "marker",
    key: Key,
    sizeBytes: 0,
    modifiedMs: LastModified?.getTime() ?? 0,
    storageClass: "",
    versionId: VersionId,
    isLatest: IsLatest,
  };
}

function foldersOf(
  prefixes: readonly { readonly Prefix?: string | undefined }[] | undefined,
): readonly Listed[] {
  return (prefixes ?? []).map(({ Prefix = "" }) => ({
    kind: "folder",
    key: Prefix,
    sizeBytes: 0,
    modifiedMs: 0,
    storageClass: "",
  }));
}

const compareKeys = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
