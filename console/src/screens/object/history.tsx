// Who changed an object: the audit's records of its key, newest first, beside the versions. Where the
// audit may not be read, or records nothing, it says so.

import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { AuditPage, AuditRecord } from "../../../../src/admin/answers.ts";
import { admin } from "../../clients/admin.ts";
import { Button } from "../../components/button.tsx";
import { type Column, DataTable, times } from "../../components/data-table.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { GiveKey, useMissesKey } from "../../components/needs-key.tsx";
import { Badge, Loading } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { describeError } from "../../errors.ts";
import { object as text } from "../../messages/en/object.ts";
import { withQuery } from "../../queries/admin.ts";
import { shortOf, whoOf } from "../audit/types.ts";
import type { ObjectPlace } from "./place.ts";

const pageSize = 100;

/** What only looks; all else changes something, or would have. */
const isChange = ({ operation }: AuditRecord): boolean =>
  !/^(Get|Head|List|Select|-)/.test(operation);

/** What makes a version or a delete marker. */
const makers: ReadonlySet<string> = new Set([
  "PutObject",
  "PostObject",
  "CopyObject",
  "RenameObject",
  "CompleteMultipartUpload",
  "DeleteObject",
  "DeleteObjects",
]);

const isGood = ({ status = 0 }: AuditRecord): boolean => status > 0 && status < 300;

/** The recorded changes of an object, and who made each of its versions. */
export function useHistory({ bucket, key }: ObjectPlace) {
  const query = useInfiniteQuery({
    queryKey: ["object-audit", bucket, key],
    initialPageParam: "",
    staleTime: 0,
    retry: false,
    queryFn: ({ pageParam }) =>
      admin<AuditPage>(
        "GET",
        withQuery("/audit", { bucket, key, after: pageParam, limit: pageSize }),
      ),
    getNextPageParam: ({ next }) => next,
  });
  const { data } = query;
  const changes = useMemo(
    () => data?.pages.flatMap(({ records }) => records).filter(isChange) ?? [],
    [data],
  );
  const madeBy = useMemo(() => {
    const known = new Map<string, AuditRecord>();
    for (const record of changes) {
      const version = record.versionId ?? "null";
      if (isGood(record) && makers.has(record.operation) && !known.has(version)) {
        known.set(version, record);
      }
    }
    return known;
  }, [changes]);
  return { query, changes, madeBy };
}

type HistoryProps = Pick<ReturnType<typeof useHistory>, "query" | "changes">;

/** Every recorded change: when, what, who, and what became of it. */
export function History({ query, changes }: HistoryProps) {
  const { data, error } = query;
  const level = data?.pages[0]?.level;
  return (
    <section className="object-history" aria-labelledby="object-history">
      <h2 id="object-history">{text("history")}</h2>
      {error && <Refused error={error} onRetry={() => query.refetch()} />}
      {query.isPending && <Loading />}
      {level === "off" && <p className="muted">{text("auditOff")}</p>}
      {data && level !== "off" && changes.length === 0 && (
        <p className="muted">{text("noChanges")}</p>
      )}
      {changes.length > 0 && (
        <DataTable
          label={text("history")}
          rows={changes}
          columns={columns}
          rowKey={({ requestId, operation, versionId = "" }) =>
            `${requestId} ${operation} ${versionId}`
          }
        />
      )}
      {query.hasNextPage && (
        <Button isBusy={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
          {text("showOlder")}
        </Button>
      )}
    </section>
  );
}

/** The audit is one identity's alone: the words say whose, and offer the key that is missing. */
function Refused({ error, onRetry }: { readonly error: unknown; onRetry(): unknown }) {
  const mayHelp = useMissesKey();
  if (describeError(error).status !== 403) {
    return <ErrorPanel error={error} onRetry={() => onRetry()} />;
  }
  return (
    <div className="stack">
      <p className="muted">{text(mayHelp ? "auditNeedsKey" : "auditDenied")}</p>
      {mayHelp && (
        <div>
          <GiveKey onGiven={onRetry} />
        </div>
      )}
    </div>
  );
}

/** The maker of a version, short. */
export function Who({ record }: { readonly record: AuditRecord }) {
  return <SafeText>{shortOf(whoOf(record)) || text("anonymous")}</SafeText>;
}

const columns: readonly Column<AuditRecord>[] = [
  times("time", text("when"), ({ time }) => new Date(time)),
  { id: "what", head: text("what"), cell: ({ operation }) => <SafeText>{operation}</SafeText> },
  { id: "who", head: text("who"), cell: (record) => <Who record={record} /> },
  {
    id: "version",
    head: text("versionId"),
    isMinor: true,
    cell: ({ versionId }) => versionId && <code>{versionId}</code>,
  },
  {
    id: "result",
    head: text("result"),
    cell: (record) => (
      <Badge tone={isGood(record) ? "good" : "warning"}>
        <SafeText>{`${record.status ?? ""} ${record.errorCode ?? ""}`.trim()}</SafeText>
      </Badge>
    ),
  },
];
