// What Intelligent-Tiering costs the index: nothing without versions of the class, one write a day for
// a version in use, and one walk over the rows a day.
import { env } from "cloudflare:test";
import { expect, it } from "vitest";
import type { VersionPlace } from "../../src/bucket/types.ts";
import { type IndexUnderTest, openIndex } from "./fixture.ts";

const dayMs = 86_400_000;
const tieredClass = "INTELLIGENT_TIERING" as const;

/** As commits leave them, without the time of as many commits; slices keep the memory small. */
async function fill(index: IndexUnderTest, count: number): Promise<void> {
  for (let from = 1; from <= count; from += 50_000) {
    await index.inside((_, storage) =>
      storage.sql.exec(
        `WITH RECURSIVE n (i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
         INSERT INTO current (key, seq, modified_at, size, etag, class, content)
         SELECT printf('key-%08d', i), i, ?3, 1000000, 'e', ?4, printf('00%029d', i) FROM n`,
        from,
        Math.min(count, from + 49_999),
        index.nowMs,
        tieredClass,
      ),
    );
  }
}

async function putTiered(index: IndexUnderTest, key: string): Promise<void> {
  const request = { ...index.commitRequest(key), storageClass: tieredClass };
  expect((await index.rpc.commit(request)).kind).toBe("committed");
}

/** Walks it all, as the mover does; gives the versions seen and the calls it took. */
async function walk(index: IndexUnderTest): Promise<{ versions: number; calls: number }> {
  let after: VersionPlace | undefined;
  let versions = 0;
  for (let calls = 1; ; calls += 1) {
    const page = await index.rpc.scanTiered({ limit: 2000, ...(after && { after }) });
    versions += page.rows.length;
    after = page.next;
    if (after === undefined) return { versions, calls };
  }
}

it("without a version of the class the walk reads nothing", async () => {
  const index = await openIndex();
  for (let n = 0; n < 20; n += 1) await index.put(`key-${n}`);
  const cost = await index.cost(async () => {
    expect(await walk(index)).toEqual({ versions: 0, calls: 1 });
  });
  expect(cost).toEqual({ written: 0, read: 0 });
});

it("a version in use is written down once a day", async () => {
  const index = await openIndex();
  await putTiered(index, "k");
  const { seq } = await index.found("k");
  const notice = () => index.rpc.noticeAccess({ ...index.facts, key: "k", seq, restMs: dayMs });
  index.nowMs += dayMs;
  expect((await index.cost(notice)).written).toBe(1);
  index.nowMs += dayMs / 2;
  expect((await index.cost(notice)).written).toBe(0);
  const page = await index.rpc.scanTiered({ limit: 10 });
  expect(page.rows).toMatchObject([{ key: "k", usedAtMs: index.nowMs - dayMs / 2 }]);
});

const count = env.CAIRN_FULL === "1" ? 1_000_000 : 10_000;
it(`a walk over ${count} versions reads one row for each`, async () => {
  const index = await openIndex();
  await putTiered(index, "a");
  await fill(index, count);
  const startedMs = performance.now();
  const cost = await index.cost(async () => {
    const seen = await walk(index);
    expect(seen.versions).toBe(count + 1);
    expect(seen.calls).toBeLessThanOrEqual(count / 2000 + 1);
  });
  const ms = Math.round(performance.now() - startedMs);
  if (env.CAIRN_FULL === "1") console.log(JSON.stringify({ count, ...cost, ms }));
  expect(cost.written).toBe(0);
  expect(cost.read).toBeLessThan(1.1 * count);
}, 600_000);
