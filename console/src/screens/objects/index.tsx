// The object browser: one folder of a bucket, from the address (prefix, what names begin with, whether
// versions are shown), with everything that can be done to what is chosen.

import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { BucketTabs, NoBucket } from "../../components/bucket-page.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { useGo, useParameter, useSearch } from "../../components/go.tsx";
import { PointMenu } from "../../components/menu.tsx";
import { Loading } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { toastError } from "../../components/toasts.tsx";
import { describeError } from "../../errors.ts";
import { useActions } from "../../frame/actions.ts";
import { objects as text } from "../../messages/en/objects.ts";
import { bucketFactsQuery } from "../../queries/bucket-facts.ts";
import { measure, walkObjects } from "../../queries/walk.ts";
import { useSession } from "../../session/use-session.ts";
import type { ChosenFile } from "../../work/upload/files.ts";
import { offerResumes } from "../../work/upload/resume.ts";
import { whenStored } from "../../work/upload/stored.ts";
import { BulkDialogs, type OpenDialog } from "./bulk/dialogs.tsx";
import { ChosenBar } from "./chosen-bar.tsx";
import type { Point } from "./cursor.ts";
import { DropTarget } from "./drop-target.tsx";
import { EmptyFolder } from "./empty-folder.tsx";
import { useListing } from "./listing.ts";
import type { Row } from "./page.ts";
import "./objects.css";
import { type Chosen, rowEntries } from "./entries.tsx";
import { FolderDialog } from "./folder-dialog.tsx";
import { listedOrder, type Order, OrderedRows } from "./order.ts";
import { Rows } from "./rows.tsx";
import { Tiles } from "./tiles.tsx";
import { Toolbar } from "./toolbar.tsx";
import { UploadDialog } from "./upload-dialog.tsx";
import { keepView, keptView, type View } from "./view.ts";

const none: ReadonlySet<string> = new Set();
const noRows: readonly Row[] = [];

