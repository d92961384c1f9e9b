// Bulk changes: a stream of items, a call for each batch, progress, pause, a report of what was done, left
// out and failed. What failed is kept, so that only that is tried again; a listing that failed goes on.

import { work as text } from "../messages/en/work.ts";
import { KeyWithheld } from "../session/store.ts";
import { type Gate, openGate, runPool, Stopped } from "./gate.ts";
import { type Hold, openHold } from "./hold.ts";
import { Report } from "./report.ts";
import { addTask, type Failure, type Task, updateTask } from "./store.ts";

/** One object, version or whatever is changed; `name` is for the report. */
export interface BulkItem {
  readonly name: string;
  readonly sizeBytes?: number | undefined;
}

/** What became of a batch; what is in neither list was done. */
export interface BatchOutcome {
  readonly failures?: readonly Failure[];
  /** What was left out, and why. */
  readonly skipped?: readonly { readonly name: string; readonly why: string }[];
}

/** What a step of a job heeds: it passes the gate before each further call it makes. */
export type StepGate = Pick<Gate, "pass" | "signal">;

export interface BulkJob<Item extends BulkItem> {
  readonly title: string;
  /** Batches, found as the job goes. Gone through again after a throw, they go on from there. */
  batches(signal: AbortSignal): Batches<Item>;
  /** Changes a batch. A throw fails the whole batch. */
  act(batch: readonly Item[], gate: StepGate): Promise<BatchOutcome>;
  readonly width?: number;
  readonly totalItems?: number | undefined;
  /** Runs at the end, however it ended. */
  onEnd?(): void;
}

type Batches<Item> = AsyncIterable<readonly Item[]> | Iterable<readonly Item[]>;

const usualWidth = 4;

/** Starts a job. Resolves with how it ended; never rejects. */
export function startBulk<Item extends BulkItem>(job: BulkJob<Item>): Promise<Task["state"]> {
  const gate = openGate();
  const report = new Report();
  const failed = new Map<string, Item>();
  const hold: Hold = openHold(gate, (change) => updateTask(id, change));
  const listing = job.batches(gate.signal);
  let isListed = false;
  const id = addTask(
    { kind: "bulk", title: job.title, totalItems: job.totalItems },
    {
      pause: hold.pause,
      resume: hold.resume,
      stop: () => gate.stop(),
      retry: () => {
        const again = [...failed.values()];
        failed.clear();
        updateTask(id, { failures: [], state: "running" });
        run(again);
      },
      report,
    },
  );
  const work = async (batch: readonly Item[]) => {
    await gate.pass();
    updateTask(id, { current: batch[0]?.name });
    settle(batch, await hold.run(() => attempt(job, batch, gate)));
  };
  const settle = (batch: readonly Item[], { failures = [], skipped = [] }: BatchOutcome) => {
    const errors = new Set(failures.map(({ name }) => name));
    const reasons = new Map(skipped.map(({ name, why }) => [name, why]));
    for (const item of batch) {
      const why = reasons.get(item.name);
      if (errors.has(item.name)) failed.set(item.name, item);
      else report.add(item.name, why === undefined ? "done" : "skipped", why);
    }
    updateTask(id, (task) => ({
      doneItems: task.doneItems + batch.length - errors.size,
      skippedItems: (task.skippedItems ?? 0) + reasons.size,
      failures: [...task.failures, ...failures],
    }));
  };
  /** What is done again, and then what was not listed yet; the next only while nothing pauses. */
  const findBatches = async function* (again: readonly Item[]): AsyncGenerator<readonly Item[]> {
    for (const item of again) yield [item];
    while (!isListed) {
      try {
        for await (const batch of listing) {
          yield batch;
          await gate.pass();
        }
        isListed = true;
      } catch (error) {
        if (!hold.takes(error)) throw error;
        await gate.pass();
      }
    }
  };
  const run = async (again: readonly Item[]): Promise<Task["state"]> => {
    let state: Task["state"];
    try {
      await runPool(findBatches(again), job.width ?? usualWidth, work);
      state = failed.size > 0 ? "failed" : "done";
    } catch (error) {
      state = gate.signal.aborted ? "stopped" : "failed";
      if (!gate.signal.aborted) {
        const failure = { name: text("listing"), error };
        updateTask(id, (task) => ({ failures: [...task.failures, failure] }));
      }
    }
    updateTask(id, { state, current: undefined });
    job.onEnd?.();
    return state;
  };
  return run([]);
}

/** One call of the job's; its throw is the failure of all. Throws only Stopped and KeyWithheld. */
async function attempt<Item extends BulkItem>(
  job: BulkJob<Item>,
  batch: readonly Item[],
  gate: Gate,
): Promise<BatchOutcome> {
  try {
    return await job.act(batch, gate);
  } catch (error) {
    if (gate.signal.aborted) throw new Stopped();
    if (error instanceof KeyWithheld) throw error;
    return { failures: batch.map(({ name }) => ({ name, error })) };
  }
}
