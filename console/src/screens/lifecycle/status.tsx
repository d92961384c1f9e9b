// How lifecycle of a bucket stands: its last run, what it did, what is due. Says nothing where there
// are no rules, or to whom it is not told.

import { useQuery } from "@tanstack/react-query";
import type { LifecycleStatus as Status } from "../../../../src/admin/answers.ts";
import { formatRelative } from "../../components/format.ts";
import { Facts } from "../../components/parts.tsx";
import { SafeText } from "../../components/safe-text.tsx";
import { lifecycle as text } from "../../messages/en/lifecycle.ts";
import { adminQuery } from "../../queries/admin.ts";

const refreshMs = 30_000;

const when = (time: string | null | undefined): string =>
  time === "now" ? text("now") : time ? formatRelative(new Date(time)) : text("never");

export function LifecycleStatus({ bucket }: { readonly bucket: string }) {
  const { data } = useQuery({
    ...adminQuery<Status>(`/buckets/${bucket}/lifecycle`),
    refetchInterval: refreshMs,
  });
  if (!data?.hasRules) return null;
  const did = Object.entries(data.lastRun ?? {})
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name} ${count.toLocaleString()}`)
    .join(", ");
  return (
    <section aria-label={text("status")} className="setting-status">
      <Facts
        items={[
          [text("lastCompleted"), when(data.lastCompletedAt)],
          [text("dueAt"), when(data.dueAt)],
          [
            text("backlog"),
            data.backlog.ranges > 0 && text("backlogVersions", { count: data.backlog.ranges }),
          ],
          [text("lastRun"), did],
          [text("lastError"), data.error && <SafeText>{data.error}</SafeText>],
        ]}
      />
    </section>
  );
}
