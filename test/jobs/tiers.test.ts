// Where Intelligent-Tiering wants a version, as a table of ages, sizes and configurations.

import type { IntelligentTieringConfiguration } from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { wantedTier } from "../../src/jobs/tiers.ts";
import type { AccessTier } from "../../src/s3/content.ts";

const dayMs = 1000;
const nowMs = 1_000_000;
const kibibyte = 1024;

function idle(
  idleDays: number,
  more: {
    sizeBytes?: number;
    tier?: AccessTier;
    key?: string;
    tags?: [string, string][];
    configurations?: IntelligentTieringConfiguration[];
  } = {},
) {
  const { configurations = [], ...facts } = more;
  const usedAtMs = nowMs - idleDays * dayMs;
  const version = { key: "a/b", sizeBytes: 128 * kibibyte, tags: [], usedAtMs, ...facts };
  return wantedTier(version, configurations, { nowMs, dayMs });
}

function archives(
  days: readonly [archive: number | undefined, deep: number | undefined],
  more: Partial<IntelligentTieringConfiguration> = {},
): IntelligentTieringConfiguration[] {
  const [archive, deep] = days;
  const tierings = [
    ...(archive === undefined ? [] : [{ AccessTier: "ARCHIVE_ACCESS" as const, Days: archive }]),
    ...(deep === undefined ? [] : [{ AccessTier: "DEEP_ARCHIVE_ACCESS" as const, Days: deep }]),
  ];
  return [{ Id: "i", Status: "Enabled", Tierings: tierings, ...more }];
}

describe("wantedTier", () => {
  it.each([
    [0, undefined],
    [29.9, undefined],
    [30, "INFREQUENT"],
    [89.9, "INFREQUENT"],
    [90, "ARCHIVE_INSTANT"],
    [5000, "ARCHIVE_INSTANT"],
  ] as const)("after %d days without use is %s", (days, tier) => {
    expect(idle(days)).toBe(tier);
    // Access brings it back: the age is all that counts.
    expect(idle(days, { tier: "ARCHIVE_INSTANT" })).toBe(tier);
  });

  it("leaves small objects alone", () => {
    expect(idle(5000, { sizeBytes: 128 * kibibyte - 1 })).toBeUndefined();
    expect(idle(5000, { sizeBytes: 0, configurations: archives([90, 180]) })).toBeUndefined();
  });

  it.each([
    [89, [90, 180], "INFREQUENT"],
    [90, [90, 180], "ARCHIVE"],
    [180, [90, 180], "DEEP_ARCHIVE"],
    [100, [120, undefined], "ARCHIVE_INSTANT"],
    [120, [120, undefined], "ARCHIVE"],
    [730, [120, undefined], "ARCHIVE"],
    [179, [undefined, 180], "ARCHIVE_INSTANT"],
    [180, [undefined, 180], "DEEP_ARCHIVE"],
  ] as const)("after %d days with archive tiers at %j is %s", (days, tiers, tier) => {
    expect(idle(days, { configurations: archives(tiers) })).toBe(tier);
  });

  it("leaves an archive tier for a deeper one only", () => {
    expect(idle(1, { tier: "ARCHIVE" })).toBe("ARCHIVE");
    expect(idle(200, { tier: "ARCHIVE" })).toBe("ARCHIVE");
    expect(idle(1, { tier: "DEEP_ARCHIVE", configurations: archives([90, 180]) })).toBe(
      "DEEP_ARCHIVE",
    );
    const configurations = archives([90, 180]);
    expect(idle(180, { tier: "ARCHIVE", configurations })).toBe("DEEP_ARCHIVE");
  });

  it("obeys the filters, and the soonest of those that match", () => {
    const days = [90, 180] as const;
    const cases: [IntelligentTieringConfiguration["Filter"], AccessTier][] = [
      [undefined, "DEEP_ARCHIVE"],
      [{ Prefix: "a/" }, "DEEP_ARCHIVE"],
      [{ Prefix: "b/" }, "ARCHIVE_INSTANT"],
      [{ Tag: { Key: "k", Value: "v" } }, "DEEP_ARCHIVE"],
      [{ Tag: { Key: "k", Value: "w" } }, "ARCHIVE_INSTANT"],
      [{ And: { Prefix: "a/", Tags: [{ Key: "k", Value: "v" }] } }, "DEEP_ARCHIVE"],
      [{ And: { Prefix: "b/", Tags: [{ Key: "k", Value: "v" }] } }, "ARCHIVE_INSTANT"],
    ];
    for (const [Filter, tier] of cases) {
      const configurations = archives(days, Filter === undefined ? {} : { Filter });
      expect(idle(200, { tags: [["k", "v"]], configurations })).toBe(tier);
    }
    const both = [...archives([200, undefined]), ...archives([100, undefined])];
    expect(idle(100, { configurations: both })).toBe("ARCHIVE");
    const disabled = archives(days, { Status: "Disabled" });
    expect(idle(200, { configurations: disabled })).toBe("ARCHIVE_INSTANT");
  });
});
