import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { systemSeams } from "../../src/env.ts";
import { newBlobId } from "../../src/s3/ids.ts";
import {
  chooseStore,
  classTable,
  parseStorageClass,
  sharesStore,
  storeByNumber,
  storeNumbers,
  storeOf,
} from "../../src/storage/classes.ts";

describe("storage classes", () => {
  it("give no store number twice and name a bound store for each", () => {
    const bindingOf = new Map<number, string>();
    for (const { stores } of Object.values(classTable)) {
      for (const { number, binding } of stores) {
        expect(bindingOf.get(number) ?? binding).toBe(binding);
        bindingOf.set(number, binding);
      }
    }
    expect(new Set(bindingOf.values()).size).toBe(bindingOf.size);
    expect([...storeNumbers].sort()).toEqual([...bindingOf.keys()].sort());
    for (const number of storeNumbers) expect(storeByNumber(env, number)).toBeDefined();
    expect(() => storeByNumber(env, 359)).toThrow(RangeError);
  });

  it("take their names from AWS alone", () => {
    expect(parseStorageClass("STANDARD_IA")).toBe("STANDARD_IA");
    for (const text of ["", "standard", "OUTPOSTS", "STORE_STANDARD", "toString", "__proto__"]) {
      expect(() => parseStorageClass(text)).toThrow(
        expect.objectContaining({ code: "InvalidStorageClass", status: 400 }),
      );
    }
  });

  it("keep REDUCED_REDUNDANCY in STANDARD's store and GLACIER in its own", () => {
    const nowMs = 1_795_372_800_000;
    expect(chooseStore(env, "REDUCED_REDUNDANCY", nowMs)).toEqual(
      chooseStore(env, "STANDARD", nowMs),
    );
    expect(sharesStore("REDUCED_REDUNDANCY", "STANDARD")).toBe(true);
    expect(sharesStore("GLACIER", "STANDARD")).toBe(false);
    expect(sharesStore("GLACIER", "GLACIER")).toBe(true);
    const { number } = chooseStore(env, "GLACIER", nowMs);
    expect(storeOf(env, newBlobId(number, nowMs, systemSeams.randomBytes))).toBe(env.STORE_GLACIER);
  });
});
