// Sorting of what is loaded, and which rows are chosen.

import type { Row } from "./page.ts";

export type SortBy = "name" | "size" | "modified" | "class";

export interface Order {
  readonly by: SortBy;
  readonly isDescending: boolean;
}

export const listedOrder: Order = { by: "name", isDescending: false };

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const compare: Readonly<Record<SortBy, (a: Row, b: Row) => number>> = {
  name: (a, b) => compareText(a.key, b.key),
  size: (a, b) => a.sizeBytes - b.sizeBytes,
  modified: (a, b) => a.modifiedMs - b.modifiedMs,
  class: (a, b) => compareText(a.storageClass, b.storageClass),
};

/** Keeps the rows of a listing in an order while they grow. Folders first, as everywhere. */
export class OrderedRows {
  readonly #listed: readonly Row[];
  readonly #order: Order;
  readonly #folders: Row[] = [];
  readonly #others: Row[] = [];
  #count = 0;

  constructor(listed: readonly Row[], order: Order) {
    this.#listed = listed;
    this.#order = order;
  }

  /** All rows listed by now, in an array of their own. Costs little more than what came since. */
  take(): readonly Row[] {
    const more = this.#listed.slice(this.#count);
    this.#count = this.#listed.length;
    for (const row of more) (row.kind === "folder" ? this.#folders : this.#others).push(row);
    const { by, isDescending } = this.#order;
    // The order of the listing itself costs nothing.
    if (by === "name" && !isDescending) return this.#folders.concat(this.#others);
    const sign = isDescending ? -1 : 1;
    // What was in order stays: it is one run to the sort, which only puts the new ones between.
    if (more.length > 0) this.#others.sort((a, b) => sign * compare[by](a, b));
    const folders = by === "name" ? this.#folders.toReversed() : this.#folders;
    return folders.concat(this.#others);
  }
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
