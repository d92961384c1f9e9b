// What was dropped at once is one task: many files, a few at a time, with pause, stop and another try
// for what failed.

import { work as text } from "../../messages/en/work.ts";
import { currentSession } from "../../session/store.ts";
import { openGate, runPool } from "../gate.ts";
import { type Hold, openHold } from "../hold.ts";
import { Report } from "../report.ts";
import { addTask, updateTask } from "../store.ts";
import { handleBelow } from "./choose.ts";
import type { ChosenFile } from "./files.ts";
import { keepBatch } from "./kept.ts";
import type { UploadSettings } from "./settings.ts";
import { tellStored } from "./stored.ts";
import { multipartFrom, type Outcome, transfer } from "./transfer.ts";

export interface Batch {
  readonly bucket: string;
  /** The folder it goes to: ends with a slash, or is empty. */
  readonly folder: string;
  readonly files: readonly ChosenFile[];
  readonly settings: UploadSettings;
  /** A reload cut these files off: what the server has already is skipped. */
  readonly isAgain?: boolean;
}

const filesAtOnce = 6;

/** Starts uploading; the dock shows it. Resolves once the list of files would survive a reload. */
export function startUpload(batch: Batch): Promise<void> {
  const { bucket, folder, files, settings, isAgain } = batch;
  const first = files[0];
  const destination = `${bucket}/${folder}`;
  const title =
    files.length === 1 && first
      ? text("uploadOne", { name: first.path, destination })
      : text("uploadMany", { count: files.length, destination });
  const gate = openGate();
  const hold: Hold = openHold(gate, (change) => updateTask(id, change));
  const owner = currentSession()?.identity.arn ?? "";
  const facts = { bucket, folder, settings, owner, startedAtMs: Date.now() };
  const keeping = keepBatch(facts, files);
  const places = new Map(files.map((chosen, at) => [chosen, at]));
  let failed: ChosenFile[] = [];
  const report = new Report();
  const id = addTask(
    {
      kind: "upload",
      title,
      totalItems: files.length,
      totalBytes: sumBytes(files),
      doneBytes: 0,
    },
    {
      pause: hold.pause,
      resume: hold.resume,
      stop: () => gate.stop(),
      dismiss: () => keeping.end(),
      retry: () => {
        const again = failed;
        failed = [];
        updateTask(id, { failures: [], state: "running" });
        run(again);
      },
      report,
    },
  );
  const onBytes = (change: number) =>
    updateTask(id, (task) => ({ doneBytes: (task.doneBytes ?? 0) + change }));
  const tell = throttle(() => tellStored(bucket), 1000);
  const one = async (chosen: ChosenFile) => {
    updateTask(id, { current: chosen.path });
    const { file } = chosen;
    const onBegun = () => keeping.drop(places.get(chosen) ?? -1);
    try {
      const wish = { bucket, key: folder + chosen.path, settings, isAgain };
      const whole = { ...wish, file, gate, onBytes, onBegun };
      const outcome = await hold.run(() =>
        transfer({ ...whole, findHandle: () => findHandle(chosen) }),
      );
      keeping.drop(places.get(chosen) ?? -1);
      report.add(chosen.path, outcome === "stored" ? "done" : "skipped");
      finish(id, outcome, file.size);
      if (outcome === "stored") tell();
    } catch (error) {
      if (gate.signal.aborted) throw error;
      failed.push(chosen);
      const failure = { name: chosen.path, error };
      updateTask(id, (task) => ({ failures: [...task.failures, failure] }));
    }
  };
  const run = async (list: readonly ChosenFile[]) => {
    try {
      await sendAll(list, one);
    } catch {
      // Stopped: each file's own failure is caught above.
    }
    const ended = failed.length > 0 ? "failed" : "done";
    const state = gate.signal.aborted ? "stopped" : ended;
    // What failed may be tried again, after a reload too.
    if (state !== "failed") keeping.end();
    updateTask(id, { state, current: undefined });
    tellStored(bucket);
  };
  run(files);
  return keeping.written;
}

/** Large files one after the other, each with parts at once; small ones beside each other. */
async function sendAll(list: readonly ChosenFile[], one: (file: ChosenFile) => Promise<void>) {
  const small = list.filter(({ file }) => file.size < multipartFrom);
  const large = list.filter(({ file }) => file.size >= multipartFrom);
  await runPool(small, filesAtOnce, one);
  await runPool(large, 1, one);
}

/** What opens a large file again after a reload, where the browser has that. */
async function findHandle({ handle, root, path }: ChosenFile) {
  return handle ?? (root && (await handleBelow(root, path)));
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
