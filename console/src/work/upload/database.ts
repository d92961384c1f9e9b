// The browser's own database of uploads: what of them outlives the page. No secrets; of this browser only.

const databaseName = "cairn-uploads";
/** 2: batches of files beside the multipart uploads; 3: their bytes are no files any more. */
const databaseVersion = 3;

export type StoreName = "uploads" | "batches" | "files";

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(databaseName, databaseVersion);
    request.onupgradeneeded = ({ oldVersion }) => {
      const { result } = request;
      if (oldVersion < 1) result.createObjectStore("uploads", { keyPath: "uploadId" });
      if (oldVersion === 2) for (const name of ["batches", "files"]) result.deleteObjectStore(name);
      result.createObjectStore("batches", { keyPath: "id" });
      result.createObjectStore("files", { keyPath: ["batch", "at"] });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * One transaction over some stores. Resolves, once it is committed, with the result of the request that
 * `work` answers, if any. Rejects when there is no database, or no room.
 */
export async function transact<Result>(
  names: readonly StoreName[],
  mode: IDBTransactionMode,
  work: (store: (name: StoreName) => IDBObjectStore) => IDBRequest<Result> | undefined,
): Promise<Result | undefined> {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(names, mode);
      const request = work((name) => transaction.objectStore(name));
      transaction.oncomplete = () => resolve(request?.result);
      transaction.onabort = () => reject(transaction.error);
      transaction.onerror = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}
