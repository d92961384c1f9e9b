// Which inventory reports are due: those of enabled configurations, the weekly ones on Sundays (UTC),
// each once a day however often the cron fires.

import type { CatalogCall } from "../../catalog/database.ts";
import { listInventories, type StoredInventory } from "../../catalog/inventories.ts";
import { hasJobSince, startJob } from "../../catalog/jobs.ts";

const pageSize = 500;
const dayMs = 86_400_000;

/** Starts the reports of the day. Gives how many. */
export async function startInventories(call: CatalogCall): Promise<number> {
  let started = 0;
  let after: StoredInventory | undefined;
  do {
    const page = await listInventories(call, { limit: pageSize, ...(after && { after }) });
    for (const one of page) {
      if (await startIfDue(call, one)) started += 1;
    }
    after = page.length < pageSize ? undefined : page.at(-1);
  } while (after !== undefined);
  return started;
}

async function startIfDue(call: CatalogCall, one: StoredInventory): Promise<boolean> {
  const { IsEnabled: isEnabled, Schedule: schedule } = JSON.parse(one.document) as {
    readonly IsEnabled: boolean;
    readonly Schedule: { readonly Frequency: "Daily" | "Weekly" };
  };
  const isSunday = new Date(call.nowMs).getUTCDay() === 0;
  if (!isEnabled || (schedule.Frequency === "Weekly" && !isSunday)) return false;
  const target = `${one.bucketId}/${one.id}`;
  const dayStartMs = call.nowMs - (call.nowMs % dayMs);
  if (await hasJobSince(call, { kind: "inventory", target, sinceMs: dayStartMs })) return false;
  const { bucket, bucketId, id } = one;
  await startJob(call, {
    kind: "inventory",
    target,
    options: { bucket, bucketId, configuration: id },
  });
  return true;
}
