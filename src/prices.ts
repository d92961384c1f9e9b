// What storage costs: dated lists of R2's and AWS's public prices in US dollars, us-east-1, without
// free allowances and volume discounts. For reports and forecasts; nothing is billed by them. Pure.
// Each group names where it was read, and of what day that text is; all were compared on 2026-11-28.

import type { StorageClass } from "./s3/content.ts";

export interface ClassPrices {
  /** Per 1,000,000,000 bytes (R2) or 1,073,741,824 bytes (AWS) and month; see `bytesPerGb`. */
  readonly storagePerGbMonth: number;
  readonly writePerThousand: number;
  readonly readPerThousand: number;
  /** Objects that lifecycle moves into the class. */
  readonly transitionPerThousand: number;
  readonly retrievalPerGb: number;
  /** Billed for so many days even when the object goes sooner. */
  readonly minimumAgeDays: number;
  /** Smaller objects are billed as this many bytes. */
  readonly minimumBillableBytes: number;
  /** Added to every object, billed at the class's own price. */
  readonly overheadBytes: number;
  /** Added to every object, billed at the price of STANDARD. */
  readonly overheadStandardBytes: number;
}

export interface PriceList {
  readonly name: string;
  /** The day the prices were read, `YYYY-MM-DD`. */
  readonly asOf: string;
  readonly bytesPerGb: number;
  readonly classes: Readonly<Record<StorageClass, ClassPrices>>;
  readonly egressPerGb: number;
  /** What a write and a read cost beside the store: the Worker, the index, its rows. */
  readonly besideWritePerThousand: number;
  readonly besideReadPerThousand: number;
  /** Watching an object of INTELLIGENT_TIERING for a month. */
  readonly monitoringPerThousand: number;
}

const none = {
  retrievalPerGb: 0,
  minimumAgeDays: 0,
  minimumBillableBytes: 0,
  overheadBytes: 0,
  overheadStandardBytes: 0,
} as const;

// R2, both classes: storage, class A and B, retrieval, 30 days. Source of the page, 2026-09 at the least:
// https://github.com/cloudflare/cloudflare-docs/blob/production/src/content/docs/r2/pricing.mdx
const r2Standard: ClassPrices = {
  ...none,
  storagePerGbMonth: 0.015,
  writePerThousand: 0.0045,
  readPerThousand: 0.00036,
  transitionPerThousand: 0.0045,
};
const r2InfrequentAccess: ClassPrices = {
  ...none,
  storagePerGbMonth: 0.01,
  writePerThousand: 0.009,
  readPerThousand: 0.0009,
  transitionPerThousand: 0.009,
  retrievalPerGb: 0.01,
  minimumAgeDays: 30,
};

// Workers and Durable Objects beyond what a plan includes, 2026-01:
// https://developers.cloudflare.com/workers/platform/pricing/
// https://developers.cloudflare.com/durable-objects/platform/pricing/
/** A request of the Worker ($0.30 a million) and one of the index ($0.15). */
const callsPerThousand = 0.00045;
/** A plain put of a key that stands writes two rows of the index ($1 a million). */
const rowsPerThousand = 0.002;

/** Cairn keeps each class on one of R2's two (`storage/classes.ts`). */
const r2: PriceList = {
  name: "Cloudflare",
  asOf: "2026-11-28",
  bytesPerGb: 1_000_000_000,
  egressPerGb: 0,
  besideWritePerThousand: callsPerThousand + rowsPerThousand,
  besideReadPerThousand: callsPerThousand,
  monitoringPerThousand: 0,
  classes: {
    STANDARD: r2Standard,
    REDUCED_REDUNDANCY: r2Standard,
    INTELLIGENT_TIERING: r2Standard,
    STANDARD_IA: r2InfrequentAccess,
    ONEZONE_IA: r2InfrequentAccess,
    GLACIER_IR: r2InfrequentAccess,
    GLACIER: r2InfrequentAccess,
    DEEP_ARCHIVE: r2InfrequentAccess,
  },
};

