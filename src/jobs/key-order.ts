// Whether the versions of a key stand as they must: the newest is the latest, everything older has
// ended, and not after what came next. Pure. A walk gives the rows in order, newest first.

import type { ScannedVersion } from "../bucket/types.ts";

/** What is wrong with a row, given the row before it in the walk. */
export type OrderFault = "no-latest" | "no-end" | "late-end" | "wrong-layout" | "no-manifest";

/** The row before, as far as the rules need it. */
export interface Newer {
  readonly key: string;
  readonly seq: number;
}

/** The faults of one row. `newer` is the row before it, of whatever key. */
export function judgeOrder(row: ScannedVersion, newer: Newer | undefined): OrderFault[] {
  const faults: OrderFault[] = [];
  if (newer?.key !== row.key) {
    if (row.ended !== null) faults.push("no-latest");
  } else if (row.ended === null) {
    faults.push("no-end");
  } else if (row.ended > newer.seq) {
    faults.push("late-end");
  }
  const isMadeOfParts = row.content?.startsWith("u") === true;
  if (isMadeOfParts && row.layoutBytes === undefined) faults.push("no-manifest");
  else if (isMadeOfParts && row.layoutBytes !== row.sizeBytes) faults.push("wrong-layout");
  return faults;
}

/** Faults that the index can mend by itself. */
export function isMendable(fault: OrderFault): boolean {
  return fault === "no-latest" || fault === "no-end" || fault === "late-end";
}
