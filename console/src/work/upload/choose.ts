// Getting files back that a reload took away: by the handle the browser gave, or by asking the person.

import { type ChosenFile, filesOfInput } from "./files.ts";

interface AskingHandle extends FileSystemFileHandle {
  requestPermission?(wish: { mode: "read" }): Promise<PermissionState>;
}

/** The file behind a handle; nothing when it may not be read, or is not there any more. */
export async function openHandle(handle: AskingHandle): Promise<File | undefined> {
  try {
    const state = (await handle.requestPermission?.({ mode: "read" })) ?? "granted";
    return state === "granted" ? await handle.getFile() : undefined;
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
