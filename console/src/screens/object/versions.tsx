// The history of one key: every version and delete marker, to look at, compare, make current, or
// delete for good.

import {
  CopyObjectCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
} from "@aws-sdk/client-s3";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { Ellipsis, GitCompare, RotateCcw, Trash2 } from "lucide-react";
import { useState } from "react";
import { send } from "../../clients/s3.ts";
import { IconButton } from "../../components/button.tsx";
import { type Column, DataTable, times } from "../../components/data-table.tsx";
import { ConfirmDialog } from "../../components/dialog.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { formatBytes } from "../../components/format.ts";
import { Go } from "../../components/go.tsx";
import { Menu, type MenuEntry } from "../../components/menu.tsx";
import { Badge, Loading } from "../../components/parts.tsx";
import { ShowAs } from "../../components/show-as.tsx";
import { toast, toastError } from "../../components/toasts.tsx";
import { object as text } from "../../messages/en/object.ts";
import { copySource, largestCopy } from "../objects/bulk/copy.ts";
import { restoreVersions } from "../objects/bulk/versions.ts";
import { DiffDialog } from "./diff-dialog.tsx";
import { History, useHistory, Who } from "./history.tsx";
import type { ObjectPlace } from "./place.ts";

export interface Version {
  readonly versionId: string;
  readonly isLatest: boolean;
  readonly isMarker: boolean;
  readonly sizeBytes: number;
  readonly modified: Date | undefined;
  readonly storageClass: string;
}

interface Listed {
  readonly Key?: string | undefined;
  readonly VersionId?: string | undefined;
  readonly IsLatest?: boolean | undefined;
  readonly LastModified?: Date | undefined;
  readonly Size?: number | undefined;
  readonly StorageClass?: string | undefined;
}

async function listVersions({ bucket, key }: ObjectPlace): Promise<readonly Version[]> {
  const list: Version[] = [];
  let KeyMarker: string | undefined;
  let VersionIdMarker: string | undefined;
  do {
    const page = await send(
      new ListObjectVersionsCommand({ Bucket: bucket, Prefix: key, KeyMarker, VersionIdMarker }),
    );
    const add = (isMarker: boolean) => (listed: Listed) => {
      if (listed.Key !== key) return;
      list.push({
        versionId: listed.VersionId ?? "null",
        isLatest: listed.IsLatest === true,
        isMarker,
        sizeBytes: listed.Size ?? 0,
        modified: listed.LastModified,
        storageClass: listed.StorageClass ?? "",
      });
    };
    page.Versions?.forEach(add(false));
    page.DeleteMarkers?.forEach(add(true));
    // The key's own versions come first among all that begin with it.
    const isOver = !page.IsTruncated || page.NextKeyMarker !== key;
    KeyMarker = isOver ? undefined : page.NextKeyMarker;
    VersionIdMarker = page.NextVersionIdMarker;
  } while (KeyMarker !== undefined);
  return list.sort(
    (a, b) =>
      Number(b.isLatest) - Number(a.isLatest) ||
      (b.modified?.getTime() ?? 0) - (a.modified?.getTime() ?? 0),
  );
}

/** Every version and delete marker of the key, the current one first. */
export const versionsQuery = (place: ObjectPlace) =>
  queryOptions({
    queryKey: ["versions", place.bucket, place.key],
    staleTime: 0,
    queryFn: () => listVersions(place),
  });

interface VersionsProps {
  readonly place: ObjectPlace;
  onChanged(): void;
}