// Amazon S3, us-east-1, first 50 TB. Storage of all classes but the three that follow, requests of
// STANDARD and monitoring: AWS's Price List API as read on 2025-10-28. Storage and retrieval of GLACIER
// and DEEP_ARCHIVE, retrieval of the IA classes, minimum durations and sizes: the page's table as copied
// in June 2026. REDUCED_REDUNDANCY (no longer on the page), requests and transitions of the colder
// classes: several public price tables, which agree.
// https://aws.amazon.com/s3/pricing/
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html
const kib = 1024;
const awsStandard: ClassPrices = {
  ...none,
  storagePerGbMonth: 0.023,
  writePerThousand: 0.005,
  readPerThousand: 0.0004,
  transitionPerThousand: 0.01,
};
const awsInfrequentAccess: ClassPrices = {
  ...none,
  storagePerGbMonth: 0.0125,
  writePerThousand: 0.01,
  readPerThousand: 0.001,
  transitionPerThousand: 0.01,
  retrievalPerGb: 0.01,
  minimumAgeDays: 30,
  minimumBillableBytes: 128 * kib,
};
// 32 KiB of index at the class's price and 8 KiB at that of STANDARD:
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
const archiveOverhead = { overheadBytes: 32 * kib, overheadStandardBytes: 8 * kib } as const;

// Retrieval is that of the Standard tier; Bulk is free out of GLACIER and $0.0025 out of DEEP_ARCHIVE.
// Egress: to the Internet, first 10 TB of a month.
const aws: PriceList = {
  name: "Amazon S3",
  asOf: "2026-11-28",
  bytesPerGb: 1024 ** 3,
  egressPerGb: 0.09,
  besideWritePerThousand: 0,
  besideReadPerThousand: 0,
  monitoringPerThousand: 0.0025,
  classes: {
    STANDARD: awsStandard,
    REDUCED_REDUNDANCY: { ...awsStandard, storagePerGbMonth: 0.024 },
    INTELLIGENT_TIERING: awsStandard,
    STANDARD_IA: awsInfrequentAccess,
    ONEZONE_IA: { ...awsInfrequentAccess, storagePerGbMonth: 0.01 },
    GLACIER_IR: {
      ...none,
      storagePerGbMonth: 0.004,
      writePerThousand: 0.02,
      readPerThousand: 0.01,
      transitionPerThousand: 0.02,
      retrievalPerGb: 0.03,
      minimumAgeDays: 90,
      minimumBillableBytes: 128 * kib,
    },
    GLACIER: {
      ...none,
      ...archiveOverhead,
      storagePerGbMonth: 0.0036,
      writePerThousand: 0.03,
      readPerThousand: 0.0004,
      transitionPerThousand: 0.03,
      retrievalPerGb: 0.01,
      minimumAgeDays: 90,
    },
    DEEP_ARCHIVE: {
      ...none,
      ...archiveOverhead,
      storagePerGbMonth: 0.00099,
      writePerThousand: 0.05,
      readPerThousand: 0.0004,
      transitionPerThousand: 0.05,
      retrievalPerGb: 0.02,
      minimumAgeDays: 180,
    },
  },
};

export const priceLists = { r2, aws } as const;

/** What so many bytes in so many objects of a class cost in a month, US dollars. */
export function monthlyStorageCost(
  list: PriceList,
  storageClass: StorageClass,
  { bytes, objects }: { readonly bytes: number; readonly objects: number },
): number {
  const prices = list.classes[storageClass];
  const billed = Math.max(bytes, objects * prices.minimumBillableBytes);
  const own = billed + objects * prices.overheadBytes;
  const standard = objects * prices.overheadStandardBytes;
  const perByte = (price: number) => price / list.bytesPerGb;
  const isTiered = storageClass === "INTELLIGENT_TIERING";
  // Nobody watches objects under 128 KiB, nor bills it: of so many bytes, no more can be larger.
  const watched = isTiered ? Math.min(objects, Math.floor(bytes / (128 * kib))) : 0;
  return (
    own * perByte(prices.storagePerGbMonth) +
    standard * perByte(list.classes.STANDARD.storagePerGbMonth) +
    (watched / 1000) * list.monitoringPerThousand
  );
}
