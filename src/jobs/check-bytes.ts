// The stages of a check that look at bytes: those of versions stored in one piece, then those of
// parts. An object made of parts is checked part by part, so no slice is larger for it.

import type { BucketClient } from "../bucket/client.ts";
import type { PartPlace, ScannedPart, ScannedVersion, VersionPlace } from "../bucket/types.ts";
import type { UpkeptBucket } from "../catalog/every-bucket.ts";
import type { Finding } from "../catalog/jobs.ts";
import { checkBytes, type HeldBytes } from "./held-bytes.ts";
import { isMendable, judgeOrder } from "./key-order.ts";
import type { SliceCall } from "./slices.ts";

/** What a stage is given. `at` is the `next` of the slice before, `null` at the stage's start. */
export interface StageFacts {
  readonly call: SliceCall;
  readonly bucket: UpkeptBucket;
  readonly index: BucketClient;
  readonly isRepair: boolean;
  readonly isReading: boolean;
  readonly at: unknown;
}

export interface StageOutcome {
  /** `undefined` when the stage is over. */
  readonly next: unknown;
  readonly counts: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
}

export type Stage = (facts: StageFacts) => Promise<StageOutcome>;

export const stageOver: StageOutcome = { next: undefined, counts: {}, findings: [] };

/** Rows in a slice; each costs a call to a store. */
const rowsPerSlice = 200;
/** Once so much was read, the slice ends behind the row: time is saved with the place. */
const bytesPerSlice = 256 * 1024 * 1024;

/** Versions: their order, and the bytes of those that are one blob. */
export const checkVersions: Stage = async ({ call, index, isRepair, isReading, at }) => {
  const after = at as VersionPlace | null;
  const page = await index.scan({
    what: "versions",
    limit: rowsPerSlice,
    ...(after !== null && { after }),
  });
  if (page.kind !== "versions") return lostIndex;
  const rows = isReading ? upTo(page.rows, bytesPerSlice) : page.rows;
  const checked = await checkBytes(
    call,
    rows.flatMap((row) => heldBy(index, row)),
    isReading,
  );
  const disorder = await checkOrder(index, { rows, after, isRepair });
  const last = rows.at(-1);
  const isOver = !page.isTruncated && rows.length === page.rows.length;
  const next: VersionPlace | undefined =
    isOver || last === undefined ? undefined : { key: last.key, seq: last.seq };
  return {
    next,
    counts: { versions: rows.length, blobs: checked.blobs, bytesRead: checked.bytesRead },
    findings: [...disorder, ...checked.findings],
  };
};

/** A bucket that the catalog has and whose index knows nothing of it: it can be rebuilt. */
const lostIndex: StageOutcome = {
  ...stageOver,
  findings: [{ kind: "lost-index", subject: {}, isRepaired: false }],
};

/** At least one row, and more while all together are under the bound. */
function upTo<Row extends { readonly sizeBytes: number }>(
  rows: readonly Row[],
  bytes: number,
): readonly Row[] {
  let sum = 0;
  const end = rows.findIndex(({ sizeBytes }) => {
    sum += sizeBytes;
    return sum > bytes;
  });
  return end < 0 ? rows : rows.slice(0, Math.max(end, 1));
}

function heldBy(index: BucketClient, row: ScannedVersion): HeldBytes[] {
  const { key, seq, content, sizeBytes, versionId } = row;
  if (content === null || content.startsWith("u")) return [];
  return [
    {
      segments: [{ blob: content, offset: 0, length: sizeBytes }],
      etag: row.etag,
      ...(row.checksum !== undefined && { checksum: row.checksum }),
      subject: { key, versionId },
      stillHolds: async () => {
        const after = { key, seq: seq + 1 };
        const page = await index.scan({ what: "versions", after, limit: 1 });
        const [now] = page.kind === "versions" ? page.rows : [];
        return now?.key === key && now.seq === seq && now.content === content;
      },
    },
  ];
}

/** The order of each key's versions. The row before the page is where the last page ended. */
async function checkOrder(
  index: BucketClient,
  facts: {
    readonly rows: readonly ScannedVersion[];
    readonly after: VersionPlace | null;
    readonly isRepair: boolean;
  },
): Promise<readonly Finding[]> {
  const { rows, after, isRepair } = facts;
  const faulty = rows.flatMap((row, at) => {
    const before = at === 0 ? placed(after) : rows[at - 1];
    return judgeOrder(row, before).map((fault) => ({ row, fault }));
  });
  const keys = new Set(faulty.filter(({ fault }) => isMendable(fault)).map(({ row }) => row.key));
  const mended = isRepair && keys.size > 0 ? await index.mendKeys([...keys]) : [];
  return faulty.map(({ row, fault }) => ({
    kind: fault,
    subject: { key: row.key, versionId: row.versionId },
    isRepaired: isMendable(fault) && mended.includes(row.key),
  }));
}

function placed(after: VersionPlace | null) {
  return after?.seq === undefined ? undefined : { key: after.key, seq: after.seq };
}

/** Parts of open and of completed uploads. Condemned ones may be gone at any time. */
export const checkParts: Stage = async ({ call, index, isReading, at }) => {
  const after = at as PartPlace | null;
  const page = await index.scan({
    what: "parts",
    limit: rowsPerSlice,
    ...(after !== null && { after }),
  });
  if (page.kind !== "parts") return stageOver;
  const rows = isReading ? upTo(page.rows, bytesPerSlice) : page.rows;
  const live = rows.filter(({ owner }) => owner === "manifest" || owner === "upload");
  const checked = await checkBytes(
    call,
    live.map((row) => heldByPart(index, row)),
    isReading,
  );
  const last = rows.at(-1);
  const isOver = !page.isTruncated && rows.length === page.rows.length;
  const next: PartPlace | undefined =
    isOver || last === undefined ? undefined : { content: last.content, number: last.partNumber };
  return {
    next,
    counts: { parts: rows.length, blobs: checked.blobs, bytesRead: checked.bytesRead },
    findings: checked.findings,
  };
};

function heldByPart(index: BucketClient, row: ScannedPart): HeldBytes {
  const { content, partNumber: number, segments } = row;
  return {
    segments,
    etag: row.etag,
    ...(row.checksum !== undefined && { checksum: row.checksum }),
    subject: { uploadId: content, partNumber: number },
    stillHolds: async () => {
      const after = { content, number: number - 1 };
      const page = await index.scan({ what: "parts", after, limit: 1 });
      const [now] = page.kind === "parts" ? page.rows : [];
      const isSame = now?.content === content && now.partNumber === number;
      const isLive = now?.owner === "manifest" || now?.owner === "upload";
      return isSame && isLive && JSON.stringify(now.segments) === JSON.stringify(segments);
    },
  };
}
