// The list itself: only what is in sight is drawn, so a hundred thousand keys scroll like ten. One
// stop for the keyboard; arrows, space, Enter and letters do the rest.

import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { useEffect, useId, useRef } from "react";
import { objects as text } from "../../messages/en/objects.ts";
import { type CursorProps, useCursor, useMoreAhead } from "./cursor.ts";
import type { Listing } from "./listing.ts";
import { ObjectRow } from "./object-row.tsx";
import type { Order, SortBy } from "./order.ts";

export interface RowsProps extends CursorProps {
  readonly bucket: string;
  readonly listing: Listing;
  readonly order: Order;
  readonly sizes: ReadonlyMap<string, number>;
  onOrder(order: Order): void;
}

const rowHeight = 40;

export function Rows(props: RowsProps) {
  const { rows, listing, chosen } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const id = useId();
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  const shown = virtual.getVirtualItems();
  // Elements are used again for other rows: while scrolling, nothing is made or thrown away. Fewer are
  // shown at either end; all would be made anew if the pool shrank there.
  const pool = useRef(0);
  pool.current = Math.max(pool.current, Math.ceil((shown.length + 1) / 16) * 16);
  useMoreAhead(listing, rows.length, shown.at(-1)?.index ?? 0);
  const scrollTo = (index: number) => virtual.scrollToIndex(index);
  const { focus, handlers, ...listeners } = useCursor(props, {
    id,
    columns: 1,
    page: 15,
    scrollTo,
  });
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
      {...listeners}
    >
      <Heads {...props} isAll={isAll} />
      {/* biome-ignore lint/a11y/useSemanticElements: likewise */}
      <div role="rowgroup" className="rows-body" style={{ height: virtual.getTotalSize() }}>
        {shown.map((item) => {
          const row = rows[item.index];
          if (row === undefined) return null;
          return (
            <ObjectRow
              key={item.index % pool.current}
              id={`${id}-${item.index}`}
              bucket={props.bucket}
              row={row}
              index={item.index}
              top={item.start}
              isChosen={chosen.has(row.id)}
              isFocused={item.index === focus}
              folderBytes={props.sizes.get(row.key)}
              handlers={handlers}
            />
          );
        })}
      </div>
    </div>
  );
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
        {/* biome-ignore lint/a11y/useSemanticElements: likewise */}
        {/* biome-ignore lint/a11y/useFocusableInteractive: likewise */}
        <div role="columnheader" className="cell-more">
          <span className="hidden">{text("actions")}</span>
        </div>
      </div>
    </div>
  );
}
