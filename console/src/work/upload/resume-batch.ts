// Files that a reload cut off before they were sent: offered in the dock. Those whose bytes were kept go
// on at once; for the others the person chooses the files or the folder again, and what the server has
// already is skipped.

import { work as text } from "../../messages/en/work.ts";
import { addTask, removeTask, updateTask } from "../store.ts";
import { startUpload } from "./batch.ts";
import { chooseAgain, openHandle } from "./choose.ts";
import type { ChosenFile } from "./files.ts";
import {
  dropBatch,
  forgetFiles,
  type KeptBatch,
  type KeptFile,
  listBatches,
  listFiles,
} from "./kept.ts";
import { claim } from "./this-page.ts";

/** Shows what `owner` may go on with. Safe to call again. */
export async function offerBatches(owner: string): Promise<void> {
  for (const batch of await listBatches(owner, Date.now())) {
    if (!(await claim(batch.id))) continue;
    const files = await listFiles(batch.id);
    if (files.length > 0) offer(batch, files);
    else await dropBatch(batch.id);
  }
}

function offer(batch: KeptBatch, given: readonly KeptFile[]): void {
  const { bucket, folder } = batch;
  let files = given;
  const [first] = files;
  const destination = `${bucket}/${folder}`;
  const id = addTask(
    {
      kind: "upload",
      state: "waiting",
      title:
        files.length === 1 && first
          ? text("uploadOne", { name: first.path, destination })
          : text("uploadMany", { count: files.length, destination }),
      ...factsOf(files),
    },
    {
      resume: () => goOn(),
      stop: () => {
        dropBatch(batch.id);
        removeTask(id);
      },
    },
  );
  const goOn = async () => {
    const found = await findFiles(files);
    if (found === undefined) return;
    const places = new Set(found.map(({ at }) => at));
    files = files.filter(({ at }) => !places.has(at));
    if (files.length === 0) removeTask(id);
    else updateTask(id, { ...factsOf(files), ...(found.length === 0 && notFound(files)) });
    if (found.length === 0) return;
    const { settings } = batch;
    // Only once the new upload would survive a reload is the old one forgotten.
    await startUpload({ bucket, folder, settings, isAgain: true, files: found });
    await (files.length === 0 ? dropBatch(batch.id) : forgetFiles(batch.id, [...places]));
  };
}

/** What the dock says of files that wait. */
function factsOf(files: readonly KeptFile[]) {
  const kept = files.filter(({ file }) => file !== undefined).length;
  const name = rootOf(files);
  const note =
    kept === files.length
      ? text("cutOffKept", { count: kept })
      : kept > 0
        ? text("cutOffPart", { kept, rest: files.length - kept })
        : text("cutOffChoose", { count: files.length, name });
  return {
    note,
    doneBytes: 0,
    totalItems: files.length,
    totalBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  };
}

const notFound = (files: readonly KeptFile[]) => ({
  note: text("notAmongThem", { name: rootOf(files) }),
});

/** The folder they came from, or the first file. */
const rootOf = ([first]: readonly KeptFile[]): string => first?.path.split("/", 1)[0] ?? "";

type FoundFile = ChosenFile & { readonly at: number };

/** Those whose bytes are here; else those the person gives again. Nothing when called off. */
async function findFiles(files: readonly KeptFile[]): Promise<readonly FoundFile[] | undefined> {
  const here: FoundFile[] = [];
  for (const { at, path, file, handle } of files) {
    const opened = file ?? (handle && (await openHandle(handle)));
    if (opened) here.push({ at, path, file: opened, ...(handle && { handle }) });
  }
  if (here.length > 0) return here;
  const isFolder = files.some(({ path }) => path.includes("/"));
  const chosen = await chooseAgain(isFolder ? "folder" : "files");
  if (chosen === undefined) return undefined;
  const byPath = new Map(chosen.map((one) => [one.path, one]));
  return files.flatMap(({ at, path }) => {
    const one = byPath.get(path);
    return one === undefined ? [] : [{ ...one, at }];
  });
}
