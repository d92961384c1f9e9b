// When crons are due next.
import { describe, expect, it } from "vitest";
import { nextDueMs } from "../src/cron.ts";

const at = (text: string) => Date.parse(text);

describe("a cron is due next", () => {
  it.each([
    ["*/5 * * * *", "2026-11-27T10:02:30Z", "2026-11-27T10:05:00Z"],
    ["*/5 * * * *", "2026-11-27T10:05:00Z", "2026-11-27T10:10:00Z"],
    ["*/5 * * * *", "2026-11-27T23:58:00Z", "2026-11-28T00:00:00Z"],
    ["0 * * * *", "2026-11-27T10:00:01Z", "2026-11-27T11:00:00Z"],
    ["0 0 * * *", "2026-11-27T00:00:00Z", "2026-11-28T00:00:00Z"],
    ["30 4 * * *", "2026-12-31T05:00:00Z", "2027-01-01T04:30:00Z"],
  ])("%s after %s: %s", (cron, after, due) => {
    expect(nextDueMs(cron, at(after))).toBe(at(due));
  });

  it.each(["0 0 1 * *", "0 0 * *", "a * * * *", "1-5 * * * *"])("not understood: %s", (cron) => {
    expect(() => nextDueMs(cron, 0)).toThrow(/not/);
  });
});
