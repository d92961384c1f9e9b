// What survives a reload of files that are no multipart upload yet: the list of those still to go and,
// within a bound, their bytes. Bytes go to the browser's database beside the upload, and leave it as soon
// as the server has them.

import { transact } from "./database.ts";
import type { ChosenFile } from "./files.ts";
import type { UploadSettings } from "./settings.ts";
import { claim } from "./this-page.ts";

export interface KeptBatch {
  readonly id: string;
  readonly bucket: string;
  readonly folder: string;
  readonly settings: UploadSettings;
  /** Whose upload it is: another identity is not offered to go on with it. */
  readonly owner: string;
  readonly startedAtMs: number;
  /** The folders that were dropped, where the browser gives handles to them. */
  readonly roots?: readonly FileSystemDirectoryHandle[];
}

export interface KeptFile {
  readonly batch: string;
  readonly at: number;
  readonly path: string;
  readonly sizeBytes: number;
  /** Absent where the bound was reached, or the file is large: it is read again, or chosen again. */
  readonly copy?: Copy;
  readonly handle?: FileSystemFileHandle;
  /** Which of the batch's folders it lies in. */
  readonly root?: number;
}

/** The bytes themselves. No File: the browser would write a file of its own for each. */
interface Copy {
  readonly bytes: ArrayBuffer;
  readonly name: string;
  readonly type: string;
  readonly lastModified: number;
}

/** The file as it was. */
export function fileOfCopy({ bytes, name, ...facts }: Copy): File {
  return new File([bytes], name, facts);
}

/** Of one batch. Browsers give an origin far more; a person's disk is not ours to fill. */
const maximumKeptBytes = 256 * 1024 * 1024;
/** Larger files go in parts, and have a record of their own once they are begun. */
export const maximumKeptFileBytes = 16 * 1024 * 1024;
const filesAtOnce = 100;
const bytesAtOnce = 16 * 1024 * 1024;
const flushMs = 100;
/** What nobody went on with for so long is forgotten. */
const maximumAgeMs = 7 * 86_400_000;

/** A batch under way, as the database knows it. Nothing of it ever fails the upload. */
export interface Keeping {
  /** Resolves when the list is written down. */
  readonly written: Promise<void>;
  /** File `at` needs no keeping any more. */
  drop(at: number): void;
  /** Forgets the whole batch. */
  end(): Promise<void>;
}

/** Writes down what is to be uploaded; resolves at once, the writing goes on beside. */
export function keepBatch(
  facts: Omit<KeptBatch, "id" | "roots">,
  files: readonly ChosenFile[],
): Keeping {
  const id = crypto.randomUUID();
  // A handle is dear to write down: once for all files below it.
  const roots = [...new Set(files.flatMap(({ root }) => root ?? []))];
  const gone = new Set<number>();
  const toDelete = new Set<number>();
  let written = 0;
  let isOver = false;
  let isWaiting = false;
  claim(id);
  const flush = async () => {
    isWaiting = false;
    const places = [...toDelete];
    toDelete.clear();
    if (places.length > 0) await forgetFiles(id, places);
  };
  const writeAll = async () => {
    const batch: KeptBatch = { ...facts, id, ...(roots.length > 0 && { roots }) };
    await transact(["batches"], "readwrite", (store) => store("batches").put(batch));
    let room = maximumKeptBytes;
    while (written < files.length && !isOver) {
      const rows: KeptFile[] = [];
      let inHand = 0;
      while (written < files.length && rows.length < filesAtOnce && inHand < bytesAtOnce) {
        const at = written;
        written += 1;
        const chosen = files[at];
        if (chosen === undefined || gone.has(at)) continue;
        const row = await makeRow({ batch: id, at, roots }, chosen, room);
        const bytes = row.copy?.bytes.byteLength ?? 0;
        inHand += bytes;
        room -= bytes;
        rows.push(row);
      }
      // No room for the bytes: from here on only the list is kept.
      if (!(await putRows(rows))) room = 0;
      await flush();
    }
  };
  let queue = writeAll().catch(() => undefined);
  return {
    written: queue,
    drop: (at) => {
      gone.add(at);
      if (at >= written) return;
      toDelete.add(at);
      if (isWaiting) return;
      isWaiting = true;
      setTimeout(() => {
        queue = queue.then(flush).catch(() => undefined);
      }, flushMs);
    },
    end: () => {
      isOver = true;
      queue = queue.then(() => dropBatch(id));
      return queue;
    },
  };
}

