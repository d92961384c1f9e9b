// The life of an index: made for a bucket, told of new settings, emptied, gone. The catalog leads;
// the index's own state is what writes obey (faults.md D13 to D15).

import type { IndexState } from "./index-state.ts";
import { emptying, statements } from "./statements.ts";
import type { BucketIndexRpc, CallFacts } from "./types.ts";

/** Makes the index the bucket's. Again for the same bucket: nothing. A dead index stays dead. */
export function initialise(
  { ledger }: IndexState,
  facts: { bucketId: string; epoch: number; nowMs: number },
): void {
  if (ledger.state !== "none" && ledger.bucketId !== facts.bucketId) {
    throw new Error("the index belongs to another bucket");
  }
  if (ledger.state === "deleting" || ledger.state === "destroyed") {
    throw new Error("the bucket was deleted");
  }
  if (ledger.state === "none") ledger.setState("active", facts.bucketId);
  ledger.advanceEpoch(facts.epoch);
  ledger.tick(facts.nowMs);
}

/** From here on every call is `no-such-bucket`, unless a version or an upload is left. */
export function beginDelete(
  { sql, ledger }: IndexState,
  facts: CallFacts,
): Awaited<ReturnType<BucketIndexRpc["beginDelete"]>> {
  // Asked again after a lost answer, or by the job that finishes deletions.
  if (ledger.state === "deleting") return { kind: "deleting" };
  // The catalog has the bucket, so this index is lost: its bytes must not go with it (D49).
  if (ledger.state === "none" || ledger.state === "rebuilding") {
    throw new Error("the index is lost, or being rebuilt: nobody knows whether it is empty");
  }
  const refusal = ledger.admit(facts);
  if (refusal !== undefined) return refusal;
  const { anyCurrent, anyHistory, anyUpload } = statements;
  for (const statement of [anyCurrent, anyHistory, anyUpload]) {
    if (sql.first(statement) !== undefined) return { kind: "not-empty" };
  }
  ledger.setState("deleting", ledger.bucketId);
  return { kind: "deleting" };
}

/**
 * Drops everything, in one transaction, but what says that the bucket is dead, and so its blobs are
 * orphans; and what nobody was told yet. Memory of the rest is the caller's to renew.
 */
export function destroy({ sql, ledger }: IndexState): void {
  const { bucketId } = ledger;
  for (const statement of emptying) sql.run(statement);
  ledger.setState("destroyed", bucketId);
  ledger.load();
}
