// The months in which lifecycle rules would do something, as a calendar: on each day how many versions
// it would reach. The table below says what happens to them.

import type { PreviewDay } from "../../../../src/admin/answers.ts";
import { formatBytes, formatNumber } from "../../components/format.ts";
import { lifecycle as text } from "../../messages/en/lifecycle.ts";
import { currentLocale } from "../../messages/message.ts";
import { sayAction } from "./types.ts";
import "./lifecycle.css";

const mostMonths = 12;
const dayMs = 86_400_000;
/** A Monday. */
const someMondayMs = Date.UTC(2024, 0, 1);

const inUtc = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat(currentLocale(), { ...options, timeZone: "UTC" });

export function Months({ days }: { readonly days: readonly PreviewDay[] }) {
  const byMonth = Map.groupBy(days, ({ day }) => day.slice(0, 7));
  const shown = [...byMonth].slice(0, mostMonths);
  return (
    <div className="lifecycle-months">
      {shown.map(([month, own]) => (
        <Month key={month} month={month} days={own} />
      ))}
      {byMonth.size > shown.length && (
        <p className="muted">{text("moreMonths", { count: byMonth.size - shown.length })}</p>
      )}
    </div>
  );
}

/** The days of `2026-12` in weeks from Monday on; `undefined` where another month has the day. */
export function weeksOf(month: string): readonly (readonly (number | undefined)[])[] {
  const firstMs = Date.parse(`${month}-01T00:00:00Z`);
  const [year = 0, number = 0] = month.split("-").map(Number);
  const count = new Date(Date.UTC(year, number, 0)).getUTCDate();
  const before = (new Date(firstMs).getUTCDay() + 6) % 7;
  const rows = Math.ceil((before + count) / 7);
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: 7 }, (_day, column) => {
      const day = row * 7 + column - before + 1;
      return day < 1 || day > count ? undefined : day;
    }),
  );
}

interface MonthProps {
  readonly month: string;
  readonly days: readonly PreviewDay[];
}

function Month({ month, days }: MonthProps) {
  const name = inUtc({ month: "long", year: "numeric" });
  const weekday = inUtc({ weekday: "short" });
  const byDay = Map.groupBy(days, ({ day }) => Number(day.slice(8, 10)));
  return (
    <table className="lifecycle-month">
      <caption>{name.format(new Date(`${month}-01T00:00:00Z`))}</caption>
      <thead>
        <tr>
          {Array.from({ length: 7 }, (_, at) => weekday.format(someMondayMs + at * dayMs)).map(
            (day) => (
              <th key={day} scope="col">
                {day}
              </th>
            ),
          )}
        </tr>
      </thead>
      <tbody>
        {weeksOf(month).map((week) => (
          <tr key={week.find((day) => day !== undefined)}>
            {week.map((day, at) => (
              // Days of other months have nothing else to be told apart by.
              <Day key={day ?? `none-${at}`} day={day} rows={byDay.get(day ?? 0) ?? []} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Day({
  day,
  rows,
}: {
  readonly day: number | undefined;
  readonly rows: readonly PreviewDay[];
}) {
  if (rows.length === 0) return <td>{day}</td>;
  const count = rows.reduce((sum, row) => sum + row.count, 0);
  const bytes = rows.reduce((sum, row) => sum + row.bytes, 0);
  const what = [...new Set(rows.map(({ action, to }) => sayAction(action, to)))].join(", ");
  return (
    <td className="marked" title={text("onDay", { what, bytes: formatBytes(bytes) })}>
      {day}
      <strong>{formatNumber(count)}</strong>
    </td>
  );
}
