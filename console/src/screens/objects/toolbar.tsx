// Above the list: search, versions, how much is loaded, and the two ways to add something.

import { FolderPlus, History, LayoutGrid, List, RefreshCw, Upload } from "lucide-react";
import { useEffect, useState } from "react";
import { Button, IconButton } from "../../components/button.tsx";
import { useGo } from "../../components/go.tsx";
import { objects as text } from "../../messages/en/objects.ts";
import type { BucketFacts } from "../../queries/bucket-facts.ts";
import type { Listing } from "./listing.ts";
import type { Order } from "./order.ts";
import type { Place } from "./page.ts";
import type { View } from "./view.ts";

interface ToolbarProps extends Place {
  readonly listing: Listing;
  readonly order: Order;
  readonly facts: BucketFacts | undefined;
  readonly view: View;
  onView(view: View): void;
  onUpload(): void;
  onFolder(): void;
  onReload(): void;
}

export function Toolbar(props: ToolbarProps) {
  const { bucket, folder, find, hasVersions, listing, facts } = props;
  const go = useGo();
  const [typed, setTyped] = useState(find);
  const versions = hasVersions ? "1" : undefined;
  useEffect(() => setTyped(find), [find]);
  useEffect(() => {
    if (typed === find) return;
    const timer = setTimeout(() => {
      go(`/buckets/${bucket}`, { prefix: folder, find: typed, versions }, true);
    }, 250);
    return () => clearTimeout(timer);
  }, [typed, find, bucket, folder, versions, go]);
  const toggle = () =>
    go(`/buckets/${bucket}`, { prefix: folder, find, versions: hasVersions ? undefined : "1" });
  const never = facts?.versioning === "Never" && !hasVersions ? text("neverVersioned") : undefined;
  return (
    <div className="browser-tools">
      <input
        type="search"
        className="input find"
        aria-label={text("find")}
        placeholder={text("find")}
        spellCheck={false}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      <Button
        icon={<History />}
        aria-pressed={hasVersions}
        className={hasVersions ? "pressed" : ""}
        disabledReason={never}
        onClick={toggle}
      >
        {text("versions")}
      </Button>
      <IconButton
        name={text("refresh")}
        icon={<RefreshCw />}
        isBusy={listing.isLoading}
        onClick={props.onReload}
      />
      <ViewChoice view={props.view} onView={props.onView} />
      <LoadedNote {...props} />
      <span className="grow" />
      <Button icon={<FolderPlus />} onClick={props.onFolder}>
        {text("newFolder")}
      </Button>
      <Button kind="primary" icon={<Upload />} onClick={props.onUpload}>
        {text("upload")}
      </Button>
    </div>
  );
}

function ViewChoice({ view, onView }: Pick<ToolbarProps, "view" | "onView">) {
  const button = (id: View, icon: React.ReactNode) => (
    <IconButton
      name={text(id === "list" ? "asList" : "asGrid")}
      icon={icon}
      aria-pressed={view === id}
      className={view === id ? "pressed" : ""}
      onClick={() => onView(id)}
    />
  );
  return (
    <fieldset className="row view-choice" aria-label={text("view")}>
      {button("list", <List />)}
      {button("grid", <LayoutGrid />)}
    </fieldset>
  );
}

/** Says when order and count are those of a part only, and how to get the rest. */
function LoadedNote({ listing, order }: ToolbarProps) {
  const count = listing.rows.length;
  if (count === 0 && listing.error !== undefined) return null;
  if (listing.isComplete) return <span className="muted">{text("all", { count })}</span>;
  const isSorted = order.by !== "name" || order.isDescending;
  return (
    <span className="muted row">
      {text(isSorted ? "sortedPart" : "part", { count })}
      <Button kind="quiet" isBusy={listing.isLoading} onClick={() => listing.loadAll()}>
        {text("loadAll")}
      </Button>
    </span>
  );
}
