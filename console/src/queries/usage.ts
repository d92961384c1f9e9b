// What is stored, by day and class, and how it was used, by the hour: as `/-/api/v1/usage` tells.

import { queryOptions } from "@tanstack/react-query";
import type {
  BucketUsage,
  ClassUsage,
  DayUsage,
  RequestPoint,
} from "../../../src/admin/answers.ts";
import { adminQuery, withQuery } from "./admin.ts";

const dayMs = 86_400_000;

const dayOf = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 10);

/** Day by day: of one bucket, or of all together (for the operator). */
export function usageQuery(days: number, bucket?: string) {
  const from = dayOf(Date.now() - days * dayMs);
  const of = bucket === undefined ? { total: "true" } : { bucket };
  return adminQuery<{ readonly days: readonly DayUsage[] }>(withQuery("/usage", { ...of, from }));
}

interface LatestPage {
  readonly buckets: readonly BucketUsage[];
  readonly next?: string;
}

/** The latest of every bucket by its name: those of the account, or all for the operator. */
export const latestUsageQuery = () =>
  queryOptions({
    queryKey: ["admin", "usage", "latest"],
    retry: false,
    staleTime: 60_000,
    queryFn: async (): Promise<ReadonlyMap<string, BucketUsage>> => {
      const { admin } = await import("../clients/admin.ts");
      const found = new Map<string, BucketUsage>();
      for (let after: string | undefined, isMore = true; isMore; ) {
        const path = withQuery("/usage", { limit: 1000, after });
        const page = await admin<LatestPage>("GET", path);
        for (const one of page.buckets) found.set(one.bucket, one);
        after = page.next;
        isMore = after !== undefined;
      }
      return found;
    },
  });

/** Hour by hour. The hour is the address's, so that the answer is kept for a while. */
export function requestsQuery(days: number, bucket?: string) {
  const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000;
  const from = new Date(hour - days * dayMs).toISOString();
  return adminQuery<{ readonly points: readonly RequestPoint[] }>(
    withQuery("/usage/requests", { bucket, from }),
  );
}

const bytesOf = (usage: ClassUsage): number =>
  usage.currentBytes + usage.noncurrentBytes + usage.uploadBytes;

/** Bytes of each class over the days, for a chart: the classes that ever held something. */
export function bytesByClass(days: readonly DayUsage[]) {
  const names = new Set(days.flatMap(({ classes }) => classes.map((one) => one.storageClass)));
  return [...names].sort().map((label) => ({
    label,
    values: days.map(({ classes }) => {
      const found = classes.find((one) => one.storageClass === label);
      return found === undefined ? 0 : bytesOf(found);
    }),
  }));
}

export const timesOf = (days: readonly DayUsage[]): readonly number[] =>
  days.map(({ day }) => Date.parse(day));
