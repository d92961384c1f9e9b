// What can be done on the screen that is open, for the palette: screens offer it while they are shown.

import { useEffect } from "react";

export interface Action {
  readonly label: string;
  run(): void;
}

const offered = new Set<readonly Action[]>();

/** Offers actions in the palette while the caller is mounted. Pass a stable list. */
export function useActions(actions: readonly Action[]): void {
  useEffect(() => {
    offered.add(actions);
    return () => {
      offered.delete(actions);
    };
  }, [actions]);
}

export const offeredActions = (): readonly Action[] => [...offered].flat();
