// The buckets that were looked at last in this browser, newest first, for each account.

const storageKey = (accountId: string) => `cairn.recent.${accountId}`;
const most = 8;

export function recentBuckets(accountId: string): readonly string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(storageKey(accountId)) ?? "[]");
    return Array.isArray(kept) ? kept.filter((name) => typeof name === "string") : [];
  } catch {
    return [];
  }
}

/** Notes a visit. Storage may be forbidden; then nothing is kept. */
export function noteVisit(accountId: string, bucket: string): void {
  const others = recentBuckets(accountId).filter((name) => name !== bucket);
  try {
    localStorage.setItem(storageKey(accountId), JSON.stringify([bucket, ...others].slice(0, most)));
  } catch {
    // Not kept, then.
  }
}
