// What survives a reload: for every multipart upload under way its id, its settings and, where the
// browser gives one, a handle to the file. In IndexedDB, of this browser only. No secrets.

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

const databaseName = "cairn-uploads";
const storeName = "uploads";

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(databaseName, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(storeName, { keyPath: "uploadId" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function run<Result>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<Result>,
): Promise<Result> {
  const database = await open();
  try {
    return await new Promise<Result>((resolve, reject) => {
      const request = work(database.transaction(storeName, mode).objectStore(storeName));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  } finally {
    database.close();
  }
}

/** Keeps a record; without a database uploads still work, they only do not survive a reload. */
export async function keepRecord(record: UploadRecord): Promise<void> {
  await run("readwrite", (store) => store.put(record)).catch(() => undefined);
}

export async function dropRecord(uploadId: string): Promise<void> {
  await run("readwrite", (store) => store.delete(uploadId)).catch(() => undefined);
}

/** The uploads of `owner` that were under way. */
export async function listRecords(owner: string): Promise<readonly UploadRecord[]> {
  try {
    const records = await run<UploadRecord[]>("readonly", (store) => store.getAll());
    return records.filter((record) => record.owner === owner);
  } catch {
    return [];
  }
}
