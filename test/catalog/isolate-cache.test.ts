// The bounds of what an isolate remembers, by a clock the test holds.
import { describe, expect, it } from "vitest";
import { IsolateCache } from "../../src/catalog/isolate-cache.ts";

function counted<Value>(give: () => Value): { load: () => Promise<Value>; calls: () => number } {
  let calls = 0;
  const load = async () => {
    calls += 1;
    return give();
  };
  return { load, calls: () => calls };
}

describe("IsolateCache", () => {
  it("remembers for less than the bound, and not for the bound", async () => {
    const cache = new IsolateCache<string>({ ttlMs: 100, absentTtlMs: 0, maxEntries: 9 });
    const source = counted(() => "value");
    await cache.get("a", 1000, source.load);
    await cache.get("a", 1099, source.load);
    expect(source.calls()).toBe(1);
    await cache.get("a", 1100, source.load);
    expect(source.calls()).toBe(2);
  });

  it("does not trust an entry from the future", async () => {
    const cache = new IsolateCache<string>({ ttlMs: 100, absentTtlMs: 0, maxEntries: 9 });
    const source = counted(() => "value");
    await cache.get("a", 1000, source.load);
    await cache.get("a", 999, source.load);
    expect(source.calls()).toBe(2);
  });

  it("remembers absence for its own bound, or not at all", async () => {
    const source = counted(() => undefined);
    const some = new IsolateCache<string>({ ttlMs: 100, absentTtlMs: 10, maxEntries: 9 });
    await some.get("a", 1000, source.load);
    await some.get("a", 1009, source.load);
    expect(source.calls()).toBe(1);
    await some.get("a", 1010, source.load);
    expect(source.calls()).toBe(2);
    const none = new IsolateCache<string>({ ttlMs: 100, absentTtlMs: 0, maxEntries: 9 });
    await none.get("a", 1000, source.load);
    await none.get("a", 1000, source.load);
    expect(source.calls()).toBe(4);
  });

  it("drops the oldest beyond its size, and keeps good keys through a flood of wrong ones", async () => {
    const cache = new IsolateCache<string>({ ttlMs: 100, absentTtlMs: 100, maxEntries: 2 });
    for (const key of ["a", "b", "c"]) await cache.get(key, 1000, async () => key);
    expect(cache.peek("a", 1000)).toBeUndefined();
    expect(cache.peek("b", 1000)).toBe("b");
    for (let wrong = 0; wrong < 50; wrong += 1) {
      await cache.get(`wrong-${wrong}`, 1000, async () => undefined);
    }
    expect(cache.peek("b", 1000)).toBe("b");
    expect(cache.peek("c", 1000)).toBe("c");
  });

  it("asks once for many at the same time", async () => {
    const cache = new IsolateCache<string>({ ttlMs: 100, absentTtlMs: 0, maxEntries: 9 });
    const source = counted(() => "value");
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => cache.get("a", 1000, source.load)),
    );
    expect(new Set(answers)).toEqual(new Set(["value"]));
    expect(source.calls()).toBe(1);
  });

  it("does not believe the absence that a joined load saw, when absence is not kept", async () => {
    const cache = new IsolateCache<string>({ ttlMs: 100, absentTtlMs: 0, maxEntries: 9 });
    let made: string | undefined;
    const slow = Promise.withResolvers<void>();
    const first = cache.get("a", 1000, async () => {
      const seen = made;
      await slow.promise;
      return seen;
    });
    made = "made since";
    const second = cache.get("a", 1001, async () => made);
    slow.resolve();
    expect(await first).toBeUndefined();
    expect(await second).toBe("made since");
  });

  it("fails every waiter of a failed load and remembers nothing of it", async () => {
    const cache = new IsolateCache<string>({ ttlMs: 100, absentTtlMs: 100, maxEntries: 9 });
    const failing = async () => Promise.reject(new Error("down"));
    const answers = await Promise.allSettled([
      cache.get("a", 1000, failing),
      cache.get("a", 1000, failing),
    ]);
    expect(answers.map((answer) => answer.status)).toEqual(["rejected", "rejected"]);
    expect(await cache.get("a", 1000, async () => "up")).toBe("up");
  });

  it("does not keep the answer of a load that began before a forget", async () => {
    const cache = new IsolateCache<string>({ ttlMs: 100, absentTtlMs: 0, maxEntries: 9 });
    const slow = Promise.withResolvers<string>();
    const early = cache.get("a", 1000, () => slow.promise);
    cache.forget("a");
    slow.resolve("old");
    expect(await early).toBe("old");
    expect(cache.peek("a", 1000)).toBeUndefined();
    expect(await cache.get("a", 1000, async () => "new")).toBe("new");
  });

  it("does not wait for ever on a load whose request died", async () => {
    const cache = new IsolateCache<string>({ ttlMs: 60_000, absentTtlMs: 0, maxEntries: 9 });
    void cache.get("a", 1000, () => new Promise(() => {}));
    expect(await cache.get("a", 1000, async () => "own")).toBe("own");
    void cache.get("b", 1000, () => new Promise(() => {}));
    expect(await cache.get("b", 3000, async () => "own, at once")).toBe("own, at once");
  });
});
