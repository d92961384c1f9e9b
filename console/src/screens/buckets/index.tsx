// The list of buckets: filter, badges, sizes, making, emptying, deleting.

import { useQuery } from "@tanstack/react-query";
import { Database, Plus, RefreshCw } from "lucide-react";
import { useMemo, useState } from "react";
import type { BucketUsage } from "../../../../src/admin/answers.ts";
import { Button, IconButton } from "../../components/button.tsx";
import { type Column, DataTable, times } from "../../components/data-table.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { formatBytes, formatDateTime, formatNumber } from "../../components/format.ts";
import { Go, useGo, useSearch } from "../../components/go.tsx";
import { Empty, Loading, Page } from "../../components/parts.tsx";
import { isDenied } from "../../errors.ts";
import { useActions } from "../../frame/actions.ts";
import { buckets as text } from "../../messages/en/buckets.ts";
import { type BucketEntry, bucketsQuery } from "../../queries/buckets.ts";
import { latestUsageQuery } from "../../queries/usage.ts";
import { BucketBadges } from "./badges.tsx";
import { BucketMenu } from "./bucket-menu.tsx";
import "./buckets.css";
import { CreateDialog } from "./create-dialog.tsx";
import { type Found, type Match, useFound } from "./filter.ts";
import { OpenByName } from "./open-by-name.tsx";

type Usages = ReadonlyMap<string, BucketUsage>;

/** Sizes are shown to whom they are told; a bucket not measured yet shows none, and sorts last. */
const sizeColumns = (usages: Usages): readonly Column<BucketEntry>[] => {
  const sized = (
    id: "objects" | "bytes",
    format: (value: number) => string,
  ): Column<BucketEntry> => ({
    id,
    head: text(id),
    align: "end",
    isMinor: true,
    value: ({ name }) => usages.get(name)?.[id] ?? -1,
    cell: ({ name }) => {
      const usage = usages.get(name);
      return (
        usage && (
          <span title={text("measured", { when: formatDateTime(new Date(usage.measuredAt)) })}>
            {format(usage[id])}
          </span>
        )
      );
    },
  });
  return [sized("objects", formatNumber), sized("bytes", formatBytes)];
};

const columnsOf = (usages: Usages, { matches }: Found): readonly Column<BucketEntry>[] => [
  {
    id: "name",
    head: text("name"),
    value: (bucket) => bucket.name,
    cell: (bucket) => (
      <Go to={`/buckets/${bucket.name}`} className="bucket-name">
        {bucket.name}
      </Go>
    ),
  },
  {
    id: "settings",
    head: text("settings"),
    cell: ({ name }) => <BucketBadges bucket={name} found={matches.get(name)?.words} />,
  },
  ...(usages.size > 0 ? sizeColumns(usages) : []),
  times("created", text("created"), ({ createdAt }) => createdAt, true),
  { id: "menu", head: "", cell: (bucket) => <BucketMenu bucket={bucket.name} />, align: "end" },
];

const noBuckets: readonly BucketEntry[] = [];

/** What the filter found them by, and what it still waits for. */
function Why({ found: { matches, unread } }: { readonly found: Found }) {
  const counts = Object.entries(Object.groupBy([...matches.values()], ({ by }) => by));
  return [
    ...counts.map(([by, { length: count }]) => text(`by_${by as Match["by"]}`, { count })),
    ...(unread > 0 ? [text("unread", { count: unread })] : []),
  ].map((words) => ` · ${words}`);
}

export default function BucketsScreen() {
  const { data, error, refetch, isFetching } = useQuery(bucketsQuery());
  const usages = useQuery(latestUsageQuery()).data;
  const [filter, setFilter] = useState("");
  const all = data ?? noBuckets;
  const found = useFound(all, filter);
  const columns = useMemo(() => columnsOf(usages ?? new Map(), found), [usages, found]);
  const search = useSearch();
  const [isCreating, setCreating] = useState(search["create"] !== undefined);
  const go = useGo();
  const close = () => {
    setCreating(false);
    // A reload of the address that opened it must not open it again.
    if (search["create"] !== undefined) go("/buckets", {}, true);
  };
  const actions = useMemo(() => [{ label: text("create"), run: () => setCreating(true) }], []);
  useActions(actions);
  const shown = useMemo(() => all.filter(({ name }) => found.matches.has(name)), [all, found]);
  const create = (
    <Button kind="primary" icon={<Plus />} onClick={() => setCreating(true)}>
      {text("create")}
    </Button>
  );
  const isEmpty = data?.length === 0;
  return (
    <Page title={text("title")} actions={!isEmpty && create}>
      {error && <ErrorPanel error={error} onRetry={() => refetch()} />}
      {isDenied(error) && <OpenByName />}
      {data === undefined && !error && <Loading />}
      {isEmpty && (
        <Empty icon={<Database />} title={text("none")} action={create}>
          {text("noneText")}
        </Empty>
      )}
      {data && !isEmpty && (
        <>
          <div className="row list-tools">
            <input
              type="search"
              className="input list-filter"
              aria-label={text("filter")}
              placeholder={text("filterHint")}
              value={filter}
              onChange={(event) => setFilter(event.target.value)}
            />
            <span className="muted" role="status">
              {text("shown", { count: shown.length, total: all.length })}
              {filter !== "" && <Why found={found} />}
            </span>
            <IconButton
              name={text("refresh")}
              icon={<RefreshCw />}
              isBusy={isFetching}
              onClick={() => refetch()}
            />
          </div>
          <DataTable
            label={text("title")}
            rows={shown}
            columns={columns}
            rowKey={(bucket) => bucket.name}
            sortedBy={{ id: "name", desc: false }}
          />
          {shown.length === 0 && found.unread === 0 && <Empty title={text("noMatch")} />}
        </>
      )}
      {isCreating && <CreateDialog onClose={close} />}
    </Page>
  );
}
