// The stages of a check that look at the index alone: uploads that nobody ends, and whether the
// counts of who holds what are right.

import type { UploadPlace } from "../bucket/types.ts";
import { type Stage, stageOver } from "./check-bytes.ts";

const dayMs = 24 * 3600 * 1000;
const uploadsPerSlice = 500;
/** An upload open for longer than this is listed; S3 too keeps it, and bills it, for ever. */
const abandonedAfterDays = 7;

/** Open uploads by age. They are reported, never aborted: that is the lifecycle's. */
export const checkUploads: Stage = async ({ call, index, at }) => {
  const after = at as UploadPlace | null;
  const page = await index.scan({
    what: "uploads",
    limit: uploadsPerSlice,
    ...(after !== null && { after }),
  });
  if (page.kind !== "uploads") return stageOver;
  const aged = page.rows.map((row) => ({
    ...row,
    ageDays: Math.floor((call.nowMs - row.initiatedAtMs) / dayMs),
  }));
  const older = (days: number) => aged.filter(({ ageDays }) => ageDays >= days);
  const last = page.isTruncated ? page.rows.at(-1) : undefined;
  return {
    next: last === undefined ? undefined : { key: last.key, uploadId: last.uploadId },
    counts: {
      uploads: aged.length,
      uploadsOverDay: older(1).length,
      uploadsOverWeek: older(7).length,
      uploadsOverMonth: older(30).length,
    },
    findings: older(abandonedAfterDays).map((row) => ({
      kind: "abandoned-upload",
      subject: {
        key: row.key,
        uploadId: row.uploadId,
        ageDays: row.ageDays,
        parts: row.partsCount,
        sizeBytes: row.sizeBytes,
      },
      isRepaired: false,
    })),
  };
};

/** Ids counted in one turn of the index, roughly: some tens of milliseconds. */
const rowsPerShare = 50_000;

/** Where a recount is: `of` is settled at its start, so that the shares fit together. */
interface SharePlace {
  readonly share: number;
  readonly of: number;
}

/** Reference counts, parts that nothing holds, counts of nothing. Exact, a share at a time. */
export const checkCounts: Stage = async ({ index, isRepair, at }) => {
  const place = (at as SharePlace | null) ?? {
    share: 0,
    of: Math.max(1, Math.ceil((await index.countRows()) / rowsPerShare)),
  };
  const { findings, isRepaired } = await index.recount({ ...place, isRepair });
  const isLast = place.share + 1 >= place.of;
  return {
    next: isLast ? undefined : { ...place, share: place.share + 1 },
    counts: { shares: 1 },
    findings: findings.map(({ kind, content, counted, recorded }) => ({
      kind,
      subject: { content, counted, recorded },
      isRepaired,
    })),
  };
};
