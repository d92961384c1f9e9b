// What is foretold of a key: each event at its own moment, one leading to the next.
import { describe, expect, it } from "vitest";
import type { GivenRule } from "../../src/lifecycle/document.ts";
import { forecastKey } from "../../src/lifecycle/forecast.ts";
import type { KeyVersion } from "../../src/lifecycle/plan-key.ts";
import { compile, dayMs, marker, rule, version } from "./fixture.ts";

function foretold(
  rules: readonly GivenRule[],
  versions: readonly KeyVersion[],
  more: { versioning?: "Unversioned" | "Enabled" | "Suspended"; days?: number } = {},
): string[] {
  const nowMs = Date.parse("2026-01-20T12:00:00Z");
  const { versioning = "Unversioned", days = 3650 } = more;
  const clock = { nowMs, untilMs: nowMs + days * dayMs, dayMs, versioning };
  return forecastKey(compile(rules), versions, clock).map(
    ({ atMs, action, version: at, from, to }) =>
      `${new Date(atMs).toISOString().slice(0, 13)} ${at} ${action} ${from} ${to}`,
  );
}

const one = version({ at: "2026-01-15T10:30:00Z" });
const walk = rule({
  Transitions: [
    { Days: 30, StorageClass: "STANDARD_IA" },
    { Days: 90, StorageClass: "GLACIER" },
  ],
  Expiration: { Days: 120 },
});

describe("forecastKey", () => {
  it("tells the whole way of an object", () => {
    expect(foretold([walk], [one])).toEqual([
      "2026-02-15T00 0 Transition STANDARD STANDARD_IA",
      "2026-04-16T00 0 Transition STANDARD_IA GLACIER",
      "2026-05-16T00 0 Expiration GLACIER null",
    ]);
    expect(foretold([walk], [one], { days: 60 })).toHaveLength(1);
  });

  it("goes on behind the marker that an expiration makes", () => {
    const ends = rule({ NoncurrentVersionExpiration: { NoncurrentDays: 5 } });
    expect(foretold([walk, ends], [one], { versioning: "Enabled" }).slice(2)).toEqual([
      "2026-05-16T00 0 Expiration GLACIER GLACIER",
      "2026-05-22T00 0 NoncurrentVersionExpiration GLACIER null",
      // The marker is expired when it hides nothing and is as old as the rule says.
      "2026-09-14T00 -1 ExpiredObjectDeleteMarker STANDARD null",
    ]);
  });

  it("lets a suspended bucket's marker take the place of the null version", () => {
    const versions = [{ ...one, isNull: true }, version({ at: "2026-01-10T00:00:00Z" })];
    expect(
      foretold([rule({ Expiration: { Days: 10 } })], versions, { versioning: "Suspended" }),
    ).toEqual(["2026-01-26T00 0 Expiration STANDARD null"]);
  });

  it("does now what was due before", () => {
    const old = version({ at: "2020-01-01T00:00:00Z" });
    expect(foretold([walk], [old])).toEqual(["2026-01-20T12 0 Expiration STANDARD null"]);
  });

  it("waits for locks, and for ever where there is a hold", () => {
    const ends = [rule({ NoncurrentVersionExpiration: { NoncurrentDays: 5 } })];
    const locked = (lockedUntilMs: number) =>
      foretold(ends, [one, { ...version({ at: "2026-01-01T00:00:00Z" }), lockedUntilMs }], {
        versioning: "Enabled",
      });
    expect(locked(Date.parse("2026-03-01T00:00:00Z"))).toEqual([
      "2026-03-01T00 1 NoncurrentVersionExpiration STANDARD null",
    ]);
    expect(locked(Number.POSITIVE_INFINITY)).toEqual([]);
  });

  it("ends: nothing is foretold of what no rule reaches", () => {
    const other = rule({ Filter: { Tag: { Key: "a", Value: "b" } }, Expiration: { Days: 1 } });
    expect(foretold([other], [one])).toEqual([]);
    expect(foretold([walk], [])).toEqual([]);
    expect(
      foretold(
        [rule({ Expiration: { ExpiredObjectDeleteMarker: true } })],
        [marker("2026-01-01T00:00:00Z"), one],
      ),
    ).toEqual([]);
  });
});
