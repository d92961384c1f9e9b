// Pages of IAM's lists: `Marker`, `MaxItems`, `IsTruncated`. A marker is opaque to clients; it says
// after which name the next page begins.

import { invalid } from "./query.ts";

export interface PageWish {
  readonly Marker?: string | undefined;
  readonly MaxItems?: number | undefined;
}

export interface PageEnd {
  readonly IsTruncated: boolean;
  readonly Marker?: string;
}

const usualItems = 100;
const mostItems = 1000;

/** What to read: names after `after`, and `limit` of them: one more than the page shows. */
export function readPage(wish: PageWish): { readonly after: string; readonly limit: number } {
  const items = wish.MaxItems ?? usualItems;
  if (items < 1 || items > mostItems) {
    throw invalid(
      `1 validation error detected: Value '${items}' at 'maxItems' failed to satisfy constraint: ` +
        `Member must have value ${items < 1 ? "greater" : "less"} than or equal to ` +
        String(items < 1 ? 1 : mostItems),
    );
  }
  const { Marker: marker } = wish;
  if (marker === undefined) return { after: "", limit: items + 1 };
  const bytes = Buffer.from(marker, "base64");
  const after = bytes.toString("utf8");
  if (marker === "" || bytes.toString("base64") !== marker) throw invalid("Invalid Marker.");
  return { after, limit: items + 1 };
}

/** The page out of one item more than it shows. */
export function endPage<Item>(
  found: readonly Item[],
  limit: number,
  nameOf: (item: Item) => string,
): { readonly items: readonly Item[]; readonly end: PageEnd } {
  const items = found.slice(0, limit - 1);
  const last = items.at(-1);
  if (found.length < limit || last === undefined) return { items, end: { IsTruncated: false } };
  const Marker = Buffer.from(nameOf(last), "utf8").toString("base64");
  return { items, end: { IsTruncated: true, Marker } };
}

/** A page out of everything there is, in the order of the names. */
export function pageOf<Item>(
  all: readonly Item[],
  wish: PageWish,
  nameOf: (item: Item) => string,
): { readonly items: readonly Item[]; readonly end: PageEnd } {
  const { after, limit } = readPage(wish);
  const rest = after === "" ? all : all.filter((item) => nameOf(item) > after);
  return endPage(rest.slice(0, limit), limit, nameOf);
}
