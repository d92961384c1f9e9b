// What may be asked of the evaluator: one permission on a bucket, on a key in it, or on something that
// is no bucket, with what the asker knows of it. Plain data.

import type { Acl } from "../s3/acl.ts";
import type { DocumentFacts, Tags } from "./condition-context.ts";
import type { NamedPolicy } from "./policy/decide.ts";

/** What an object says of itself that judging may take. */
export interface ObjectFacts {
  readonly tags?: Tags | undefined;
  /** Canonical id of its owner; absent: the bucket's. */
  readonly ownerId?: string | undefined;
  /** Absent: its owner's full control. */
  readonly acl?: Acl | undefined;
}

/** One permission to ask for. */
export interface Ask {
  readonly action: string;
  /** Absent: on the bucket itself, or on no bucket. */
  readonly key?: string;
  readonly versionId?: string | undefined;
  /** What the object is, where `needsObject` says that it counts. */
  readonly existing?: ObjectFacts | undefined;
  /** Who began the upload that this is about, where `needsUpload` says that it counts. */
  readonly initiatorId?: string;
  /** The object was looked for and is not there: who may list the bucket may learn so. */
  readonly isAbsent?: true;
  /** The version that will be read decides: whoever reads it judges once more, and nobody before. */
  readonly isDeferred?: true;
  /** About an object that the same request writes: whoever may write may say its ACL. */
  readonly isInPassing?: true;
  readonly isListing?: boolean;
  readonly createsObject?: boolean;
  readonly document?: DocumentFacts;
  /**
   * Some key of the bucket, the handler asks for each: let in who might be allowed one, so that
   * strangers are refused before their body is read.
   */
  readonly isGlance?: true;
}

/** An ask on something that is no bucket of the catalog: a bucket to be made, a key, a user. */
export interface PlainAsk extends Ask {
  /** An ARN, or `*`. */
  readonly resource: string;
  /** The account that owns it; the caller's own when absent. */
  readonly accountId?: string;
  readonly resourceTags?: Tags;
  /** The policy of the resource itself: whom a role trusts. */
  readonly resourcePolicy?: NamedPolicy;
  /** Keys of the asking service's own, their names in lower case: `iam:policyarn`. */
  readonly keys?: Readonly<Record<string, string>>;
}
