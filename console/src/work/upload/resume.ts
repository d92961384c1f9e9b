// Multipart uploads that a reload cut off: offered in the dock, and gone on with once their file is here
// again, by its handle or chosen anew. A file that is not the same is refused: its parts would not fit.

import { describeError } from "../../errors.ts";
import { work as text } from "../../messages/en/work.ts";
import { type Gate, openGate } from "../gate.ts";
import { type Hold, openHold } from "../hold.ts";
import { addTask, removeTask, updateTask } from "../store.ts";
import { chooseAgain, openHandle } from "./choose.ts";
import { dropRecord, listRecords, type UploadRecord } from "./records.ts";
import { offerBatches } from "./resume-batch.ts";
import { tellStored } from "./stored.ts";
import { claim } from "./this-page.ts";
import { abandon, resumeParts } from "./transfer.ts";

/** Shows what `owner` may go on with. Safe to call again. */
export async function offerResumes(owner: string): Promise<void> {
  for (const record of await listRecords(owner)) {
    if (await claim(record.uploadId)) offer(record);
  }
  await offerBatches(owner);
}

function offer(record: UploadRecord): void {
  const { bucket, key, fileName, fileBytes } = record;
  let gate: Gate | undefined;
  let hold: Hold | undefined;
  const id = addTask(
    {
      kind: "upload",
      state: "waiting",
      title: text("uploadOne", { name: fileName, destination: `${bucket}/${key}` }),
      totalItems: 1,
      totalBytes: fileBytes,
      doneBytes: 0,
      note: text("cutOff", { name: fileName }),
    },
    {
      pause: () => hold?.pause(),
      resume: () => {
        if (gate?.isPaused) hold?.resume();
        else goOn();
      },
      retry: () => goOn(),
      stop: () => {
        gate?.stop();
        abandon(record).catch(() => undefined);
        removeTask(id);
      },
    },
  );
  const goOn = async () => {
    const file = await findFile(record);
    if (file === undefined) return;
    if (!isSame(file, record)) {
      updateTask(id, { note: text("otherFile", { name: fileName }) });
      return;
    }
    gate = openGate();
    hold = openHold(gate, (change) => updateTask(id, change));
    const onBytes = (change: number) =>
      updateTask(id, (task) => ({ doneBytes: (task.doneBytes ?? 0) + change }));
    const given = { ...record, file, gate, onBytes };
    updateTask(id, { state: "running", note: undefined, failures: [] });
    try {
      await hold.run(() => {
        updateTask(id, { doneBytes: 0 });
        return resumeParts(given, record);
      });
      updateTask(id, { state: "done", doneItems: 1 });
      tellStored(bucket);
    } catch (error) {
      if (gate.signal.aborted) return;
      // The server has given it up (or somebody aborted it): there is nothing to go on with.
      if (describeError(error).code === "NoSuchUpload") await dropRecord(record.uploadId);
      updateTask(id, { state: "failed", failures: [{ name: fileName, error }] });
    }
  };
}

const isSame = (file: File, record: UploadRecord): boolean =>
  file.size === record.fileBytes && file.lastModified === record.fileModifiedMs;

async function findFile({ handle }: UploadRecord): Promise<File | undefined> {
  const opened = handle && (await openHandle(handle));
  return opened ?? (await chooseAgain())?.[0]?.file;
}
