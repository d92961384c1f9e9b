// What can be done to the chosen rows; what cannot says why.

import {
  Archive,
  ArchiveRestore,
  Copy,
  Download,
  Ellipsis,
  FolderInput,
  Pencil,
  RotateCcw,
  Ruler,
  Tag,
  Trash2,
  X,
} from "lucide-react";
import { Button, IconButton } from "../../components/button.tsx";
import { formatBytes } from "../../components/format.ts";
import { Menu, type MenuEntry } from "../../components/menu.tsx";
import { toastError } from "../../components/toasts.tsx";
import { objects as text } from "../../messages/en/objects.ts";
import type { BucketFacts } from "../../queries/bucket-facts.ts";
import { saveObject, saveZip } from "../../work/download/save.ts";
import { undelete } from "./bulk/delete-dialog.tsx";
import type { OpenDialog } from "./bulk/dialogs.tsx";
import { expand } from "./bulk/selection.ts";
import { restoreVersions } from "./bulk/versions.ts";
import type { Row } from "./listing.ts";

interface ChosenBarProps {
  readonly bucket: string;
  readonly folder: string;
  readonly facts: BucketFacts | undefined;
  readonly rows: readonly Row[];
  onOpenDialog(dialog: OpenDialog): void;
  onMeasure(): void;
  onClear(): void;
  onChanged(): void;
}

export function ChosenBar(props: ChosenBarProps) {
  const { bucket, folder, rows, onOpenDialog, onClear } = props;
  const bytes = rows.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const isOnlyMarkers = rows.every(({ kind }) => kind === "marker");
  const download = () => {
    const [first] = rows;
    if (first === undefined) return;
    const isSingle = rows.length === 1 && first.kind !== "folder";
    const name = `${folder.split("/").at(-2) || bucket}.zip`;
    const objects = (signal: AbortSignal) => expand({ bucket, folder, rows }, { signal });
    const done = isSingle
      ? saveObject(bucket, first.key, first.versionId)
      : saveZip({ bucket, folder, name, objects });
    done.catch((error: Error) => error.name !== "AbortError" && toastError(error));
  };
  return (
    <div className="row chosen-bar" role="toolbar" aria-label={text("chosenTools")}>
      <strong role="status">
        {text("chosen", { count: rows.length })}
        {bytes > 0 && `, ${formatBytes(bytes)}`}
      </strong>
      <IconButton name={text("clearChosen")} icon={<X />} onClick={onClear} />
      <Button
        kind="quiet"
        icon={<Download />}
        disabledReason={isOnlyMarkers ? text("markerHasNoBytes") : undefined}
        onClick={download}
      >
        {text("download")}
      </Button>
      <VersionButtons {...props} />
      <Button kind="quiet" icon={<Trash2 />} onClick={() => onOpenDialog("delete")}>
        {text("delete")}
      </Button>
      <Menu entries={moreEntries(props, isOnlyMarkers)}>
        <Button kind="quiet" icon={<Ellipsis />}>
          {text("more")}
        </Button>
      </Menu>
    </div>
  );
}

function moreEntries(props: ChosenBarProps, isOnlyMarkers: boolean): readonly MenuEntry[] {
  const { rows, onOpenDialog, onMeasure } = props;
  const marker = isOnlyMarkers ? text("markerHasNoBytes") : undefined;
  const isOfVersions = rows.some(({ versionId }) => versionId !== undefined);
  const versions = isOfVersions ? text("notForVersions") : undefined;
  const one = rows.length === 1 ? versions : text("oneOnly");
  const folders = rows.some(({ kind }) => kind === "folder") ? undefined : text("foldersOnly");
  const entry = (
    dialog: OpenDialog,
    icon: React.ReactNode,
    disabledReason: string | undefined,
  ) => ({
    label: `${text(dialog)}…`,
    icon,
    disabledReason,
    onSelect: () => onOpenDialog(dialog),
  });
  return [
    entry("rename", <Pencil />, one),
    entry("copy", <Copy />, marker),
    entry("move", <FolderInput />, versions),
    { ...entry("tags", <Tag />, marker), startsGroup: true },
    entry("class", <Archive />, marker ?? versions),
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

/** What only versions and delete markers have: coming back. */
function VersionButtons({ bucket, rows, onChanged }: ChosenBarProps) {
  const markers = rows.filter(({ kind, isLatest }) => kind === "marker" && isLatest);
  const older = rows.filter(({ kind, isLatest }) => kind === "version" && !isLatest);
  const items = (list: readonly Row[]) =>
    list.map(({ key, versionId = "null", sizeBytes }) => ({
      name: key,
      key,
      versionId,
      sizeBytes,
    }));
  return (
    <>
      {markers.length > 0 && (
        <Button
          kind="quiet"
          icon={<RotateCcw />}
          onClick={() => undelete(bucket, items(markers), onChanged)}
        >
          {text("undelete")}
        </Button>
      )}
      {older.length > 0 && (
        <Button
          kind="quiet"
          icon={<RotateCcw />}
          onClick={() => restoreVersions(bucket, items(older), onChanged)}
        >
          {text("restoreVersion")}
        </Button>
      )}
    </>
  );
}
