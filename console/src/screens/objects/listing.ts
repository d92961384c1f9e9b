// One folder's listing, page by page: an array that grows, told to React by a counter. TanStack Query
// would copy a hundred thousand rows with every page.

import {
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  type RestoreStatus,
} from "@aws-sdk/client-s3";
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { send } from "../../clients/s3.ts";
import { type Restoring, restoringOf, withRestores } from "../../queries/walk.ts";
import { whenIdentityChanges } from "../../session/store.ts";

export interface Row {
  /** Unique in its listing. */
  readonly id: string;
  readonly kind: "folder" | "object" | "version" | "marker";
  readonly key: string;
  /** The key without the folder it is shown in. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly storageClass: string;
  readonly restore?: Restoring;
  readonly versionId?: string;
  readonly isLatest?: boolean;
  readonly etag?: string;
}

export interface Place {
  readonly bucket: string;
  /** The folder: ends with a slash, or is empty. */
  readonly folder: string;
  /** How names have to begin. */
  readonly find: string;
  readonly hasVersions: boolean;
}

interface Page {
  readonly rows: readonly Row[];
  readonly next: Marker | undefined;
}

interface Marker {
  readonly token?: string | undefined;
  readonly key?: string | undefined;
  readonly versionId?: string | undefined;
}

export class Listing {
  readonly rows: Row[] = [];
  isComplete = false;
  isLoading = false;
  error: unknown;
  /** Raised by every change; what React watches. */
  revision = 0;
  readonly #place: Place;
  readonly #listeners = new Set<() => void>();
  #abort = new AbortController();
  #next: Marker | undefined = {};
  #wantsAll = false;

