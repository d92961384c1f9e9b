// The log of deliveries: what goes from it, and how few rows are read for that.
import { env } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { operatorAccount } from "../../src/catalog/accounts.ts";
import { listDeliveries, pruneDeliveries } from "../../src/catalog/webhook-deliveries.ts";
import { createWebhook } from "../../src/catalog/webhooks.ts";
import { callAt, START_MS } from "./fixtures.ts";

const catalog = callAt(START_MS);

/** A webhook with so many rows, one a millisecond from 1 on. */
async function makeLogged(rows: number): Promise<string> {
  const { accountId } = await operatorAccount(catalog);
  const name = `log-${crypto.randomUUID().slice(0, 8)}`;
  const wish = { accountId, name, url: "https://receiver.example/in", isEventBus: false };
  const outcome = await createWebhook(catalog, wish);
  if (outcome.kind !== "created") throw new Error(outcome.kind);
  const { webhookId } = outcome.webhook;
  const insert = `WITH RECURSIVE n (at) AS (SELECT 1 UNION ALL SELECT at + 1 FROM n WHERE at < ?2)
    INSERT INTO webhook_deliveries SELECT ?1, at, ?1 || '-' || at, 'b', 'k', 'e', 'delivered', 1,
      200, NULL, 1, 'body' FROM n`;
  await env.CATALOG.prepare(insert).bind(webhookId, rows).run();
  return webhookId;
}

async function timesOf(webhookId: string): Promise<number[]> {
  const rows = await listDeliveries(catalog, webhookId, { limit: 10_000 });
  return rows.map(({ atMs }) => atMs);
}

describe("pruneDeliveries", () => {
  it("drops what is old, and of each webhook all but the newest", async () => {
    const [many, few] = [await makeLogged(9), await makeLogged(4)];
    await pruneDeliveries(catalog, 3, 5);
    expect(await timesOf(many)).toEqual([9, 8, 7, 6, 5]);
    expect(await timesOf(few)).toEqual([4, 3]);
  });

  it("reads each row a few times at most, however many stay", async () => {
    const webhookId = await makeLogged(3000);
    let rowsRead = 0;
    const counted = {
      prepare: (text: string) => env.CATALOG.prepare(text),
      batch: async (given: D1PreparedStatement[]) => {
        const answers = await env.CATALOG.batch(given);
        for (const { meta } of answers) rowsRead += meta.rows_read;
        return answers;
      },
    } as unknown as D1Database;
    await pruneDeliveries({ ...catalog, env: { ...catalog.env, CATALOG: counted } }, 0, 2900);
    expect(await timesOf(webhookId)).toHaveLength(2900);
    expect(rowsRead).toBeGreaterThan(0);
    expect(rowsRead).toBeLessThan(20_000);
  });
});
