// Files and folders may be dropped anywhere on the page, or pasted; the list shows where they go.

import { type ReactNode, useEffect, useRef, useState } from "react";
import { toast, toastError } from "../../components/toasts.tsx";
import { objects as text } from "../../messages/en/objects.ts";
import { type ChosenFile, filesOfTransfer } from "../../work/upload/files.ts";

interface DropTargetProps {
  readonly children: ReactNode;
  onFiles(files: readonly ChosenFile[]): void;
}

export function DropTarget({ children, onFiles }: DropTargetProps) {
  const { isOver, found } = useDrops(onFiles);
  return (
    <div className="drop-target">
      {children}
      {found !== undefined && (
        <div className="drop-note" role="status">
          {text("readingFolders", { count: found })}
        </div>
      )}
      {found === undefined && isOver && <div className="drop-note">{text("dropHere")}</div>}
    </div>
  );
}

const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes("Files") === true;

/** Hears of what is dropped or pasted. `found` counts the files while folders are being read. */
function useDrops(onFiles: (files: readonly ChosenFile[]) => void) {
  const [isOver, setOver] = useState(false);
  const [found, setFound] = useState<number>();
  const latest = useRef(onFiles);
  latest.current = onFiles;
  useEffect(() => {
    let depth = 0;
    const take = async (transfer: DataTransfer) => {
      try {
        const { files, unreadable } = await filesOfTransfer(transfer, setFound);
        if (unreadable > 0) toast(text("unreadable", { count: unreadable }), { isError: true });
        if (files.length > 0) latest.current(files);
      } catch (thrown) {
        toastError(thrown);
      } finally {
        setFound(undefined);
      }
    };
    const cross = (event: DragEvent, change: number) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      depth = Math.max(0, depth + change);
      setOver(depth > 0);
    };
    const handlers = {
      dragenter: (event: DragEvent) => cross(event, 1),
      dragleave: (event: DragEvent) => cross(event, -1),
      dragover: (event: DragEvent) => {
        if (!hasFiles(event) || event.dataTransfer === null) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = "copy";
      },
      drop: (event: DragEvent) => {
        if (!hasFiles(event) || event.dataTransfer === null) return;
        event.preventDefault();
        depth = 0;
        setOver(false);
        take(event.dataTransfer);
      },
      paste: ({ clipboardData }: ClipboardEvent) => {
        if (clipboardData?.files.length) take(clipboardData);
      },
    };
    const ending = new AbortController();
    for (const [name, handler] of Object.entries(handlers)) {
      window.addEventListener(name, handler as EventListener, { signal: ending.signal });
    }
    return () => ending.abort();
  }, []);
  return { isOver, found };
}
