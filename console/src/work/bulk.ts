// Bulk changes: a stream of items, a call for each batch, progress, pause, a report of what failed.
// What failed is kept, so that only that is tried again.

import { openGate, runPool, Stopped } from "./gate.ts";
import { addTask, type Failure, type Task, updateTask } from "./store.ts";

/** One object, version or whatever is changed; `name` is for the report. */
export interface BulkItem {
  readonly name: string;
  readonly sizeBytes?: number | undefined;
}

export interface BulkJob<Item extends BulkItem> {
  readonly title: string;
  /** Batches, found as the job goes. */
  batches(signal: AbortSignal): AsyncIterable<readonly Item[]> | Iterable<readonly Item[]>;
  /** Changes a batch; answers what failed. A throw fails the whole batch. */
  act(batch: readonly Item[], signal: AbortSignal): Promise<readonly Failure[]>;
  readonly width?: number;
  readonly totalItems?: number | undefined;
  /** Runs at the end, however it ended. */
  onEnd?(): void;
}

const usualWidth = 4;

/** Starts a job. Resolves with how it ended; never rejects. */
export function startBulk<Item extends BulkItem>(job: BulkJob<Item>): Promise<Task["state"]> {
  const gate = openGate();
  const failed = new Map<string, Item>();
  const id = addTask(
    { kind: "bulk", title: job.title, totalItems: job.totalItems },
    {
      pause: () => {
        gate.pause();
        updateTask(id, { state: "paused" });
      },
      resume: () => {
        gate.resume();
        updateTask(id, { state: "running" });
      },
      stop: () => gate.stop(),
      retry: () => {
        const again = [...failed.values()];
        failed.clear();
        updateTask(id, { failures: [], state: "running" });
        run(again.map((item) => [item]));
      },
    },
  );
  const work = async (batch: readonly Item[]) => {
    await gate.pass();
    updateTask(id, { current: batch[0]?.name });
    let failures: readonly Failure[];
    try {
      failures = await job.act(batch, gate.signal);
    } catch (error) {
      if (gate.signal.aborted) throw new Stopped();
      failures = batch.map(({ name }) => ({ name, error }));
    }
    const names = new Set(failures.map(({ name }) => name));
    for (const item of batch) if (names.has(item.name)) failed.set(item.name, item);
    updateTask(id, (task) => ({
      doneItems: task.doneItems + batch.length - names.size,
      failures: [...task.failures, ...failures],
    }));
  };
  const run = async (
    batches: AsyncIterable<readonly Item[]> | Iterable<readonly Item[]>,
  ): Promise<Task["state"]> => {
    let state: Task["state"];
    try {
      await runPool(batches, job.width ?? usualWidth, work);
      state = failed.size > 0 ? "failed" : "done";
    } catch (error) {
      state = gate.signal.aborted ? "stopped" : "failed";
      if (!gate.signal.aborted) {
        updateTask(id, (task) => ({ failures: [...task.failures, { name: job.title, error }] }));
      }
    }
    updateTask(id, { state, current: undefined });
    job.onEnd?.();
    return state;
  };
  return run(job.batches(gate.signal));
}
