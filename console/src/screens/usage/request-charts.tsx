// Requests, errors and bytes by the hour, as two charts.

import { Chart } from "../../components/chart.tsx";
import { formatBytes, formatDateTime, formatNumber } from "../../components/format.ts";
import { Card } from "../../components/parts.tsx";
import { usage as text } from "../../messages/en/usage.ts";
import type { RequestPoint } from "../../queries/usage.ts";

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
          format={formatBytes}
          formatTime={formatDateTime}
        />
      </Card>
    </>
  );
}
