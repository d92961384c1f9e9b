// One folder's listing, page by page: an array that grows, told to React by a counter. TanStack Query
// would copy a hundred thousand rows with every page.

import { useEffect, useMemo, useSyncExternalStore } from "react";
import { whenIdentityChanges } from "../../session/store.ts";
import { loadPage } from "./load-page.ts";
import { type Marker, type Place, type Row, rowOf } from "./page.ts";

export class Listing {
  /** Grows in place; another array once it begins anew. */
  rows: Row[] = [];
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
    await this.#load(this.#next);
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
  reload(): Promise<void> {
    this.#abort.abort();
    this.#abort = new AbortController();
    return this.#load(undefined);
  }

  /** Loads the page at a marker and adds it; without a marker the first one, in place of all others. */
  async #load(marker: Marker | undefined): Promise<void> {
    const { signal } = this.#abort;
    this.isLoading = true;
    this.#tell();
    try {
      const page = await loadPage({ place: this.#place, marker: marker ?? {} }, signal);
      if (signal.aborted) return;
      if (marker === undefined) this.rows = [];
      for (const listed of page.listed) this.rows.push(rowOf(listed, this.#place.folder));
      this.#next = page.next;
      this.isComplete = page.next === undefined;
      this.error = undefined;
    } catch (error) {
      if (signal.aborted) return;
      this.error = error;
    }
    this.isLoading = false;
    this.#tell();
    // React draws what came once this is over: the next page is on its way by then.
    if (this.#wantsAll) await this.loadMore();
  }
}

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
