// Files may be dropped on the list, or pasted.

import { type DragEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { objects as text } from "../../messages/en/objects.ts";
import { type ChosenFile, filesOfTransfer } from "../../work/upload/files.ts";

interface DropTargetProps {
  readonly children: ReactNode;
  onFiles(files: readonly ChosenFile[]): void;
}

export function DropTarget({ children, onFiles }: DropTargetProps) {
  const [isOver, setOver] = useState(false);
  const depth = useRef(0);
  useEffect(() => {
    const onPaste = async (event: ClipboardEvent) => {
      if (!event.clipboardData?.files.length) return;
      const files = await filesOfTransfer(event.clipboardData);
      if (files.length > 0) onFiles(files);
    };
    window.addEventListener("paste", onPaste);
    return () => window.removeEventListener("paste", onPaste);
  }, [onFiles]);
  const hasFiles = (event: DragEvent) => event.dataTransfer.types.includes("Files");
  const enter = (event: DragEvent, change: number) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth.current = Math.max(0, depth.current + change);
    setOver(depth.current > 0);
  };
  const drop = async (event: DragEvent) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth.current = 0;
    setOver(false);
    const files = await filesOfTransfer(event.dataTransfer);
    if (files.length > 0) onFiles(files);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button "Upload" is the way by keyboard
    <div
      className="drop-target"
      onDragEnter={(event) => enter(event, 1)}
      onDragLeave={(event) => enter(event, -1)}
      onDragOver={(event) => hasFiles(event) && event.preventDefault()}
      onDrop={drop}
    >
      {children}
      {isOver && <div className="drop-note">{text("dropHere")}</div>}
    </div>
  );
}
