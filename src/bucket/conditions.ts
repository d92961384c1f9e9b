// The preconditions of writes, judged against the current version inside the transaction that
// writes. A delete marker counts as no object. Deletions by version id are judged against the
// current version too, as AWS says: "Conditional delete evaluations only apply to the current
// version" (docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html).

import type { IndexState } from "./index-state.ts";
import { column, type VersionRow } from "./rows.ts";
import { statements } from "./statements.ts";
import type { CallFacts, ConditionRefusal, Refusal, WriteConditions } from "./types.ts";

/** The refusal the conditions call for, or `undefined` when the write may go on. */
export function judge(
  conditions: WriteConditions | undefined,
  current: VersionRow | undefined,
): ConditionRefusal | undefined {
  if (conditions === undefined) return undefined;
  const { ifMatch, ifNoneMatch, ifModifiedAtMs, ifSizeBytes } = conditions;
  if (ifNoneMatch !== undefined && current !== undefined) return failed("If-None-Match");
  if (current === undefined) {
    // Size and time hold when there is nothing to compare with (API_DeleteObject).
    return ifMatch === undefined ? undefined : { kind: "no-such-key" };
  }
  if (ifMatch !== undefined && ifMatch !== "*" && ifMatch !== current[column.etag]) {
    return failed("If-Match");
  }
  if (
    ifModifiedAtMs !== undefined &&
    wholeSeconds(ifModifiedAtMs) !== wholeSeconds(current[column.modifiedAtMs])
  ) {
    return failed("x-amz-if-match-last-modified-time");
  }
  if (ifSizeBytes !== undefined && ifSizeBytes !== current[column.sizeBytes]) {
    return failed("x-amz-if-match-size");
  }
  return undefined;
}

/** The conditions alone, before a body is stored; the commit judges them again. */
export function check(
  { sql, ledger }: IndexState,
  request: CallFacts & { key: string; conditions: WriteConditions },
): Refusal | ConditionRefusal | { kind: "ok" } {
  const refusal = ledger.admitKey(request, request.key);
  if (refusal !== undefined) return refusal;
  const current = sql.first<VersionRow>(statements.currentOf, request.key);
  return judge(request.conditions, current) ?? { kind: "ok" };
}

/** Times travel in whole seconds over HTTP. */
export function wholeSeconds(timeMs: number): number {
  return Math.floor(timeMs / 1000);
}

function failed(condition: string): ConditionRefusal {
  return { kind: "precondition-failed", condition };
}
