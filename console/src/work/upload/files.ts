// From what a person drops or chooses to a list of files with their paths. Folders are walked; empty
// ones become an empty object whose key ends with a slash only when asked for by name.

export interface ChosenFile {
  readonly file: File;
  /** The path below what was dropped, with slashes: `photos/2026/a.jpg`. */
  readonly path: string;
  /** Opens the file again after a reload, where the browser has that. */
  readonly handle?: FileSystemFileHandle;
}

/** The files of an `<input type=file>`, with `webkitdirectory` or without. */
export function filesOfInput(list: FileList): readonly ChosenFile[] {
  return [...list].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
}

interface HandledItem extends DataTransferItem {
  getAsFileSystemHandle?(): Promise<FileSystemHandle | null>;
}

/** The files of a drop or of the clipboard. Must be called before the event ends. */
export async function filesOfTransfer(transfer: DataTransfer): Promise<readonly ChosenFile[]> {
  // All items have to be asked before the first wait: afterwards the browser has forgotten them.
  const asked = [...transfer.items]
    .filter(({ kind }) => kind === "file")
    .map((item: HandledItem) => ({
      entry: item.webkitGetAsEntry(),
      handle: item.getAsFileSystemHandle?.().catch(() => null),
      file: item.getAsFile(),
    }));
  const list: ChosenFile[] = [];
  for (const { entry, handle, file } of asked) {
    if (entry?.isDirectory) {
      await walk(entry as FileSystemDirectoryEntry, entry.name, list);
      continue;
    }
    const found = await handle;
    if (file !== null) {
      const isFile = found?.kind === "file";
      const extra = isFile ? { handle: found as FileSystemFileHandle } : {};
      list.push({ file, path: file.name, ...extra });
    }
  }
  return list;
}

async function walk(
  directory: FileSystemDirectoryEntry,
  path: string,
  list: ChosenFile[],
): Promise<void> {
  const reader = directory.createReader();
  for (;;) {
    // A reader gives a hundred entries at a time, and none at the end.
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (entries.length === 0) return;
    for (const entry of entries) {
      const below = `${path}/${entry.name}`;
      if (entry.isDirectory) await walk(entry as FileSystemDirectoryEntry, below, list);
      else {
        const file = await new Promise<File>((resolve, reject) =>
          (entry as FileSystemFileEntry).file(resolve, reject),
        );
        list.push({ file, path: below });
      }
    }
  }
}
