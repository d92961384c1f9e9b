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
    // Watching a million objects: $2.50.
    const watched = kibibytes * 0.023 + 2.5;
    expect(monthlyStorageCost(aws, "INTELLIGENT_TIERING", small)).toBeCloseTo(watched, 6);
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
