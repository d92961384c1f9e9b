// Tabs inside a screen. The chosen one is the screen's to keep, best in its address.

import { useRouter } from "@tanstack/react-router";
import { Tabs as Radix } from "radix-ui";
import { type ReactNode, useEffect, useRef } from "react";

export interface Tab {
  readonly id: string;
  readonly label: string;
  /** Stays behind the others once it was shown: what is typed there is not lost by a look elsewhere. */
  readonly isKept?: boolean;
  render(): ReactNode;
}

interface TabsProps {
  readonly label: string;
  readonly tabs: readonly Tab[];
  readonly chosen: string;
  onChoose(id: string): void;
}

/**
 * For a row of tabs that may be wider than the screen: scrolls it so far that the chosen one is in the
 * middle, whenever `chosen` changes.
 */
export function useChosenInView<Row extends HTMLElement>(chosen: string) {
  const row = useRef<Row>(null);
  const router = useRouter();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another tab is chosen
  useEffect(() => {
    const show = () => {
      const tab = row.current?.querySelector("[aria-current], [data-state=active]");
      if (!row.current || !tab) return;
      const outer = row.current.getBoundingClientRect();
      const inner = tab.getBoundingClientRect();
      row.current.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
    };
    show();
    // The router puts back what was scrolled on the screen before, and is corrected.
    return router.subscribe("onRendered", show);
  }, [router, chosen]);
  return row;
}

export function Tabs({ label, tabs, chosen, onChoose }: TabsProps) {
  const row = useChosenInView<HTMLDivElement>(chosen);
  const shown = useRef(new Set<string>());
  shown.current.add(chosen);
  const isThere = ({ id, isKept }: Tab) => id === chosen || (isKept && shown.current.has(id));
  return (
    <Radix.Root value={chosen} onValueChange={onChoose}>
      <Radix.List className="tabs" aria-label={label} ref={row}>
        {tabs.map((tab) => (
          <Radix.Trigger key={tab.id} value={tab.id} className="tab">
            {tab.label}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((tab) => (
        <Radix.Content
          key={tab.id}
          value={tab.id}
          className="tab-content"
          tabIndex={-1}
          hidden={tab.id !== chosen}
          {...(isThere(tab) && { forceMount: true as const })}
        >
          {isThere(tab) && tab.render()}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
