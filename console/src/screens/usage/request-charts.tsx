// Requests, errors and bytes and how long they took, by the hour.

import type { RequestPoint } from "../../../../src/admin/answers.ts";
import { Chart } from "../../components/chart.tsx";
import { formatBytes, formatDateTime, formatNumber } from "../../components/format.ts";
import { Card } from "../../components/parts.tsx";
import { usage as text } from "../../messages/en/usage.ts";

const formatMs = (ms: number): string => text("milliseconds", { ms: Math.round(ms * 10) / 10 });

/** An hour without requests has no latency, rather than none to speak of. */
const averages = (
  points: readonly RequestPoint[],
  name: "FirstByteLatency" | "TotalRequestLatency",
): (number | null)[] =>
  points.map((point) => (point.AllRequests === 0 ? null : (point[name]?.average ?? null)));

export function RequestCharts({ points }: { readonly points: readonly RequestPoint[] }) {
  const times = points.map(({ time }) => Date.parse(time));
  if (points.length === 0) {
    return (
      <Card title={text("requests")}>
        <p className="muted">{text("noRequests")}</p>
      </Card>
    );
  }
  return (
    <>
      <Card title={text("requests")}>
        <Chart
          label={text("requests")}
          times={times}
          series={[
            { label: text("allRequests"), values: points.map((point) => point.AllRequests) },
            { label: text("clientErrors"), values: points.map((point) => point["4xxErrors"]) },
            { label: text("serverErrors"), values: points.map((point) => point["5xxErrors"]) },
          ]}
          format={formatNumber}
          formatTime={formatDateTime}
        />
      </Card>
      <Card title={text("traffic")}>
        <Chart
          label={text("traffic")}
          times={times}
          series={[
            { label: text("up"), values: points.map((point) => point.BytesUploaded) },
            { label: text("down"), values: points.map((point) => point.BytesDownloaded) },
          ]}
          isBinary
          format={formatBytes}
          formatTime={formatDateTime}
        />
      </Card>
      <Card title={text("latency")}>
        <Chart
          label={text("latency")}
          times={times}
          series={[
            { label: text("firstByte"), values: averages(points, "FirstByteLatency") },
            { label: text("lastByte"), values: averages(points, "TotalRequestLatency") },
          ]}
          format={formatMs}
          formatTime={formatDateTime}
        />
      </Card>
    </>
  );
}
