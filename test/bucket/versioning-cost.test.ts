// What versioning costs, in the rows the platform bills: a put writes as many however deep a key's
// history is, a read and a listing read as many as without any.
import { describe, expect, it } from "vitest";
import { type IndexUnderTest, openIndex } from "./fixture.ts";

const page = (index: IndexUnderTest) =>
  index.rpc.list({ ...index.facts, prefix: "", delimiter: "", limit: 1000 });

/** `keys` keys with `depth` versions each. */
async function fill(index: IndexUnderTest, keys: number, depth: number): Promise<void> {
  for (let round = 0; round < depth; round += 1) {
    for (let at = 0; at < keys; at += 1) await index.put(`key-${String(at).padStart(4, "0")}`);
  }
}

describe("what versioning costs", () => {
  it("a put of a new key writes one row, versioned or not", async () => {
    for (const versioning of ["Unversioned", "Enabled", "Suspended"] as const) {
      const index = await openIndex(versioning);
      await index.put("warm");
      expect((await index.cost(() => index.put("new"))).written).toBe(1);
    }
  });

  it("a put over an object: two rows as it is, three with history, whatever its depth", async () => {
    const plain = await openIndex("Unversioned");
    await plain.put("k");
    // The row of `current`, and the one it condemns.
    expect((await plain.cost(() => plain.put("k"))).written).toBe(2);
    const index = await openIndex("Enabled");
    await index.put("k");
    for (const depth of [1, 10, 100]) {
      await fill(index, 1, depth);
      await index.put("k");
      // The row of `current`, and the archived one with its place among the ids.
      expect((await index.cost(() => index.put("k"))).written).toBe(3);
    }
  });

  it("a read of the current version reads one row over 100 others, one by id two", async () => {
    const [plain, deep] = [await openIndex("Unversioned"), await openIndex("Enabled")];
    await plain.put("k");
    const first = await deep.put("k");
    for (let round = 0; round < 100; round += 1) await deep.put("k");
    expect((await plain.cost(() => plain.found("k"))).read).toBe(1);
    expect((await deep.cost(() => deep.found("k"))).read).toBe(1);
    const byId = await deep.cost(() => deep.found("k", first.versionId));
    expect(byId.read).toBeLessThanOrEqual(3);
  });

  it("a page of current keys reads the same rows with 100 versions each as with one", async () => {
    const [plain, deep] = [await openIndex("Unversioned"), await openIndex("Enabled")];
    await fill(plain, 10, 1);
    await fill(deep, 10, 100);
    const [one, many] = [await plain.cost(() => page(plain)), await deep.cost(() => page(deep))];
    expect(one.read).toBeLessThanOrEqual(11);
    expect(many.read).toBe(one.read);
  });

  it("a change of tags or lock writes one row, current or old", async () => {
    const index = await openIndex("Enabled");
    const { versionId = "" } = await index.put("k");
    await index.put("k");
    for (const version of [{}, { versionId }]) {
      const change = { kind: "legal-hold", isOn: true } as const;
      const amend = () => index.rpc.amend({ ...index.facts, key: "k", change, ...version });
      expect((await index.cost(amend)).written).toBe(1);
    }
  });
});
