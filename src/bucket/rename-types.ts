// What crosses RPC when an object is renamed. As `types.ts`: plain data, outcomes tagged, additive
// between releases.

import type { DefaultLock } from "./amend-types.ts";
import type { CallFacts, Refusal, VersioningState } from "./types.ts";

export interface RenameRequest extends CallFacts {
  /** The new key. */
  readonly key: string;
  readonly sourceKey: string;
  readonly versioning: VersioningState;
  /** Id of the new version, and of the delete marker the old key may get. */
  readonly versionId: string;
  readonly markerVersionId: string;
  /**
   * `If-*` headers about the new key and `x-amz-rename-source-if-*` about the old one, names in
   * lower case: judged in the transaction.
   */
  readonly conditions: readonly (readonly [name: string, value: string])[];
  /** Makes the call idempotent; with another request it is refused. */
  readonly token: string;
  readonly defaultLock?: DefaultLock;
}

export type RenameOutcome =
  | Refusal
  | { readonly kind: "renamed" }
  | { readonly kind: "no-such-key" }
  | { readonly kind: "precondition-failed"; readonly condition: string }
  /** The token was used for another renaming. */
  | { readonly kind: "token-mismatch" }
  | { readonly kind: "locked" }
  /** The two keys live in different partitions: no one transaction reaches both. */
  | { readonly kind: "apart" };
