// A month's bill, with sums done by hand.
import { describe, expect, it } from "vitest";
import { billOf } from "../src/cost.ts";
import { monthlyStorageCost, priceLists } from "../src/prices.ts";
import { storageClasses } from "../src/s3/content.ts";
import { factsOfClass } from "../src/storage/classes.ts";

const terabyte = 1e12;
const nothingAsked = { writes: 0, reads: 0, bytesDown: 0 };
const day = (dayOfMonth: number, bytes: number, storageClass = "STANDARD") => ({
  dayOfMonth,
  storageClass,
  objects: 1,
  bytes,
});

describe("a month's bill", () => {
  it("counts each day, and forecasts the rest as the last one", () => {
    const stored = [day(1, terabyte), day(2, 2 * terabyte)];
    const facts = { daysInMonth: 30, elapsed: 2 / 30, stored, asked: nothingAsked };
    const bill = billOf(priceLists.r2, facts);
    // A terabyte is $15 a month: half a dollar a day.
    expect(bill.storage).toBeCloseTo(0.5 + 1, 6);
    expect(bill.forecast).toBeCloseTo(0.5 + 29 * 1, 6);
    expect(bill.classes).toEqual([{ storageClass: "STANDARD", storage: bill.storage }]);
  });

  it("leaves out of the forecast what is no longer stored", () => {
    const stored = [day(1, terabyte, "GLACIER"), day(1, terabyte), day(2, terabyte)];
    const facts = { daysInMonth: 30, elapsed: 2 / 30, stored, asked: nothingAsked };
    const bill = billOf(priceLists.r2, facts);
    expect(bill.storage).toBeCloseTo(0.5 * 2 + 10 / 30, 6);
    expect(bill.forecast).toBeCloseTo(bill.storage + 28 * 0.5, 6);
  });

  it("adds requests and what was sent, which costs nothing here", () => {
    const asked = { writes: 1e6, reads: 1e6, bytesDown: terabyte };
    const facts = { daysInMonth: 30, elapsed: 0.5, stored: [], asked };
    const aws = billOf(priceLists.aws, facts);
    expect(aws.requests).toBeCloseTo(5.4, 6);
    // AWS counts in GiB: 931.32 of them at $0.09.
    expect(aws.egress).toBeCloseTo((1e12 / 2 ** 30) * 0.09, 6);
    expect(aws.forecast).toBeCloseTo(2 * (aws.requests + aws.egress), 6);
    const r2 = billOf(priceLists.r2, facts);
    // Class A 4.50 and B 0.36, the Worker and the index 0.45 each, two rows 2.00.
    expect(r2.requests).toBeCloseTo(4.5 + 0.45 + 2 + 0.36 + 0.45, 6);
    expect(r2.egress).toBe(0);
  });

  it("of an empty month is nothing", () => {
    const facts = { daysInMonth: 31, elapsed: 0, stored: [], asked: nothingAsked };
    expect(billOf(priceLists.aws, facts)).toMatchObject({ total: 0, forecast: 0, classes: [] });
  });
});

