// The cron's part in telling of changes: an alarm that was lost (faults.md D36) leaves an outbox that
// nobody delivers, so every index that may have one is asked; and old lines leave the delivery log.

import { openBucket } from "../../bucket/client.ts";
import { watchedBuckets } from "../../catalog/every-bucket.ts";
import { pruneDeliveries } from "../../catalog/webhook-deliveries.ts";
import type { Env, Seams } from "../../env.ts";

interface Place {
  readonly env: Env;
  readonly seams: Seams;
}

/** Buckets of one run; the next run goes on behind them. */
const bucketsPerRun = 300;
const parallel = 6;
/** Of a cron's time; what is not reached is the next run's. */
const budgetMs = 60_000;
const runMs = 5 * 60_000;
const dayMs = 24 * 3600 * 1000;

/**
 * Has each watched bucket deliver what is due. One that fails does not stop the others. Gives how many
 * deliveries wait in those that were asked.
 */
export async function drainOutboxes({ env, seams }: Place): Promise<{ readonly left: number }> {
  const startedAtMs = seams.now();
  const run = Math.floor(startedAtMs / runMs);
  const page = { run, limit: bucketsPerRun };
  const bucketIds = [...(await watchedBuckets({ env, seams, nowMs: startedAtMs }, page))];
  let left = 0;
  const work = async () => {
    for (let id = bucketIds.shift(); id !== undefined; id = bucketIds.shift()) {
      if (seams.now() - startedAtMs > budgetMs) return;
      const status = await openBucket(env, id)
        .drainOutbox()
        .catch((error: unknown) => {
          console.error(JSON.stringify({ event: "drain-failed", bucketId: id }), error);
        });
      left += status?.backlog ?? 0;
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return { left };
}

/** Drops what the delivery log has kept long enough. */
export async function pruneDeliveryLog({ env, seams }: Place): Promise<void> {
  const days = Number(env.WEBHOOK_LOG_DAYS ?? "7");
  const keptDays = Number.isFinite(days) && days > 0 ? days : 7;
  const nowMs = seams.now();
  await pruneDeliveries({ env, seams, nowMs }, nowMs - keptDays * dayMs);
}