interface RowPlace {
  readonly batch: string;
  readonly at: number;
  readonly roots: readonly FileSystemDirectoryHandle[];
}

async function makeRow(
  { batch, at, roots }: RowPlace,
  chosen: ChosenFile,
  room: number,
): Promise<KeptFile> {
  const { path, file, handle, root } = chosen;
  const isKept = file.size < maximumKeptFileBytes && file.size <= room;
  const copy = isKept ? await copyOf(file).catch(() => undefined) : undefined;
  const facts: KeptFile = { batch, at, path, sizeBytes: file.size };
  return {
    ...facts,
    ...(copy && { copy }),
    ...(handle && { handle }),
    ...(root && { root: roots.indexOf(root) }),
  };
}

async function copyOf(file: File): Promise<Copy> {
  const { name, type, lastModified } = file;
  return { bytes: await file.arrayBuffer(), name, type, lastModified };
}

/** Answers false when the bytes found no room: then the rows are there without. */
async function putRows(rows: readonly KeptFile[]): Promise<boolean> {
  const put = (list: readonly KeptFile[]) =>
    transact(["files"], "readwrite", (store) => {
      for (const row of list) store("files").put(row);
      return undefined;
    });
  try {
    await put(rows);
    return true;
  } catch {
    await put(rows.map(({ copy: _, ...row }) => row));
    return false;
  }
}

/** Forgets some files of a batch. */
export async function forgetFiles(batch: string, places: readonly number[]): Promise<void> {
  const drop = transact(["files"], "readwrite", (store) => {
    for (const at of places) store("files").delete([batch, at]);
    return undefined;
  });
  await drop.catch(() => undefined);
}

const rowsOf = (batch: string) => IDBKeyRange.bound([batch, 0], [batch, Number.MAX_SAFE_INTEGER]);

/** Forgets a batch. */
export async function dropBatch(id: string): Promise<void> {
  const drop = transact(["batches", "files"], "readwrite", (store) => {
    store("batches").delete(id);
    store("files").delete(rowsOf(id));
    return undefined;
  });
  await drop.catch(() => undefined);
}

/** The batches of `owner` that a reload cut off, and that no tab is at. Forgets what is too old. */
export async function listBatches(owner: string, nowMs: number): Promise<readonly KeptBatch[]> {
  const read = transact(["batches"], "readonly", (store) => store("batches").getAll());
  const all: readonly KeptBatch[] = (await read.catch(() => undefined)) ?? [];
  const old = all.filter(({ startedAtMs }) => startedAtMs < nowMs - maximumAgeMs);
  for (const { id } of old) await dropBatch(id);
  return all.filter((batch) => batch.owner === owner && !old.includes(batch));
}

/** What was still to go of a batch. */
export async function listFiles(batch: string): Promise<readonly KeptFile[]> {
  const read = transact(["files"], "readonly", (store) => store("files").getAll(rowsOf(batch)));
  return (await read.catch(() => undefined)) ?? [];
}

/** Forgets the bytes that were kept, of every identity: after a sign-out none stay in the browser. */
export async function forgetBytes(): Promise<void> {
  const strip = transact(["files"], "readwrite", (store) => {
    const files = store("files");
    const walk = files.openCursor();
    walk.onsuccess = () => {
      const cursor = walk.result;
      if (cursor === null) return;
      const { copy: _, ...row } = cursor.value as KeptFile;
      cursor.update(row);
      cursor.continue();
    };
    return undefined;
  });
  await strip.catch(() => undefined);
}
