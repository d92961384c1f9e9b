// Who may read, write, delete and list: a bucket's every key, or one key. Each answer tells why, and
// leads to the whole explanation.

import { useInfiniteQuery } from "@tanstack/react-query";
import { Check, X } from "lucide-react";
import type {
  AccessVerdict,
  BucketAccess,
  PrincipalAccess,
} from "../../../../src/admin/access-answers.ts";
import { admin } from "../../clients/admin.ts";
import { Button, Hint } from "../../components/button.tsx";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { Go } from "../../components/go.tsx";
import { NeedsKey } from "../../components/needs-key.tsx";
import { Loading } from "../../components/parts.tsx";
import { SafeText, safeText } from "../../components/safe-text.tsx";
import { explain as text } from "../../messages/en/explain.ts";
import { withQuery } from "../../queries/admin.ts";

const actions = {
  read: "s3:GetObject",
  write: "s3:PutObject",
  delete: "s3:DeleteObject",
  list: "s3:ListBucket",
} as const;

type Question = keyof typeof actions;

const pageSize = 50;

interface AccessTableProps {
  readonly bucket: string;
  readonly objectKey?: string;
}

export function AccessTable({ bucket, objectKey = "" }: AccessTableProps) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    {
      queryKey: ["access", bucket, objectKey],
      initialPageParam: "",
      queryFn: ({ pageParam }) => {
        const wish = { key: objectKey, after: pageParam, limit: pageSize };
        return admin<BucketAccess>("GET", withQuery(`/buckets/${bucket}/access`, wish));
      },
      getNextPageParam: ({ next }) => next,
    },
  );
  const rows = data?.pages.flatMap(({ principals }) => principals);
  return (
    <>
      {error && <NeedsKey error={error} words={text("accessWho")} onRetry={() => refetch()} />}
      {!data && !error && <Loading />}
      {rows && (
        <DataTable
          label={text("accessTitle")}
          rows={rows}
          columns={columnsFor(bucket, objectKey)}
          rowKey={({ arn }) => arn}
        />
      )}
      {hasNextPage && (
        <Button isBusy={isFetchingNextPage} onClick={() => fetchNextPage()}>
          {text("moreRows")}
        </Button>
      )}
    </>
  );
}

function nameOf({ arn, type }: PrincipalAccess): string {
  if (type === "Anonymous" || arn === "*") return text("anybody");
  if (arn.endsWith(":root")) return text("root");
  return arn.replace(/^arn:aws:(iam|sts)::\d*:/, "");
}

function columnsFor(bucket: string, objectKey: string): readonly Column<PrincipalAccess>[] {
  const key = objectKey === "" ? "*" : objectKey;
  const column = (question: Question): Column<PrincipalAccess> => ({
    id: question,
    head: text(question),
    cell: (row) => {
      const resource = `arn:aws:s3:::${bucket}${question === "list" ? "" : `/${key}`}`;
      const principal = row.type === "Anonymous" ? "*" : row.arn;
      const search = { principal, action: actions[question], resource };
      return (
        <Answer
          verdict={row[question]}
          label={`${text(question)}: ${nameOf(row)}`}
          search={search}
        />
      );
    },
  });
  return [
    {
      id: "who",
      head: text("who"),
      value: nameOf,
      cell: (row) => <SafeText>{nameOf(row)}</SafeText>,
    },
    column("read"),
    column("write"),
    column("delete"),
    column("list"),
  ];
}

interface AnswerProps {
  readonly verdict: AccessVerdict;
  readonly label: string;
  readonly search: Readonly<Record<string, string>>;
}

function Answer({ verdict, label, search }: AnswerProps) {
  const { allowed, words } = verdict;
  return (
    <Hint text={safeText(words)}>
      <span>
        <Go
          to="/explain"
          search={search}
          className={allowed ? "access-answer yes" : "access-answer"}
          aria-label={`${safeText(label)}: ${text(allowed ? "yes" : "no")}`}
        >
          {allowed ? <Check aria-hidden="true" /> : <X aria-hidden="true" />}
        </Go>
      </span>
    </Hint>
  );
}
