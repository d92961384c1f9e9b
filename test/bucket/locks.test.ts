// Which lock may follow which, rule by rule, as
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html and
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html have them.
import { describe, expect, it } from "vitest";
import { changeRetention, lockByDefault, retainedUntilMs } from "../../src/bucket/locks.ts";
import type { RetentionWish, VersionLock } from "../../src/bucket/types.ts";
import { dayMs } from "./fixture.ts";

const now = Date.UTC(2026, 10, 22);
const soon = now + 10 * dayMs;
const later = now + 20 * dayMs;
const sooner = now + 5 * dayMs;

function change(before: VersionLock, wish: RetentionWish, bypassGovernance = false) {
  const outcome = changeRetention(before, wish, { clockMs: now, bypassGovernance });
  return outcome.kind === "granted" ? outcome.lock : outcome.kind;
}

const free = {};
const governed = { mode: "GOVERNANCE", retainUntilMs: soon } as const;
const complied = { mode: "COMPLIANCE", retainUntilMs: soon } as const;
const expired = { mode: "COMPLIANCE", retainUntilMs: now } as const;

describe("a change of retention (SEC-093)", () => {
  const states = { free, governed, complied, expired } as const;
  const wishes = {
    shorter: (mode: "GOVERNANCE" | "COMPLIANCE") => ({ mode, retainUntilMs: sooner }),
    longer: (mode: "GOVERNANCE" | "COMPLIANCE") => ({ mode, retainUntilMs: later }),
    none: () => ({}),
  } as const;
  type Row = [
    from: keyof typeof states,
    wish: keyof typeof wishes,
    mode: "GOVERNANCE" | "COMPLIANCE",
    plain: boolean,
    bypassed: boolean,
  ];
  const rows: Row[] = [
    ["free", "shorter", "GOVERNANCE", true, true],
    ["free", "shorter", "COMPLIANCE", true, true],
    ["free", "longer", "GOVERNANCE", true, true],
    ["free", "none", "GOVERNANCE", true, true],
    ["governed", "shorter", "GOVERNANCE", false, true],
    ["governed", "shorter", "COMPLIANCE", false, true],
    ["governed", "longer", "GOVERNANCE", true, true],
    ["governed", "longer", "COMPLIANCE", false, true],
    ["governed", "none", "GOVERNANCE", false, true],
    ["complied", "shorter", "GOVERNANCE", false, false],
    ["complied", "shorter", "COMPLIANCE", false, false],
    ["complied", "longer", "GOVERNANCE", false, false],
    ["complied", "longer", "COMPLIANCE", true, true],
    ["complied", "none", "GOVERNANCE", false, false],
    ["expired", "shorter", "GOVERNANCE", true, true],
    ["expired", "none", "GOVERNANCE", true, true],
  ];

  it.each(rows)("%s, %s in %s: allowed %s, with bypass %s", (from, wish, mode, plain, bypassed) => {
    const asked = wishes[wish](mode);
    for (const [bypass, isAllowed] of [
      [false, plain],
      [true, bypassed],
    ] as const) {
      expect(change(states[from], asked, bypass)).toEqual(isAllowed ? asked : "locked");
    }
  });

  it("takes the very same retention again: a repeated call", () => {
    expect(change(complied, complied)).toEqual(complied);
  });

  it("leaves the legal hold as it is", () => {
    expect(change({ ...governed, legalHold: true }, {}, true)).toEqual({ legalHold: true });
    const longer = { mode: "GOVERNANCE", retainUntilMs: later } as const;
    expect(change({ ...governed, legalHold: false }, longer)).toEqual({
      ...longer,
      legalHold: false,
    });
  });
});

