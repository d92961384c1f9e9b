// Random histories of writers, movers and restorers in one index. Movers swap when they like, also
// with what they claimed long ago. Whatever happens: bytes that a version names are never removed, a
// version is changed by nobody but its writers, and the counts of who holds what are right.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SwapMoveRequest } from "../../src/bucket/types.ts";
import { newVersionId } from "../../src/s3/ids.ts";
import { dayMs, hourMs, type IndexUnderTest, openIndex } from "./fixture.ts";

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const key = fc.constantFrom("a", "b", "c");
const storageClass = fc.constantFrom("STANDARD", "STANDARD_IA", "GLACIER", "DEEP_ARCHIVE");
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("put" as const), key, storageClass }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("copy" as const), key, from: key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("delete" as const), key }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("claim" as const), key, storageClass }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("swap" as const), at: fc.nat(9) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("restore" as const), key }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("due" as const), at: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("collect" as const), hours: fc.nat(60) }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

class History {
  readonly #claims: SwapMoveRequest[] = [];
  readonly #removed = new Set<string>();
  /** What clients know of each key. */
  readonly #known = new Map<string, { etag: string; versionId: string }>();
  readonly #index: IndexUnderTest;

  constructor(index: IndexUnderTest) {
    this.#index = index;
  }

  async run(step: Step): Promise<void> {
    const index = this.#index;
    switch (step.do) {
      case "put": {
        const etag = newVersionId(index.nowMs, random);
        const request = {
          ...index.commitRequest(step.key, { etag }),
          storageClass: step.storageClass,
        };
        const outcome = await index.rpc.commit(request as never);
        if (outcome.kind !== "committed") throw new Error(outcome.kind);
        this.#know(step.key, etag, outcome.versionId);
        return;
      }
      case "copy": {
        const source = await index.resolve(step.from);
        if (source.kind !== "found") return;
        const { etag, content, seq, storageClass } = source.version;
        const shared = { etag, content: content ?? "", sharedFrom: { key: step.from, seq } };
        const request = { ...index.commitRequest(step.key, shared), storageClass };
        const outcome = await index.rpc.commit(request);
        if (outcome.kind === "committed") this.#know(step.key, etag, outcome.versionId);
        return;
      }
      case "delete":
        await index.delete(step.key);
        this.#known.delete(step.key);
        return;
      case "claim":
        return this.#claim(step.key, step.storageClass as "STANDARD");
      case "swap": {
        const wish = this.#claims[step.at % Math.max(1, this.#claims.length)];
        if (wish !== undefined) await index.rpc.swapMove({ ...wish, nowMs: index.nowMs });
        return;
      }
      case "restore":
        return this.#restore(step.key);
      case "due":
        return this.#finish(step.at);
      case "collect":
        return this.#collect(step.hours);
    }
  }

  #know(name: string, etag: string, versionId = "null"): void {
    this.#known.set(name, { etag, versionId });
  }

  async #claim(name: string, storageClass: "STANDARD"): Promise<void> {
    const found = await this.#index.resolve(name);
    if (found.kind !== "found") return;
    const { seq, versionId } = found.version;
    const fence = newVersionId(this.#index.nowMs, random);
    const facts = { ...this.#index.facts, key: name, versionId, seq, to: { storageClass }, fence };
    const claim = await this.#index.rpc.claimMove({ ...facts, leaseMs: hourMs });
    if (claim.kind !== "claimed") return;
    const expectedContent = claim.version.content ?? "";
    this.#claims.push({ ...facts, expectedContent, content: this.#index.blob() });
  }

  async #restore(name: string): Promise<void> {
    const found = await this.#index.resolve(name);
    if (found.kind !== "found") return;
    const { seq, versionId } = found.version;
    const wish = { tier: "Standard", days: 1, dayMs, readyAtMs: this.#index.nowMs } as const;
    await this.#index.rpc.startRestore({
      ...this.#index.facts,
      key: name,
      versionId,
      seq,
      ...wish,
    });
  }

  async #finish(at: number): Promise<void> {
    const { rpc, facts, nowMs } = this.#index;
    const { due } = await rpc.dueRestores({ nowMs, limit: 10 });
    const one = due[at % Math.max(1, due.length)];
    if (one === undefined) return;
    const { key: name, versionId, seq, kind } = one;
    if (kind === "expired") return rpc.endRestore({ ...facts, key: name, seq });
    const version = await this.#index.found(name, versionId);
    const place = { ...facts, key: name, versionId, seq, fence: "restorer", dayMs };
    const expectedContent = version.content ?? "";
    await rpc.finishRestore({ ...place, expectedContent, content: this.#index.blob() });
  }

  async #collect(hours: number): Promise<void> {
    this.#index.nowMs += hours * hourMs;
    const due = { nowMs: this.#index.nowMs, graceMs: dayMs, limit: 100 };
    const claimed = await this.#index.rpc.claimCondemned(due);
    for (const { blob } of claimed) this.#removed.add(blob);
    await this.#index.rpc.forgetCondemned(claimed.map(({ ticket }) => ticket));
  }

  /** Every version that stands has its bytes, and is what its writer made it. */
  async check(): Promise<void> {
    for (const name of ["a", "b", "c"]) {
      const found = await this.#index.resolve(name);
      const known = this.#known.get(name);
      expect(found.kind === "found").toBe(known !== undefined);
      if (found.kind !== "found") continue;
      const { etag, content } = found.version;
      expect(etag).toBe(known?.etag);
      expect(this.#removed.has(content ?? "")).toBe(false);
      for (const { blob } of found.segments) expect(this.#removed.has(blob)).toBe(false);
    }
    const { findings } = await this.#index.rpc.recount({ share: 0, of: 1, isRepair: false });
    expect(findings).toEqual([]);
  }
}

describe("writers, movers and restorers", () => {
  for (const versioning of ["Unversioned", "Enabled"] as const) {
    it(`never lose, resurrect or miscount bytes, ${versioning}`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
          const index = await openIndex(versioning);
          // Behind the real clock, or the alarm would ring and find that these blobs are made up.
          index.nowMs += 3650 * dayMs;
          const history = new History(index);
          for (const one of steps) {
            await history.run(one);
            await history.check();
          }
        }),
        { numRuns: 40 },
      );
    }, 120_000);
  }
});

describe("what a restoration costs", () => {
  it("is a handful of rows, and nothing for what is not archived", async () => {
    const index = await openIndex();
    index.nowMs += 3650 * dayMs;
    await index.rpc.commit({ ...index.commitRequest("k"), storageClass: "GLACIER" });
    const { seq, versionId, content } = await index.found("k");
    const place = { ...index.facts, key: "k", versionId, seq };
    const wish = { tier: "Bulk", days: 1, dayMs, readyAtMs: index.nowMs } as const;
    const asked = await index.cost(() => index.rpc.startRestore({ ...place, ...wish }));
    const copy = { content: index.blob(), expectedContent: content ?? "", fence: "f", dayMs };
    const made = await index.cost(() => index.rpc.finishRestore({ ...place, ...copy }));
    index.nowMs += 3 * dayMs;
    const facts = { ...index.facts, key: "k", seq };
    const ended = await index.cost(() => index.rpc.endRestore(facts));
    // The row and its place by time; the count that spares the copy; the condemned row.
    expect([asked.written, made.written, ended.written]).toEqual([2, 3, 2]);
    const plain = await openIndex();
    expect((await plain.cost(() => plain.put("k"))).written).toBeLessThanOrEqual(2);
    await plain.put("k");
    expect((await plain.cost(() => plain.resolve("k"))).read).toBe(1);
  });
});