/** The folder of the address, its rows in their order, and what is chosen of them. */
function useFolder() {
  const bucket = useParameter("bucket");
  const search = useSearch();
  const folder = search["prefix"] ?? "";
  const find = search["find"] ?? "";
  const hasVersions = search["versions"] === "1";
  const listing = useListing({ bucket, folder, find, hasVersions });
  const [order, setOrder] = useState<Order>(listedOrder);
  const [chosen, setChosen] = useState(none);
  const [view, setView] = useState(keptView);
  const onView = (next: View) => {
    setView(next);
    keepView(next);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: another place, another choice
  useEffect(() => setChosen(none), [bucket, folder, find, hasVersions]);
  const ordered = useMemo(() => new OrderedRows(listing.rows, order), [listing.rows, order]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows grow in place; the revision tells
  const rows = useMemo(() => ordered.take(), [ordered, listing.revision]);
  const chosenRows = useMemo(
    () => (chosen.size === 0 ? noRows : rows.filter(({ id }) => chosen.has(id))),
    [rows, chosen],
  );
  const reload = useCallback(() => {
    setChosen(none);
    listing.reload();
  }, [listing]);
  const refresh = useCallback(() => {
    listing.reload();
  }, [listing]);
  const place = { bucket, folder, find, hasVersions, refresh, view, onView };
  return { ...place, listing, order, setOrder, rows, chosen, setChosen, chosenRows, reload };
}

type Folder = ReturnType<typeof useFolder>;

/** What folders hold, once somebody asked. */
function useSizes({ bucket, chosenRows }: Folder) {
  const [sizes, setSizes] = useState<ReadonlyMap<string, number>>(new Map());
  const measureChosen = () => {
    for (const { kind, key } of chosenRows) {
      if (kind !== "folder") continue;
      const tell = ({ bytes }: { bytes: number }) =>
        setSizes((known) => new Map(known).set(key, bytes));
      measure(walkObjects({ bucket, prefix: key }), tell).catch(toastError);
    }
  };
  return { sizes, measureChosen };
}

export default function ObjectsScreen() {
  const shown = useFolder();
  const { bucket, folder, listing, chosenRows, setChosen, reload, refresh } = shown;
  const { data: facts } = useQuery(bucketFactsQuery(bucket));
  const { sizes, measureChosen } = useSizes(shown);
  const [dialog, setDialog] = useState<OpenDialog>();
  const [files, setFiles] = useState<readonly ChosenFile[]>();
  const [isNaming, setNaming] = useState(false);
  useLeftovers();
  useEffect(() => whenStored((changed) => changed === bucket && refresh()), [bucket, refresh]);
  const addFiles = useCallback(
    (more: readonly ChosenFile[]) => setFiles((known = []) => [...known, ...more]),
    [],
  );
  const upload = useCallback(() => setFiles([]), []);
  const chosen: Chosen = {
    ...{ bucket, folder, rows: chosenRows },
    onOpenDialog: setDialog,
    onMeasure: measureChosen,
    onChanged: reload,
  };
  const actions = useMemo(
    () => [
      { label: text("upload"), run: upload },
      { label: text("newFolder"), run: () => setNaming(true) },
      { label: text("refresh"), run: refresh },
    ],
    [upload, refresh],
  );
  useActions(actions);
  const place = { bucket, folder, facts };
  return (
    <div className="browser">
      <header className="page-head">
        <h1>
          <SafeText>{folder === "" ? bucket : folder.split("/").at(-2) || "/"}</SafeText>
        </h1>
      </header>
      <BucketTabs />
      <Toolbar
        {...shown}
        facts={facts}
        onUpload={upload}
        onFolder={() => setNaming(true)}
        onReload={refresh}
      />
      {chosenRows.length > 0 && <ChosenBar chosen={chosen} onClear={() => setChosen(none)} />}
      {listing.error !== undefined && (
        <Failure bucket={bucket} error={listing.error} onRetry={() => listing.reload()} />
      )}
      <DropTarget onFiles={addFiles}>
        <Content {...{ shown, sizes, chosen }} onUpload={upload} />
      </DropTarget>
      {dialog !== undefined && (
        <BulkDialogs
          dialog={dialog}
          selection={{ bucket, folder, rows: chosenRows }}
          onDone={reload}
          onClose={() => setDialog(undefined)}
        />
      )}
      {files !== undefined && (
        <UploadDialog
          {...place}
          hasLock={facts?.hasLock === true}
          files={files}
          onFiles={setFiles}
          onClose={() => setFiles(undefined)}
        />
      )}
      {isNaming && <FolderDialog {...place} onDone={reload} onClose={() => setNaming(false)} />}
    </div>
  );
}

interface ContentProps {
  readonly shown: Folder;
  readonly sizes: ReadonlyMap<string, number>;
  readonly chosen: Chosen;
  onUpload(): void;
}

/** The list or the grid with its menu, or what stands in for it. */
function Content({ shown, sizes, chosen, onUpload }: ContentProps) {
  const { bucket, folder, find, hasVersions, listing, rows, view, setChosen } = shown;
  const [menuAt, setMenuAt] = useState<Point>();
  const holder = useRef<HTMLDivElement>(null);
  const go = useGo();
  const openHistory = ({ key }: Row) => go(`/buckets/${bucket}/object`, { key, tab: "versions" });
  const open = ({ kind, key, versionId }: Row) => {
    const versions = hasVersions ? "1" : undefined;
    if (kind === "folder") go(`/buckets/${bucket}`, { prefix: key, versions });
    else if (kind !== "marker") go(`/buckets/${bucket}/object`, { key, version: versionId });
  };
  if (rows.length === 0 && listing.error !== undefined) return null;
  if (rows.length === 0 && listing.isLoading) return <Loading />;
  if (rows.length === 0 && listing.isComplete) {
    return <EmptyFolder isFound={find !== ""} isFolder={folder !== ""} onUpload={onUpload} />;
  }
  const common = {
    ...{ bucket, rows, listing, sizes, chosen: shown.chosen },
    onChoose: setChosen,
    onOpen: open,
    onDelete: () => chosen.rows.length > 0 && chosen.onOpenDialog("delete"),
    onMenu: ({ id }: Row, at: Point) => {
      if (!shown.chosen.has(id)) setChosen(new Set([id]));
      setMenuAt(at);
    },
  };
  const close = () => {
    setMenuAt(undefined);
    holder.current?.querySelector<HTMLElement>('[role="grid"]')?.focus();
  };
  return (
    <div className="rows-holder" ref={holder}>
      {view === "grid" ? (
        <Tiles {...common} />
      ) : (
        <Rows {...common} order={shown.order} onOrder={shown.setOrder} />
      )}
      {menuAt && chosen.rows.length > 0 && (
        <PointMenu
          at={menuAt}
          label={text("actionsMany", { count: chosen.rows.length })}
          entries={rowEntries(chosen, { open, openHistory })}
          onClose={close}
        />
      )}
    </div>
  );
}

interface FailureProps {
  readonly bucket: string;
  readonly error: unknown;
  onRetry(): void;
}

/** Why there is no list. */
function Failure({ bucket, error, onRetry }: FailureProps) {
  if (describeError(error).code !== "NoSuchBucket") {
    return <ErrorPanel error={error} onRetry={onRetry} />;
  }
  return <NoBucket bucket={bucket} />;
}

/** Offers to go on with what a reload cut off, once. */
function useLeftovers(): void {
  const { identity } = useSession();
  const isAsked = useRef(false);
  useEffect(() => {
    if (isAsked.current) return;
    isAsked.current = true;
    offerResumes(identity.arn);
  }, [identity.arn]);
}
