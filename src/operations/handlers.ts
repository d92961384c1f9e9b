// Operation name -> handler, for every operation of the table. Total: adding a row without a
// decision here does not compile. `unbuilt` answers NotImplemented by name, on purpose.

import type { OperationInput, OperationName, OperationOutput } from "../s3/operation-types.ts";
import type { BucketContext, ObjectContext, ServiceContext } from "./context.ts";

/** Calls that name no existing bucket: the service's own, and the one that makes a bucket. */
type BucketlessOperation = "ListBuckets" | "ListDirectoryBuckets" | "CreateBucket" | "WriteGetObjectResponse";

/** The context an operation's handler is given, by what its input names. */
export type ContextOf<N extends OperationName> = N extends BucketlessOperation
  ? ServiceContext
  : "Key" extends keyof OperationInput<N>
    ? ObjectContext
    : BucketContext;

/** What an operation does: typed input to typed output, or an `S3Error` thrown. */
export type Handler<N extends OperationName> = (
  context: ContextOf<N>,
  input: OperationInput<N>,
) => Promise<OperationOutput<N>>;
