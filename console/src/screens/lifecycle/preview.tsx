// The dry run beneath the lifecycle setting: by the rules as they are being written, what would happen
// on which day, with counts, bytes, samples and what it saves.

import type { BucketLifecycleConfiguration } from "@aws-sdk/client-s3";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useDeferredValue, useEffect, useState } from "react";
import type { LifecyclePreview as Preview, PreviewDay } from "../../../../src/admin/answers.ts";
import { admin } from "../../clients/admin.ts";
import { Button } from "../../components/button.tsx";
import { DataTable, figures } from "../../components/data-table.tsx";
import { NarrowSelect } from "../../components/field.tsx";
import { formatBytes, formatDateTime, formatMoney, formatNumber } from "../../components/format.ts";
import { Loading } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { describeError } from "../../errors.ts";
import { lifecycle as text } from "../../messages/en/lifecycle.ts";
import { Months } from "./months.tsx";
import { sayAction } from "./types.ts";

const spans = [30, 90, 365, 1825, 3650].map((days) => ({
  value: days,
  label: text("spanDays", { count: days }),
}));
/** Someone who types is not asked after at each key. */
const pauseMs = 600;

interface PreviewProps {
  readonly bucket: string;
  readonly value: BucketLifecycleConfiguration;
}

/** A value once it has rested. */
function useRested(value: string): string {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), pauseMs);
    return () => clearTimeout(timer);
  }, [value]);
  return rested;
}

export function LifecyclePreview({ bucket, value }: PreviewProps) {
  const [days, setDays] = useState<number>(365);
  const rules = useRested(useDeferredValue(JSON.stringify(value)));
  const found = useInfiniteQuery({
    queryKey: ["lifecycle-preview", bucket, rules, days],
    initialPageParam: "",
    retry: false,
    queryFn: ({ pageParam }) =>
      admin<Preview>("POST", `/buckets/${bucket}/lifecycle/preview`, {
        rules: JSON.parse(rules) as unknown,
        days,
        ...(pageParam !== "" && { after: pageParam }),
      }),
    getNextPageParam: ({ next }) => next,
  });
  const { data, error } = found;
  return (
    <section className="lifecycle-preview" aria-label={text("preview")}>
      <div className="row spread">
        <h3>{text("preview")}</h3>
        <NarrowSelect label={text("span")} value={days} options={spans} onChange={setDays} />
      </div>
      <p className="muted">{text("previewLead")}</p>
      {/* A rule that is half written is no alarm. */}
      {error && (
        <p className="muted">
          <SafeText>{describeError(error).message}</SafeText>
        </p>
      )}
      {found.isPending && <Loading />}
      {data && <Outcome pages={data.pages} />}
      {found.hasNextPage && (
        <Button isBusy={found.isFetchingNextPage} onClick={() => found.fetchNextPage()}>
          {text("goOn")}
        </Button>
      )}
    </section>
  );
}

/** Pages added up: a day's row of one page and of the next are one. */
function addUp(pages: readonly Preview[]): readonly PreviewDay[] {
  const rows = new Map<string, PreviewDay>();
  for (const row of pages.flatMap(({ days }) => days)) {
    const name = keyOf(row);
    const before = rows.get(name);
    const { count = 0, bytes = 0 } = before ?? {};
    rows.set(name, { ...row, count: row.count + count, bytes: row.bytes + bytes });
  }
  return [...rows.values()].sort((one, other) => one.day.localeCompare(other.day));
}

const keyOf = ({ day, action, rule, from, to }: PreviewDay): string =>
  JSON.stringify([day, action, rule, from, to]);

function Outcome({ pages }: { readonly pages: readonly Preview[] }) {
  const days = addUp(pages);
  const sum = (pick: (page: Preview) => number) => pages.reduce((all, page) => all + pick(page), 0);
  const keys = sum((page) => page.keys);
  const isCut = pages.at(-1)?.next !== undefined;
  const samples = pages.flatMap((page) => page.samples).slice(0, 20);
  return (
    <div aria-live="polite">
      <p>{text("looked", { keys, versions: sum((page) => page.versions) })}</p>
      {isCut && <p>{text("incomplete", { count: keys })}</p>}
      {days.length === 0 ? <p>{text("nothing")}</p> : <Calendar days={days} />}
      {days.length > 0 && !isCut && pages[0] && <Savings pages={pages} />}
      {samples.length > 0 && (
        <details>
          <summary>{text("samples")}</summary>
          <ul className="setting-list">
            {samples.map(({ at, action, key, versionId = "" }) => (
              <li key={`${at} ${action} ${key} ${versionId}`}>
                {formatDateTime(new Date(at))} <SafeText>{key}</SafeText>{" "}
                <span className="muted">{sayAction(action, undefined)}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function Calendar({ days }: { readonly days: readonly PreviewDay[] }) {
  return (
    <>
      <Months days={days} />
      <Days days={days} />
    </>
  );
}

function Days({ days }: { readonly days: readonly PreviewDay[] }) {
  return (
    <DataTable
      label={text("preview")}
      rows={days}
      rowKey={keyOf}
      columns={[
        {
          id: "day",
          head: text("day"),
          value: ({ day }) => day,
          cell: ({ day }) => day.slice(0, 10),
        },
        {
          id: "rule",
          head: text("rule"),
          value: ({ rule }) => rule,
          cell: ({ rule }) => <SafeText>{rule}</SafeText>,
        },
        { id: "action", head: text("action"), cell: ({ action, to }) => sayAction(action, to) },
        {
          id: "from",
          head: text("from"),
          value: ({ from }) => from,
          cell: ({ from }) => from,
          isMinor: true,
        },
        figures<PreviewDay>("count", text("count"), ({ count }) => count, formatNumber),
        figures<PreviewDay>("bytes", text("bytes"), ({ bytes }) => bytes, formatBytes),
      ]}
    />
  );
}

const dollars = (amount: number): string => formatMoney(amount, "USD");

function Savings({ pages }: { readonly pages: readonly Preview[] }) {
  const lists = pages[0]?.savings ?? [];
  const sum = (prices: string, part: "storage" | "transitions" | "net") =>
    pages.reduce(
      (all, { savings }) => all + (savings.find((one) => one.prices === prices)?.[part] ?? 0),
      0,
    );
  return (
    <>
      <table className="table" aria-label={text("savings")}>
        <caption className="lifecycle-caption">{text("savings")}</caption>
        <thead>
          <tr>
            <th scope="col">{text("prices")}</th>
            <th scope="col" className="end">
              {text("storage")}
            </th>
            <th scope="col" className="end">
              {text("transitions")}
            </th>
            <th scope="col" className="end">
              {text("net")}
            </th>
          </tr>
        </thead>
        <tbody>
          {lists.map(({ prices }) => (
            <tr key={prices}>
              <td>{prices}</td>
              <td className="end">{dollars(sum(prices, "storage"))}</td>
              <td className="end">{dollars(-sum(prices, "transitions"))}</td>
              <td className="end">{dollars(sum(prices, "net"))}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="muted small">{text("pricesNote", { asOf: lists[0]?.asOf ?? "" })}</p>
    </>
  );
}
