// From the index's tagged outcomes to what the client sees. One place, so that the same refusal
// reads the same from every operation.

import type { ConditionRefusal, Refusal } from "../bucket/types.ts";
import { S3Error } from "../s3/errors.ts";

/**
 * What this call was decided with is out of date. `dispatch` loads it again and runs the call once
 * more; operations that already stored bytes ask again themselves (`followingSettings`).
 */
export class StaleSettings extends Error {
  /** Whose record is too old: the call's own bucket, or the source of a copy. */
  readonly bucket: string;
  /** There is no bucket of the record's id: it was deleted, and perhaps made again under another. */
  readonly isGone: boolean;
  constructor(bucket: string, isGone = false) {
    super("bucket settings moved on");
    this.name = "StaleSettings";
    this.bucket = bucket;
    this.isGone = isGone;
  }
}

/** What the client is told when the index refuses. Never returns. */
export function refuse(
  outcome: Refusal | ConditionRefusal,
  facts: { bucket: string; key?: string },
): never {
  switch (outcome.kind) {
    case "stale":
      throw new StaleSettings(facts.bucket);
    case "no-such-bucket":
      throw new StaleSettings(facts.bucket, true);
    case "precondition-failed":
      throw new S3Error("PreconditionFailed", undefined, {
        detail: { Condition: outcome.condition },
      });
    case "no-such-key":
      throw new S3Error("NoSuchKey", undefined, { detail: { Key: facts.key ?? "" } });
    case "moved":
      // The client follows moves; one that comes out here never settled.
      throw new S3Error("SlowDown");
  }
}

/** Narrows an outcome to the kinds the operation handles itself; refuses the rest. */
export function settle<Outcome extends { readonly kind: string }, Kind extends Outcome["kind"]>(
  outcome: Outcome,
  kinds: readonly Kind[],
  facts: { bucket: string; key?: string },
): Extract<Outcome, { kind: Kind }> {
  if ((kinds as readonly string[]).includes(outcome.kind)) {
    return outcome as Extract<Outcome, { kind: Kind }>;
  }
  return refuse(outcome as unknown as Refusal | ConditionRefusal, facts);
}
