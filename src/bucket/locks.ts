// Object Lock: what may not be removed yet. Judged by the index's own clock, which never goes back.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html

import { column, type VersionRow } from "./rows.ts";
import type { VersionDetail } from "./types.ts";

/**
 * Whether the version must stay: a legal hold always holds, COMPLIANCE until its date, GOVERNANCE
 * until its date unless the caller may bypass it.
 */
export function isLocked(
  row: VersionRow,
  { clockMs, bypassGovernance }: { clockMs: number; bypassGovernance: boolean },
): boolean {
  const detail = row[column.detail];
  // Most versions have no lock: look before parsing. Metadata may hold the word; parsing decides.
  if (!detail?.includes('"lock"')) return false;
  const { lock } = JSON.parse(detail) as VersionDetail;
  if (lock === undefined) return false;
  if (lock.legalHold === true) return true;
  if (lock.mode === undefined || (lock.retainUntilMs ?? 0) <= clockMs) return false;
  return lock.mode === "COMPLIANCE" || !bypassGovernance;
}