export function Versions({ place, onChanged }: VersionsProps) {
  const { bucket, key } = place;
  const [deleted, setDeleted] = useState<Version>();
  const [compared, setCompared] = useState<Version>();
  const query = useQuery(versionsQuery(place));
  const history = useHistory(place);
  const reload = () => {
    query.refetch();
    history.query.refetch();
    onChanged();
  };
  const restore = async ({ versionId, sizeBytes }: Version) => {
    if (sizeBytes > largestCopy) {
      // Part by part, in the dock: it takes its time.
      restoreVersions(bucket, [{ name: key, key, versionId, sizeBytes }], reload);
      return;
    }
    try {
      const CopySource = copySource(bucket, key, versionId);
      const copied = await send(new CopyObjectCommand({ Bucket: bucket, Key: key, CopySource }));
      const made = { Bucket: bucket, Key: key, VersionId: copied.VersionId };
      // Without versions the copy took the place of what was there.
      const undo = () => send(new DeleteObjectCommand(made)).then(reload);
      toast(text("restored"), copied.VersionId === undefined ? {} : { undo });
      reload();
    } catch (thrown) {
      toastError(thrown);
    }
  };
  if (query.error) return <ErrorPanel error={query.error} onRetry={() => query.refetch()} />;
  if (query.data === undefined) return <Loading />;
  const latest = query.data.find(({ isLatest }) => isLatest);
  const columns = columnsOf({ place, madeBy: history.madeBy }, (version) => [
    {
      label: text("makeCurrent"),
      icon: <RotateCcw />,
      disabledReason: version.isLatest || version.isMarker ? text("notToRestore") : undefined,
      onSelect: () => restore(version),
    },
    {
      label: text("compare"),
      icon: <GitCompare />,
      disabledReason:
        version.isLatest || version.isMarker || latest?.isMarker ? text("notToCompare") : undefined,
      onSelect: () => setCompared(version),
    },
    {
      label: text(version.isMarker ? "removeMarker" : "deleteVersion"),
      icon: <Trash2 />,
      isDangerous: true,
      startsGroup: true,
      onSelect: () => setDeleted(version),
    },
  ]);
  return (
    <>
      {query.data.length > 0 && (
        <DataTable
          label={text("versions")}
          rows={query.data}
          columns={columns}
          rowKey={({ versionId }) => versionId}
        />
      )}
      <History {...history} />
      {deleted && (
        <DeleteVersion
          place={place}
          version={deleted}
          onDone={reload}
          onClose={() => setDeleted(undefined)}
        />
      )}
      {compared && latest && (
        <DiffDialog
          place={place}
          before={compared}
          after={latest}
          onClose={() => setCompared(undefined)}
        />
      )}
    </>
  );
}

interface Told {
  readonly place: ObjectPlace;
  readonly madeBy: ReturnType<typeof useHistory>["madeBy"];
}

function columnsOf(
  { place: { bucket, key }, madeBy }: Told,
  entriesOf: (version: Version) => readonly MenuEntry[],
): readonly Column<Version>[] {
  return [
    times("modified", text("modified"), ({ modified }) => modified),
    {
      id: "state",
      head: text("state"),
      cell: (version) => (
        <span className="row">
          {version.isLatest && <Badge tone="good">{text("current")}</Badge>}
          {version.isMarker && <Badge tone="danger">{text("marker")}</Badge>}
        </span>
      ),
    },
    ...(madeBy.size > 0 ? [makerColumn(madeBy)] : []),
    {
      id: "size",
      head: text("size"),
      align: "end",
      cell: ({ isMarker, sizeBytes }) => (isMarker ? "" : formatBytes(sizeBytes)),
    },
    { id: "class", head: text("class"), cell: ({ storageClass }) => storageClass, isMinor: true },
    {
      id: "version",
      head: text("versionId"),
      isMinor: true,
      cell: ({ versionId, isMarker }) =>
        isMarker ? (
          <code>{versionId}</code>
        ) : (
          <Go to={`/buckets/${bucket}/object`} search={{ key, version: versionId }}>
            <code>{versionId}</code>
          </Go>
        ),
    },
    {
      id: "menu",
      head: "",
      align: "end",
      cell: (version) => (
        <Menu entries={entriesOf(version)}>
          <IconButton
            name={text("actionsOf", { version: version.versionId })}
            icon={<Ellipsis />}
          />
        </Menu>
      ),
    },
  ];
}

const makerColumn = (madeBy: Told["madeBy"]): Column<Version> => ({
  id: "maker",
  head: text("madeBy"),
  isMinor: true,
  cell: ({ versionId }) => {
    const record = madeBy.get(versionId);
    return record && <Who record={record} />;
  },
});

interface DeleteVersionProps {
  readonly place: ObjectPlace;
  readonly version: Version;
  onDone(): void;
  onClose(): void;
}

function DeleteVersion({ place, version, onDone, onClose }: DeleteVersionProps) {
  const input = { Bucket: place.bucket, Key: place.key, VersionId: version.versionId };
  const remove = async () => {
    await send(new DeleteObjectCommand(input));
    toast(text(version.isMarker ? "undeleted" : "versionDeleted"));
    onDone();
  };
  return (
    <ConfirmDialog
      title={text(version.isMarker ? "removeMarker" : "deleteVersion")}
      lead={text(version.isMarker ? "removeMarkerText" : "deleteVersionText")}
      confirm={text(version.isMarker ? "removeMarker" : "deleteVersion")}
      isHarmless={version.isMarker}
      isOpen
      onConfirm={remove}
      onClose={onClose}
    >
      <div>
        <ShowAs calls={[{ service: "s3", operation: "DeleteObject", input }]} />
      </div>
    </ConfirmDialog>
  );
}
