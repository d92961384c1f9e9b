// The list itself: only what is in sight is drawn, so a hundred thousand keys scroll like ten. One
// stop for the keyboard; arrows, space, Enter and letters do the rest.

import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { objects as text } from "../../messages/en/objects.ts";
import type { Listing, Row } from "./listing.ts";
import { ObjectRow } from "./object-row.tsx";
import { choose, type Order, type SortBy } from "./order.ts";

interface RowsProps {
  readonly bucket: string;
  readonly rows: readonly Row[];
  readonly listing: Listing;
  readonly order: Order;
  readonly chosen: ReadonlySet<string>;
  readonly sizes: ReadonlyMap<string, number>;
  onOrder(order: Order): void;
  onChoose(chosen: ReadonlySet<string>): void;
  onOpen(row: Row): void;
  onDelete(): void;
}

const rowHeight = 40;
/** How many rows before the end the next page is asked for. */
const ahead = 200;

export function Rows(props: RowsProps) {
  const { rows, listing, chosen, onChoose } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [focus, setFocus] = useState(0);
  const anchor = useRef(0);
  const id = useId();
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  const shown = virtual.getVirtualItems();
  // Elements are used again for other rows: while scrolling, nothing is made or thrown away.
  const pool = Math.ceil((shown.length + 1) / 16) * 16;
  const lastShown = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (lastShown >= rows.length - ahead && !listing.isComplete) listing.loadMore();
  }, [lastShown, rows.length, listing, listing.isComplete]);
  const moveTo = (index: number, isRange: boolean) => {
    const next = Math.max(0, Math.min(rows.length - 1, index));
    setFocus(next);
    virtual.scrollToIndex(next);
    if (isRange) {
      const click = { index: next, anchor: anchor.current, isRange, isToggle: false };
      onChoose(choose(chosen, rows, click));
    } else anchor.current = next;
  };
  const click = (index: number, keys: { isRange: boolean; isToggle: boolean }) => {
    onChoose(choose(chosen, rows, { index, anchor: anchor.current, ...keys }));
    if (!keys.isRange) anchor.current = index;
    setFocus(index);
  };
  // The rows are memoised: what they call stays the same, and finds the newest of everything.
  const latest = useRef({ click, open: props.onOpen });
  latest.current = { click, open: props.onOpen };
  const handlers = useMemo<Handlers>(
    () => ({
      click: (index, keys) => latest.current.click(index, keys),
      open: (row) => latest.current.open(row),
    }),
    [],
  );
  const onKeyDown = (event: KeyboardEvent) => {
    if (pressKey(event, { props, focus, moveTo, click })) event.preventDefault();
  };
  const isAll = rows.length > 0 && chosen.size >= rows.length;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table cannot draw a part of its rows
    <div
      ref={scroller}
      className="rows"
      role="grid"
      aria-label={text("list")}
      aria-rowcount={listing.isComplete ? rows.length + 1 : -1}
      aria-multiselectable="true"
      aria-activedescendant={rows.length > 0 ? `${id}-${focus}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <Heads {...props} isAll={isAll} />
      {/* biome-ignore lint/a11y/useSemanticElements: likewise */}
      <div role="rowgroup" className="rows-body" style={{ height: virtual.getTotalSize() }}>
        {shown.map((item) => {
          const row = rows[item.index];
          if (row === undefined) return null;
          return (
            <ObjectRow
              key={item.index % pool}
              id={`${id}-${item.index}`}
              bucket={props.bucket}
              row={row}
              index={item.index}
              top={item.start}
              isChosen={chosen.has(row.id)}
              isFocused={item.index === focus}
              folderBytes={props.sizes.get(row.key)}
              onClick={handlers.click}
              onOpen={handlers.open}
            />
          );
        })}
      </div>
    </div>
  );
}

interface Handlers {
  click(index: number, keys: { isRange: boolean; isToggle: boolean }): void;
  open(row: Row): void;
}

interface KeyFacts {
  readonly props: RowsProps;
  readonly focus: number;
  moveTo(index: number, isRange: boolean): void;
  click(index: number, keys: { isRange: boolean; isToggle: boolean }): void;
}

const steps: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: 15,
  PageUp: -15,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

/** Whether the key meant something. */
function pressKey(event: KeyboardEvent, { props, focus, moveTo, click }: KeyFacts): boolean {
  const { rows, onChoose, onOpen, onDelete } = props;
  if (event.target !== event.currentTarget) return false;
  const step = steps[event.key];
  if (step !== undefined) {
    moveTo(focus + step, event.shiftKey);
    return true;
  }
  const row = rows[focus];
  switch (event.key) {
    case "Enter":
      if (row) onOpen(row);
      return true;
    case " ":
      click(focus, { isRange: event.shiftKey, isToggle: true });
      return true;
    case "Escape":
      onChoose(new Set());
      return true;
    case "Delete":
      onDelete();
      return true;
    case "a":
      if (!event.ctrlKey && !event.metaKey) return false;
      onChoose(new Set(rows.map(({ id }) => id)));
      return true;
    default:
      return false;
  }
}

interface HeadsProps extends RowsProps {
  readonly isAll: boolean;
}

function Heads({ rows, order, chosen, isAll, onOrder, onChoose }: HeadsProps) {
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (box.current) box.current.indeterminate = chosen.size > 0 && !isAll;
  }, [chosen, isAll]);
  const sort = (by: SortBy) =>
    onOrder({ by, isDescending: order.by === by ? !order.isDescending : by !== "name" });
  const head = (by: SortBy, label: string, className: string) => {
    const isSorted = order.by === by;
    const direction = order.isDescending ? "descending" : "ascending";
    return (
      // biome-ignore lint/a11y/useSemanticElements: the head of a grid that is no table
      // biome-ignore lint/a11y/useFocusableInteractive: its button has the focus
      <div role="columnheader" className={className} aria-sort={isSorted ? direction : "none"}>
        <button type="button" className="sort" onClick={() => sort(by)}>
          {label}
          {isSorted && (order.isDescending ? <ArrowDown /> : <ArrowUp />)}
        </button>
      </div>
    );
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: likewise
    <div role="rowgroup" className="rows-head">
      {/* biome-ignore lint/a11y/useSemanticElements: likewise */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: likewise */}
      <div role="row" className="object-row" aria-rowindex={1}>
        {/* biome-ignore lint/a11y/useSemanticElements: likewise */}
        {/* biome-ignore lint/a11y/useFocusableInteractive: likewise */}
        <div role="columnheader" className="cell-box">
          <input
            ref={box}
            type="checkbox"
            aria-label={text("chooseAll")}
            checked={isAll}
            onChange={() => onChoose(isAll ? new Set() : new Set(rows.map(({ id }) => id)))}
          />
        </div>
        {head("name", text("name"), "cell-name")}
        {head("size", text("size"), "cell-size")}
        {head("modified", text("modified"), "cell-time")}
        {head("class", text("class"), "cell-class")}
      </div>
    </div>
  );
}
