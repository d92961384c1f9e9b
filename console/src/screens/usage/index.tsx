// The bucket's tab of its usage: what it holds by class, and how it was used.

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ClassUsage, DayUsage } from "../../../../src/admin/answers.ts";
import { BucketPage } from "../../components/bucket-page.tsx";
import { DataTable, figures } from "../../components/data-table.tsx";
import { NarrowSelect } from "../../components/field.tsx";
import { formatBytes, formatNumber } from "../../components/format.ts";
import { useParameter } from "../../components/go.tsx";
import { NeedsKey } from "../../components/needs-key.tsx";
import { Card, Loading } from "../../components/parts.tsx";
import { ShowCommand } from "../../components/show-command.tsx";
import { usage as text } from "../../messages/en/usage.ts";
import { requestsQuery, usageQuery } from "../../queries/usage.ts";
import { Figures } from "./figures.tsx";
import { MeasureNow } from "./measure.tsx";
import { RequestCharts } from "./request-charts.tsx";
import { StoredCharts } from "./stored-charts.tsx";
import "./usage.css";

const spans = [7, 30, 90].map((days) => ({ value: days, label: text("days", { count: days }) }));

export default function UsageScreen() {
  const bucket = useParameter("bucket");
  const [days, setDays] = useState<number>(30);
  const stored = useQuery(usageQuery(days, bucket));
  const requests = useQuery(requestsQuery(Math.min(days, 30), bucket));
  const latest = stored.data?.days.at(-1);
  const actions = (
    <div className="row">
      <ShowCommand words={["usage", bucket]} />
      <MeasureNow bucket={bucket} />
      <NarrowSelect label={text("span")} value={days} options={spans} onChange={setDays} />
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
          figures<ClassUsage>("objects", text("objects"), ({ objects }) => objects, formatNumber),
          figures<ClassUsage>("current", text("current"), (one) => one.currentBytes, formatBytes),
          figures<ClassUsage>(
            "noncurrent",
            text("noncurrent"),
            (one) => one.noncurrentBytes,
            formatBytes,
          ),
          {
            ...figures<ClassUsage>(
              "uploads",
              text("inUploads"),
              (one) => one.uploadBytes,
              formatBytes,
            ),
            isMinor: true,
          },
        ]}
      />
    </Card>
  );
}
