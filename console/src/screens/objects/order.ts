// Sorting of what is loaded, and which rows are chosen.

import type { Row } from "./listing.ts";

export type SortBy = "name" | "size" | "modified" | "class";

export interface Order {
  readonly by: SortBy;
  readonly isDescending: boolean;
}

export const listedOrder: Order = { by: "name", isDescending: false };

const compare: Readonly<Record<SortBy, (a: Row, b: Row) => number>> = {
  name: (a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0),
  size: (a, b) => a.sizeBytes - b.sizeBytes,
  modified: (a, b) => a.modifiedMs - b.modifiedMs,
  class: (a, b) => a.storageClass.localeCompare(b.storageClass),
};

/** Folders first, as everywhere. The order of the listing itself costs nothing. */
export function orderRows(rows: readonly Row[], order: Order): readonly Row[] {
  const folders: Row[] = [];
  const rest: Row[] = [];
  for (const row of rows) (row.kind === "folder" ? folders : rest).push(row);
  if (order.by !== "name" || order.isDescending) {
    const sign = order.isDescending ? -1 : 1;
    const by = compare[order.by];
    rest.sort((a, b) => sign * by(a, b));
    if (order.by === "name") folders.reverse();
  }
  return folders.concat(rest);
}

/** Which rows are chosen after a click on `index`, as every list does it. */
export function choose(
  chosen: ReadonlySet<string>,
  rows: readonly Row[],
  click: { index: number; anchor: number; isRange: boolean; isToggle: boolean },
): ReadonlySet<string> {
  const { index, anchor, isRange, isToggle } = click;
  const id = rows[index]?.id;
  if (id === undefined) return chosen;
  if (isRange) {
    const [from, to] = anchor < index ? [anchor, index] : [index, anchor];
    const next = new Set(isToggle ? chosen : []);
    for (const row of rows.slice(Math.max(0, from), to + 1)) next.add(row.id);
    return next;
  }
  if (!isToggle) return new Set([id]);
  const next = new Set(chosen);
  if (!next.delete(id)) next.add(id);
  return next;
}
