// What a listing with a delimiter costs: rows in proportion to what it returns, not to what is
// stored. The keys are written straight into the table, 100,000 commits would only take longer.

import { describe, expect, it } from "vitest";
import { type IndexUnderTest, openIndex } from "./fixture.ts";

const folders = 10;
const keysEach = 10_000;

async function fill(index: IndexUnderTest): Promise<void> {
  await index.inside((_, storage) => {
    storage.sql.exec(
      `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 * ?2 - 1)
       INSERT INTO current (key, seq, modified_at, size, etag, content)
       SELECT printf('folder-%d/%06d', i % ?1, i / ?1), i + 1, 0, 1, 'etag', 'content' FROM n`,
      folders,
      keysEach,
    );
  });
}

describe("a listing with a delimiter over 100,000 keys in 10 folders", () => {
  it("reads a few rows for each folder it shows, whatever the folders hold", async () => {
    const index = await openIndex();
    await fill(index);
    const list = async (prefix: string, limit: number) => {
      let found: { prefixes: number; keys: number } | undefined;
      const cost = await index.cost(async () => {
        const page = await index.client.list({ ...index.facts, prefix, delimiter: "/", limit });
        if (page.kind !== "page") throw new Error(page.kind);
        found = { prefixes: page.commonPrefixes.length, keys: page.objects.length };
      });
      return { ...found, rowsRead: cost.read };
    };
    const top = await list("", 1000);
    expect(top).toMatchObject({ prefixes: folders, keys: 0 });
    expect(top.rowsRead).toBeLessThanOrEqual(4 * folders);
    const inside = await list("folder-3/", 100);
    expect(inside).toMatchObject({ prefixes: 0, keys: 100 });
    expect(inside.rowsRead).toBeLessThanOrEqual(2 * 100);
  });
});
