// The list of buckets.

import { useQuery } from "@tanstack/react-query";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { formatDateTime } from "../../components/format.ts";
import { Go } from "../../components/go.tsx";
import { Loading, Page } from "../../components/parts.tsx";
import { buckets as text } from "../../messages/en/buckets.ts";
import { type BucketEntry, bucketsQuery } from "../../queries/buckets.ts";

const columns: readonly Column<BucketEntry>[] = [
  {
    id: "name",
    head: text("name"),
    value: (bucket) => bucket.name,
    cell: (bucket) => <Go to={`/buckets/${bucket.name}`}>{bucket.name}</Go>,
  },
  {
    id: "created",
    head: text("created"),
    value: (bucket) => bucket.createdAt?.getTime() ?? 0,
    cell: (bucket) => formatDateTime(bucket.createdAt),
    isMinor: true,
  },
];

export default function BucketsScreen() {
  const { data, error, refetch } = useQuery(bucketsQuery());
  return (
    <Page title={text("title")}>
      {error && <ErrorPanel error={error} onRetry={() => refetch()} />}
      {data === undefined && !error && <Loading />}
      {data && (
        <DataTable
          label={text("title")}
          rows={data}
          columns={columns}
          rowKey={(bucket) => bucket.name}
          sortedBy={{ id: "name", desc: false }}
        />
      )}
    </Page>
  );
}
