// What a job found, in a dialog.

import { useQuery } from "@tanstack/react-query";
import type { Finding, Job } from "../../../../src/admin/answers.ts";
import { admin } from "../../clients/admin.ts";
import { DataTable } from "../../components/data-table.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Badge, Loading } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { jobs as text } from "../../messages/en/jobs.ts";

const aside: ReadonlySet<string> = new Set(["kind", "repaired", "foundAt"]);

function subjectOf(finding: Finding): string {
  return Object.entries(finding)
    .filter(([name]) => !aside.has(name))
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
}

interface FindingsProps {
  readonly job: Job | undefined;
  onClose(): void;
}

export function Findings({ job, onClose }: FindingsProps) {
  const { data, error } = useQuery({
    queryKey: ["findings", job?.jobId],
    queryFn: () =>
      admin<{ findings: readonly Finding[] }>("GET", `/jobs/${job?.jobId}/findings?limit=100`),
    enabled: job !== undefined,
  });
  return (
    <Dialog title={text("findingsOf")} isOpen={job !== undefined} size="large" onClose={onClose}>
      {error && <ErrorPanel error={error} />}
      {!data && !error && <Loading />}
      {data?.findings.length === 0 && <p className="muted">{text("noFindings")}</p>}
      {data && data.findings.length > 0 && (
        <DataTable
          label={text("findingsOf")}
          rows={data.findings}
          rowKey={(finding) => JSON.stringify(finding)}
          columns={[
            {
              id: "kind",
              head: text("finding"),
              value: ({ kind }) => kind,
              cell: ({ kind }) => kind,
            },
            {
              id: "subject",
              head: text("subject"),
              cell: (finding) => <SafeText>{subjectOf(finding)}</SafeText>,
            },
            {
              id: "repaired",
              head: "",
              cell: ({ repaired }) => repaired && <Badge tone="good">{text("repaired")}</Badge>,
            },
          ]}
        />
      )}
    </Dialog>
  );
}
