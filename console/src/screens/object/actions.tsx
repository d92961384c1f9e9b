// What can be done with one object: save it, share it, copy its names, rename it, delete it.

import { Copy, Download, Ellipsis, Pencil, Share2, Trash2 } from "lucide-react";
import { useState } from "react";
import { isArchived } from "../../clients/head.ts";
import { Button } from "../../components/button.tsx";
import { copyText } from "../../components/copy-button.tsx";
import { useGo } from "../../components/go.tsx";
import { Menu, type MenuEntry } from "../../components/menu.tsx";
import { toast, toastError } from "../../components/toasts.tsx";
import { object as text } from "../../messages/en/object.ts";
import { saveObject } from "../../work/download/save.ts";
import { BulkDialogs, type OpenDialog } from "../objects/bulk/dialogs.tsx";
import type { Row } from "../objects/page.ts";
import type { Head, ObjectPlace } from "./place.ts";
import { ShareDialog } from "./share/dialog.tsx";

interface ActionsProps {
  readonly place: ObjectPlace;
  readonly head: Head;
  readonly folder: string;
  readonly name: string;
}

export function ObjectActions({ place, head, folder, name }: ActionsProps) {
  const { bucket, key, versionId } = place;
  const [dialog, setDialog] = useState<OpenDialog>();
  const [isSharing, setSharing] = useState(false);
  const go = useGo();
  const row: Row = {
    id: key,
    kind: versionId === undefined ? "object" : "version",
    key,
    name,
    sizeBytes: head.ContentLength ?? 0,
    modifiedMs: 0,
    storageClass: head.StorageClass ?? "STANDARD",
    ...restoreOf(head),
    ...(versionId !== undefined && { versionId }),
  };
  const ofVersion = versionId === undefined ? undefined : text("notForVersions");
  const entry = (id: OpenDialog, icon: React.ReactNode, disabledReason?: string): MenuEntry => ({
    label: `${text(id)}…`,
    icon,
    disabledReason,
    onSelect: () => setDialog(id),
  });
  const entries: MenuEntry[] = [
    ...copyEntries(place, head),
    { ...entry("rename", <Pencil />, ofVersion), startsGroup: true },
    entry("copy", <Copy />),
    entry("class", undefined, ofVersion),
    entry("restore", undefined),
    { ...entry("delete", <Trash2 />), isDangerous: true, startsGroup: true },
  ];
  return (
    <>
      <Button icon={<Share2 />} onClick={() => setSharing(true)}>
        {text("share")}
      </Button>
      <Button
        kind="primary"
        icon={<Download />}
        disabledReason={isArchived(head) ? text("archivedText") : undefined}
        onClick={() => saveObject(bucket, key, versionId).catch(toastError)}
      >
        {text("download")}
      </Button>
      <Menu entries={entries}>
        <Button icon={<Ellipsis />}>{text("more")}</Button>
      </Menu>
      {isSharing && <ShareDialog place={place} onClose={() => setSharing(false)} />}
      {dialog !== undefined && (
        <BulkDialogs
          dialog={dialog}
          selection={{ bucket, folder, rows: [row] }}
          onDone={() => go(`/buckets/${bucket}`, { prefix: folder })}
          onClose={() => setDialog(undefined)}
        />
      )}
    </>
  );
}

/** `ongoing-request="false", expiry-date="…"` */
function restoreOf({ Restore }: Head): Pick<Row, "restore"> {
  if (Restore === undefined) return {};
  return { restore: Restore.includes('ongoing-request="true"') ? "ongoing" : "restored" };
}

function copyEntries({ bucket, key, versionId }: ObjectPlace, head: Head): readonly MenuEntry[] {
  const path = key.split("/").map(encodeURIComponent).join("/");
  const version = versionId === undefined ? "" : `?versionId=${encodeURIComponent(versionId)}`;
  const names: readonly (readonly [string, string])[] = [
    [text("s3Uri"), `s3://${bucket}/${key}`],
    [text("arn"), `arn:aws:s3:::${bucket}/${key}`],
    [text("url"), `${location.origin}/${bucket}/${path}${version}`],
    [text("etag"), head.ETag?.replaceAll('"', "") ?? ""],
  ];
  return names.map(([name, value]) => ({
    label: text("copyName", { name }),
    icon: <Copy />,
    onSelect: async () => {
      await copyText(value);
      toast(text("copiedName", { name }));
    },
  }));
}
