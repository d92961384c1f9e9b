// The keyboard and the pointer in a list or grid of rows: one stop for the keyboard, arrows, space, Enter
// and the keys every file manager has. Which row is in focus, and which are chosen.

import { type KeyboardEvent, type MouseEvent, useEffect, useMemo, useRef, useState } from "react";
import type { Listing } from "./listing.ts";
import { choose } from "./order.ts";
import type { Row } from "./page.ts";

/** Where a menu opens, in pixels of the window. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface CursorProps {
  readonly rows: readonly Row[];
  readonly chosen: ReadonlySet<string>;
  onChoose(chosen: ReadonlySet<string>): void;
  onOpen(row: Row): void;
  onDelete(): void;
  /** Opens the menu of what is chosen; of the row alone when it is not. */
  onMenu(row: Row, at: Point): void;
}

export interface CursorPlace {
  /** How many rows stand beside each other. */
  readonly columns: number;
  /** How many rows a page of the keyboard moves. */
  readonly page: number;
  /** The beginning of the ids of rows. */
  readonly id: string;
  scrollTo(index: number): void;
}

/** What rows call; it never changes, so that they may be memoised. */
export interface RowHandlers {
  click(index: number, keys: { isRange: boolean; isToggle: boolean }): void;
  open(row: Row): void;
  menu(index: number, at: Point): void;
}

export function useCursor(props: CursorProps, place: CursorPlace) {
  const { rows, chosen, onChoose, onMenu } = props;
  const [focus, setFocus] = useState(0);
  const anchor = useRef(0);
  const moveTo = (index: number, isRange: boolean) => {
    const next = Math.max(0, Math.min(rows.length - 1, index));
    setFocus(next);
    place.scrollTo(next);
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
  const menu = (index: number, at: Point) => {
    const row = rows[index];
    if (row === undefined) return;
    setFocus(index);
    if (!chosen.has(row.id)) anchor.current = index;
    onMenu(row, at);
  };
  const latest = useRef({ click, menu, open: props.onOpen });
  latest.current = { click, menu, open: props.onOpen };
  const handlers = useMemo<RowHandlers>(
    () => ({
      click: (index, keys) => latest.current.click(index, keys),
      open: (row) => latest.current.open(row),
      menu: (index, at) => latest.current.menu(index, at),
    }),
    [],
  );
  const menuOfFocus = () => {
    const box = document.getElementById(`${place.id}-${focus}`)?.getBoundingClientRect();
    if (box !== undefined) menu(focus, { x: box.left + 48, y: box.top + 28 });
  };
  return {
    focus,
    handlers,
    onKeyDown: (event: KeyboardEvent) => {
      const facts = { props, place, focus, moveTo, click, menuOfFocus };
      if (pressKey(event, facts)) event.preventDefault();
    },
    // Some systems tell of the keyboard's own menu key only so.
    onContextMenu: (event: MouseEvent) => {
      if (event.target !== event.currentTarget) return;
      event.preventDefault();
      menuOfFocus();
    },
  };
}

interface KeyFacts {
  readonly props: CursorProps;
  readonly place: CursorPlace;
  readonly focus: number;
  moveTo(index: number, isRange: boolean): void;
  click(index: number, keys: { isRange: boolean; isToggle: boolean }): void;
  menuOfFocus(): void;
}

function stepOf(key: string, { columns, page }: CursorPlace): number | undefined {
  switch (key) {
    case "ArrowDown":
      return columns;
    case "ArrowUp":
      return -columns;
    case "ArrowRight":
      return columns > 1 ? 1 : undefined;
    case "ArrowLeft":
      return columns > 1 ? -1 : undefined;
    case "PageDown":
      return page;
    case "PageUp":
      return -page;
    case "Home":
      return Number.NEGATIVE_INFINITY;
    case "End":
      return Number.POSITIVE_INFINITY;
    default:
      return undefined;
  }
}

/** Whether the key meant something. */
function pressKey(event: KeyboardEvent, facts: KeyFacts): boolean {
  const { props, place, focus, moveTo, click, menuOfFocus } = facts;
  const { rows, onChoose, onOpen, onDelete } = props;
  if (event.target !== event.currentTarget) return false;
  const step = stepOf(event.key, place);
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
    case "ContextMenu":
      menuOfFocus();
      return true;
    case "F10":
      if (event.shiftKey) menuOfFocus();
      return event.shiftKey;
    case "a":
      if (!event.ctrlKey && !event.metaKey) return false;
      onChoose(new Set(rows.map(({ id }) => id)));
      return true;
    default:
      return false;
  }
}

/** How many rows before the end the next page is asked for. */
const ahead = 200;

/** Asks for more before the end of what is loaded comes in sight. */
export function useMoreAhead(listing: Listing, count: number, lastShown: number): void {
  useEffect(() => {
    if (lastShown >= count - ahead && !listing.isComplete) listing.loadMore();
  }, [lastShown, count, listing, listing.isComplete]);
}
