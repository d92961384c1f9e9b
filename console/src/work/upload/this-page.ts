// Uploads that this page began or took over: they are no leftovers of a reload, and no other tab's to go
// on with. Held as locks of the browser, which end with the page; where it has none, for this page only.

const known = new Set<string>();

/** Takes an upload for this page; answers whether it was free. */
export async function claim(id: string): Promise<boolean> {
  if (known.has(id)) return false;
  known.add(id);
  // Absent where the page is not served securely.
  const locks: LockManager | undefined = navigator.locks;
  if (locks === undefined) return true;
  const isFree = await new Promise<boolean>((resolve, reject) => {
    const hold = (lock: Lock | null) => {
      resolve(lock !== null);
      return lock === null ? undefined : new Promise<never>(() => undefined);
    };
    locks.request(`cairn-upload ${id}`, { ifAvailable: true }, hold).catch(reject);
  }).catch(() => true);
  if (!isFree) known.delete(id);
  return isFree;
}
