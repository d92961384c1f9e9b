// What runs without a caller: the crons' duties with their last run, the jobs with what they found, and
// a way to start a check. For the operator's account.

import { useQuery } from "@tanstack/react-query";
import { Play } from "lucide-react";
import { useState } from "react";
import type { Duty, Job } from "../../../../src/admin/answers.ts";
import { admin } from "../../clients/admin.ts";
import { Button } from "../../components/button.tsx";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { formatRelative } from "../../components/format.ts";
import { NeedsKey } from "../../components/needs-key.tsx";
import { Badge, Card, Loading, Page } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { jobs as text } from "../../messages/en/jobs.ts";
import { Findings } from "./findings.tsx";
import { StartCheck } from "./start-check.tsx";

/** Something may be under way: looked at again this often. */
const refreshMs = 5_000;

const ago = (time: string | null | undefined) => (time ? formatRelative(new Date(time)) : "–");

const dutyColumns: readonly Column<Duty>[] = [
  { id: "name", head: text("duty"), value: ({ name }) => name, cell: ({ name }) => name },
  {
    id: "state",
    head: text("state"),
    value: ({ state }) => state,
    cell: ({ state }) => <Badge tone={state === "well" ? "good" : "danger"}>{text(state)}</Badge>,
  },
  {
    id: "last",
    head: text("lastRun"),
    value: ({ startedAt }) => startedAt,
    cell: ({ startedAt }) => ago(startedAt),
  },
  {
    id: "took",
    head: text("took"),
    value: ({ tookMs }) => tookMs,
    cell: ({ tookMs }) => text("milliseconds", { ms: tookMs }),
    align: "end",
    isMinor: true,
  },
  {
    id: "next",
    head: text("nextDue"),
    value: ({ nextDueAt }) => nextDueAt ?? "",
    cell: ({ nextDueAt }) => ago(nextDueAt),
  },
  {
    id: "backlog",
    head: text("backlog"),
    value: ({ backlog = -1 }) => backlog,
    cell: ({ backlog }) => backlog?.toLocaleString() ?? "",
    align: "end",
    isMinor: true,
  },
  {
    id: "error",
    head: text("error"),
    cell: ({ error = "" }) => <SafeText>{error}</SafeText>,
    isMinor: true,
  },
];

function stateOf(job: Job) {
  const state = job.stuck ? "stuck" : job.state;
  const tone = state === "done" ? "good" : state === "running" ? "accent" : "danger";
  return <Badge tone={tone}>{text(state)}</Badge>;
}

function whereOf({ bucket, store }: Job): string {
  if (bucket !== null) return bucket;
  return store === undefined ? text("everywhere") : text("store", { number: String(store) });
}

function countsOf({ counts }: Job): string {
  return Object.entries(counts)
    .filter(([name]) => name !== "findings")
    .map(([name, count]) => `${name} ${count.toLocaleString()}`)
    .join(", ");
}

function jobColumns(onShow: (job: Job) => void): readonly Column<Job>[] {
  return [
    { id: "kind", head: text("kind"), value: ({ kind }) => kind, cell: ({ kind }) => kind },
    {
      id: "where",
      head: text("where"),
      value: whereOf,
      cell: (job) => <SafeText>{whereOf(job)}</SafeText>,
    },
    { id: "state", head: text("state"), value: ({ state }) => state, cell: stateOf },
    {
      id: "started",
      head: text("started"),
      value: ({ startedAt }) => startedAt,
      cell: ({ startedAt }) => ago(startedAt),
    },
    { id: "counts", head: text("counts"), cell: countsOf, isMinor: true },
    {
      id: "error",
      head: text("error"),
      cell: ({ error = "" }) => <SafeText>{error}</SafeText>,
      isMinor: true,
    },
    {
      id: "findings",
      head: "",
      cell: (job) => {
        const count = job.counts["findings"] ?? 0;
        if (count === 0) return null;
        return (
          <Button kind="quiet" onClick={() => onShow(job)}>
            {text("findings", { count })}
          </Button>
        );
      },
    },
  ];
}

export default function JobsScreen() {
  const duties = useQuery({
    queryKey: ["duties"],
    queryFn: () => admin<{ duties: readonly Duty[] }>("GET", "/duties"),
    refetchInterval: refreshMs,
  });
  const jobs = useQuery({
    queryKey: ["jobs"],
    queryFn: () => admin<{ jobs: readonly Job[] }>("GET", "/jobs?limit=100"),
    refetchInterval: refreshMs,
  });
  const [shown, setShown] = useState<Job>();
  const [isStarting, setStarting] = useState(false);
  const error = duties.error ?? jobs.error;
  const actions = (
    <Button kind="primary" icon={<Play />} onClick={() => setStarting(true)}>
      {text("start")}
    </Button>
  );
  return (
    <Page title={text("title")} lead={text("lead")} actions={error ? undefined : actions} isWide>
      {error && (
        <NeedsKey
          error={error}
          words={text("operatorOnly")}
          onRetry={() => Promise.all([duties.refetch(), jobs.refetch()])}
        />
      )}
      {!error && (duties.isPending || jobs.isPending) && <Loading />}
      {duties.data && !error && (
        <Card title={text("duties")}>
          {duties.data.duties.length === 0 ? (
            <p className="muted">{text("noDuties")}</p>
          ) : (
            <DataTable
              label={text("duties")}
              rows={duties.data.duties}
              columns={dutyColumns}
              rowKey={({ name }) => name}
            />
          )}
        </Card>
      )}
      {jobs.data && !error && (
        <Card title={text("jobs")}>
          {jobs.data.jobs.length === 0 ? (
            <p className="muted">{text("noJobs")}</p>
          ) : (
            <DataTable
              label={text("jobs")}
              rows={jobs.data.jobs}
              columns={jobColumns(setShown)}
              rowKey={({ jobId }) => jobId}
            />
          )}
        </Card>
      )}
      <Findings job={shown} onClose={() => setShown(undefined)} />
      <StartCheck isOpen={isStarting} onClose={() => setStarting(false)} />
    </Page>
  );
}
