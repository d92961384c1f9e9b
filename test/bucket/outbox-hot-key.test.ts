// One key with very many changes that nobody takes: looking for what else is due must not read them
// all, look after look, and nothing of it may be lost or come out of order.
import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import type { OutboxBatch } from "../../src/bucket/types.ts";
import { type IndexUnderTest, openIndex, type PutOptions } from "./fixture.ts";

const hotRows = env.CAIRN_FULL === "1" ? 100_000 : 5000;
const target = "arn:one";
const emit = {
  watchers: [{ kind: "notification", target, id: "rule", events: ["ObjectCreated:*"] }],
  bucket: { name: "b", region: "r", accountId: "1", ownerId: "o", isVersioned: true },
  origin: { principalId: "AWS:1", sourceAddress: "::1", requestId: "R", hostId: "H" },
} as const;

const put = (index: IndexUnderTest, key: string) => index.put(key, { emit } as PutOptions);

const claim = (index: IndexUnderTest): Promise<OutboxBatch[]> =>
  index.inside((it) => it.claimOutbox({ nowMs: index.nowMs, limit: 100, probeAfter: 5 }));

const settle = (
  index: IndexUnderTest,
  more: { done?: readonly number[]; failed?: { seq: number; key: string; retryAtMs: number }[] },
) =>
  index.inside((it) =>
    it.settleOutbox({
      ...{ kind: "notification", target, nowMs: index.nowMs },
      done: more.done ?? [],
      failed: (more.failed ?? []).map((one) => ({ ...one, error: "503" })),
    }),
  );

const entriesOf = ([batch]: readonly OutboxBatch[]) => batch?.entries ?? [];

/** An index whose key `hot` failed once and waits, with as many changes behind it. */
async function hotIndex() {
  const index = await openIndex("Unversioned");
  await index.inside((it) => Object.assign(it, { drain: async () => {} }));
  await put(index, "hot");
  const [first] = entriesOf(await claim(index));
  const seq = first?.seq ?? 0;
  const retryAtMs = index.nowMs + 60_000;
  await settle(index, { failed: [{ seq, key: "hot", retryAtMs }] });
  await index.inside((_, { sql }) => {
    sql.exec(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
       INSERT INTO outbox SELECT target, seq + i, key, body FROM n, outbox WHERE seq = ?2`,
      hotRows,
      seq,
    );
    sql.exec("UPDATE meta SET value = ?1 WHERE name = 'reserved'", `${seq + hotRows + 1} 0`);
  });
  await index.restart();
  await index.inside((it) => Object.assign(it, { drain: async () => {} }));
  // The first looks read what is there, each a bounded part of it.
  let looks = 0;
  for (; (await index.rpc.outboxStatus()).nextAtMs === 0; looks += 1) {
    expect((await index.cost(() => claim(index))).read).toBeLessThanOrEqual(45_000);
  }
  expect(looks).toBeLessThanOrEqual(Math.ceil(hotRows / 20_000));
  return { index, seq, retryAtMs };
}

describe("a key with very many changes that wait", () => {
  it("is read through once, whatever comes behind it and however often", async () => {
    const { index } = await hotIndex();
    await put(index, "other");
    const looks: number[] = [];
    for (let round = 0; round < 20; round += 1) {
      const { read } = await index.cost(async () => {
        const entries = entriesOf(await claim(index));
        expect(entries.map(({ key }) => key)).toEqual(["other"]);
        await settle(index, { done: entries.map(({ seq }) => seq) });
      });
      looks.push(read);
      await put(index, "hot");
      await put(index, "other");
    }
    expect(Math.max(...looks)).toBeLessThanOrEqual(40);
  });

  it("is tried by its oldest change alone, and then told whole and in order", async () => {
    const { index, seq, retryAtMs } = await hotIndex();
    expect(entriesOf(await claim(index))).toEqual([]);
    // Nothing to ring for before the key may be tried again.
    expect((await index.rpc.outboxStatus()).nextAtMs).toBe(retryAtMs);
    for (let failures = 1; failures <= 3; failures += 1) {
      index.nowMs += 60_000;
      const { read } = await index.cost(async () => {
        const entries = entriesOf(await claim(index));
        expect(entries).toMatchObject([{ seq, key: "hot", failures }]);
        const again = index.nowMs + 60_000;
        await settle(index, { failed: [{ seq, key: "hot", retryAtMs: again }] });
      });
      expect(read).toBeLessThanOrEqual(40);
    }
    index.nowMs += 60_000;
    const told: number[] = [];
    const { read } = await index.cost(async () => {
      for (;;) {
        const entries = entriesOf(await claim(index));
        if (entries.length === 0) break;
        told.push(...entries.map((entry) => entry.seq));
        await settle(index, { done: entries.map((entry) => entry.seq) });
      }
    });
    expect(told).toHaveLength(hotRows + 1);
    expect(told).toEqual([...told].sort((one, other) => one - other));
    expect(read / told.length).toBeLessThanOrEqual(8);
    expect(await index.rpc.outboxStatus()).toEqual({ backlog: 0, targets: [] });
  });

  it("does not wait for ever for a change that is gone", async () => {
    const { index, seq } = await hotIndex();
    await index.inside((_, { sql }) => {
      sql.exec("DELETE FROM outbox WHERE seq = ?1", seq);
    });
    index.nowMs += 60_000;
    const [first] = entriesOf(await claim(index));
    expect(first?.seq).toBe(seq + 1);
  });

  it("is not in the way of other keys that fail and come back", async () => {
    const { index } = await hotIndex();
    for (const key of ["a", "b", "a"]) await put(index, key);
    const [a, b, later] = entriesOf(await claim(index));
    expect([a?.key, b?.key, later?.key]).toEqual(["a", "b", "a"]);
    const retryAtMs = index.nowMs + 1000;
    await settle(index, {
      done: [b?.seq ?? 0],
      failed: [{ seq: a?.seq ?? 0, key: "a", retryAtMs }],
    });
    expect(entriesOf(await claim(index))).toEqual([]);
    index.nowMs += 1000;
    expect(entriesOf(await claim(index)).map((entry) => entry.seq)).toEqual([a?.seq]);
    await settle(index, { done: [a?.seq ?? 0] });
    expect(entriesOf(await claim(index)).map((entry) => entry.seq)).toEqual([later?.seq]);
  });
});
