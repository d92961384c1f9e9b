// Whether a change has anything to do to an object: judged from the listing, before anybody says yes and
// again for each object as the job comes to it.

import { objects as text } from "../../../messages/en/objects.ts";
import type { FoundObject } from "../../../queries/walk.ts";
import type { Wish } from "./wish.ts";

/** What a listing tells of an object that matters here. */
export type Facts = Pick<FoundObject, "storageClass" | "restore" | "isMarker">;

const archives: ReadonlySet<string> = new Set(["GLACIER", "DEEP_ARCHIVE"]);

/** Whether its bytes are out of reach until a restore; Intelligent-Tiering has to be asked. */
const isArchived = ({ storageClass = "STANDARD" }: Facts): boolean => archives.has(storageClass);

/** Whether only the object itself says if it is archived. */
export const isTiered = ({ storageClass }: Facts): boolean =>
  storageClass === "INTELLIGENT_TIERING";

/** Why the change leaves such an object alone; nothing when it does not. */
export function reasonToSkip(wish: Wish, facts: Facts): string | undefined {
  const { storageClass = "STANDARD", restore, isMarker } = facts;
  if (isMarker) return text("skipMarker");
  switch (wish.change) {
    case "tags":
      return undefined;
    case "class":
      if (storageClass === wish.storageClass) return text("skipSameClass");
      return isArchived(facts) && restore !== "restored" ? text("skipArchived") : undefined;
    case "restore":
      if (restore === "ongoing") return text("skipRestoring");
      if (restore === "restored") return wish.isExtending ? undefined : text("skipRestored");
      return isArchived(facts) || isTiered(facts) ? undefined : text("skipNotArchived");
  }
}

/** How many of a selection are alike. */
export interface Group {
  readonly facts: Facts;
  readonly items: number;
  readonly bytes: number;
}

/** Counts what is alike together, so that another wish needs no other walk. */
export class Tally {
  readonly #groups = new Map<string, { facts: Facts; items: number; bytes: number }>();

  add({ storageClass, restore, isMarker, sizeBytes }: FoundObject): void {
    const name = `${storageClass} ${restore} ${isMarker}`;
    const group = this.#groups.get(name) ?? {
      facts: {
        ...(storageClass !== undefined && { storageClass }),
        ...(restore !== undefined && { restore }),
        ...(isMarker !== undefined && { isMarker }),
      },
      items: 0,
      bytes: 0,
    };
    group.items += 1;
    group.bytes += sizeBytes;
    this.#groups.set(name, group);
  }

  get groups(): readonly Group[] {
    return [...this.#groups.values()].map((group) => ({ ...group }));
  }
}

export interface Needs {
  readonly items: number;
  readonly bytes: number;
  /** Of those, how many say themselves whether they are archived. */
  readonly asked: number;
  /** What is left out, by the reason. */
  readonly skipped: ReadonlyMap<string, number>;
}

/** How many need the change, and why the others do not. */
export function judge(wish: Wish, groups: readonly Group[]): Needs {
  const skipped = new Map<string, number>();
  let [items, bytes, asked] = [0, 0, 0];
  for (const group of groups) {
    const why = reasonToSkip(wish, group.facts);
    if (why !== undefined) {
      skipped.set(why, (skipped.get(why) ?? 0) + group.items);
      continue;
    }
    items += group.items;
    bytes += group.bytes;
    if (wish.change === "restore" && isTiered(group.facts)) asked += group.items;
  }
  return { items, bytes, asked, skipped };
}
