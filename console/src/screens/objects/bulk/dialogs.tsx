// The dialog that is open over a selection.

import { useState } from "react";
import { ChangeDialog } from "./change-dialog.tsx";
import { CopyDialog } from "./copy-dialog.tsx";
import { DeleteDialog } from "./delete-dialog.tsx";
import type { Selection } from "./selection.ts";

export type OpenDialog = "delete" | "copy" | "move" | "rename" | "tags" | "class" | "restore";

interface BulkDialogsProps {
  readonly dialog: OpenDialog;
  readonly selection: Selection;
  onDone(): void;
  onClose(): void;
}

export function BulkDialogs({ dialog, selection: given, onDone, onClose }: BulkDialogsProps) {
  // What the dialog was opened for stays, whatever the list does meanwhile.
  const [selection] = useState(given);
  const common = { selection, onDone, onClose };
  switch (dialog) {
    case "delete":
      return <DeleteDialog {...common} />;
    case "copy":
    case "move":
    case "rename":
      return <CopyDialog {...common} mode={dialog} />;
    case "tags":
    case "class":
    case "restore":
      return <ChangeDialog {...common} change={dialog} />;
  }
}
