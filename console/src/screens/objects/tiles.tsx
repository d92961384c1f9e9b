// The grid: tiles with small pictures of images. Like the list it draws only what is in sight, and has
// one stop for the keyboard.

import { useVirtualizer } from "@tanstack/react-virtual";
import { type RefObject, useEffect, useId, useRef, useState } from "react";
import { formatBytes } from "../../components/format.ts";
import { objects as text } from "../../messages/en/objects.ts";
import { type CursorProps, useCursor, useMoreAhead } from "./cursor.ts";
import type { Listing } from "./listing.ts";
import {
  ChoiceBox,
  icons,
  MoreButton,
  mouseOf,
  Name,
  type ObjectRowProps,
  VersionBadge,
} from "./object-row.tsx";
import type { Row } from "./page.ts";
import { hasThumbnail, wantThumbnail } from "./thumbnails.ts";

interface TilesProps extends CursorProps {
  readonly bucket: string;
  readonly listing: Listing;
  readonly sizes: ReadonlyMap<string, number>;
}

const rowHeight = 196;
const tileWidth = 170;

export function Tiles(props: TilesProps) {
  const { bucket, rows, listing, chosen, sizes } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const columns = useColumns(scroller);
  const id = useId();
  const virtual = useVirtualizer({
    count: Math.ceil(rows.length / columns),
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 1,
  });
  const shown = virtual.getVirtualItems();
  useMoreAhead(listing, rows.length, ((shown.at(-1)?.index ?? 0) + 1) * columns);
  const scrollTo = (index: number) => virtual.scrollToIndex(Math.floor(index / columns));
  const place = { id, columns, page: columns * 3, scrollTo };
  const { focus, handlers, ...listeners } = useCursor(props, place);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table cannot draw a part of its rows
    <div
      ref={scroller}
      className="rows"
      role="grid"
      aria-label={text("list")}
      aria-rowcount={listing.isComplete ? Math.ceil(rows.length / columns) : -1}
      aria-colcount={columns}
      aria-multiselectable="true"
      aria-activedescendant={rows.length > 0 ? `${id}-${focus}` : undefined}
      tabIndex={0}
      {...listeners}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: likewise */}
      <div role="rowgroup" className="rows-body" style={{ height: virtual.getTotalSize() }}>
        {shown.map(({ index, start }) => (
          // biome-ignore lint/a11y/useSemanticElements: likewise
          // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus
          <div
            key={index}
            role="row"
            className="tile-row"
            aria-rowindex={index + 1}
            style={{ transform: `translateY(${start}px)`, ["--columns" as string]: columns }}
          >
            {rows.slice(index * columns, (index + 1) * columns).map((row, column) => (
              <Tile
                key={row.id}
                id={`${id}-${index * columns + column}`}
                index={index * columns + column}
                isChosen={chosen.has(row.id)}
                isFocused={index * columns + column === focus}
                folderBytes={sizes.get(row.key)}
                {...{ bucket, row, handlers }}
              />
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}

/** How many tiles fit beside each other. */
function useColumns(element: RefObject<HTMLElement | null>): number {
  const [columns, setColumns] = useState(4);
  useEffect(() => {
    if (element.current === null) return;
    const observer = new ResizeObserver(([entry]) => {
      const width = entry?.contentRect.width ?? 0;
      setColumns(Math.max(1, Math.floor(width / tileWidth)));
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return columns;
}

function Tile(props: Omit<ObjectRowProps, "top">) {
  const { id, bucket, row, index, isChosen, isFocused, folderBytes, handlers } = props;
  const size = row.kind === "folder" ? folderBytes : row.sizeBytes;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a cell of a grid that is no table
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus
    <div
      id={id}
      role="gridcell"
      className={`tile ${row.kind} ${isFocused ? "focused" : ""}`}
      aria-selected={isChosen}
      {...mouseOf(index, handlers)}
    >
      <div className="tile-picture" aria-hidden="true">
        {hasThumbnail(row) ? <Thumbnail bucket={bucket} row={row} /> : icons[row.kind]}
      </div>
      <ChoiceBox {...{ row, index, isChosen, handlers }} />
      <MoreButton {...{ row, index, handlers }} />
      <Name bucket={bucket} row={row} onOpen={handlers.open} />
      <span className="tile-facts">
        {row.versionId !== undefined && <VersionBadge row={row} />}{" "}
        {row.kind === "marker" || size === undefined ? "" : formatBytes(size)}
      </span>
    </div>
  );
}

/** The picture once it is there; until then, and where none can be made, the icon. */
function Thumbnail({ bucket, row }: { readonly bucket: string; readonly row: Row }) {
  const [picture, setPicture] = useState<ImageBitmap>();
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => wantThumbnail(bucket, row, setPicture), [bucket, row]);
  useEffect(() => {
    if (picture === undefined || canvas.current === null) return;
    canvas.current.width = picture.width;
    canvas.current.height = picture.height;
    canvas.current.getContext("2d")?.drawImage(picture, 0, 0);
  }, [picture]);
  return picture === undefined ? icons[row.kind] : <canvas ref={canvas} />;
}
