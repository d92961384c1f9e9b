// The end of an index: whatever it held goes in one transaction, or nothing does.

import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { type IndexUnderTest, openIndex } from "./fixture.ts";
import { complete, uploadOf } from "./upload-fixture.ts";

const condemnedRows = env.CAIRN_FULL === "1" ? 1_000_000 : 10_000;

/** What outlives a bucket. */
const kept = ["meta", "migrations", "outbox"];

async function tables(index: IndexUnderTest): Promise<string[]> {
  const query =
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'";
  const rows = await index.rows(query);
  return rows.map(({ name }) => String(name)).filter((name) => !name.startsWith("sqlite_"));
}

async function rowsOf(index: IndexUnderTest): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of await tables(index)) {
    const [row] = await index.rows(`SELECT count(*) AS n FROM ${name}`);
    counts[name] = Number(row?.["n"]);
  }
  return counts;
}

/** An index with rows in many tables, and nothing that keeps it from being deleted. */
async function emptied(): Promise<IndexUnderTest> {
  const index = await openIndex();
  await index.put("k");
  await index.delete("k");
  const upload = await uploadOf(index, "u", [5 * 1024 * 1024, 5]);
  await complete(index, upload);
  await index.delete("u");
  await index.inside((_, { sql }) => {
    sql.exec("INSERT INTO lifecycle_tally VALUES (1, 'r', 'Expiration', 1, 1)");
    sql.exec("INSERT INTO replication_counters VALUES ('t', 'r', 1, 1, 0, 0, 0, 0)");
  });
  expect((await index.rpc.beginDelete(index.facts)).kind).toBe("deleting");
  return index;
}

describe("destroy", () => {
  it("empties every table but those that outlive a bucket", async () => {
    const index = await emptied();
    const before = await rowsOf(index);
    expect(before["condemned"]).toBeGreaterThan(0);
    expect(before["parts"]).toBeGreaterThan(0);
    await index.rpc.destroy();
    const left = Object.entries(await rowsOf(index)).filter(([, count]) => count > 0);
    expect(left.map(([name]) => name).filter((name) => !kept.includes(name))).toEqual([]);
    const meta = await index.rows(
      "SELECT name, value FROM meta WHERE name IN ('state', 'bucket_id')",
    );
    expect(meta).toContainEqual({ name: "state", value: "destroyed" });
    expect(meta).toContainEqual({ name: "bucket_id", value: index.bucketId });
  });

  it("that is cut short in the middle changes nothing, and is done again (D15)", async () => {
    const index = await emptied();
    const before = await rowsOf(index);
    await index.inside((_, { sql }) => void sql.exec("ALTER TABLE partitions RENAME TO hidden"));
    const end = index.inside((it) => it.destroy().then(String, () => "cut short"));
    expect(await end).toBe("cut short");
    await index.inside((_, { sql }) => void sql.exec("ALTER TABLE hidden RENAME TO partitions"));
    expect(await rowsOf(index)).toEqual(before);
    await index.restart();
    expect((await index.rpc.beginDelete(index.facts)).kind).toBe("deleting");
    await index.rpc.destroy();
    expect((await rowsOf(index))["condemned"]).toBe(0);
    expect((await index.rpc.beginDelete(index.facts)).kind).toBe("no-such-bucket");
  });

  it(`of ${condemnedRows} condemned rows is quick: SQLite frees pages, and reads no row`, async () => {
    const index = await openIndex();
    await index.put("k");
    await index.delete("k");
    await index.inside((_, { sql }) => {
      const columns = [...sql.exec("SELECT name FROM pragma_table_info('condemned')")]
        .map(({ name }) => String(name))
        .filter((name) => name !== "held" && name !== "key" && name !== "seq");
      sql.exec(
        `INSERT INTO condemned (held, key, seq, ${columns})
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
         SELECT hex(randomblob(20)), 'folder/of/some/length/' || i, seq + i, ${columns}
         FROM n, condemned`,
        condemnedRows,
      );
    });
    expect((await index.rpc.beginDelete(index.facts)).kind).toBe("deleting");
    const startedAtMs = Date.now();
    const cost = await index.inside(async (it, { sql }) => {
      const before = sql.databaseSize;
      await it.destroy();
      return { before, after: sql.databaseSize };
    });
    const ms = Date.now() - startedAtMs;
    if (env.CAIRN_FULL === "1") console.log(JSON.stringify({ condemnedRows, ms, ...cost }));
    expect((await rowsOf(index))["condemned"]).toBe(0);
    // A million take 0.1 s. A call has 30 s of CPU at the least.
    expect(ms).toBeLessThan(5000);
  });
});
