import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { ListedObject, ListRequest } from "../../src/bucket/types.ts";
import { type IndexUnderTest, openIndex } from "./fixture.ts";

type Wish = Pick<ListRequest, "prefix" | "delimiter" | "after" | "limit">;

const characters = ["a", "b", "/", "é", "\ud7ff", "\ue000", "\uffff", "😀", "\u{10ffff}"] as const;
const text = fc.array(fc.constantFrom(...characters), { maxLength: 4 }).map((all) => all.join(""));

function byBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

/** What S3 lists, from all keys, without any cleverness. */
function listNaively(keys: readonly string[], { prefix, delimiter, after, limit }: Wish) {
  const entries = new Map<string, "key" | "prefix">();
  for (const key of keys.toSorted(byBytes)) {
    if (!key.startsWith(prefix)) continue;
    const at = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    const entry = at < 0 ? key : key.slice(0, at + delimiter.length);
    if (after !== undefined && (byBytes(entry, after) <= 0 || byBytes(key, after) <= 0)) continue;
    entries.set(entry, at < 0 ? "key" : "prefix");
  }
  const page = [...entries].slice(0, limit);
  return {
    keys: page.filter(([, kind]) => kind === "key").map(([entry]) => entry),
    commonPrefixes: page.filter(([, kind]) => kind === "prefix").map(([entry]) => entry),
    isTruncated: limit > 0 && entries.size > limit,
  };
}

async function listPage(index: IndexUnderTest, wish: Partial<Wish>) {
  const request = { prefix: "", delimiter: "", limit: 1000, ...wish, ...index.facts };
  const outcome = await index.client.list(request);
  if (outcome.kind !== "page") throw new Error(outcome.kind);
  return outcome;
}

const namesOf = (objects: readonly ListedObject[]) => objects.map(({ key }) => key);

describe("list", () => {
  let index: IndexUnderTest;
  const keys = fc
    .sample(text, { numRuns: 250, seed: 7 })
    .filter((key, at, all) => key !== "" && all.indexOf(key) === at);
  beforeAll(async () => {
    index = await openIndex();
    for (const key of keys) await index.put(key);
  });

  it("agrees with a naive listing for any prefix, delimiter, marker and size (SEC-051)", async () => {
    const marker = fc.option(fc.oneof(text, fc.constantFrom(...keys)), { nil: undefined });
    const delimiter = fc.oneof(
      fc.constantFrom("", "/", "a", "\u{10ffff}", "/a"),
      fc.constantFrom(...characters),
    );
    const wishes = fc.record({ prefix: text, delimiter, after: marker, limit: fc.nat(20) });
    await fc.assert(
      fc.asyncProperty(wishes, async ({ after, ...rest }) => {
        const wish = { ...rest, ...(after !== undefined && { after }) };
        const page = await listPage(index, wish);
        const expected = listNaively(keys, wish);
        expect(namesOf(page.objects)).toEqual(expected.keys);
        expect(page.commonPrefixes).toEqual(expected.commonPrefixes);
        expect(page.isTruncated).toBe(expected.isTruncated);
      }),
      { numRuns: 600 },
    );
  });

  it("neither skips nor repeats a key from page to page (D45)", async () => {
    for (const delimiter of ["", "/"]) {
      const seen: string[] = [];
      let after: string | undefined;
      for (;;) {
        const page = await listPage(index, {
          delimiter,
          limit: 7,
          ...(after !== undefined && { after }),
        });
        seen.push(...[...namesOf(page.objects), ...page.commonPrefixes].toSorted(byBytes));
        if (!page.isTruncated) break;
        after = page.next;
      }
      const whole = listNaively(keys, { prefix: "", delimiter, limit: 100_000 });
      expect(seen).toEqual([...whole.keys, ...whole.commonPrefixes].toSorted(byBytes));
    }
  });

  it("shows every acknowledged key while others come and go (D45)", async () => {
    const busy = await openIndex();
    for (let n = 0; n < 30; n += 1) await busy.put(`stable-${String(n).padStart(3, "0")}`);
    const seen: string[] = [];
    let after: string | undefined;
    for (let round = 0; ; round += 1) {
      const page = await listPage(busy, { limit: 4, ...(after !== undefined && { after }) });
      seen.push(...namesOf(page.objects));
      await busy.put(`stable-${String(round * 4).padStart(3, "0")}-new`);
      await busy.delete(`stable-${String(round * 4 - 8).padStart(3, "0")}-new`);
      if (!page.isTruncated) break;
      after = page.next;
    }
    const stable = seen.filter((key) => !key.endsWith("-new"));
    expect(stable).toHaveLength(30);
    expect(new Set(stable).size).toBe(30);
  });

  it("hides keys whose newest version is a delete marker", async () => {
    const versioned = await openIndex("Enabled");
    await versioned.put("a");
    await versioned.put("b");
    await versioned.delete("a");
    expect(namesOf((await listPage(versioned, {})).objects)).toEqual(["b"]);
  });

  it("shows what listings show and nothing for a limit of 0", async () => {
    const one = await openIndex();
    await one.put("k", {
      sizeBytes: 7,
      etag: "e",
      detail: {
        metadata: { a: "b" },
        checksum: { algorithm: "SHA256", type: "COMPOSITE", value: "a:/b=-2" },
        ownerId: "other",
      },
    });
    expect((await listPage(one, {})).objects).toEqual([
      {
        key: "k",
        modifiedAtMs: one.nowMs,
        sizeBytes: 7,
        etag: "e",
        storageClass: "STANDARD",
        checksum: { algorithm: "SHA256", type: "COMPOSITE" },
        ownerId: "other",
      },
    ]);
    expect(await listPage(one, { limit: 0 })).toMatchObject({ objects: [], isTruncated: false });
  });

  it("reads in proportion to what it returns, whatever lies behind a common prefix", async () => {
    const deep = await openIndex();
    for (const folder of ["a", "b", "c", "d"]) {
      for (let n = 0; n < 60; n += 1) await deep.put(`${folder}/${String(n).padStart(3, "0")}`);
    }
    const grouped = await deep.cost(() => listPage(deep, { delimiter: "/" }));
    // A batch, then a seek for each folder; SQLite counts its own steps of the walk as rows too.
    expect(grouped.read).toBeLessThanOrEqual(16 + 3 * 4);
    const flat = await deep.cost(() => listPage(deep, { limit: 50 }));
    expect(flat.read).toBeLessThanOrEqual(51 + 1);
    expect(flat.written).toBe(0);
  });

  it("does not read history to list current keys", async () => {
    const versioned = await openIndex("Enabled");
    for (let n = 0; n < 40; n += 1) await versioned.put("same");
    await versioned.put("other");
    const cost = await versioned.cost(() => listPage(versioned, {}));
    expect(cost.read).toBeLessThanOrEqual(3);
  });
});
