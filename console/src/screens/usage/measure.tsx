// "Measure now", for the operator: what buckets hold is measured once a day, and a new server has not
// lived one. The job goes on by itself when nobody waits.

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Gauge } from "lucide-react";
import type { Job } from "../../../../src/admin/answers.ts";
import { admin } from "../../clients/admin.ts";
import { Button } from "../../components/button.tsx";
import { ShowCommand } from "../../components/show-command.tsx";
import { toastError } from "../../components/toasts.tsx";
import { usage as text } from "../../messages/en/usage.ts";
import { statusQuery } from "../../queries/status.ts";

const mostSteps = 200;
const pauseMs = 500;

export function MeasureNow({ bucket }: { readonly bucket?: string }) {
  const queries = useQueryClient();
  const isOperator = useQuery(statusQuery()).data !== undefined;
  const measuring = useMutation({
    mutationFn: async () => {
      const wish = { kind: "usage", bucket: bucket ?? null, repair: false, read: false };
      const { jobs } = await admin<{ jobs: readonly Job[] }>("POST", "/jobs", wish);
      for (const { jobId } of jobs) await follow(jobId);
      await queries.invalidateQueries({ queryKey: ["admin"] });
    },
    onError: toastError,
  });
  if (!isOperator) return null;
  return (
    <span className="row">
      <ShowCommand
        words={["usage", ...(bucket === undefined ? [] : [bucket]), "--measure"]}
        isSmall
      />
      <Button icon={<Gauge />} isBusy={measuring.isPending} onClick={() => measuring.mutate()}>
        {text(measuring.isPending ? "measuring" : "measureNow")}
      </Button>
    </span>
  );
}

/** Works on the job until it has ended; a large server's goes on after that by itself. */
async function follow(jobId: string): Promise<void> {
  for (let step = 0; step < mostSteps; step += 1) {
    // The command beside the button does this too.
    const job = await admin<Job>("POST", `/jobs/${jobId}/advance`);
    if (job.state !== "running") return;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
