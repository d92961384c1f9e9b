// What can be done to chosen rows, as entries of menus; what cannot says why.

import {
  Archive,
  ArchiveRestore,
  Copy,
  Download,
  FolderInput,
  FolderOpen,
  History,
  Link,
  Pencil,
  RotateCcw,
  Ruler,
  Share2,
  Tag,
  Trash2,
} from "lucide-react";
import { copyText } from "../../components/copy-button.tsx";
import type { MenuEntry } from "../../components/menu.tsx";
import { toast, toastError } from "../../components/toasts.tsx";
import { objects as text } from "../../messages/en/objects.ts";
import { saveObject, saveZip } from "../../work/download/save.ts";
import { undelete } from "./bulk/delete-dialog.tsx";
import type { OpenDialog } from "./bulk/dialogs.tsx";
import { expand } from "./bulk/selection.ts";
import { restoreVersions } from "./bulk/versions.ts";
import type { Row } from "./page.ts";

export interface Chosen {
  readonly bucket: string;
  readonly folder: string;
  readonly rows: readonly Row[];
  onOpenDialog(dialog: OpenDialog): void;
  onMeasure(): void;
  onChanged(): void;
}

/** Saves one object as it is, several as a zip. */
export function download({ bucket, folder, rows }: Chosen): void {
  const [first] = rows;
  if (first === undefined) return;
  const isSingle = rows.length === 1 && first.kind !== "folder";
  const name = `${folder.split("/").at(-2) || bucket}.zip`;
  const objects = (signal: AbortSignal) => expand({ bucket, folder, rows }, { signal });
  const done = isSingle
    ? saveObject(bucket, first.key, first.versionId)
    : saveZip({ bucket, folder, name, objects });
  done.catch((error: Error) => error.name !== "AbortError" && toastError(error));
}

/** Why something that needs bytes cannot be done. */
export const lacksBytes = (rows: readonly Row[]): string | undefined =>
  rows.every(({ kind }) => kind === "marker") ? text("markerHasNoBytes") : undefined;

/** The changes beside deleting: names, places, tags, class. */
export function changeEntries(chosen: Chosen): readonly MenuEntry[] {
  const { rows, onOpenDialog, onMeasure } = chosen;
  const marker = lacksBytes(rows);
  const isOfVersions = rows.some(({ versionId }) => versionId !== undefined);
  const isOfOlder = rows.some(({ versionId, isLatest }) => versionId !== undefined && !isLatest);
  const versions = isOfVersions ? text("notForVersions") : undefined;
  const one = rows.length === 1 ? versions : text("oneOnly");
  const folders = rows.some(({ kind }) => kind === "folder") ? undefined : text("foldersOnly");
  const entry = (dialog: OpenDialog, icon: React.ReactNode, reason: string | undefined) => ({
    label: `${text(dialog)}…`,
    icon,
    disabledReason: reason,
    onSelect: () => onOpenDialog(dialog),
  });
  return [
    entry("rename", <Pencil />, one),
    entry("copy", <Copy />, marker),
    entry("move", <FolderInput />, versions),
    { ...entry("tags", <Tag />, marker), startsGroup: true },
    // A copy onto itself: of an older version it would be the current one.
    entry("class", <Archive />, marker ?? (isOfOlder ? text("notForOlder") : undefined)),
    entry("restore", <ArchiveRestore />, marker),
    {
      label: text("measure"),
      icon: <Ruler />,
      disabledReason: folders,
      startsGroup: true,
      onSelect: onMeasure,
    },
  ];
}

const itemsOf = (rows: readonly Row[]) =>
  rows.map(({ key, versionId = "null", sizeBytes }) => ({ name: key, key, versionId, sizeBytes }));

/** What only versions and delete markers have: coming back. */
export function returnEntries({ bucket, rows, onChanged }: Chosen): readonly MenuEntry[] {
  const markers = rows.filter(({ kind, isLatest }) => kind === "marker" && isLatest);
  const older = rows.filter(({ kind, isLatest }) => kind === "version" && !isLatest);
  const icon = <RotateCcw />;
  const undo = () => undelete(bucket, itemsOf(markers), onChanged);
  const restore = () => restoreVersions(bucket, itemsOf(older), onChanged);
  return [
    ...(markers.length > 0 ? [{ label: text("undelete"), icon, onSelect: undo }] : []),
    ...(older.length > 0 ? [{ label: text("restoreVersion"), icon, onSelect: restore }] : []),
  ];
}

export interface RowWays {
  open(row: Row): void;
  openHistory(row: Row): void;
}

/** Everything, as the menu of a row has it. */
export function rowEntries(chosen: Chosen, ways: RowWays): readonly MenuEntry[] {
  const { bucket, rows, onOpenDialog } = chosen;
  const [row] = rows;
  const single = rows.length === 1 ? row : undefined;
  const remove: MenuEntry = {
    label: `${text("delete")}…`,
    icon: <Trash2 />,
    isDangerous: true,
    startsGroup: true,
    onSelect: () => onOpenDialog("delete"),
  };
  const [rename, ...changes] = changeEntries(chosen);
  return [
    ...(single && single.kind !== "marker"
      ? [{ label: text("open"), icon: <FolderOpen />, onSelect: () => ways.open(single) }]
      : []),
    {
      label: text("download"),
      icon: <Download />,
      disabledReason: lacksBytes(rows),
      onSelect: () => download(chosen),
    },
    ...(single ? singleEntries(bucket, single, { ...ways, onOpenDialog }) : []),
    ...returnEntries(chosen),
    ...(rename ? [{ ...rename, startsGroup: true }] : []),
    ...changes,
    remove,
  ];
}

function singleEntries(
  bucket: string,
  row: Row,
  ways: RowWays & Pick<Chosen, "onOpenDialog">,
): readonly MenuEntry[] {
  const copyAddress = async () => {
    await copyText(`s3://${bucket}/${row.key}`);
    toast(text("addressCopied"));
  };
  const address = { label: text("copyAddress"), icon: <Link />, onSelect: copyAddress };
  if (row.kind === "folder") return [address];
  const share = { label: `${text("share")}…`, icon: <Share2 /> };
  return [
    ...(row.kind === "marker" ? [] : [{ ...share, onSelect: () => ways.onOpenDialog("share") }]),
    address,
    { label: text("history"), icon: <History />, onSelect: () => ways.openHistory(row) },
  ];
}
