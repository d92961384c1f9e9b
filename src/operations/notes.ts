// What a request leaves of itself on its way through the pipeline, for whoever records it when it is
// over. Leaving a note is one assignment; nothing is computed until somebody wants the record.

import type { Ask, Decision, ObjectFacts } from "../auth/authorize.ts";
import type { BucketRecord } from "../catalog/buckets.ts";
import type { OperationRow } from "../s3/operations.ts";
import type { Principal } from "../s3/principal.ts";
import type { Target } from "../s3/target.ts";
import type { ServiceContext } from "./context.ts";

/** What became of one key of a batch. */
export interface MemberNote {
  readonly key: string;
  readonly versionId?: string | undefined;
  readonly status: number;
  readonly errorCode?: string;
  /** Of the object that was removed for good. */
  readonly sizeBytes?: number | undefined;
}

/** Filled in as the request goes on; each part may stay absent when it is refused before. */
export interface RequestNotes {
  /** When it arrived, milliseconds. */
  readonly startedAtMs: number;
  /** The two ids on its answer. */
  readonly ids: { readonly requestId: string; readonly hostId: string };
  target?: Target;
  caller?: ServiceContext;
  /** Who asked, where there is no such context: the admin API. */
  principal?: Principal;
  /** Other than what the signature was made for. */
  service?: "admin";
  row?: OperationRow;
  /** As access logs name it, where the row does not say: `WEBSITE.GET.OBJECT`. */
  logOperation?: string;
  /** AWS's name of a call that is no operation of S3: `CreateUser`. */
  operation?: string;
  bucket?: BucketRecord;
  /** What was asked of the evaluator for the operation itself. */
  asks?: readonly Ask[];
  /** Where the evaluator was asked elsewhere: IAM and its kin. */
  decision?: Decision & { readonly action: string; readonly resource: string };
  /** The code of a refusal. */
  code?: string;
  /** A body that was in memory, whose length no header says. */
  body?: string | Uint8Array;
  /** What the version that was read says of itself: tags, owner, ACL. */
  existing?: ObjectFacts;
  /** Where a copy came from. */
  source?: {
    readonly bucket: BucketRecord;
    readonly key: string;
    readonly versionId?: string | undefined;
    readonly sizeBytes?: number;
  };
  /** Of the object that was removed for good. */
  removedBytes?: number;
  /** The keys of a batch. */
  members?: () => readonly MemberNote[];
  /** The encoded authorization message that a denial was given. */
  denial?: string;
}
