// One row of the list. Memoised: while scrolling only rows that come into sight are drawn.

import { Ellipsis, File, FileX, Folder, History } from "lucide-react";
import { type MouseEvent, memo } from "react";
import { formatBytes, formatDateTime } from "../../components/format.ts";
import { Badge } from "../../components/parts.tsx";
import { SafeText, safeText } from "../../components/safe-text.tsx";
import { objects as text } from "../../messages/en/objects.ts";
import type { RowHandlers } from "./cursor.ts";
import type { Row } from "./page.ts";

export interface ObjectRowProps {
  readonly id: string;
  readonly bucket: string;
  readonly row: Row;
  readonly index: number;
  readonly top: number;
  readonly isChosen: boolean;
  readonly isFocused: boolean;
  /** What a folder was measured to hold. */
  readonly folderBytes: number | undefined;
  readonly handlers: RowHandlers;
}

export const icons = {
  folder: <Folder aria-hidden="true" className="icon-folder" />,
  object: <File aria-hidden="true" />,
  version: <History aria-hidden="true" />,
  marker: <FileX aria-hidden="true" />,
};

/** What the mouse does on a row or a tile. */
export const mouseOf = (index: number, handlers: RowHandlers) => ({
  onClick: ({ shiftKey, ctrlKey, metaKey }: MouseEvent) =>
    handlers.click(index, { isRange: shiftKey, isToggle: ctrlKey || metaKey }),
  onContextMenu: (event: MouseEvent) => openMenu(event, index, handlers),
});

export const ObjectRow = memo(
  function ObjectRow(props: ObjectRowProps) {
    const { id, row, index, top, isChosen, isFocused, folderBytes, handlers } = props;
    const size = row.kind === "folder" ? folderBytes : row.sizeBytes;
    return (
      // biome-ignore lint/a11y/useSemanticElements: a table cannot draw a part of its rows
      // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus
      <div
        id={id}
        role="row"
        className={`object-row ${row.kind} ${isFocused ? "focused" : ""}`}
        aria-rowindex={index + 2}
        aria-selected={isChosen}
        style={{ transform: `translateY(${top}px)` }}
        {...mouseOf(index, handlers)}
      >
        <Cell className="cell-box">
          <ChoiceBox {...{ row, index, isChosen, handlers }} />
        </Cell>
        <Cell className="cell-name">
          {icons[row.kind]}
          <Name bucket={props.bucket} row={row} onOpen={handlers.open} />
          {row.versionId !== undefined && <VersionBadge row={row} />}
        </Cell>
        <Cell className="cell-size">
          {row.kind === "marker" || size === undefined ? "" : formatBytes(size)}
        </Cell>
        <Cell className="cell-time">
          {row.modifiedMs > 0 ? formatDateTime(new Date(row.modifiedMs)) : ""}
        </Cell>
        <Cell className="cell-class">{row.storageClass}</Cell>
        <Cell className="cell-more">
          <MoreButton {...{ row, index, handlers }} />
        </Cell>
      </div>
    );
  },
  (a, b) =>
    a.row === b.row &&
    a.top === b.top &&
    a.isChosen === b.isChosen &&
    a.isFocused === b.isFocused &&
    a.folderBytes === b.folderBytes &&
    a.handlers === b.handlers,
);

interface PartProps {
  readonly row: Row;
  readonly index: number;
  readonly handlers: RowHandlers;
}

export function ChoiceBox(props: PartProps & { readonly isChosen: boolean }) {
  const { row, index, isChosen, handlers } = props;
  return (
    <input
      type="checkbox"
      tabIndex={-1}
      aria-label={text("chooseOne", { name: row.name })}
      checked={isChosen}
      onClick={(event) => event.stopPropagation()}
      onChange={(event) => {
        const { shiftKey } = event.nativeEvent as globalThis.MouseEvent;
        handlers.click(index, { isRange: shiftKey, isToggle: true });
      }}
    />
  );
}

/** For the pointer; the keyboard has Shift+F10 and its menu key. */
export function MoreButton({ row, index, handlers }: PartProps) {
  const name = text("actionsFor", { name: safeText(row.name) });
  return (
    <button
      type="button"
      className="button quiet icon"
      tabIndex={-1}
      aria-label={name}
      aria-haspopup="menu"
      title={text("actions")}
      onClick={(event) => {
        event.stopPropagation();
        const { left, bottom } = event.currentTarget.getBoundingClientRect();
        handlers.menu(index, { x: left, y: bottom });
      }}
    >
      <Ellipsis aria-hidden="true" />
    </button>
  );
}

/** The menu at the pointer; with Shift the browser's own. */
function openMenu(event: MouseEvent, index: number, handlers: RowHandlers): void {
  if (event.shiftKey) return;
  event.preventDefault();
  handlers.menu(index, { x: event.clientX, y: event.clientY });
}

interface CellProps {
  readonly className: string;
  readonly children: React.ReactNode;
}

function Cell({ className, children }: CellProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a cell of a grid that is no table
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus
    <div role="gridcell" className={className}>
      {children}
    </div>
  );
}

interface NameProps {
  readonly bucket: string;
  readonly row: Row;
  onOpen(row: Row): void;
}

/** A plain link: thousands of the router's own would each follow every change of address. */
export function Name({ bucket, row, onOpen }: NameProps) {
  const { kind, name } = row;
  if (kind === "marker") {
    return (
      <span className="row-name">
        <SafeText>{name}</SafeText>
      </span>
    );
  }
  const open = (event: MouseEvent) => {
    const isElsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0;
    if (isElsewhere) return;
    event.preventDefault();
    event.stopPropagation();
    onOpen(row);
  };
  return (
    <a href={addressOf(bucket, row)} tabIndex={-1} className="row-name" onClick={open}>
      <SafeText>{name}</SafeText>
    </a>
  );
}

function addressOf(bucket: string, { kind, key, versionId }: Row): string {
  const home = `/-/console/buckets/${bucket}`;
  if (kind === "folder") return `${home}?${new URLSearchParams({ prefix: key })}`;
  const version = versionId === undefined ? {} : { version: versionId };
  return `${home}/object?${new URLSearchParams({ key, ...version })}`;
}

export function VersionBadge({ row }: { readonly row: Row }) {
  if (row.kind === "marker") return <Badge tone="danger">{text("marker")}</Badge>;
  return row.isLatest ? (
    <Badge tone="good">{text("latest")}</Badge>
  ) : (
    <Badge>{text("older")}</Badge>
  );
}