describe("a known month", () => {
  /** September, every day the same: 1,000 GiB and 100,000 objects of each class. */
  const september = {
    daysInMonth: 30,
    elapsed: 1,
    stored: storageClasses.flatMap((storageClass) =>
      Array.from({ length: 30 }, (_, at) => ({
        ...{ dayOfMonth: at + 1, storageClass },
        ...{ objects: 100_000, bytes: 1000 * 2 ** 30 },
      })),
    ),
    asked: { writes: 2_000_000, reads: 50_000_000, bytesDown: 500 * 2 ** 30 },
  };
  const cents = (bill: ReturnType<typeof billOf>) =>
    Object.fromEntries(
      bill.classes.map(({ storageClass, storage }) => [storageClass, Number(storage.toFixed(4))]),
    );

  it("comes to what was worked out by hand for Amazon S3", () => {
    const bill = billOf(priceLists.aws, september);
    // 1,000 GB at the class's price; archives have 100,000 x 32 KiB = 3.0518 GB more of their own and
    // 100,000 x 8 KiB = 0.7629 GB at $0.023; watching 100,000 objects is $0.25.
    expect(cents(bill)).toEqual({
      STANDARD: 23,
      REDUCED_REDUNDANCY: 24,
      INTELLIGENT_TIERING: 23.25,
      STANDARD_IA: 12.5,
      ONEZONE_IA: 10,
      GLACIER_IR: 4,
      GLACIER: 3.6285,
      DEEP_ARCHIVE: 1.0106,
    });
    // 2,000 thousand at $0.005 and 50,000 thousand at $0.0004; 500 GB at $0.09.
    expect(bill.requests).toBeCloseTo(10 + 20, 6);
    expect(bill.egress).toBeCloseTo(45, 6);
    expect(bill.total).toBeCloseTo(101.3891 + 30 + 45, 3);
    expect(bill.forecast).toBeCloseTo(bill.total, 6);
  });

  it("comes to what was worked out by hand for Cloudflare", () => {
    const bill = billOf(priceLists.r2, september);
    // 1,073.741824 GB at $0.015, or at $0.010 in Infrequent Access.
    const [standard, infrequent] = [16.1061, 10.7374];
    expect(cents(bill)).toEqual({
      STANDARD: standard,
      REDUCED_REDUNDANCY: standard,
      INTELLIGENT_TIERING: standard,
      STANDARD_IA: infrequent,
      ONEZONE_IA: infrequent,
      GLACIER_IR: infrequent,
      GLACIER: infrequent,
      DEEP_ARCHIVE: infrequent,
    });
    // Writes: 2 million at 4.50 + 0.45 + 2.00; reads: 50 million at 0.36 + 0.45.
    expect(bill.requests).toBeCloseTo(13.9 + 40.5, 6);
    expect(bill.egress).toBe(0);
    expect(bill.total).toBeCloseTo(3 * 16.106127 + 5 * 10.737418 + 54.4, 3);
  });
});

describe("a month of storage", () => {
  const { aws, r2 } = priceLists;
  const small = { bytes: 1e6 * 1024, objects: 1e6 };

  it("of a million small objects costs what is billed beside them too", () => {
    // 128 KiB each, in GiB, at $0.0125.
    const infrequent = (1e6 * 131_072) / 2 ** 30;
    expect(monthlyStorageCost(aws, "STANDARD_IA", small)).toBeCloseTo(infrequent * 0.0125, 6);
    // 1 + 32 KiB at $0.0036, 8 KiB at $0.023.
    const kibibytes = (1e6 * 1024) / 2 ** 30;
    const archived = kibibytes * 33 * 0.0036 + kibibytes * 8 * 0.023;
    expect(monthlyStorageCost(aws, "GLACIER", small)).toBeCloseTo(archived, 6);
    expect(monthlyStorageCost(r2, "GLACIER", small)).toBeCloseTo(1.024 * 0.01, 6);
    // Under 128 KiB nothing is watched: of so many bytes at most 7,812 objects could be larger.
    const watched = kibibytes * 0.023 + 7.812 * 0.0025;
    expect(monthlyStorageCost(aws, "INTELLIGENT_TIERING", small)).toBeCloseTo(watched, 6);
    // A million of a MiB: $2.50 for it.
    const large = { bytes: 2 ** 20 * 1e6, objects: 1e6 };
    const tiered = (1e6 / 1024) * 0.023 + 2.5;
    expect(monthlyStorageCost(aws, "INTELLIGENT_TIERING", large)).toBeCloseTo(tiered, 6);
  });

  it("has the minimum durations and sizes of the class table", () => {
    for (const name of storageClasses) {
      const { minimumAgeDays, minimumBillableBytes } = aws.classes[name];
      const facts = factsOfClass(name);
      const expected = [name, facts.minimumAgeDays, facts.minimumBillableBytes];
      expect([name, minimumAgeDays, minimumBillableBytes]).toEqual(expected);
    }
  });
});