describe("an event hold", () => {
  const held: VersionLock = { mode: "COMPLIANCE", eventHold: true, holdDuration: { days: 30 } };
  const governedHold = { ...held, mode: "GOVERNANCE" } as const;
  const end = now + 30 * dayMs;

  it("keeps a version its duration from now, for as long as it is on", () => {
    expect(retainedUntilMs(held, now)).toBe(end);
    expect(retainedUntilMs(held, later)).toBe(later + 30 * dayMs);
    expect(retainedUntilMs({ ...held, holdDuration: { years: 1 } }, now)).toBe(now + 365 * dayMs);
  });

  it("is never nearer than a date given with it", () => {
    const both = { ...held, retainUntilMs: now + 40 * dayMs };
    expect(retainedUntilMs(both, now)).toBe(now + 40 * dayMs);
    expect(retainedUntilMs(both, now + 11 * dayMs)).toBe(now + 41 * dayMs);
  });

  it("released, retains for its duration from then on, in COMPLIANCE too", () => {
    const released = { mode: "COMPLIANCE", retainUntilMs: end, eventHold: false };
    expect(change(held, { mode: "COMPLIANCE", eventHold: false })).toEqual(released);
  });

  it("released onto a later date, takes that; onto an earlier one, it is locked", () => {
    const wish = (retainUntilMs: number) =>
      ({ mode: "COMPLIANCE", eventHold: false, retainUntilMs }) as const;
    expect(change(held, wish(end + 1))).toEqual(wish(end + 1));
    expect(change(held, wish(end - 1))).toBe("locked");
    expect(change(held, wish(end - 1), true)).toBe("locked");
  });

  it("given to a retention, keeps its date as the earliest end", () => {
    const wish = { mode: "COMPLIANCE", eventHold: true, holdDuration: { days: 1 } } as const;
    expect(change(complied, wish)).toEqual({ ...wish, retainUntilMs: soon });
  });

  it("with a shorter duration never ends before it would have ended", () => {
    const wish = { mode: "COMPLIANCE", eventHold: true, holdDuration: { days: 1 } } as const;
    expect(change(held, wish)).toEqual({ ...wish, retainUntilMs: end });
  });

  it("stays on when only a date is sent", () => {
    const wish = { mode: "COMPLIANCE", retainUntilMs: end + dayMs } as const;
    expect(change(held, wish)).toEqual({ ...held, ...wish });
    expect(change(held, { ...wish, retainUntilMs: sooner })).toBe("locked");
  });

  it("under GOVERNANCE, bypassed to shorten, wants a new hold: on or off", () => {
    const mode = "GOVERNANCE";
    expect(change(governedHold, { mode, retainUntilMs: sooner }, true)).toBe("hold-unspecified");
    const off = { mode, retainUntilMs: sooner, eventHold: false } as const;
    expect(change(governedHold, off, true)).toEqual(off);
    expect(change(governedHold, off)).toBe("locked");
    expect(change(governedHold, {}, true)).toEqual({});
  });

  it("cannot be turned off where nothing would be left to retain", () => {
    expect(change(free, { mode: "GOVERNANCE", eventHold: false })).toBe("hold-without-date");
    expect(change(expired, { mode: "GOVERNANCE", eventHold: false })).toBe("hold-without-date");
  });

  it("keeps its mode", () => {
    expect(change(held, { ...governedHold })).toBe("locked");
    expect(change(governedHold, { ...held })).toBe("locked");
    expect(change(governedHold, { ...held }, true)).toEqual({ ...held, retainUntilMs: end });
  });
});

describe("a default", () => {
  it.each([
    [{ days: 1 }, now + dayMs],
    [{ years: 1 }, Date.UTC(2027, 10, 22)],
    [{ years: 100 }, Date.UTC(2126, 10, 22)],
  ])("of %j ends when it should", (period, end) => {
    const lock = lockByDefault({ mode: "GOVERNANCE", period }, now);
    expect(lock).toEqual({ mode: "GOVERNANCE", retainUntilMs: end });
  });

  it("from 29 February on lasts whole years", () => {
    const leap = Date.UTC(2028, 1, 29);
    const lock = lockByDefault({ mode: "GOVERNANCE", period: { years: 1 } }, leap);
    expect(lock.retainUntilMs).toBe(Date.UTC(2029, 2, 1));
  });
});
