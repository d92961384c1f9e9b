// What was dropped at once is one task: many files, a few at a time, with pause, stop and another try
// for what failed.

import { work as text } from "../../messages/en/work.ts";
import { openGate, runPool } from "../gate.ts";
import { addTask, updateTask } from "../store.ts";
import type { ChosenFile } from "./files.ts";
import type { UploadSettings } from "./settings.ts";
import { multipartFrom, type Outcome, transfer } from "./transfer.ts";

export interface Batch {
  readonly bucket: string;
  /** The folder it goes to: ends with a slash, or is empty. */
  readonly folder: string;
  readonly files: readonly ChosenFile[];
  readonly settings: UploadSettings;
  /** Runs whenever something was stored, at most about once a second. */
  onStored(): void;
}

const filesAtOnce = 6;

/** Starts uploading; the dock shows it. */
export function startUpload(batch: Batch): void {
  const { bucket, folder, files } = batch;
  const first = files[0];
  const destination = `${bucket}/${folder}`;
  const title =
    files.length === 1 && first
      ? text("uploadOne", { name: first.path, destination })
      : text("uploadMany", { count: files.length, destination });
  const gate = openGate();
  let failed: ChosenFile[] = [];
  const id = addTask(
    {
      kind: "upload",
      title,
      totalItems: files.length,
      totalBytes: sumBytes(files),
      doneBytes: 0,
    },
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
        const again = failed;
        failed = [];
        updateTask(id, { failures: [], state: "running" });
        run(again);
      },
    },
  );
  const onBytes = (change: number) =>
    updateTask(id, (task) => ({ doneBytes: (task.doneBytes ?? 0) + change }));
  const tellStored = throttle(batch.onStored, 1000);
  const one = async (chosen: ChosenFile) => {
    updateTask(id, { current: chosen.path });
    const { file, handle } = chosen;
    try {
      const key = folder + chosen.path;
      const outcome = await transfer({ ...batch, key, file, handle, gate, onBytes });
      finish(id, outcome, file.size);
      if (outcome === "stored") tellStored();
    } catch (error) {
      if (gate.signal.aborted) throw error;
      failed.push(chosen);
      const failure = { name: chosen.path, error };
      updateTask(id, (task) => ({ failures: [...task.failures, failure] }));
    }
  };
  const run = async (list: readonly ChosenFile[]) => {
    try {
      // Large files one after the other, each with parts at once; small ones beside each other.
      const small = list.filter(({ file }) => file.size < multipartFrom);
      const large = list.filter(({ file }) => file.size >= multipartFrom);
      await runPool(small, filesAtOnce, one);
      await runPool(large, 1, one);
    } catch {
      // Stopped: each file's own failure is caught above.
    }
    const ended = failed.length > 0 ? "failed" : "done";
    updateTask(id, { state: gate.signal.aborted ? "stopped" : ended, current: undefined });
    batch.onStored();
  };
  run(files);
}

function finish(id: number, outcome: Outcome, bytes: number): void {
  updateTask(id, (task) => {
    if (outcome === "stored") return { doneItems: task.doneItems + 1 };
    return {
      doneItems: task.doneItems + 1,
      skippedItems: (task.skippedItems ?? 0) + 1,
      totalBytes: (task.totalBytes ?? 0) - bytes,
    };
  });
}

const sumBytes = (files: readonly ChosenFile[]): number =>
  files.reduce((sum, { file }) => sum + file.size, 0);

function throttle(work: () => void, everyMs: number): () => void {
  let isWaiting = false;
  return () => {
    if (isWaiting) return;
    isWaiting = true;
    setTimeout(() => {
      isWaiting = false;
      work();
    }, everyMs);
  };
}
