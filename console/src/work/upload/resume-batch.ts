// Files that a reload cut off before they were sent: offered in the dock. Those whose bytes were kept go
// on at once; for the others the person chooses the files or the folder again, and what the server has
// already is skipped.

import { work as text } from "../../messages/en/work.ts";
import { addTask, removeTask, updateTask } from "../store.ts";
import { startUpload } from "./batch.ts";
import { chooseAgain, handleBelow, mayRead, openHandle } from "./choose.ts";
import type { ChosenFile } from "./files.ts";
import {
  dropBatch,
  fileOfCopy,
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
    const found = await findFiles(batch, files);
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
  const copied = files.filter(({ copy }) => copy !== undefined).length;
  const opened = files.filter(
    ({ copy, handle, root }) => copy === undefined && (handle ?? root) !== undefined,
  ).length;
  const rest = files.length - copied - opened;
  const note =
    copied === files.length
      ? text("cutOffKept", { count: copied })
      : rest === files.length
        ? text("cutOffChoose", { count: rest, name: rootOf(files) })
        : [
            text("cutOffPart"),
            copied > 0 && text("cutOffCopied", { count: copied }),
            opened > 0 && text("cutOffOpened", { count: opened }),
            rest > 0 && text("cutOffRest", { count: rest }),
          ]
            .filter((part) => part !== false)
            .join(" ");
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

/**
 * Those whose bytes are here or whose handles the person lets be read; else those the person gives again.
 * Nothing when called off.
 */
async function findFiles(
  { roots = [] }: KeptBatch,
  files: readonly KeptFile[],
): Promise<readonly FoundFile[] | undefined> {
  const here: FoundFile[] = [];
  const needed = new Set(files.flatMap(({ copy, root }) => (copy ? [] : (root ?? []))));
  const open = new Set<number>();
  for (const at of needed) {
    const root = roots[at];
    if (root !== undefined && (await mayRead(root))) open.add(at);
  }
  for (const { at, path, copy, handle, root: rootAt } of files) {
    const root = rootAt === undefined ? undefined : roots[rootAt];
    const known = { at, path, ...(handle && { handle }), ...(root && { root }) };
    if (copy) {
      here.push({ ...known, file: fileOfCopy(copy) });
      continue;
    }
    const below = root && open.has(rootAt ?? -1) ? await handleBelow(root, path) : undefined;
    const opener = handle ?? below;
    const file = opener && (await openHandle(opener));
    if (file) here.push({ ...known, file });
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
