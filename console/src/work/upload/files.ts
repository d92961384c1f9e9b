// From what a person drops or chooses to a list of files with their paths. Folders are walked; empty
// ones become an empty object whose key ends with a slash only when asked for by name.

export interface ChosenFile {
  readonly file: File;
  /** The path below what was dropped, with slashes: `photos/2026/a.jpg`. */
  readonly path: string;
  /** Opens the file again after a reload, where the browser has that. */
  readonly handle?: FileSystemFileHandle;
  /** The folder that was dropped, likewise: the first name of the path is its own. */
  readonly root?: FileSystemDirectoryHandle;
}

/** The files of an `<input type=file>`, with `webkitdirectory` or without. */
export function filesOfInput(list: Iterable<File>): readonly ChosenFile[] {
  return [...list].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
}

interface HandledItem extends DataTransferItem {
  getAsFileSystemHandle?(): Promise<FileSystemHandle | null>;
}

export interface Found {
  readonly files: readonly ChosenFile[];
  /** Files and folders that could not be read. */
  readonly unreadable: number;
}

/**
 * The files of a drop or of the clipboard. Must be called before the event ends. `tell` hears how many
 * were found so far while folders are walked.
 */
export async function filesOfTransfer(
  transfer: DataTransfer,
  tell: (count: number) => void,
): Promise<Found> {
  // All items have to be asked before the first wait: afterwards the browser has forgotten them.
  const asked = [...transfer.items]
    .filter(({ kind }) => kind === "file")
    .map((item: HandledItem) => ({
      entry: item.webkitGetAsEntry(),
      handle: item.getAsFileSystemHandle?.().catch(() => null),
      file: item.getAsFile(),
    }));
  const files: ChosenFile[] = [];
  let unreadable = 0;
  const walk = async (
    directory: FileSystemDirectoryEntry,
    path: string,
    extra: Pick<ChosenFile, "root">,
  ): Promise<void> => {
    const entries = await readDirectory(directory).catch(() => undefined);
    if (entries === undefined) unreadable += 1;
    for (const entry of entries ?? []) {
      const below = `${path}/${entry.name}`;
      if (entry.isDirectory) await walk(entry as FileSystemDirectoryEntry, below, extra);
      else {
        const file = await readFile(entry as FileSystemFileEntry).catch(() => undefined);
        if (file === undefined) unreadable += 1;
        else files.push({ file, path: below, ...extra });
      }
    }
    tell(files.length);
  };
  for (const { entry, handle, file } of asked) {
    const found = await handle;
    if (entry?.isDirectory) {
      const root = found as FileSystemDirectoryHandle | undefined;
      const extra = found?.kind === "directory" && root ? { root } : {};
      await walk(entry as FileSystemDirectoryEntry, entry.name, extra);
      continue;
    }
    if (file !== null) {
      const isFile = found?.kind === "file";
      const extra = isFile ? { handle: found as FileSystemFileHandle } : {};
      files.push({ file, path: file.name, ...extra });
    }
  }
  return { files, unreadable };
}

async function readDirectory(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    // A reader gives a hundred entries at a time, and none at the end.
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (entries.length === 0) return all;
    all.push(...entries);
  }
}

const readFile = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));
