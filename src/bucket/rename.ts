// RenameObject: the current version of a key becomes the newest of another, by reference, and the old
// key is deleted as a delete would: gone where there are no versions, under a marker where there are.
// One transaction; no byte moves. Both halves are the ones copies and deletes use, so a late echo of
// either key's earlier writes finds what it would find after those (faults.md D26).
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_RenameObject.html

import { type ConditionPrefix, failedCondition } from "../s3/conditions.ts";
import { hourOf } from "./condemned.ts";
import { deleteOne } from "./deletions.ts";
import type { IndexState } from "./index-state.ts";
import { share } from "./references.ts";
import { column, readVersion, type VersionRow } from "./rows.ts";
import { statements } from "./statements.ts";
import type { RenameOutcome, RenameRequest } from "./types.ts";
import { locked, nullOf, place, readHead } from "./versions.ts";

/** How long a token is remembered, in whole hours, at least. */
const tokenHours = 24;

/** Renames once per token. A source under any lock stays where it is. */
export function rename(index: IndexState, request: RenameRequest): RenameOutcome {
  const refusal = index.ledger.admitKey(request, request.key);
  if (refusal !== undefined) return refusal;
  if (index.ledger.movedTo(request.sourceKey) !== undefined) return { kind: "apart" };
  const { key, sourceKey, conditions, token } = request;
  const asked = JSON.stringify([sourceKey, key, conditions]);
  const earlier = findToken(index, token);
  if (earlier !== undefined) return { kind: earlier === asked ? "renamed" : "token-mismatch" };
  const outcome = move(index, request);
  if (outcome.kind === "renamed") keepToken(index, token, asked);
  return outcome;
}

function move(index: IndexState, request: RenameRequest): RenameOutcome {
  const { key, sourceKey, versioning } = request;
  const source = index.sql.first<VersionRow>(statements.currentOf, sourceKey);
  if (source === undefined) return { kind: "no-such-key" };
  const head = readHead(index, key);
  const headers = new Headers(request.conditions.map(([name, value]) => [name, value]));
  const failed = judge(headers, source, "x-amz-rename-source-") ?? judge(headers, head.current, "");
  if (failed !== undefined) return { kind: "precondition-failed", condition: failed };
  const displaced = versioning === "Enabled" ? undefined : nullOf(index, key, head);
  // A marker would leave a locked source where it is, but the object would be gone all the same.
  const isKept = locked(index, source) || (displaced !== undefined && locked(index, displaced));
  if (isKept) return { kind: "locked" };
  const version = readVersion(source);
  const content = version.content ?? "";
  share(index, content);
  const placed = { ...version, ...request, content, annotationsFrom: version };
  place(index, { ...placed, head, isShared: true, event: "ObjectCreated:Copy" });
  carryUse(index, version, key);
  deleteOne(index, request, { key: sourceKey, markerVersionId: request.markerVersionId });
  return { kind: "renamed" };
}

/** When it was used last goes with the object: its new name makes it no older to Intelligent-Tiering. */
function carryUse(
  { sql, ledger }: IndexState,
  source: { readonly key: string; readonly seq: number },
  key: string,
): void {
  if (!ledger.hasTiered) return;
  const [usedAtMs] = sql.first<[number]>(statements.accessOf, source.key, source.seq) ?? [];
  const seq = sql.first<VersionRow>(statements.currentOf, key)?.[column.seq];
  if (usedAtMs !== undefined && seq !== undefined)
    sql.run(statements.putAccess, key, seq, usedAtMs);
}

/** The condition that fails. With no object there, only `If-Match` does. */
function judge(
  headers: Headers,
  row: VersionRow | undefined,
  prefix: ConditionPrefix,
): string | undefined {
  if (row === undefined) return headers.has(`${prefix}if-match`) ? "If-Match" : undefined;
  const facts = { etag: row[column.etag], modifiedAtMs: row[column.modifiedAtMs] };
  const failed = failedCondition(headers, facts, prefix);
  return failed === undefined ? undefined : `${prefix}${failed}`;
}

function findToken({ sql, ledger }: IndexState, token: string): string | undefined {
  const hour = hourOf(ledger.clockMs);
  for (let at = hour; at >= hour - tokenHours; at -= 1) {
    const row = sql.first<[string]>(statements.renameTokenOf, at, token);
    if (row !== undefined) return row[0];
  }
  return undefined;
}

function keepToken({ sql, ledger }: IndexState, token: string, asked: string): void {
  const hour = hourOf(ledger.clockMs);
  sql.run(statements.dropRenameTokens, hour - tokenHours);
  sql.run(statements.putRenameToken, hour, token, asked);
}
