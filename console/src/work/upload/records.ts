// What survives a reload: for every multipart upload under way its id, its settings and, where the
// browser gives one, a handle to the file. In IndexedDB, of this browser only. No secrets.

import { transact } from "./database.ts";
import type { UploadSettings } from "./settings.ts";

export interface UploadRecord {
  readonly uploadId: string;
  readonly bucket: string;
  readonly key: string;
  readonly partBytes: number;
  readonly fileName: string;
  readonly fileBytes: number;
  readonly fileModifiedMs: number;
  readonly settings: UploadSettings;
  /** Whose upload it is: another identity is not offered to go on with it. */
  readonly owner: string;
  readonly startedAtMs: number;
  readonly handle?: FileSystemFileHandle;
}

/** Keeps a record; without a database uploads still work, they only do not survive a reload. */
export async function keepRecord(record: UploadRecord): Promise<void> {
  const put = transact(["uploads"], "readwrite", (store) => store("uploads").put(record));
  await put.catch(() => undefined);
}

export async function dropRecord(uploadId: string): Promise<void> {
  const drop = transact(["uploads"], "readwrite", (store) => store("uploads").delete(uploadId));
  await drop.catch(() => undefined);
}

/** The uploads of `owner` that were under way. */
export async function listRecords(owner: string): Promise<readonly UploadRecord[]> {
  try {
    const records: readonly UploadRecord[] | undefined = await transact(
      ["uploads"],
      "readonly",
      (store) => store("uploads").getAll(),
    );
    return (records ?? []).filter((record) => record.owner === owner);
  } catch {
    return [];
  }
}