  constructor(place: Place) {
    this.#place = place;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): number => this.revision;

  #tell(): void {
    this.revision += 1;
    for (const listener of [...this.#listeners]) listener();
  }

  /** Asks for the next page, unless one is under way or there is none. */
  async loadMore(): Promise<void> {
    if (this.isLoading || this.#next === undefined || this.error !== undefined) return;
    const { signal } = this.#abort;
    this.isLoading = true;
    this.#tell();
    try {
      const page = await loadPage(this.#place, this.#next, signal);
      if (signal.aborted) return;
      for (const row of page.rows) this.rows.push(row);
      this.#next = page.next;
      this.isComplete = page.next === undefined;
    } catch (error) {
      if (signal.aborted) return;
      this.error = error;
    }
    this.isLoading = false;
    this.#tell();
    if (this.#wantsAll) await this.loadMore();
  }

  /** Goes on to the last page. */
  loadAll(): Promise<void> {
    this.#wantsAll = true;
    return this.loadMore();
  }

  /** Stops asking for more; a later `loadMore` goes on. */
  stop(): void {
    this.#wantsAll = false;
  }

  /** Begins anew. What is shown stays until the first page is here. */
  async reload(): Promise<void> {
    this.#abort.abort();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    this.isLoading = true;
    this.#tell();
    try {
      const page = await loadPage(this.#place, {}, signal);
      if (signal.aborted) return;
      this.rows.splice(0, this.rows.length, ...page.rows);
      this.#next = page.next;
      this.isComplete = page.next === undefined;
      this.error = undefined;
    } catch (error) {
      if (signal.aborted) return;
      this.error = error;
    }
    this.isLoading = false;
    this.#tell();
  }
}

async function loadPage(place: Place, marker: Marker, signal: AbortSignal): Promise<Page> {
  return place.hasVersions
    ? loadVersions(place, marker, signal)
    : loadObjects(place, marker, signal);
}

async function loadObjects(place: Place, marker: Marker, abortSignal: AbortSignal): Promise<Page> {
  const { bucket, folder, find } = place;
  const page = await send(
    new ListObjectsV2Command({
      Bucket: bucket,
      Prefix: folder + find,
      Delimiter: "/",
      ContinuationToken: marker.token,
      ...withRestores,
    }),
    { abortSignal },
  );
  const objects = (page.Contents ?? []).map(
    ({
      Key = "",
      Size = 0,
      LastModified,
      StorageClass = "STANDARD",
      ETag = "",
      RestoreStatus,
    }): Row => ({
      id: Key,
      kind: "object",
      key: Key,
      name: Key.slice(folder.length),
      sizeBytes: Size,
      modifiedMs: LastModified?.getTime() ?? 0,
      storageClass: StorageClass,
      ...restoreOf(RestoreStatus),
      etag: ETag,
    }),
  );
  const rows = [...foldersOf(page.CommonPrefixes, folder), ...objects].filter(({ name }) => name);
  const token = page.NextContinuationToken;
  return { rows, next: token === undefined ? undefined : { token } };
}

async function loadVersions(place: Place, marker: Marker, abortSignal: AbortSignal): Promise<Page> {
  const { bucket, folder, find } = place;
  const page = await send(
    new ListObjectVersionsCommand({
      Bucket: bucket,
      Prefix: folder + find,
      Delimiter: "/",
      KeyMarker: marker.key,
      VersionIdMarker: marker.versionId,
      ...withRestores,
    }),
    { abortSignal },
  );
  const versions = (page.Versions ?? []).map((version): Row => {
    const { Size = 0, StorageClass = "STANDARD", ETag = "" } = version;
    const facts = { kind: "version", sizeBytes: Size, storageClass: StorageClass } as const;
    const restore = restoreOf(version.RestoreStatus);
    return { ...versionRow(version, folder), ...facts, ...restore, etag: ETag };
  });
  const markers = (page.DeleteMarkers ?? []).map((given) => versionRow(given, folder));
  // The answer lists the two apart; together they are in the order of keys, newest first.
  const rows = [...versions, ...markers].sort(
    (a, b) => compareKeys(a.key, b.key) || b.modifiedMs - a.modifiedMs,
  );
  const next = page.IsTruncated
    ? { key: page.NextKeyMarker, versionId: page.NextVersionIdMarker }
    : undefined;
  return { rows: [...foldersOf(page.CommonPrefixes, folder), ...rows], next };
}

function restoreOf(status: RestoreStatus | undefined): Pick<Row, "restore"> {
  const restore = restoringOf(status);
  return restore === undefined ? {} : { restore };
}

interface Listed {
  readonly Key?: string | undefined;
  readonly VersionId?: string | undefined;
  readonly IsLatest?: boolean | undefined;
  readonly LastModified?: Date | undefined;
}

function versionRow(listed: Listed, folder: string): Row {
  const { Key = "", VersionId = "null", IsLatest = false, LastModified } = listed;
  return {
    id: `${Key}\n${VersionId}`,
    kind: "marker",
    key: Key,
    name: Key.slice(folder.length),
    sizeBytes: 0,
    modifiedMs: LastModified?.getTime() ?? 0,
    storageClass: "",
    versionId: VersionId,
    isLatest: IsLatest,
  };
}

function foldersOf(
  prefixes: readonly { readonly Prefix?: string | undefined }[] | undefined,
  folder: string,
): readonly Row[] {
  return (prefixes ?? []).map(({ Prefix = "" }) => ({
    id: `${Prefix}\n`,
    kind: "folder",
    key: Prefix,
    name: Prefix.slice(folder.length),
    sizeBytes: 0,
    modifiedMs: 0,
    storageClass: "",
  }));
}

const compareKeys = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Listings of the folders seen last, so that going back is at once. */
const kept = new Map<string, Listing>();
const maximumKept = 4;

/** The listing of a place; another place, another listing. */
export function useListing(place: Place): Listing {
  const { bucket, folder, find, hasVersions } = place;
  const listing = useMemo(() => {
    const name = JSON.stringify([bucket, folder, find, hasVersions]);
    const known = kept.get(name);
    kept.delete(name);
    const found = known ?? new Listing({ bucket, folder, find, hasVersions });
    kept.set(name, found);
    const [oldest] = kept.keys();
    if (kept.size > maximumKept && oldest !== undefined) kept.delete(oldest);
    return found;
  }, [bucket, folder, find, hasVersions]);
  useSyncExternalStore(listing.subscribe, listing.snapshot);
  useEffect(() => {
    listing.reload();
    return () => listing.stop();
  }, [listing]);
  return listing;
}

whenIdentityChanges(() => kept.clear());
