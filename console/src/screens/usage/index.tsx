// The bucket's tab of its usage: what it holds by class, and how it was used.

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { BucketPage } from "../../components/bucket-page.tsx";
import { DataTable } from "../../components/data-table.tsx";
import { formatBytes, formatNumber } from "../../components/format.ts";
import { useParameter } from "../../components/go.tsx";
import { NeedsKey } from "../../components/needs-key.tsx";
import { Card, Loading } from "../../components/parts.tsx";
import { ShowCommand } from "../../components/show-command.tsx";
import { usage as text } from "../../messages/en/usage.ts";
import { type DayUsage, requestsQuery, usageQuery } from "../../queries/usage.ts";
import { Figures } from "./figures.tsx";
import { RequestCharts } from "./request-charts.tsx";
import { StoredCharts } from "./stored-charts.tsx";
import "./usage.css";

const spans = [7, 30, 90] as const;

export default function UsageScreen() {
  const bucket = useParameter("bucket");
  const [days, setDays] = useState<number>(30);
  const stored = useQuery(usageQuery(days, bucket));
  const requests = useQuery(requestsQuery(Math.min(days, 30), bucket));
  const latest = stored.data?.days.at(-1);
  const actions = (
    <div className="row">
      <ShowCommand words={["usage", bucket]} />
      <select
        className="input narrow"
        aria-label={text("span")}
        value={days}
        onChange={(event) => setDays(Number(event.target.value))}
      >
        {spans.map((span) => (
          <option key={span} value={span}>
            {text("days", { count: span })}
          </option>
        ))}
      </select>
    </div>
  );
  const { error } = stored;
  return (
    <BucketPage actions={actions}>
      {error && <NeedsKey error={error} words={text("who")} onRetry={() => stored.refetch()} />}
      {stored.isPending && <Loading />}
      {latest && <Latest day={latest} />}
      <div className="usage-charts">
        {stored.data && <StoredCharts days={stored.data.days} />}
        {requests.data && <RequestCharts points={requests.data.points} />}
      </div>
    </BucketPage>
  );
}

function Latest({ day }: { readonly day: DayUsage }) {
  return (
    <Card title={text("measured", { when: day.day })}>
      <Figures usage={day} />
      <DataTable
        label={text("stored")}
        rows={day.classes}
        rowKey={({ storageClass }) => storageClass}
        columns={[
          {
            id: "class",
            head: text("class"),
            value: ({ storageClass }) => storageClass,
            cell: ({ storageClass }) => storageClass,
          },
          {
            id: "objects",
            head: text("objects"),
            align: "end",
            value: ({ objects }) => objects,
            cell: ({ objects }) => formatNumber(objects),
          },
          {
            id: "current",
            head: text("current"),
            align: "end",
            value: ({ currentBytes }) => currentBytes,
            cell: ({ currentBytes }) => formatBytes(currentBytes),
          },
          {
            id: "noncurrent",
            head: text("noncurrent"),
            align: "end",
            value: ({ noncurrentBytes }) => noncurrentBytes,
            cell: ({ noncurrentBytes }) => formatBytes(noncurrentBytes),
          },
          {
            id: "uploads",
            head: text("inUploads"),
            align: "end",
            isMinor: true,
            value: ({ uploadBytes }) => uploadBytes,
            cell: ({ uploadBytes }) => formatBytes(uploadBytes),
          },
        ]}
      />
    </Card>
  );
}
