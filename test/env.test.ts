import { expect, it } from "vitest";
import { systemSeams } from "../src/env.ts";

it("gives out random bytes of any length, none of them twice", () => {
  const { randomBytes } = systemSeams;
  for (const length of [0, 1, 16, 56, 4095, 4096, 4097, 20_000]) {
    expect(randomBytes(length)).toHaveLength(length);
  }
  const taken = Array.from({ length: 2_000 }, () => randomBytes(16).toHex());
  expect(new Set(taken).size).toBe(taken.length);
});

it("lets nobody see through what it gave to one caller what it gives to the next", () => {
  const first = systemSeams.randomBytes(16);
  expect(first.buffer.byteLength).toBe(16);
  const kept = first.slice();
  systemSeams.randomBytes(16).fill(0);
  expect(first).toEqual(kept);
});
