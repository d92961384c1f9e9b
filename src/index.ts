// The Worker's entry: HTTP to the app, crons and alarms to the jobs, and the Durable Object class
// with what its alarm does. Nothing is decided here.

import { createApp } from "./app.ts";
import { BucketIndex as IndexOfBucket } from "./bucket/bucket-index.ts";
import { type Env, systemSeams } from "./env.ts";
import { collectCondemned } from "./jobs/collect.ts";
import { couriers } from "./jobs/couriers.ts";
import type { Delivery } from "./jobs/delivery.ts";
import { type CourierTable, drainOutbox } from "./jobs/outbox.ts";
import { replicationCourier } from "./jobs/replication/courier.ts";
import { advanceRestores } from "./jobs/restore.ts";
import { runSchedule } from "./jobs/schedule.ts";
import { indexSteps } from "./operations/bucket/index-steps.ts";
import { recordActionsWith } from "./record-service.ts";
import { serveReplication } from "./replica-door.ts";
import { writeAsService } from "./write-as-service.ts";

const app = createApp();

/** Blobs removed between two looks at the clock: one store call's worth. */
const blobsPerSlice = 1000;
const slicesPerAlarm = 20;

/** Couriers, and the one that needs the deployment's own door. */
function couriersFor(waitUntil: (work: Promise<unknown>) => void): CourierTable {
  const replication = replicationCourier(
    ({ env, seams }) =>
      (request) =>
        serveReplication({ env, seams, waitUntil }, request),
  );
  return { ...couriers, replication };
}

/** The bucket index, with upkeep: its alarm tells of changes, and removes content whose grace is over. */
export class BucketIndex extends IndexOfBucket {
  protected override async upkeep(nowMs: number): Promise<boolean> {
    const isLeft = await this.#restore();
    return (await this.#collect(nowMs)) || isLeft;
  }

  /** Brings archived bytes back, and ends what was brought back. */
  async #restore(): Promise<boolean> {
    if (this.restoreDueMs === null || this.restoreDueMs > systemSeams.now()) return false;
    return advanceRestores({ env: this.env, seams: systemSeams }, this.bucketId);
  }

  async #collect(nowMs: number): Promise<boolean> {
    for (let slice = 0; slice < slicesPerAlarm; slice++) {
      const hasMore = await collectCondemned(this, { env: this.env, nowMs, limit: blobsPerSlice });
      if (!hasMore && this.isClaimDone) return false;
    }
    return true;
  }

  protected override drain(): Promise<void> {
    const all = couriersFor((work) => this.ctx.waitUntil(work));
    return drainOutbox(this, { env: this.env, seams: systemSeams, couriers: all });
  }
}

export default {
  fetch: (request, env, context) => app.fetch(request, env, context),
  scheduled: async (controller, env, context) => {
    const seams = systemSeams;
    const arrival = { env, seams, waitUntil: (work: Promise<unknown>) => context.waitUntil(work) };
    const deliver = (delivery: Delivery) => writeAsService(arrival, delivery);
    const recordActions = recordActionsWith(arrival);
    await runSchedule(controller.cron, { env, seams, indexSteps, deliver, recordActions });
  },
} satisfies ExportedHandler<Env>;
