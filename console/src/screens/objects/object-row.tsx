// One row of the list. Memoised: while scrolling only rows that come into sight are drawn.

import { File, FileX, Folder, History } from "lucide-react";
import { type MouseEvent, memo } from "react";
import { formatBytes, formatDateTime } from "../../components/format.ts";
import { Badge } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { objects as text } from "../../messages/en/objects.ts";
import type { Row } from "./listing.ts";

interface ObjectRowProps {
  readonly id: string;
  readonly bucket: string;
  readonly row: Row;
  readonly index: number;
  readonly top: number;
  readonly isChosen: boolean;
  readonly isFocused: boolean;
  /** What a folder was measured to hold. */
  readonly folderBytes: number | undefined;
  onOpen(row: Row): void;
  onClick(index: number, keys: { isRange: boolean; isToggle: boolean }): void;
}

const icons = {
  folder: <Folder aria-hidden="true" className="icon-folder" />,
  object: <File aria-hidden="true" />,
  version: <History aria-hidden="true" />,
  marker: <FileX aria-hidden="true" />,
};

export const ObjectRow = memo(
  function ObjectRow(props: ObjectRowProps) {
    const { id, row, index, top, isChosen, isFocused, folderBytes, onClick } = props;
    const size = row.kind === "folder" ? folderBytes : row.sizeBytes;
    return (
      // biome-ignore lint/a11y/useSemanticElements: a table cannot draw a part of its rows
      // biome-ignore lint/a11y/useKeyWithClickEvents: the grid has the keys
      // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus
      <div
        id={id}
        role="row"
        className={`object-row ${row.kind} ${isFocused ? "focused" : ""}`}
        aria-rowindex={index + 2}
        aria-selected={isChosen}
        style={{ transform: `translateY(${top}px)` }}
        onClick={(event) =>
          onClick(index, { isRange: event.shiftKey, isToggle: event.ctrlKey || event.metaKey })
        }
      >
        <Cell className="cell-box">
          <input
            type="checkbox"
            tabIndex={-1}
            aria-label={text("chooseOne", { name: row.name })}
            checked={isChosen}
            onClick={(event) => event.stopPropagation()}
            onChange={(event) => {
              const { shiftKey } = event.nativeEvent as globalThis.MouseEvent;
              onClick(index, { isRange: shiftKey, isToggle: true });
            }}
          />
        </Cell>
        <Cell className="cell-name">
          {icons[row.kind]}
          <Name {...props} />
          {row.versionId !== undefined && <VersionBadge row={row} />}
        </Cell>
        <Cell className="cell-size">
          {row.kind === "marker" || size === undefined ? "" : formatBytes(size)}
        </Cell>
        <Cell className="cell-time">
          {row.modifiedMs > 0 ? formatDateTime(new Date(row.modifiedMs)) : ""}
        </Cell>
        <Cell className="cell-class">{row.storageClass}</Cell>
      </div>
    );
  },
  (a, b) =>
    a.row === b.row &&
    a.top === b.top &&
    a.isChosen === b.isChosen &&
    a.isFocused === b.isFocused &&
    a.folderBytes === b.folderBytes &&
    a.onClick === b.onClick,
);

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

/** A plain link: thousands of the router's own would each follow every change of address. */
function Name({ bucket, row, onOpen }: ObjectRowProps) {
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

function VersionBadge({ row }: { readonly row: Row }) {
  if (row.kind === "marker") return <Badge tone="danger">{text("marker")}</Badge>;
  return row.isLatest ? (
    <Badge tone="good">{text("latest")}</Badge>
  ) : (
    <Badge>{text("older")}</Badge>
  );
}
