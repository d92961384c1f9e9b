// @ts-check
// The clock that the local runtime lacks: which minute is due for which cron.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { driveCrons, isDue } from "../../server/crons.mjs";

const saturdayNoon = new Date("2026-11-21T12:00:00Z");
const midnight = new Date("2026-11-22T00:00:30Z");

describe("isDue", () => {
  for (const [cron, date, expected] of /** @type {const} */ ([
    ["*/5 * * * *", new Date("2026-11-22T10:35:00Z"), true],
    ["*/5 * * * *", new Date("2026-11-22T10:36:00Z"), false],
    ["0 * * * *", saturdayNoon, true],
    ["0 * * * *", new Date("2026-11-22T10:01:00Z"), false],
    ["0 0 * * *", midnight, true],
    ["0 0 * * *", saturdayNoon, false],
    ["0 9-17/4 * * *", new Date("2026-11-22T13:00:00Z"), true],
    ["0 9-17/4 * * *", saturdayNoon, false],
    ["0 12 1,21 * *", saturdayNoon, true],
    ["0 12 * * 7", saturdayNoon, true],
    ["0 12 * * 1", saturdayNoon, false],
    ["0 12 1 * 7", saturdayNoon, true],
    ["0 12 1 11 6", saturdayNoon, false],
  ])) {
    test(`${cron} at ${date.toISOString()}: ${expected}`, () => {
      assert.equal(isDue(cron, date), expected);
    });
  }

  test("refuses what it does not understand instead of never firing", () => {
    assert.throws(() => isDue("0 0 * *", midnight), /five fields/);
    assert.throws(() => isDue("0 0 L * *", midnight), /Not understood/);
  });
});

describe("driveCrons", () => {
  test("fires what is due at the start of each minute, and never the same cron twice at once", (t) => {
    t.mock.timers.enable({ apis: ["setTimeout", "Date"], now: new Date("2026-11-22T23:58:40Z") });
    /** @type {string[]} */
    const fired = [];
    const stop = driveCrons(["* * * * *", "0 0 * * *"], (cron, time) => {
      fired.push(`${cron} ${time.toISOString()}`);
      return cron === "* * * * *" ? new Promise(() => undefined) : Promise.resolve();
    });
    t.mock.timers.tick(19_000);
    assert.deepEqual(fired, []);
    t.mock.timers.tick(1_000);
    assert.deepEqual(fired, ["* * * * * 2026-11-22T23:59:00.000Z"]);
    t.mock.timers.tick(60_000);
    assert.deepEqual(fired.slice(1), ["0 0 * * * 2026-11-23T00:00:00.000Z"]);
    stop();
    t.mock.timers.tick(86_400_000);
    assert.equal(fired.length, 2);
  });
});
