// Getting files back that a reload took away: by the handle the browser gave, or by asking the person.

import { type ChosenFile, filesOfInput } from "./files.ts";

interface Asking {
  requestPermission?(wish: { mode: "read" }): Promise<PermissionState>;
}

/** Asks the person, through the browser, to let a handle be read again. Has to follow a click. */
export async function mayRead(handle: FileSystemHandle & Asking): Promise<boolean> {
  try {
    return ((await handle.requestPermission?.({ mode: "read" })) ?? "granted") === "granted";
  } catch {
    return false;
  }
}

/** The file behind a handle; nothing when it may not be read, or is not there any more. */
export async function openHandle(handle: FileSystemFileHandle): Promise<File | undefined> {
  try {
    return (await mayRead(handle)) ? await handle.getFile() : undefined;
  } catch {
    return undefined;
  }
}

/** The handle of a file below a folder; `path` begins with the folder's own name. Nothing when it is gone. */
export async function handleBelow(
  root: FileSystemDirectoryHandle,
  path: string,
): Promise<FileSystemFileHandle | undefined> {
  const names = path.split("/").slice(1);
  const name = names.pop();
  if (name === undefined) return undefined;
  try {
    let folder = root;
    for (const each of names) folder = await folder.getDirectoryHandle(each);
    return await folder.getFileHandle(name);
  } catch {
    return undefined;
  }
}

/** Asks for one file, for several, or for a folder. Has to follow a click. Nothing when called off. */
export function chooseAgain(what?: "files" | "folder"): Promise<readonly ChosenFile[] | undefined> {
  return new Promise((resolve) => {
    const input = document.createElement("input");
    input.type = "file";
    input.multiple = what === "files";
    input.webkitdirectory = what === "folder";
    input.onchange = () => resolve(filesOfInput(input.files ?? []));
    input.oncancel = () => resolve(undefined);
    input.click();
  });
}
