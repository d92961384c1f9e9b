// The audit: requests by id, place, principal, time and outcome, a page at a time, the newest first.

import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { AuditPage, AuditRecord } from "../../../../src/admin/answers.ts";
import { admin } from "../../clients/admin.ts";
import { Button } from "../../components/button.tsx";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { NeedsKey } from "../../components/needs-key.tsx";
import { Badge, Card, Loading, Page } from "../../components/parts.tsx";
import { SafeText, safeText } from "../../components/safe-text.tsx";
import { ShowCommand } from "../../components/show-command.tsx";
import { audit as text } from "../../messages/en/audit.ts";
import { withQuery } from "../../queries/admin.ts";
import { RecordDialog } from "./record-dialog.tsx";
import { SearchForm, useWish } from "./search-form.tsx";
import { nameOf, placeOf, shortOf, whoOf } from "./types.ts";
import "./audit.css";

const pageSize = 50;

/** What the command calls each part of the wish. */
const options: Readonly<Record<string, string>> = {
  requestId: "--request-id",
  bucket: "--bucket",
  keyPrefix: "--prefix",
  principal: "--principal",
  operation: "--operation",
  status: "--status",
  from: "--since",
  to: "--until",
};

export default function AuditScreen() {
  const wish = useWish();
  const [shown, setShown] = useState<AuditRecord>();
  const columns = useMemo(() => columnsFor(setShown), []);
  const found = useInfiniteQuery({
    queryKey: ["audit", wish],
    initialPageParam: "",
    queryFn: ({ pageParam }) =>
      admin<AuditPage>("GET", withQuery("/audit", { ...wish, after: pageParam, limit: pageSize })),
    getNextPageParam: ({ next }) => next,
  });
  const { data, error } = found;
  const records = data?.pages.flatMap((page) => page.records) ?? [];
  const level = data?.pages[0]?.level;
  const words = Object.entries(wish).flatMap(([name, value]) =>
    value ? [options[name] ?? "", value] : [],
  );
  return (
    <Page
      title={text("title")}
      lead={text("lead")}
      actions={<ShowCommand words={["audit", ...words]} />}
      isWide
    >
      <Card>
        <SearchForm />
        {level && (
          <p className="muted">{level === "off" ? text("off") : text("level", { level })}</p>
        )}
      </Card>
      <div aria-live="polite" className="audit-found">
        {error && <NeedsKey error={error} words={text("who")} onRetry={() => found.refetch()} />}
        {found.isPending && <Loading />}
        {data && records.length === 0 && <p className="muted">{text("nothing")}</p>}
        {records.length > 0 && (
          <DataTable
            label={text("title")}
            rows={records}
            columns={columns}
            rowKey={({ requestId, time, operation, key = "" }) =>
              `${requestId} ${time} ${operation} ${key}`
            }
          />
        )}
        {found.hasNextPage && (
          <Button isBusy={found.isFetchingNextPage} onClick={() => found.fetchNextPage()}>
            {text("more")}
          </Button>
        )}
      </div>
      {shown && <RecordDialog record={shown} onClose={() => setShown(undefined)} />}
    </Page>
  );
}

function columnsFor(onShow: (record: AuditRecord) => void): readonly Column<AuditRecord>[] {
  return [
    {
      id: "time",
      head: text("time"),
      cell: ({ time }) => (
        <span className="audit-time">
          <span>{time.slice(0, 10)}</span> <span>{time.slice(11, 19)}</span>
        </span>
      ),
    },
    {
      id: "operation",
      head: text("what"),
      cell: (record) => (
        <Button
          kind="quiet"
          className="audit-operation"
          onClick={() => onShow(record)}
          aria-label={safeText(`${nameOf(record)} ${record.requestId}`)}
        >
          <SafeText>{nameOf(record)}</SafeText>
        </Button>
      ),
    },
    {
      id: "place",
      head: text("whatOn"),
      cell: (record) => <SafeText>{placeOf(record)}</SafeText>,
    },
    {
      id: "who",
      head: text("principal"),
      cell: (record) => <SafeText>{shortOf(whoOf(record)) || text("anonymous")}</SafeText>,
      isMinor: true,
    },
    {
      id: "result",
      head: text("result"),
      cell: ({ status = 0, errorCode = "" }) => (
        <Badge tone={status >= 500 ? "danger" : status >= 400 ? "warning" : "good"}>
          <SafeText>{errorCode === "" ? `${status}` : `${status} ${errorCode}`}</SafeText>
        </Badge>
      ),
    },
    {
      id: "took",
      head: text("took"),
      align: "end",
      cell: ({ totalMs }) => totalMs !== undefined && text("milliseconds", { ms: totalMs }),
      isMinor: true,
    },
  ];
}
