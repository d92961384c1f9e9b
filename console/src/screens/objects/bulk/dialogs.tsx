// The dialog that is open over a selection.

import { lazy, Suspense, useState } from "react";
import { ChangeDialog } from "./change-dialog.tsx";
import { CopyDialog } from "./copy-dialog.tsx";
import { DeleteDialog } from "./delete-dialog.tsx";
import type { Selection } from "./selection.ts";

const ShareDialog = lazy(async () => ({
  default: (await import("../../object/share/dialog.tsx")).ShareDialog,
}));

export type OpenDialog =
  | "delete"
  | "copy"
  | "move"
  | "rename"
  | "tags"
  | "class"
  | "restore"
  | "share";

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
  const { bucket } = selection;
  const { key = "", versionId } = selection.rows[0] ?? {};
  switch (dialog) {
    case "share":
      return (
        <Suspense>
          <ShareDialog place={{ bucket, key, versionId }} onClose={onClose} />
        </Suspense>
      );
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
