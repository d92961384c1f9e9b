// A chart over time: lines, or areas one on another. The figures stand below as a table for whoever
// cannot see it. Imported by screens only: the library is no part of the shell.

import { useEffect, useRef } from "react";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { frame as text } from "../messages/en/frame.ts";
import { TableScroll } from "./parts.tsx";
import "./chart.css";

export interface Series {
  readonly label: string;
  /** One for each time; `null` where nothing is known. */
  readonly values: readonly (number | null)[];
}

interface ChartProps {
  readonly label: string;
  /** Milliseconds since the epoch, ascending. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
  /** One on another, with the first at the bottom. */
  readonly isStacked?: boolean;
  readonly format: (value: number) => string;
  /** Bytes are marked at powers of two, whose names are round. */
  readonly isBinary?: boolean;
  /** How a time is written in the table. */
  readonly formatTime: (time: Date) => string;
}

const height = 200;

export function Chart(props: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const { label, times, series, format, formatTime } = props;
  useEffect(() => {
    const parent = place.current;
    if (parent === null) return;
    let plot = draw(parent, props);
    const redraw = () => {
      plot.destroy();
      plot = draw(parent, props);
    };
    const size = new ResizeObserver(() => plot.setSize({ width: parent.clientWidth, height }));
    size.observe(parent);
    const theme = new MutationObserver(redraw);
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    const system = matchMedia("(prefers-color-scheme: dark)");
    system.addEventListener("change", redraw);
    return () => {
      size.disconnect();
      theme.disconnect();
      system.removeEventListener("change", redraw);
      plot.destroy();
    };
  }, [props]);
  return (
    <figure className="chart" aria-label={label}>
      <div ref={place} className="chart-place" aria-hidden="true" />
      <details>
        <summary>{text("asTable")}</summary>
        <TableScroll label={label}>
          <table className="table" aria-label={label}>
            <thead>
              <tr>
                <th scope="col">{text("time")}</th>
                {series.map((one) => (
                  <th key={one.label} scope="col" className="end">
                    {one.label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {times.map((time, index) => (
                <tr key={time}>
                  <td>{formatTime(new Date(time))}</td>
                  {series.map((one) => (
                    <td key={one.label} className="end">
                      {show(one.values[index], format)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      </details>
    </figure>
  );
}

const show = (value: number | null | undefined, format: (value: number) => string): string =>
  value === null || value === undefined ? "–" : format(value);

function draw(parent: HTMLElement, props: ChartProps): UPlot {
  const { times, series, isStacked, isBinary, format } = props;
  const colour = (name: string) => resolveColour(parent, `var(${name})`);
  const line = colour("--line");
  const axis = {
    stroke: colour("--muted"),
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line, width: 1 },
  };
  const heights = isStacked ? stack(series) : series.map(({ values }) => values);
  const drawn = series.map((one, index): UPlot.Series => {
    const name = `--chart-${(index % 6) + 1}`;
    const stroke = colour(name);
    return {
      label: one.label,
      stroke,
      width: 2,
      points: { show: times.length < 3 },
      ...(isStacked && { fill: resolveColour(parent, pale(name)) }),
      value: (_plot, _value, _series, at) => show(at === null ? null : one.values[at], format),
    };
  });
  const options: UPlot.Options = {
    width: Math.max(parent.clientWidth, 200),
    height,
    cursor: { drag: { x: false, y: false } },
    scales: {
      x: { range: (_plot, first, last) => (times.length < 2 ? around(first) : [first, last]) },
      y: { range: (_plot, _low, high) => [0, Math.max(high, 1) * 1.1] },
    },
    axes: [
      axis,
      {
        ...axis,
        ...{ size: 84, values: (_plot, marks) => marks.map((mark) => format(mark)) },
        ...(isBinary && { incrs: binarySteps }),
      },
    ],
    series: [{}, ...drawn],
  };
  const seconds = times.map((time) => time / 1000);
  return new UPlot(options, [seconds, ...heights.map((values) => [...values])], parent);
}

const binarySteps = Array.from({ length: 60 }, (_, power) => 2 ** power);

const pale = (name: string): string => `color-mix(in srgb, var(${name}) 25%, transparent)`;

/** A colour as a canvas understands it: what it comes to under the scheme of the page. */
function resolveColour(parent: HTMLElement, value: string): string {
  const { color } = parent.style;
  parent.style.color = value;
  const resolved = getComputedStyle(parent).color;
  parent.style.color = color;
  return resolved;
}

/** A single moment gets an hour on either side: the library would draw it among years. */
const around = (time: number): [number, number] => [time - 3600, time + 3600];

/** Each series on top of those before it. */
function stack(series: readonly Series[]): (readonly (number | null)[])[] {
  const sums: number[] = [];
  return series.map(({ values }) =>
    values.map((value, index) => {
      const sum = (sums[index] ?? 0) + (value ?? 0);
      sums[index] = sum;
      return sum;
    }),
  );
}
