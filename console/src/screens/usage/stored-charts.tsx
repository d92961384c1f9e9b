// Bytes by class and counts, day by day, as two charts.

import type { DayUsage } from "../../../../src/admin/answers.ts";
import { Chart } from "../../components/chart.tsx";
import { formatBytes, formatNumber } from "../../components/format.ts";
import { Card } from "../../components/parts.tsx";
import { usage as text } from "../../messages/en/usage.ts";
import { bytesByClass, timesOf } from "../../queries/usage.ts";

const formatDay = (time: Date): string => time.toISOString().slice(0, 10);

export function StoredCharts({ days }: { readonly days: readonly DayUsage[] }) {
  if (days.length === 0) {
    return (
      <Card title={text("stored")}>
        <p className="muted">{text("noUsage")}</p>
      </Card>
    );
  }
  return (
    <>
      <Card title={text("stored")}>
        <Chart
          label={text("stored")}
          times={timesOf(days)}
          series={bytesByClass(days)}
          isStacked
          isBinary
          format={formatBytes}
          formatTime={formatDay}
        />
      </Card>
      <Card title={text("counts")}>
        <Chart
          label={text("counts")}
          times={timesOf(days)}
          series={[
            { label: text("objects"), values: days.map(({ objects }) => objects) },
            { label: text("versions"), values: days.map(({ versions }) => versions) },
          ]}
          format={formatNumber}
          formatTime={formatDay}
        />
      </Card>
    </>
  );
}
