import { describe, expect, it } from "vitest";
import type { ListVersionsRequest } from "../../src/bucket/types.ts";
import { type IndexUnderTest, openIndex } from "./fixture.ts";

async function page(index: IndexUnderTest, wish: Partial<ListVersionsRequest> = {}) {
  const outcome = await index.client.listVersions({
    prefix: "",
    delimiter: "",
    limit: 1000,
    ...wish,
    ...index.facts,
  });
  if (outcome.kind !== "page") throw new Error(outcome.kind);
  return outcome;
}

/** Three keys with three versions each; the middle key ends in a marker. */
async function filled() {
  const index = await openIndex("Enabled");
  for (const etag of ["one", "two", "three"]) {
    for (const key of ["a", "b/1", "c"]) await index.put(key, { etag });
  }
  await index.delete("b/1");
  return index;
}

describe("listVersions", () => {
  it("lists by key, newest first, and tells the latest", async () => {
    const { versions, isTruncated } = await page(await filled());
    expect(isTruncated).toBe(false);
    expect(versions.map((v) => [v.key, v.etag, v.isLatest, v.isDeleteMarker])).toEqual([
      ["a", "three", true, false],
      ["a", "two", false, false],
      ["a", "one", false, false],
      ["b/1", "", true, true],
      ["b/1", "three", false, false],
      ["b/1", "two", false, false],
      ["b/1", "one", false, false],
      ["c", "three", true, false],
      ["c", "two", false, false],
      ["c", "one", false, false],
    ]);
  });

  it("gives the same in pages of every size, cut inside keys too", async () => {
    const index = await filled();
    const whole = (await page(index)).versions.map(({ versionId }) => versionId);
    for (let limit = 1; limit <= 11; limit += 1) {
      const seen: string[] = [];
      let markers: Partial<ListVersionsRequest> = {};
      for (;;) {
        const { versions, isTruncated, ...next } = await page(index, { limit, ...markers });
        seen.push(...versions.map(({ versionId }) => versionId));
        if (!isTruncated) break;
        markers = {
          keyMarker: next.nextKeyMarker ?? "",
          ...(next.nextVersionIdMarker !== undefined && {
            versionIdMarker: next.nextVersionIdMarker,
          }),
        };
      }
      expect(seen).toEqual(whole);
    }
  });

  it("goes on after the whole key when only a key marker is given", async () => {
    const { versions } = await page(await filled(), { keyMarker: "a" });
    expect(versions.map(({ key }) => key)).not.toContain("a");
    expect(versions).toHaveLength(7);
  });

  it("rolls up common prefixes and pages past them", async () => {
    const index = await filled();
    const first = await page(index, { delimiter: "/", limit: 4 });
    expect(first.commonPrefixes).toEqual(["b/"]);
    expect(first).toMatchObject({ isTruncated: true, nextKeyMarker: "b/" });
    expect(first).not.toHaveProperty("nextVersionIdMarker");
    const second = await page(index, { delimiter: "/", keyMarker: "b/" });
    expect(second.commonPrefixes).toEqual([]);
    expect(second.versions.map(({ key }) => key)).toEqual(["c", "c", "c"]);
  });

  it("leaves nothing out when each page is deleted before the next is asked for", async () => {
    const index = await filled();
    let markers: Partial<ListVersionsRequest> = {};
    let deleted = 0;
    for (;;) {
      const { versions, isTruncated, ...next } = await page(index, { limit: 2, ...markers });
      for (const { key, versionId } of versions) await index.delete(key, { versionId });
      deleted += versions.length;
      if (!isTruncated) break;
      markers = {
        keyMarker: next.nextKeyMarker ?? "",
        versionIdMarker: next.nextVersionIdMarker ?? "",
      };
    }
    expect(deleted).toBe(10);
    expect(await index.rpc.beginDelete(index.facts)).toEqual({ kind: "deleting" });
  });

  it("shows the null version among others, and unversioned buckets as null versions", async () => {
    const index = await openIndex();
    await index.put("k");
    expect((await page(index)).versions).toMatchObject([{ versionId: "null", isLatest: true }]);
    index.versioning = "Enabled";
    await index.put("k");
    const { versions } = await page(index, { limit: 1 });
    const rest = await page(index, {
      keyMarker: "k",
      versionIdMarker: versions[0]?.versionId ?? "",
    });
    expect(rest.versions).toMatchObject([{ versionId: "null", isLatest: false }]);
    expect((await page(index, { keyMarker: "k", versionIdMarker: "null" })).versions).toEqual([]);
  });

  it("refuses a marker that is no version id", async () => {
    const index = await filled();
    const request = { prefix: "", delimiter: "", limit: 1, keyMarker: "a", versionIdMarker: "x" };
    expect(await index.client.listVersions({ ...request, ...index.facts })).toEqual({
      kind: "no-such-version-marker",
    });
  });

  it("reads in proportion to the page, however many versions a key has", async () => {
    const index = await openIndex("Enabled");
    for (let n = 0; n < 80; n += 1) await index.put("k");
    await index.put("l");
    const top = await index.cost(() => page(index, { limit: 5 }));
    expect(top.read).toBeLessThanOrEqual(12);
    const { nextVersionIdMarker = "" } = await page(index, { limit: 40 });
    const middle = await index.cost(() =>
      page(index, { limit: 5, keyMarker: "k", versionIdMarker: nextVersionIdMarker }),
    );
    expect(middle.read).toBeLessThanOrEqual(12);
    const grouped = await index.cost(() => page(index, { delimiter: "k" }));
    expect(grouped.read).toBeLessThanOrEqual(40);
  });
});
